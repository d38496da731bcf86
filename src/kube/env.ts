// Values of environment variables as a container sees them.

import { asArray, asString, isObject, member } from '../yaml/value.ts'
import type { Container } from './workload.ts'
import type { Workspace } from './workspace.ts'

/** `literal` with the index of its entry in `env`, when it stands there; `unknown` when it comes from elsewhere. */
export type EnvValue =
  | { readonly kind: 'literal'; readonly value: string; readonly index?: number }
  | { readonly kind: 'unknown' }

/**
 * The value of a variable: the last entry of `env` with that name, else the last ConfigMap of `envFrom` that holds it.
 * Undefined when the manifests do not set it (the image may); unknown for Secrets, fields and maps that are not in the
 * set.
 */
export function envValue(workspace: Workspace, container: Container, name: string): EnvValue | undefined {
  const entries = asArray(container.value.env)
  const index = entries.findLastIndex(entry => member(entry, 'name') === name)
  const entry = entries[index]
  if (entry !== undefined) {
    const value = asString(member(entry, 'value'))
    return value === undefined ? { kind: 'unknown' } : { kind: 'literal', value, index }
  }
  for (const source of asArray(container.value.envFrom).toReversed()) {
    const map = asString(member(member(source, 'configMapRef'), 'name'))
    if (map === undefined) continue
    const resource = workspace.named(container.workload.resource, 'ConfigMap', map)
    const prefix = asString(member(source, 'prefix')) ?? ''
    if (!name.startsWith(prefix)) continue
    const data = resource?.value.data
    const value = asString(member(isObject(data) ? data : undefined, name.slice(prefix.length)))
    if (value !== undefined) return { kind: 'literal', value }
  }
  return undefined
}

/** Names of the entries of `env`. */
export function envNames(container: Container): string[] {
  return asArray(container.value.env).flatMap(entry => asString(member(entry, 'name')) ?? [])
}

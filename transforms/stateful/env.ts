// Variables of a container: where one is set today, and edits that set it, complete it or take it out.

import {
  append,
  asArray,
  asString,
  at,
  type Container,
  type Edit,
  envValue,
  insert,
  isObject,
  isUnknown,
  type Json,
  type JsonObject,
  member,
  remove,
  set,
  type Workspace,
} from '../../src/sdk.ts'

/** A variable that the pod's own fields give. */
export interface FieldVariable {
  readonly name: string
  readonly fieldPath: string
}

export const POD_NAME: FieldVariable = { name: 'POD_NAME', fieldPath: 'metadata.name' }
export const POD_NAMESPACE: FieldVariable = { name: 'POD_NAMESPACE', fieldPath: 'metadata.namespace' }

/** What a container's variables are to become; all of it in one go, since indexes move. */
export interface EnvPlan {
  /** stand before all others, because later values may use them: `$(NAME)` is expanded only when NAME stands earlier */
  readonly fields: readonly FieldVariable[]
  /** name and value, set where they are set today, else added at the end */
  readonly values: readonly (readonly [name: string, value: string])[]
  /** taken out of `env`; a variable of a ConfigMap stays, and is replaced by whatever the command exports */
  readonly removed: readonly string[]
}

/** Whether the list of variables can be edited at all: it is absent, or a sequence of maps. */
export function hasPlainEnv(container: Container): boolean {
  const { env } = container.value
  return env === undefined || env === null || (Array.isArray(env) && env.every(isObject))
}

export function envEdits(workspace: Workspace, container: Container, plan: EnvPlan): Edit[] {
  const { resource } = container.workload
  const path = [...container.path, 'env']
  const env = asArray(container.value.env)
  const edits: Edit[] = []
  const added: JsonObject[] = []
  for (const [name, value] of plan.values) {
    const index = env.findLastIndex(entry => member(entry, 'name') === name)
    const inMap = index >= 0 ? undefined : mapEdit(workspace, container, name, value)
    if (index >= 0) edits.push(...valueEdits(container, index, value))
    else if (inMap !== undefined) edits.push(inMap)
    else added.push({ name, value })
  }
  const missing = plan.fields.filter(field => !isLeading(env, field))
  const gone = new Set([...plan.removed, ...missing.map(field => field.name)])
  const indexes = env.flatMap((entry, index) => (gone.has(asString(member(entry, 'name')) ?? '') ? [index] : []))
  for (const index of indexes.reverse()) edits.push(remove(resource, [...path, index]))
  for (const field of [...missing].reverse()) edits.push(insert(resource, path, 0, fieldEntry(field)))
  for (const entry of added) edits.push(append(resource, path, entry))
  return edits
}

function valueEdits(container: Container, index: number, value: string): Edit[] {
  const { resource } = container.workload
  const path = [...container.path, 'env', index]
  const source =
    at(resource.value, [...path, 'valueFrom']) === undefined ? [] : [remove(resource, [...path, 'valueFrom'])]
  return [...source, set(resource, [...path, 'value'], value)]
}

/**
 * The edit in the ConfigMap that sets the variable, when no other workload reads that map: an explicit entry beside it
 * would leave a value there that says something else.
 */
function mapEdit(workspace: Workspace, container: Container, name: string, value: string): Edit | undefined {
  // a reference is expanded in an entry of `env` alone
  if (envValue(workspace, container, name)?.kind !== 'literal' || value.includes('$(')) return undefined
  for (const source of asArray(container.value.envFrom).toReversed()) {
    const prefix = asString(member(source, 'prefix')) ?? ''
    const key = name.slice(prefix.length)
    const map = asString(at(source, ['configMapRef', 'name']))
    const resource = map === undefined ? undefined : workspace.named(container.workload.resource, 'ConfigMap', map)
    if (resource === undefined || !name.startsWith(prefix)) continue
    if (asString(at(resource.value, ['data', key])) === undefined) continue
    return workspace.consumersOf(resource).length === 1 && resource.selected
      ? set(resource, ['data', key], value)
      : undefined
  }
  return undefined
}

/** Whether the variable is one of the first entries, all of which are fields of the pod. */
function isLeading(env: readonly Json[], { name, fieldPath }: FieldVariable): boolean {
  for (const entry of env) {
    const field = asString(at(entry, ['valueFrom', 'fieldRef', 'fieldPath']))
    if (field === undefined) return false
    if (member(entry, 'name') === name) return field === fieldPath
  }
  return false
}

function fieldEntry({ name, fieldPath }: FieldVariable): JsonObject {
  return { name, valueFrom: { fieldRef: { fieldPath } } }
}

/** `unknown`: set, or perhaps set, where the files do not say to what. */
export type Setting =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'text'; readonly text: string }

export function settingOf(workspace: Workspace, container: Container, name: string): Setting {
  const found = envValue(workspace, container, name)
  if (found === undefined) return { kind: readsElsewhere(workspace, container) ? 'unknown' : 'absent' }
  if (found.kind === 'unknown' || isUnknown(found.value) || /^\$\([^)]*\)$/.test(found.value))
    return { kind: 'unknown' }
  return { kind: 'text', text: found.value }
}

/** Whether `envFrom` names a Secret, or a ConfigMap that is not in the set: it may hold any variable. */
function readsElsewhere(workspace: Workspace, container: Container): boolean {
  return asArray(container.value.envFrom).some(source => {
    const map = asString(at(source, ['configMapRef', 'name']))
    return map === undefined || workspace.named(container.workload.resource, 'ConfigMap', map) === undefined
  })
}

/** The entry of `env` that counts for the name. */
export function envEntry(container: Container, name: string): Json | undefined {
  return asArray(container.value.env).findLast(entry => member(entry, 'name') === name)
}

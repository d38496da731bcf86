// The members of a system: how many, and the names under which they reach each other.

import { asString, at, type Resource, type Settings, type Workspace } from '../../src/sdk.ts'
import { CLUSTER_DOMAIN } from './settings.ts'

/** Members of a quorum: three at least, never fewer than there are, and an odd number, since an even one adds no safety. */
export function memberCount(present: number): number {
  const count = Math.max(3, present)
  return count % 2 === 0 ? count + 1 : count
}

/**
 * The namespace that a resource ends up in: its own, unless a kustomization puts it elsewhere. Undefined when the files
 * leave it open.
 */
export function settledNamespace(workspace: Workspace, resource: Resource): string | undefined {
  const namespace = asString(at(resource.value, ['metadata', 'namespace'])) ?? resource.namespace
  if (namespace === undefined || namespace.includes('$')) return undefined
  const layers = workspace.kustomizationsOf(resource).flatMap(layer => layer.namespace ?? [])
  return layers.every(layer => layer === namespace) ? namespace : undefined
}

/**
 * What stands behind the name of a Service in full names: `.<namespace>.svc.<cluster domain>`. Empty where the
 * namespace is not known: the short form is found by the pod's own search list.
 */
export function domainSuffix(workspace: Workspace, settings: Settings, resource: Resource): string {
  const namespace = settledNamespace(workspace, resource)
  return namespace === undefined ? '' : `.${namespace}.svc.${settings.get(CLUSTER_DOMAIN, resource)}`
}

/** Full names of the members' pods, by ordinal. */
export function memberHosts(name: string, service: string, suffix: string, count: number): string[] {
  return Array.from({ length: count }, (_, ordinal) => `${name}-${ordinal}.${service}${suffix}`)
}

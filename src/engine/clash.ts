// Clashes: two resources of one identity where one set of manifests would apply both.

import { describe, identity, originKey, type Resource, sameNamespace } from '../kube/resource.ts'
import type { Workspace } from '../kube/workspace.ts'
import type { InputWarning } from './outcome.ts'
import type { Reason } from './transform.ts'

export interface Clashes {
  readonly locked: ReadonlyMap<string, Reason>
  readonly warnings: readonly InputWarning[]
}

/**
 * Resources of one group, kind, namespace and name in one file or one kustomization closure. The same identity in
 * different directories is a variant and no clash; a patch shares the identity of what it patches.
 */
export function findClashes(workspace: Workspace): Clashes {
  const locked = new Map<string, Reason>()
  const warnings: InputWarning[] = []
  const byIdentity = new Map<string, Resource[]>()
  for (const resource of workspace.resources) {
    if (resource.partial || resource.name === '') continue
    const key = `${resource.group}/${resource.kind}/${resource.name}`
    const others = byIdentity.get(key) ?? []
    byIdentity.set(key, others)
    const other = others.find(candidate => clashes(workspace, candidate, resource))
    others.push(resource)
    if (other === undefined) continue
    const text = `${describe(resource)} stands twice, in ${placeOf(other)} and in ${placeOf(resource)}: neither is edited`
    const reason = { code: 'identity-clash', text }
    locked.set(originKey(other.origin), reason)
    locked.set(originKey(resource.origin), reason)
    warnings.push({ ...reason, file: resource.origin.file, document: resource.origin.document })
  }
  return { locked, warnings }
}

function clashes(workspace: Workspace, a: Resource, b: Resource): boolean {
  if (a.origin.file === b.origin.file) return identity(a) === identity(b)
  if (!sameNamespace(a.namespace, b.namespace)) return false
  return workspace.shareKustomization(a, b)
}

function placeOf(resource: Resource): string {
  return `${resource.origin.file} (document ${resource.origin.document + 1})`
}

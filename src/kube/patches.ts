// Whether a Kustomize patch speaks of a field: then its absence, or its value, in the base decides nothing.

import { at, type Path } from '../yaml/path.ts'
import { asArray, asString, member } from '../yaml/value.ts'
import type { Container, Workload } from './workload.ts'
import type { Workspace } from './workspace.ts'

/** Whether a patch of the container's workload gives the field at `path` of the container. */
export function isContainerPatched(workspace: Workspace, container: Container, path: Path): boolean {
  const { workload } = container
  for (const patch of workspace.patchesOf(workload.resource)) {
    for (const other of workspace.workload(patch)?.containers ?? []) {
      if (other.name === container.name && at(other.value, path) !== undefined) return true
    }
  }
  return isPatchedInline(workspace, workload, path)
}

/** Whether a patch of the workload gives the field at `path` of the pod spec. */
export function isPodPatched(workspace: Workspace, workload: Workload, path: Path): boolean {
  for (const patch of workspace.patchesOf(workload.resource)) {
    if (at(workspace.workload(patch)?.spec, path) !== undefined) return true
  }
  return isPatchedInline(workspace, workload, path)
}

/** Patches written inside a kustomization are text: the field's name in one for the same object is enough. */
function isPatchedInline(workspace: Workspace, workload: Workload, path: Path): boolean {
  const { kind, name } = workload.resource
  const field = String(path.at(-1))
  for (const kustomization of workspace.kustomizationsOf(workload.resource)) {
    const { patches, patchesJson6902, patchesStrategicMerge } = kustomization.resource.value
    for (const entry of [...asArray(patches), ...asArray(patchesJson6902), ...asArray(patchesStrategicMerge)]) {
      const text = asString(entry) ?? asString(member(entry, 'patch'))
      if (text === undefined || !text.includes(field)) continue
      const target = member(entry, 'target')
      const targetName = asString(member(target, 'name'))
      const targetKind = asString(member(target, 'kind'))
      const named = targetName === undefined ? target !== undefined || text.includes(name) : targetName === name
      if (named && (targetKind === undefined || targetKind === kind)) return true
    }
  }
  return false
}

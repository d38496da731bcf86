// Whether a Kustomize patch speaks of a field: then its absence, or its value, in the base decides nothing.

import { at, type Path } from '../yaml/path.ts'
import { asArray, asString, type Json, member } from '../yaml/value.ts'
import type { Kustomization } from './kustomization.ts'
import type { Resource } from './resource.ts'
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
  return isPatchedInline(workspace, workload.resource, String(path.at(-1)))
}

/** Whether a patch of the workload gives the field at `path` of the pod spec. */
export function isPodPatched(workspace: Workspace, workload: Workload, path: Path): boolean {
  for (const patch of workspace.patchesOf(workload.resource)) {
    if (at(workspace.workload(patch)?.spec, path) !== undefined) return true
  }
  return isPatchedInline(workspace, workload.resource, String(path.at(-1)))
}

/** Whether a patch of the resource gives the field at `path`. */
export function isPatched(workspace: Workspace, resource: Resource, path: Path): boolean {
  if (workspace.patchesOf(resource).some(patch => at(patch.value, path) !== undefined)) return true
  return isPatchedInline(workspace, resource, String(path.at(-1)))
}

function isPatchedInline(workspace: Workspace, resource: Resource, field: string): boolean {
  return workspace.kustomizationsOf(resource).some(kustomization => isPatchedBy(kustomization, resource, field))
}

/**
 * Whether a patch written inside the kustomization speaks of a field of the resource. Such patches are text: the
 * field's name in one for the same object is enough.
 */
export function isPatchedBy(kustomization: Kustomization, resource: Resource, field: string): boolean {
  const { kind, name } = resource
  const { patches, patchesJson6902, patchesStrategicMerge } = kustomization.resource.value
  for (const entry of [...asArray(patches), ...asArray(patchesJson6902), ...asArray(patchesStrategicMerge)]) {
    const text = patchText(entry)
    if (text === undefined || !text.includes(field)) continue
    const target = member(entry, 'target')
    const targetName = asString(member(target, 'name'))
    const targetKind = asString(member(target, 'kind')) ?? text.match(/^kind:\s*["']?(\w+)/m)?.[1]
    const named = targetName === undefined ? target !== undefined || text.includes(name) : targetName === name
    if (named && (targetKind === undefined || targetKind === kind)) return true
  }
  return false
}

/** The text of an inline patch; an entry of one line is the name of a file. */
function patchText(entry: Json): string | undefined {
  const text = asString(entry)
  return text === undefined ? asString(member(entry, 'patch')) : text.includes('\n') ? text : undefined
}

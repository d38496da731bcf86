// How many pods a workload runs, and where that is decided: its own field, a kustomization over it, an autoscaler.

import { at, type Path } from '../yaml/path.ts'
import { asArray, asString, isObject, type Json, member } from '../yaml/value.ts'
import type { Kustomization } from './kustomization.ts'
import { isPatchedBy } from './patches.ts'
import { originKey, type Resource } from './resource.ts'
import type { Workload } from './workload.ts'
import type { Workspace } from './workspace.ts'

export const REPLICAS_PATH: Path = ['spec', 'replicas']

/** A place that decides the count of a workload's pods. */
export interface ReplicaSite {
  readonly resource: Resource
  /** undefined where the place is text that has no path: a patch inside a kustomization, a JSON patch */
  readonly path: Path | undefined
  /** undefined when it is unknown or no count at all */
  readonly count: number | undefined
}

/** The count that a resource gives itself: 1 where it gives none, undefined when it is open (`${N}`, a fragment). */
export function declaredReplicas(resource: Resource): number | undefined {
  const value = at(resource.value, REPLICAS_PATH)
  if (value === undefined || value === null) return resource.partial ? undefined : 1
  return asCount(value)
}

/** A whole number that is not negative, else undefined. */
export function asCount(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

/**
 * The places that decide how many pods a workload runs, one for each way in which it is built: its own field, or the
 * outermost `replicas:` entry or patch of a kustomization. Within one kustomization the entry is applied last.
 */
export function replicaSites(workspace: Workspace, resource: Resource): ReplicaSite[] {
  const own: ReplicaSite = { resource, path: REPLICAS_PATH, count: declaredReplicas(resource) }
  const layers = workspace.kustomizationsOf(resource)
  if (layers.length === 0) return [own]
  const parents = new Map(layers.map(layer => [layer, workspace.kustomizationsOf(layer.resource)]))
  const roots = layers.filter(layer => parents.get(layer)?.every(parent => parent === layer))
  const sites = new Map<string, ReplicaSite>()
  for (const root of roots) {
    const inside = layers.filter(layer => parents.get(layer)?.includes(root))
    inside.sort((a, b) => (parents.get(a)?.length ?? 0) - (parents.get(b)?.length ?? 0))
    const site = firstOf(inside, layer => siteIn(workspace, layer, resource)) ?? own
    sites.set(`${originKey(site.resource.origin)} ${site.path?.join('/')}`, site)
  }
  return [...sites.values()]
}

function siteIn(workspace: Workspace, layer: Kustomization, resource: Resource): ReplicaSite | undefined {
  const entry = layer.replicas.get(resource.name)
  if (entry !== undefined) {
    const path = ['replicas', entry.index, 'count']
    const current = workspace.current(layer.resource.origin) ?? layer.resource
    return { resource: current, path, count: asCount(at(current.value, path)) }
  }
  const files = layer.patches.flatMap(patch => patch.file ?? [])
  for (const patch of workspace.patchesOf(resource)) {
    if (!files.includes(patch.origin.file) || at(patch.value, REPLICAS_PATH) === undefined) continue
    return { resource: patch, path: REPLICAS_PATH, count: declaredReplicas(patch) }
  }
  const hidden = isPatchedBy(layer, resource, 'replicas') || isPatchedByJson(workspace, layer, resource)
  return hidden ? { resource: layer.resource, path: undefined, count: undefined } : undefined
}

/** Whether a file of JSON patch operations that the kustomization aims at the resource touches its count. */
function isPatchedByJson(workspace: Workspace, layer: Kustomization, resource: Resource): boolean {
  return layer.patches.some(patch => {
    if (patch.file === undefined || (patch.kind ?? resource.kind) !== resource.kind) return false
    if ((patch.name ?? resource.name) !== resource.name) return false
    const documents = workspace.files.find(file => file.path === patch.file)?.documents ?? []
    return documents.some(({ value }) =>
      asArray(value).some(operation => asString(member(operation, 'path')) === '/spec/replicas'),
    )
  })
}

/**
 * The fewest pods that a workload is kept at: an autoscaler's minimum, else the least of its replica sites.
 * Undefined when it is open.
 */
export function minimumReplicas(workspace: Workspace, workload: Workload): number | undefined {
  const autoscalers = workspace.autoscalersOf(workload.resource).filter(scaler => !scaler.partial)
  const counts =
    autoscalers.length > 0
      ? autoscalers.map(autoscalerMinimum)
      : replicaSites(workspace, workload.resource).map(site => site.count)
  let least: number | undefined
  for (const count of counts) {
    if (count === undefined) return undefined
    least = Math.min(least ?? count, count)
  }
  return least
}

/**
 * What an autoscaler keeps at least; a HorizontalPodAutoscaler without a minimum keeps 1, a KEDA ScaledObject 0.
 * Sources: autoscaling/v2 `minReplicas`, KEDA `minReplicaCount`.
 */
export function autoscalerMinimum(autoscaler: Resource): number | undefined {
  const value = at(autoscaler.value, autoscalerMinimumPath(autoscaler))
  if (value === undefined || value === null) return autoscaler.kind === 'ScaledObject' ? 0 : 1
  return asCount(value)
}

export function autoscalerMinimumPath(autoscaler: Resource): Path {
  return ['spec', autoscaler.kind === 'ScaledObject' ? 'minReplicaCount' : 'minReplicas']
}

/** Whether another object made this one and keeps it as it wants it. */
export function isOwned(resource: Resource): boolean {
  return asArray(at(resource.value, ['metadata', 'ownerReferences'])).some(isObject)
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

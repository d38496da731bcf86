// Rules that keep the pods of one workload on different nodes and in different zones.

import {
  asArray,
  asObject,
  at,
  compareVersions,
  type Edit,
  type JsonObject,
  member,
  type Path,
  podSelector,
  type Section,
  set,
  type Workload,
} from '../../src/sdk.ts'

export type AntiAffinity = 'preferred' | 'required'

export const ANTI_AFFINITY: Section<AntiAffinity> = {
  name: 'antiAffinity',
  description:
    'Whether pods of one workload should, or must, run on different nodes; with `required` a pod stays Pending when no other node is free.',
  schema: { enum: ['preferred', 'required'] },
  defaults: 'preferred',
}

const HOST = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

/**
 * Edits that add the rules, each only where the pod spec has none of its kind; none at all where the author has set a
 * hard rule, which decides where pods may run. `kind` is what the workload is or is about to become.
 */
export function spreadEdits(
  workload: Workload,
  antiAffinity: AntiAffinity,
  kubernetesVersion: string,
  kind: string = workload.resource.kind,
): Edit[] {
  const selector = podSelector(workload)
  if (selector === undefined || hasHardRule(workload)) return []
  const { resource, spec, specPath } = workload
  const edits: Edit[] = []
  const affinityPath = [...specPath, 'affinity', 'podAntiAffinity']
  if (isFree(spec, ['affinity', 'podAntiAffinity', PREFERRED])) {
    const term = { labelSelector: selector, topologyKey: HOST }
    edits.push(
      antiAffinity === 'required'
        ? set(resource, [...affinityPath, REQUIRED], [term])
        : set(resource, [...affinityPath, PREFERRED], [{ weight: 100, podAffinityTerm: term }]),
    )
  }
  if (isFree(spec, ['topologySpreadConstraints'])) {
    const perRevision = kind === 'Deployment' && compareVersions(kubernetesVersion, '1.27') >= 0
    const constraints = [HOST, ZONE].map(topologyKey => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: selector,
      ...(perRevision ? { matchLabelKeys: ['pod-template-hash'] } : {}),
    }))
    edits.push(set(resource, [...specPath, 'topologySpreadConstraints'], constraints))
  }
  return edits
}

const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'

/** Whether the author rules out nodes: a pod that finds no other node stays Pending. */
export function hasHardRule(workload: Workload): boolean {
  const required = asArray(at(workload.spec, ['affinity', 'podAntiAffinity', REQUIRED]))
  const constraints = asArray(workload.spec.topologySpreadConstraints)
  return required.length > 0 || constraints.some(entry => member(entry, 'whenUnsatisfiable') !== 'ScheduleAnyway')
}

/** Nothing at the path, or nothing in it; a value of another type on the way is left alone. */
function isFree(spec: JsonObject, path: Path): boolean {
  for (let length = 1; length < path.length; length += 1) {
    const parent = at(spec, path.slice(0, length))
    if (parent === undefined || parent === null) return true
    if (asObject(parent) === undefined) return false
  }
  const value = at(spec, path)
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

// Makes a StatefulSet of a Deployment by edits on its document, so that every line that may stay does.

import {
  annotationsOf,
  asObject,
  at,
  type Edit,
  isUnknown,
  type JsonObject,
  member,
  type Path,
  remove,
  set,
  type Workload,
} from '../../src/sdk.ts'

export interface StatefulSetPlan {
  /** name of the headless Service */
  readonly serviceName: string
  readonly members: number
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel'
  /** seconds that a member has to be ready before the next one is touched; an existing value stays */
  readonly minReadySeconds: number
  readonly claimTemplates: readonly JsonObject[]
}

/** Fields of a Deployment's spec that a StatefulSet does not have (apps/v1). */
const DEPLOYMENT_ONLY: readonly string[] = ['strategy', 'progressDeadlineSeconds', 'paused']

/** Annotations that a controller or kubectl wrote about the Deployment. */
const WRITTEN_BY_TOOLS = /^(?:deployment\.kubernetes\.io\/|kubectl\.kubernetes\.io\/last-applied-configuration$)/

/** Edits outside the pod template. `selector`, `revisionHistoryLimit` and the template's metadata stay as they are. */
export function statefulSetEdits(workload: Workload, plan: StatefulSetPlan): Edit[] {
  const { resource } = workload
  const spec = asObject(resource.value.spec)
  const edits: Edit[] = [
    set(resource, ['kind'], 'StatefulSet'),
    set(resource, ['spec', 'serviceName'], plan.serviceName),
    set(resource, ['spec', 'replicas'], plan.members),
    set(resource, ['spec', 'podManagementPolicy'], plan.podManagementPolicy),
    ...minReadyEdits(workload, plan.minReadySeconds),
    ...DEPLOYMENT_ONLY.filter(field => member(spec, field) !== undefined).map(field =>
      remove(resource, ['spec', field]),
    ),
    set(resource, ['spec', 'updateStrategy'], { type: 'RollingUpdate' }),
    ...annotationEdits(workload),
  ]
  if (resource.value.status !== undefined) edits.push(remove(resource, ['status']))
  if (plan.claimTemplates.length > 0) {
    edits.push(set(resource, ['spec', 'volumeClaimTemplates'], [...plan.claimTemplates]))
  }
  return edits
}

export function minReadyEdits(workload: Workload, seconds: number): Edit[] {
  const path = ['spec', 'minReadySeconds']
  const present = at(workload.resource.value, path)
  return present === undefined || present === null || present === 0 ? [set(workload.resource, path, seconds)] : []
}

function annotationEdits({ resource }: Workload): Edit[] {
  const path = ['metadata', 'annotations']
  const names = Object.keys(annotationsOf(resource))
  const written = names.filter(name => WRITTEN_BY_TOOLS.test(name))
  if (written.length === 0) return []
  if (written.length === Object.keys(asObject(at(resource.value, path)) ?? {}).length) return [remove(resource, path)]
  return written.map(name => remove(resource, [...path, name]))
}

/**
 * Edits that keep the variables of Services out of the containers: a Service of the name of a system gives it
 * `KAFKA_PORT=tcp://...`, which images take for a setting. Nothing where a container reads such a variable.
 */
export function serviceLinkEdits(workload: Workload): Edit[] {
  if (readsServiceLinks(workload)) return []
  return [set(workload.resource, [...workload.specPath, 'enableServiceLinks'], false)]
}

export function readsServiceLinks(workload: Workload): boolean {
  const text = JSON.stringify(workload.containers.map(container => container.value))
  return /\$[({]?[A-Z][A-Z0-9_]*_(?:SERVICE_HOST|SERVICE_PORT|PORT_\d+_(?:TCP|UDP))/.test(text)
}

/** Edits that give the pod time to hand over before it is killed; a longer time stays. */
export function graceEdits(workload: Workload, seconds: number): Edit[] {
  const path: Path = [...workload.specPath, 'terminationGracePeriodSeconds']
  const present = at(workload.resource.value, path)
  if (isUnknown(present) || (typeof present === 'number' && present >= seconds)) return []
  return [set(workload.resource, path, seconds)]
}

/**
 * Edits that give fresh volumes to the group that the server runs as: a new file system belongs to root. Nothing where
 * a group is named already.
 */
export function groupEdits(workload: Workload, fsGroup: number): Edit[] {
  const path: Path = [...workload.specPath, 'securityContext']
  const present = asObject(workload.spec.securityContext)
  if (present?.fsGroup !== undefined && present.fsGroup !== null) return []
  if (present === undefined || Object.keys(present).length === 0) {
    return [set(workload.resource, path, { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' })]
  }
  return [
    set(workload.resource, [...path, 'fsGroup'], fsGroup),
    set(workload.resource, [...path, 'fsGroupChangePolicy'], 'OnRootMismatch'),
  ]
}

// The order in which people write the fields of a Kubernetes object, so that a new field stands where it is looked for.

import type { Path } from '../yaml/path.ts'

const CONTAINER = [
  ...['name', 'image', 'imagePullPolicy', 'restartPolicy', 'command', 'args', 'workingDir', 'ports', 'envFrom', 'env'],
  ...['resources', 'volumeMounts', 'volumeDevices', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'],
  'securityContext',
]

const POD_SPEC = [
  ...['enableServiceLinks', 'serviceAccountName', 'serviceAccount', 'automountServiceAccountToken', 'imagePullSecrets'],
  ...['hostNetwork', 'dnsPolicy', 'priorityClassName', 'nodeSelector', 'tolerations', 'restartPolicy'],
  ...['terminationGracePeriodSeconds', 'securityContext', 'affinity', 'topologySpreadConstraints'],
  ...['initContainers', 'containers', 'volumes'],
]

const WORKLOAD_SPEC = [
  ...['serviceName', 'replicas', 'revisionHistoryLimit', 'podManagementPolicy', 'minReadySeconds'],
  ...['progressDeadlineSeconds', 'strategy', 'updateStrategy', 'selector', 'template', 'volumeClaimTemplates'],
]

const SECURITY_CONTEXT = [
  ...['runAsNonRoot', 'runAsUser', 'runAsGroup', 'fsGroup', 'fsGroupChangePolicy', 'supplementalGroups'],
  ...['allowPrivilegeEscalation', 'capabilities', 'readOnlyRootFilesystem', 'seccompProfile'],
]

const AUTOSCALER_SPEC = ['scaleTargetRef', 'minReplicas', 'maxReplicas', 'metrics', 'behavior']

const BUDGET_SPEC = ['minAvailable', 'maxUnavailable', 'unhealthyPodEvictionPolicy', 'selector']

const PORT = ['name', 'protocol', 'appProtocol', 'port', 'containerPort', 'targetPort', 'nodePort', 'hostPort']

/** Lists by the last named step of the parent's path; a number stands for "item of". */
const ORDERS: readonly (readonly [parent: readonly string[], keys: readonly string[]])[] = [
  [['containers', '#'], CONTAINER],
  [['initContainers', '#'], CONTAINER],
  [['ports', '#'], PORT],
  [['securityContext'], SECURITY_CONTEXT],
  [['resources'], ['requests', 'limits']],
  [['requests'], ['cpu', 'memory']],
  [['limits'], ['cpu', 'memory']],
  [['template', 'spec'], POD_SPEC],
  [['template'], ['metadata', 'spec']],
]

const SPECS: Readonly<Record<string, readonly string[]>> = {
  Deployment: WORKLOAD_SPEC,
  StatefulSet: WORKLOAD_SPEC,
  DaemonSet: WORKLOAD_SPEC,
  ReplicaSet: WORKLOAD_SPEC,
  ReplicationController: WORKLOAD_SPEC,
  Rollout: WORKLOAD_SPEC,
  Pod: POD_SPEC,
  PodDisruptionBudget: BUDGET_SPEC,
  HorizontalPodAutoscaler: AUTOSCALER_SPEC,
}

/**
 * The keys that conventionally stand before `key` in the map at `parent` (steps of a path or a pointer) of an object
 * of that kind; undefined when there is no convention, and the new field goes to the end.
 */
export function keysBefore(kind: string, parent: Path, key: string): readonly string[] | undefined {
  const order = orderOf(kind, parent)
  const index = order?.indexOf(key) ?? -1
  return order === undefined || index < 0 ? undefined : beginning(order, index)
}

/** One list for all fields of a kind and place: a run adds the same ones to many objects. */
function beginning(order: readonly string[], count: number): readonly string[] {
  const lists = BEGINNINGS.get(order) ?? new Map<number, readonly string[]>()
  BEGINNINGS.set(order, lists)
  const list = lists.get(count) ?? order.slice(0, count)
  lists.set(count, list)
  return list
}

const BEGINNINGS = new WeakMap<readonly string[], Map<number, readonly string[]>>()

function orderOf(kind: string, parent: Path): readonly string[] | undefined {
  const steps = parent.map(step => (/^\d+$/.test(String(step)) ? '#' : step))
  if (steps.length === 1 && steps[0] === 'spec') return Object.hasOwn(SPECS, kind) ? SPECS[kind] : undefined
  return ORDERS.find(([suffix]) => suffix.every((step, i) => steps[steps.length - suffix.length + i] === step))?.[1]
}

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

const BUDGET_SPEC = ['minAvailable', 'maxUnavailable', 'unhealthyPodEvictionPolicy', 'selector']

/** Lists by the last named step of the parent's path; a number stands for "item of". */
const ORDERS: readonly (readonly [parent: readonly string[], keys: readonly string[]])[] = [
  [['containers', '#'], CONTAINER],
  [['initContainers', '#'], CONTAINER],
  [['securityContext'], SECURITY_CONTEXT],
  [['resources'], ['requests', 'limits']],
  [['requests'], ['cpu', 'memory']],
  [['limits'], ['cpu', 'memory']],
  [['template', 'spec'], POD_SPEC],
  [['template'], ['metadata', 'spec']],
]

/**
 * The keys that conventionally stand before `key` in the map at `parent` of an object of that kind; undefined when
 * there is no convention, and the new field goes to the end.
 */
export function keysBefore(kind: string, parent: Path, key: string): readonly string[] | undefined {
  const order = orderOf(kind, parent)
  const index = order?.indexOf(key) ?? -1
  return order === undefined || index < 0 ? undefined : order.slice(0, index)
}

function orderOf(kind: string, parent: Path): readonly string[] | undefined {
  const steps = parent.map(step => (typeof step === 'number' ? '#' : step))
  if (steps.length === 1 && steps[0] === 'spec') {
    if (kind === 'PodDisruptionBudget') return BUDGET_SPEC
    return kind === 'Pod' ? POD_SPEC : WORKLOAD_SPEC
  }
  return ORDERS.find(([suffix]) => suffix.every((step, i) => steps[steps.length - suffix.length + i] === step))?.[1]
}

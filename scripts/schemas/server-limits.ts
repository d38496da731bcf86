// What the API server checks in its own code and no published schema says: bounds, names, fields that may not be empty.
// Each row was found by asking a kube-apiserver 1.36 for its verdict on one changed field.

import type { TypeWord } from '../../src/schema/compact.ts'
import type { Model } from './model.ts'

type Limits = Readonly<Record<string, unknown>>

const COUNT: Limits = { minimum: 0 }
const POSITIVE: Limits = { minimum: 1 }
const PORT: Limits = { minimum: 1, maximum: 65535 }
const PORT_OR_NAME: Limits = { ...PORT, minLength: 1, format: 'port-name' }
const USER: Limits = { minimum: 0, maximum: 2 ** 31 - 1 }
const MODE: Limits = { minimum: 0, maximum: 0o777 }
const WEIGHT: Limits = { minimum: 1, maximum: 100 }
const SOME: Limits = { minItems: 1 }
/** Optional fields that are pointers in the server, which tells an empty text from none. */
const FILLED: Limits = { minLength: 1 }
const NAME: Limits = { format: 'object-name' }
const NEEDED_NAME: Limits = { minLength: 1, format: 'object-name' }
const LABEL: Limits = { format: 'dns-label' }
const KEY: Limits = { minLength: 1, format: 'label-key' }
const DATA_KEY: Limits = { minLength: 1, format: 'data-key' }
const LABEL_VALUE_LIST: Limits = { items: { type: 'string', format: 'label-value' } }
const LABEL_VALUES: Limits = { additionalProperties: { type: 'string', format: 'label-value' } }

const LIMITS: Readonly<Record<string, Readonly<Record<string, Limits>>>> = {
  V1PodSecurityContext: {
    fsGroup: USER,
    fsGroupChangePolicy: FILLED,
    runAsGroup: USER,
    runAsUser: USER,
    supplementalGroups: { items: { type: 'integer', ...USER } },
  },
  V1SecurityContext: { runAsGroup: USER, runAsUser: USER },
  V1PodSpec: {
    containers: SOME,
    hostname: LABEL,
    nodeSelector: LABEL_VALUES,
    priorityClassName: NAME,
    serviceAccount: NAME,
    serviceAccountName: NAME,
    subdomain: LABEL,
  },
  V1Container: { image: FILLED },
  V1ContainerPort: { hostPort: { minimum: 0, maximum: 65535 } },
  V1VolumeMount: { mountPropagation: FILLED },
  V1ConfigMapEnvSource: { name: NEEDED_NAME },
  V1SecretEnvSource: { name: NEEDED_NAME },
  V1ConfigMapKeySelector: { name: NEEDED_NAME, key: DATA_KEY },
  V1SecretKeySelector: { name: NEEDED_NAME, key: DATA_KEY },
  V1ConfigMapVolumeSource: { name: FILLED, defaultMode: MODE },
  V1ConfigMapProjection: { name: FILLED },
  V1SecretVolumeSource: { secretName: FILLED, defaultMode: MODE },
  V1ProjectedVolumeSource: { defaultMode: MODE },
  V1DownwardAPIVolumeSource: { defaultMode: MODE },
  V1KeyToPath: { mode: MODE },
  V1Probe: {
    failureThreshold: COUNT,
    initialDelaySeconds: COUNT,
    periodSeconds: COUNT,
    successThreshold: COUNT,
    timeoutSeconds: COUNT,
  },
  V1ExecAction: { command: SOME },
  V1HTTPGetAction: { port: PORT_OR_NAME },
  V1TCPSocketAction: { port: PORT_OR_NAME },
  V1GRPCAction: { port: PORT },
  V1WeightedPodAffinityTerm: { weight: WEIGHT },
  V1PreferredSchedulingTerm: { weight: WEIGHT },
  V1PodAffinityTerm: { topologyKey: KEY },
  V1TopologySpreadConstraint: { matchLabelKeys: { items: { type: 'string', ...KEY } } },
  V1NodeSelector: { nodeSelectorTerms: SOME },
  V1NodeSelectorRequirement: { key: KEY, values: LABEL_VALUE_LIST },
  V1LabelSelectorRequirement: { key: KEY, values: LABEL_VALUE_LIST },
  V1LabelSelector: { matchLabels: LABEL_VALUES },
  V1Toleration: { key: { format: 'label-key' }, value: { format: 'label-value' } },
  V1DeploymentSpec: { minReadySeconds: COUNT, replicas: COUNT, revisionHistoryLimit: COUNT },
  V1ReplicaSetSpec: { minReadySeconds: COUNT, replicas: COUNT },
  V1ReplicationControllerSpec: { minReadySeconds: COUNT, replicas: COUNT },
  V1StatefulSetSpec: { minReadySeconds: COUNT, replicas: COUNT, serviceName: LABEL },
  V1DaemonSetSpec: { minReadySeconds: COUNT, revisionHistoryLimit: COUNT },
  V1JobSpec: {
    activeDeadlineSeconds: COUNT,
    backoffLimit: COUNT,
    completions: COUNT,
    parallelism: COUNT,
    ttlSecondsAfterFinished: COUNT,
  },
  V1CronJobSpec: {
    failedJobsHistoryLimit: COUNT,
    startingDeadlineSeconds: COUNT,
    successfulJobsHistoryLimit: COUNT,
  },
  V1PodDisruptionBudgetSpec: { unhealthyPodEvictionPolicy: FILLED },
  V2HPAScalingRules: {
    policies: SOME,
    stabilizationWindowSeconds: { minimum: 0, maximum: 3600 },
    selectPolicy: FILLED,
  },
  V2HPAScalingPolicy: { periodSeconds: { minimum: 1, maximum: 1800 }, value: POSITIVE },
  V2MetricTarget: { averageUtilization: POSITIVE },
  V1HorizontalPodAutoscalerSpec: { minReplicas: COUNT, targetCPUUtilizationPercentage: POSITIVE },
  V2HorizontalPodAutoscalerSpec: { minReplicas: COUNT },
  V1NetworkPolicyPort: { port: PORT_OR_NAME, protocol: FILLED },
  V1HTTPIngressRuleValue: { paths: SOME },
  V1IngressServiceBackend: { name: { minLength: 1, format: 'dns-label' } },
  V1ServiceBackendPort: { name: { format: 'port-name' }, number: { minimum: 0, maximum: 65535 } },
  V1IngressSpec: { ingressClassName: NEEDED_NAME },
  V1IngressTLS: { secretName: NAME },
  V1PolicyRule: { verbs: SOME },
  V1PersistentVolumeClaimSpec: { storageClassName: NAME, volumeMode: FILLED },
  V1PersistentVolumeSpec: { storageClassName: NAME, volumeMode: FILLED },
  V1ServiceSpec: {
    healthCheckNodePort: { minimum: 0, maximum: 65535 },
    ipFamilyPolicy: FILLED,
    selector: LABEL_VALUES,
  },
  V1ClientIPConfig: { timeoutSeconds: { minimum: 1, maximum: 86400 } },
}

/** Texts of which the server knows all. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  V1LabelSelectorRequirement: { operator: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
  V2MetricSpec: { type: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] },
  V2MetricTarget: { type: ['AverageValue', 'Utilization', 'Value'] },
  V2HPAScalingPolicy: { type: ['Percent', 'Pods'] },
  V2HPAScalingRules: { selectPolicy: ['Disabled', 'Max', 'Min'] },
  V1RoleRef: { apiGroup: ['rbac.authorization.k8s.io'], kind: ['ClusterRole', 'Role'] },
  RbacV1Subject: { kind: ['Group', 'ServiceAccount', 'User'] },
}

/** Fields that the schema calls optional, because an empty text is their default. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  V1ConfigMapEnvSource: ['name'],
  V1ConfigMapKeySelector: ['name'],
  V1ConfigMapProjection: ['name'],
  V1ConfigMapVolumeSource: ['name'],
  V1CronJob: ['spec'],
  V1DaemonSet: ['spec'],
  V1Deployment: ['spec'],
  V1ExecAction: ['command'],
  V1Ingress: ['spec'],
  V1Job: ['spec'],
  V1JobTemplateSpec: ['spec'],
  V1PersistentVolume: ['spec'],
  V1PersistentVolumeClaim: ['spec'],
  V1Pod: ['spec'],
  V1PodTemplateSpec: ['spec'],
  V1ReplicaSet: ['spec'],
  V1ReplicaSetSpec: ['template'],
  V1ReplicationController: ['spec'],
  V1ReplicationControllerSpec: ['template'],
  V1SecretEnvSource: ['name'],
  V1SecretKeySelector: ['name'],
  V1SecretVolumeSource: ['secretName'],
  V1StatefulSet: ['spec'],
  V2HorizontalPodAutoscaler: ['spec'],
}

/** Fields that the schema calls required, and whose absence the server does not see. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  V1HTTPHeader: ['value'],
  V1ISCSIVolumeSource: ['lun'],
  V1LimitRangeSpec: ['limits'],
  V1Sysctl: ['value'],
}

/** Narrows the fields of builtin definitions; names that a version does not have are passed over. */
export function applyServerLimits(definitions: Model['definitions']): void {
  const narrow = (name: string, field: string, change: (word: string) => string, limits: Limits = {}) => {
    const fields = definitions.get(name)
    const type = fields?.get(field)
    if (fields === undefined || type === undefined) return
    const [word, known] = typeof type === 'string' ? [type, {}] : type
    const all = { ...known, ...limits }
    const changed: TypeWord = Object.keys(all).length === 0 ? change(word) : [change(word), all]
    fields.set(field, changed)
  }
  forEachField(CHOICES, (name, field, choices) => {
    narrow(name, field, word => word.replace(/^(!?)string$/, `$1=${choices.join('|')}`))
  })
  forEachField(LIMITS, (name, field, limits) => narrow(name, field, word => word, limits))
  for (const [name, fields] of Object.entries(REQUIRED)) {
    for (const field of fields) narrow(name, field, word => (word.startsWith('!') ? word : `!${word}`))
  }
  for (const [name, fields] of Object.entries(OPTIONAL)) {
    for (const field of fields) narrow(name, field, word => word.replace(/^!/, ''))
  }
}

function forEachField<T>(
  table: Readonly<Record<string, Readonly<Record<string, T>>>>,
  visit: (name: string, field: string, row: T) => void,
): void {
  for (const [name, fields] of Object.entries(table)) {
    for (const [field, row] of Object.entries(fields)) visit(name, field, row)
  }
}

// API versions that Kubernetes no longer serves.
// Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ and the release notes of each version.

import { compareVersions } from './versions.ts'

export interface RemovedApi {
  readonly removedIn: string
  /** the apiVersion that serves the kind now; absent when the kind itself is gone */
  readonly replacement?: string
}

type Row = readonly [apiVersion: string, removedIn: string, replacement: string | undefined, kinds: readonly string[]]

const ROWS: readonly Row[] = [
  ['extensions/v1beta1', '1.16', 'apps/v1', ['Deployment', 'DaemonSet', 'ReplicaSet']],
  ['extensions/v1beta1', '1.16', 'networking.k8s.io/v1', ['NetworkPolicy']],
  ['extensions/v1beta1', '1.16', undefined, ['PodSecurityPolicy']],
  ['extensions/v1beta1', '1.22', 'networking.k8s.io/v1', ['Ingress']],
  ['apps/v1beta1', '1.16', 'apps/v1', ['Deployment', 'StatefulSet', 'ControllerRevision']],
  ['apps/v1beta2', '1.16', 'apps/v1', ['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet', 'ControllerRevision']],
  [
    'admissionregistration.k8s.io/v1beta1',
    '1.22',
    'admissionregistration.k8s.io/v1',
    ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  ],
  ['apiextensions.k8s.io/v1beta1', '1.22', 'apiextensions.k8s.io/v1', ['CustomResourceDefinition']],
  ['apiregistration.k8s.io/v1beta1', '1.22', 'apiregistration.k8s.io/v1', ['APIService']],
  ['authentication.k8s.io/v1beta1', '1.22', 'authentication.k8s.io/v1', ['TokenReview']],
  [
    'authorization.k8s.io/v1beta1',
    '1.22',
    'authorization.k8s.io/v1',
    ['LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SubjectAccessReview', 'SelfSubjectRulesReview'],
  ],
  ['certificates.k8s.io/v1beta1', '1.22', 'certificates.k8s.io/v1', ['CertificateSigningRequest']],
  ['coordination.k8s.io/v1beta1', '1.22', 'coordination.k8s.io/v1', ['Lease']],
  ['networking.k8s.io/v1beta1', '1.22', 'networking.k8s.io/v1', ['Ingress', 'IngressClass']],
  [
    'rbac.authorization.k8s.io/v1alpha1',
    '1.22',
    'rbac.authorization.k8s.io/v1',
    ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ],
  [
    'rbac.authorization.k8s.io/v1beta1',
    '1.22',
    'rbac.authorization.k8s.io/v1',
    ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ],
  ['scheduling.k8s.io/v1beta1', '1.22', 'scheduling.k8s.io/v1', ['PriorityClass']],
  ['storage.k8s.io/v1beta1', '1.22', 'storage.k8s.io/v1', ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment']],
  ['batch/v1beta1', '1.25', 'batch/v1', ['CronJob']],
  ['batch/v2alpha1', '1.21', 'batch/v1', ['CronJob']],
  ['discovery.k8s.io/v1beta1', '1.25', 'discovery.k8s.io/v1', ['EndpointSlice']],
  ['events.k8s.io/v1beta1', '1.25', 'events.k8s.io/v1', ['Event']],
  ['autoscaling/v2beta1', '1.25', 'autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['autoscaling/v2beta2', '1.26', 'autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['policy/v1beta1', '1.25', 'policy/v1', ['PodDisruptionBudget']],
  ['policy/v1beta1', '1.25', undefined, ['PodSecurityPolicy']],
  ['node.k8s.io/v1beta1', '1.25', 'node.k8s.io/v1', ['RuntimeClass']],
  [
    'flowcontrol.apiserver.k8s.io/v1beta1',
    '1.26',
    'flowcontrol.apiserver.k8s.io/v1',
    ['FlowSchema', 'PriorityLevelConfiguration'],
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1beta2',
    '1.29',
    'flowcontrol.apiserver.k8s.io/v1',
    ['FlowSchema', 'PriorityLevelConfiguration'],
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1beta3',
    '1.32',
    'flowcontrol.apiserver.k8s.io/v1',
    ['FlowSchema', 'PriorityLevelConfiguration'],
  ],
  ['storage.k8s.io/v1beta1', '1.27', 'storage.k8s.io/v1', ['CSIStorageCapacity']],
  [
    'admissionregistration.k8s.io/v1beta1',
    '1.34',
    'admissionregistration.k8s.io/v1',
    ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  ],
]

const REMOVED: ReadonlyMap<string, RemovedApi> = new Map(
  ROWS.flatMap(([apiVersion, removedIn, replacement, kinds]) =>
    kinds.map((kind): [string, RemovedApi] => [
      `${apiVersion}/${kind}`,
      replacement === undefined ? { removedIn } : { removedIn, replacement },
    ]),
  ),
)

/** The removal of a kind's API version, when the given Kubernetes version no longer serves it. */
export function removedApi(apiVersion: string, kind: string, kubernetesVersion: string): RemovedApi | undefined {
  const removed = REMOVED.get(`${apiVersion}/${kind}`)
  return removed !== undefined && compareVersions(removed.removedIn, kubernetesVersion) <= 0 ? removed : undefined
}

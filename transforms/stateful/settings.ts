// What a user may say about stateful systems: what happens to their data, how large volumes are, the cluster's domain.

import type { Section } from '../../src/sdk.ts'

/**
 * What happens to data on a claim when members get claims of their own. `plan`: nothing, the change is refused with its
 * plan; `fresh`: the members start empty, the old claim stays; `clone`, `copy`: the first member gets the old content,
 * by the storage driver or by a Job.
 */
export type DataMode = 'plan' | 'fresh' | 'clone' | 'copy'

export interface StatefulSettings {
  readonly data: DataMode
  /** members keep their data in the pod, as before: no claims are made */
  readonly keepEmptyDir: boolean
  /** quantities of the claims of systems that had none */
  readonly sizes: { readonly kafka: string; readonly zookeeper: string; readonly mongodb: string }
  /** storage class of such claims; the cluster's default when empty */
  readonly storageClass: string
}

const SIZE = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$' }

export const STATEFUL: Section<StatefulSettings> = {
  name: 'stateful',
  description: 'What happens to the data of Kafka, ZooKeeper and MongoDB when one member becomes three.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      data: {
        enum: ['plan', 'fresh', 'clone', 'copy'],
        description:
          'Data on a claim: refuse with a plan, start empty, or give it to the first member by a volume clone or by a copy Job. Data in the pod itself is lost at every restart and asks for nothing.',
      },
      keepEmptyDir: {
        type: 'boolean',
        description: 'Leave data in the pods instead of giving each member a claim.',
      },
      sizes: {
        type: 'object',
        additionalProperties: false,
        properties: { kafka: SIZE, zookeeper: SIZE, mongodb: SIZE },
        description: 'Sizes of the claims of systems that had none.',
      },
      storageClass: {
        type: 'string',
        description: 'Storage class of such claims; the default class of the cluster when it is empty.',
      },
    },
  },
  defaults: {
    data: 'plan',
    keepEmptyDir: false,
    sizes: { kafka: '10Gi', zookeeper: '2Gi', mongodb: '10Gi' },
    storageClass: '',
  },
}

export const CLUSTER_DOMAIN: Section<string> = {
  name: 'clusterDomain',
  description: 'DNS domain of the cluster, the end of the full names of pods and Services.',
  schema: { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$' },
  defaults: 'cluster.local',
}

/** Who makes certificates. `existing-secret`: somebody else does, under the names that kubemend uses. */
export type TlsProvider = 'cert-manager' | 'existing-secret' | 'none'

export interface TlsSettings {
  readonly provider: TlsProvider
}

export const TLS: Section<TlsSettings> = {
  name: 'tls',
  description: 'Where the certificates of Kafka, ZooKeeper and MongoDB come from.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      provider: {
        enum: ['cert-manager', 'existing-secret', 'none'],
        description:
          'Write cert-manager objects, use Secrets that are made elsewhere, or leave the systems without encryption.',
      },
    },
  },
  defaults: { provider: 'cert-manager' },
}

// What a user may say about Kafka: how far TLS goes, which stage the cluster has reached, which topics there are.

import type { Section } from '../../src/sdk.ts'

/** `auto`: TLS only where every client can be moved, else both; `dual`: both; `full`: TLS only; `off`: nothing. */
export type SslGoal = 'auto' | 'dual' | 'full' | 'off'

/** The stage that every running broker has, once a change of it has been rolled out. */
export type RolledStage = 'none' | 'S1' | 'S2'

export interface TopicSetting {
  readonly name: string
  readonly partitions?: number
}

/** How a client of one's own is told to use TLS, by the names of its variables. */
export interface ClientProfile {
  /** names of workloads; all that have the bootstrap variable when there are none */
  readonly workloads?: readonly string[]
  /** variable with the addresses of the brokers */
  readonly bootstrap: string
  /** variables that switch TLS on, with their values */
  readonly set: Readonly<Record<string, string>>
  /** variable that takes the path of the CA file */
  readonly caFile?: string
}

export interface KafkaSettings {
  readonly ssl: SslGoal
  readonly rolled: RolledStage
  /** every client outside the files speaks TLS already */
  readonly clientsReady: boolean
  /** all existing topics have the new number of replicas */
  readonly reassigned: boolean
  /** the topics of the platform are there already, and stay */
  readonly topicsExist: boolean
  readonly topics: readonly (string | TopicSetting)[]
  readonly clients: readonly ClientProfile[]
}

const NAME = { type: 'string', pattern: '^[a-zA-Z0-9._-]{1,249}$' }
const VARIABLE = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$' }

export const KAFKA: Section<KafkaSettings> = {
  name: 'kafka',
  description: 'How far the encryption of Kafka goes, what has been rolled out already, and which topics there are.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ssl: {
        enum: ['auto', 'dual', 'full', 'off'],
        description:
          'TLS only where every client in the files can be moved and both otherwise (auto), TLS beside plaintext (dual), TLS only (full), or neither listeners nor certificates (off).',
      },
      rolled: {
        enum: ['none', 'S1', 'S2'],
        description:
          'The stage that every running broker has: S1 when the TLS listener is open on all of them, S2 when they also talk TLS to each other. A cluster of several brokers moves one stage in a run.',
      },
      clientsReady: { type: 'boolean', description: 'Every client, also those that are not in the files, speaks TLS.' },
      reassigned: { type: 'boolean', description: 'All topics that existed before have the new number of replicas.' },
      topicsExist: {
        type: 'boolean',
        description: 'All topics are there already and outlive a restart, so none has to be made.',
      },
      topics: {
        type: 'array',
        items: {
          anyOf: [
            NAME,
            {
              type: 'object',
              additionalProperties: false,
              required: ['name'],
              properties: { name: NAME, partitions: { type: 'integer', minimum: 1 } },
            },
          ],
        },
        description: 'Topics that the platform needs, beside those that are found in the files.',
      },
      clients: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['bootstrap', 'set'],
          properties: {
            workloads: { type: 'array', items: { type: 'string' } },
            bootstrap: VARIABLE,
            set: { type: 'object', additionalProperties: { type: 'string' } },
            caFile: { type: 'string' },
          },
        },
        description: 'Clients of your own: the variable with the brokers, and the variables that switch TLS on.',
      },
    },
  },
  defaults: {
    ssl: 'auto',
    rolled: 'none',
    clientsReady: false,
    reassigned: false,
    topicsExist: false,
    topics: [],
    clients: [],
  },
}

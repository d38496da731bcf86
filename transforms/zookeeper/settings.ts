// What a user may say about ZooKeeper: whether TLS is wanted, and which stage the ensemble has reached.

import type { Section } from '../../src/sdk.ts'
import type { RolledStage } from './stage.ts'

/** `off`: nothing; `dual`: between members, and for clients beside plaintext; `full`: known clients move as well. */
export type TlsGoal = 'off' | 'dual' | 'full'

export interface ZookeeperSettings {
  readonly tls: TlsGoal
  readonly rolled: RolledStage
}

export const ZOOKEEPER: Section<ZookeeperSettings> = {
  name: 'zookeeper',
  description: 'Whether ZooKeeper gets TLS, and what of it has been rolled out already.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      tls: {
        enum: ['off', 'dual', 'full'],
        description:
          'Leave ZooKeeper as it is (off), encrypt what goes between members and open a TLS port for clients beside the plaintext one (dual), or move the brokers of Kafka in the files to that port as well (full).',
      },
      rolled: {
        enum: ['none', 'Q1', 'Q2'],
        description:
          'The stage that every running member has: Q1 when each takes TLS and plaintext from the others and has the TLS port for clients, Q2 when each also dials the others by TLS. An ensemble that runs moves one stage in a run.',
      },
    },
  },
  defaults: { tls: 'off', rolled: 'none' },
}

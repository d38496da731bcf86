// What a user may say about MongoDB: the name of the replica set, and where members take their common key from.

import type { Section } from '../../src/sdk.ts'
import type { RolledMode } from './tls-mode.ts'

/** `secret`: a Secret that somebody makes; `derived`: from the password of the root user, in each pod. */
export type KeySource = 'secret' | 'derived'

/** `off`: nothing; `dual`: TLS beside plaintext, and between members; `full`: TLS alone, once every client asks for it. */
export type TlsGoal = 'off' | 'dual' | 'full'

export interface MongodbSettings {
  readonly replicaSet: string
  readonly tls: TlsGoal
  readonly rolled: RolledMode
  /** every client, also those that are in no file, asks for TLS already */
  readonly clientsReady: boolean
  readonly key: {
    readonly source: KeySource
    /** name of the Secret, whose entry is `keyfile`; `<workload>-keyfile` when empty */
    readonly secret: string
  }
}

/** Entry of the Secret that holds the key. */
export const KEY_ENTRY = 'keyfile'

export const MONGODB: Section<MongodbSettings> = {
  name: 'mongodb',
  description: 'How the members of a MongoDB replica set know each other, and whether MongoDB gets TLS.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      replicaSet: {
        type: 'string',
        pattern: '^[A-Za-z][A-Za-z0-9_-]{0,62}$',
        description: 'Name of the replica set.',
      },
      tls: {
        enum: ['off', 'dual', 'full'],
        description:
          'Leave MongoDB as it is (off), take TLS beside plaintext and use it between members (dual), or take TLS alone once every client in the files asks for it (full).',
      },
      rolled: {
        enum: ['none', 'allowTLS', 'preferTLS'],
        description: 'The mode that every running member has. A replica set moves one mode in a run.',
      },
      clientsReady: {
        type: 'boolean',
        description: 'Every client, also those that are not in the files, asks for TLS and knows its authority.',
      },
      key: {
        type: 'object',
        additionalProperties: false,
        properties: {
          source: {
            enum: ['secret', 'derived'],
            description:
              'Where access control is on, members prove themselves by a common key: one of a Secret that is made by hand, or one that each pod derives from the root password, so that a new password asks for a restart of all members at once.',
          },
          secret: {
            type: 'string',
            pattern: '^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$',
            description: 'Name of that Secret, whose entry is `keyfile`; <workload>-keyfile when it is empty.',
          },
        },
        description: 'The common key of the members.',
      },
    },
  },
  defaults: {
    replicaSet: 'rs0',
    tls: 'off',
    rolled: 'none',
    clientsReady: false,
    key: { source: 'secret', secret: '' },
  },
}

export function keySecret(name: string, settings: MongodbSettings): string {
  return settings.key.secret === '' ? `${name}-keyfile` : settings.key.secret
}

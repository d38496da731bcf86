// A refusal of more brokers, with the next step.

import { decline, describe, type FollowUp, type Proposal, REPLICAS_PATH } from '../../src/sdk.ts'
import type { Broker } from '../kafka/broker.ts'

export interface Refused {
  readonly code: string
  /** continues "X runs one broker of Kafka: " */
  readonly why: string
  readonly next: string
  readonly steps?: readonly FollowUp[]
  readonly config?: string
}

export function refuse({ workload, title, count }: Broker, refused: Refused): Proposal {
  const { resource } = workload
  const { code, why, next, steps, config } = refused
  return decline({
    target: { resource, path: REPLICAS_PATH },
    code,
    why: `${describe(resource)} runs ${title} as ${count === 1 ? 'one broker' : `${count} brokers`}: ${why}`,
    next,
    ...(steps === undefined ? {} : { steps }),
    ...(config === undefined ? {} : { allow: { config } }),
  })
}

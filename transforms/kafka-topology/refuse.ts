// A refusal of more brokers, with the next step.

import type { Proposal } from '../../src/sdk.ts'
import type { Broker } from '../kafka/broker.ts'
import { type Refused, refuseMembers } from '../stateful/refused.ts'

export function refuse({ workload, title, count }: Broker, refused: Refused): Proposal {
  return refuseMembers(workload, `${title} as ${count === 1 ? 'one broker' : `${count} brokers`}`, refused)
}

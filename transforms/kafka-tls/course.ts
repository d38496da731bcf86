// How far a run takes the encryption: what is wanted, what is in the way, and one stage at a time where brokers run.

import type { Settings } from '../../src/sdk.ts'
import { type Broker, isLiveCluster } from '../kafka/broker.ts'
import type { Client } from '../kafka/clients.ts'
import { KAFKA } from '../kafka/settings.ts'
import { isBefore, nextStage, type Stage } from '../kafka/stage.ts'

/** The stage that is wanted, the clients in its way, and the stage that this run may reach. */
export interface Course {
  readonly wanted: Stage
  readonly reached: Stage
  readonly blocking: readonly Client[]
}

/** A cluster that runs moves one stage at a time: with two at once, brokers of the old and the new stage do not meet. */
export function courseOf(
  settings: Settings,
  original: Broker,
  before: Stage,
  clients: readonly Client[],
  isOpenOutside: boolean,
): Course {
  const { ssl, clientsReady, rolled } = settings.get(KAFKA, original.workload.resource)
  const unknown = clientsReady ? [] : clients.filter(({ kind }) => kind.type === 'unknown')
  const wanted: Stage = ssl !== 'dual' && unknown.length === 0 && !isOpenOutside ? 'S3' : 'S2'
  const blocking = ssl === 'dual' ? clients : unknown
  if (!isLiveCluster(original)) return { wanted, reached: wanted, blocking }
  const done = before === 'S0' || rolled === before
  const next = done ? nextStage(before) : before
  return { wanted, reached: isBefore(wanted, next) ? wanted : next, blocking }
}

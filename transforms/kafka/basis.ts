// How the other transforms of Kafka stand on the one that makes more brokers of it.

import { REPLICAS_PATH } from '../../src/sdk.ts'
import type { Broker } from './broker.ts'

/** Brokers that the workload has now, after the changes of this run so far: pods of a Deployment are one broker. */
export function brokerCount({ workload, count }: Broker): number {
  return workload.resource.kind === 'StatefulSet' ? count : 1
}

/** The change that makes three brokers of one, as a basis. */
export function needsMembers(broker: Broker, otherwise: { readonly code: string; readonly text: string }) {
  const { resource } = broker.workload
  return { rule: 'kafka-topology', target: { resource, path: REPLICAS_PATH }, otherwise }
}

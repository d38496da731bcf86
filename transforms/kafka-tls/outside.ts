// Plaintext that is reached from outside the cluster, where the files know no clients.

import { asArray, at, member, type Workspace } from '../../src/sdk.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { hostKind } from '../kafka/hosts.ts'
import type { Listener } from '../kafka/listeners.ts'
import { portReference } from '../stateful/probes.ts'

/** Plaintext listeners that are reached from outside the cluster: their clients are in no file. */
export function outsidePlaintext(
  workspace: Workspace,
  broker: Broker,
  { opened, advertised, protocols }: Listeners,
): Listener[] {
  const told = advertised
    .filter(({ name }) => protocols.get(name) === 'PLAINTEXT')
    .filter(({ host }) => hostKind(workspace, broker, host) === 'outside')
  const published = opened
    .filter(({ name }) => protocols.get(name) === 'PLAINTEXT' && !told.some(listener => listener.name === name))
    .filter(({ port }) => isPublished(workspace, broker, port))
  return [...told, ...published.map(listener => ({ ...listener, host: 'a node or a load balancer' }))]
}

/** Whether a port of the node, or a Service that is reached from outside, leads to the container's port. */
function isPublished(workspace: Workspace, { workload, container }: Broker, port: number): boolean {
  const entry = asArray(container.value.ports).find(candidate => Number(member(candidate, 'containerPort')) === port)
  if (workload.spec.hostNetwork === true || Number(member(entry, 'hostPort')) > 0) return true
  const reference = portReference(container, port)
  return workspace
    .servicesOf(workload)
    .filter(service => ['NodePort', 'LoadBalancer'].includes(String(at(service.value, ['spec', 'type']))))
    .flatMap(service => asArray(at(service.value, ['spec', 'ports'])))
    .some(candidate => {
      const target = member(candidate, 'targetPort') ?? member(candidate, 'port')
      return target === reference || Number(target) === port
    })
}

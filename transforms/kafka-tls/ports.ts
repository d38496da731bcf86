// The TLS port on the container, the Services and the policy of the members, and the plaintext one taken away.

import { asArray, at, type Edit, member, type Resource, remove, set } from '../../src/sdk.ts'
import { listenersAt } from '../kafka/stage.ts'
import { openPortEdits } from '../stateful/open-port.ts'
import { portReference } from '../stateful/probes.ts'
import type { TlsPlan } from './target.ts'

const PORT_NAME = 'kafka-tls'

export function portEdits(plan: TlsPlan): Edit[] {
  const { workspace, broker, port } = plan
  const { workload, container } = broker
  return [
    ...openPortEdits(workspace, container, { name: PORT_NAME, port, first: 'kafka' }),
    ...closedPorts(plan).flatMap(closed =>
      removeAt(
        workload.resource,
        [...container.path, 'ports'],
        entry => Number(member(entry, 'containerPort')) === closed,
      ),
    ),
    ...workspace.servicesOf(workload).flatMap(service => closingEdits(plan, service)),
  ]
}

/** Ports of listeners that the stage does not have any more. */
function closedPorts({ listeners, stage, port }: TlsPlan): number[] {
  const kept = new Set(listenersAt(stage, listeners, port).opened.map(listener => listener.port))
  return listeners.opened.map(listener => listener.port).filter(opened => !kept.has(opened))
}

function closingEdits(plan: TlsPlan, service: Resource): Edit[] {
  const type = at(service.value, ['spec', 'type'])
  if (service.partial || !service.selected || (type !== undefined && type !== 'ClusterIP')) return []
  return closedPorts(plan).flatMap(closed => {
    const reference = portReference(plan.broker.container, closed)
    return removeAt(service, ['spec', 'ports'], entry => {
      const target = member(entry, 'targetPort') ?? member(entry, 'port')
      return target === reference || Number(target) === closed
    })
  })
}

function removeAt(
  resource: Resource,
  path: readonly (string | number)[],
  fits: (entry: ReturnType<typeof asArray>[number]) => boolean,
): Edit[] {
  const indexes = asArray(at(resource.value, path)).flatMap((entry, index) => (fits(entry) ? [index] : []))
  return indexes.reverse().map(index => remove(resource, [...path, index]))
}

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const

/** Probes of a port that closes ask the TLS one. */
export function probeEdits(plan: TlsPlan): Edit[] {
  const { broker, port } = plan
  const { container, workload } = broker
  const reference = portReference(container, port)
  const name = typeof reference === 'string' ? reference : PORT_NAME
  return closedPorts(plan).flatMap(closed => {
    const known = portReference(container, closed)
    return PROBES.flatMap(probe => {
      const path = [...container.path, probe, 'tcpSocket', 'port']
      const asked = at(workload.resource.value, path)
      return asked === known || asked === closed ? [set(workload.resource, path, name)] : []
    })
  })
}

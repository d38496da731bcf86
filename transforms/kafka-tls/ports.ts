// The TLS port on the container, the Services and the policy of the members, and the plaintext one taken away.

import {
  append,
  asArray,
  asString,
  at,
  type Edit,
  isObject,
  member,
  type Resource,
  remove,
  set,
} from '../../src/sdk.ts'
import { listenersAt } from '../kafka/stage.ts'
import { portReference } from '../stateful/probes.ts'
import type { TlsPlan } from './target.ts'

const PORT_NAME = 'kafka-tls'

export function portEdits(plan: TlsPlan): Edit[] {
  const { broker, port } = plan
  const { workload, container } = broker
  const present = portReference(container, port)
  const name = typeof present === 'string' ? present : PORT_NAME
  const isOpen = asArray(container.value.ports).some(entry => Number(member(entry, 'containerPort')) === port)
  const edits: Edit[] = []
  if (!isOpen) edits.push(append(workload.resource, [...container.path, 'ports'], { name, containerPort: port }))
  edits.push(
    ...closedPorts(plan).flatMap(closed =>
      removeAt(
        workload.resource,
        [...container.path, 'ports'],
        entry => Number(member(entry, 'containerPort')) === closed,
      ),
    ),
  )
  for (const service of plan.workspace.servicesOf(workload))
    edits.push(...serviceEdits(plan, service, isOpen ? present : name))
  return [...edits, ...policyEdits(plan)]
}

/** Ports of listeners that the stage does not have any more. */
function closedPorts({ listeners, stage, port }: TlsPlan): number[] {
  const kept = new Set(listenersAt(stage, listeners, port).opened.map(listener => listener.port))
  return listeners.opened.map(listener => listener.port).filter(opened => !kept.has(opened))
}

/** Only inside the cluster: on a node port or a load balancer each broker would need an address of its own. */
function serviceEdits(plan: TlsPlan, service: Resource, targetPort: string | number): Edit[] {
  const { port, broker } = plan
  const type = at(service.value, ['spec', 'type'])
  const path = ['spec', 'ports']
  const ports = asArray(at(service.value, path))
  if (service.partial || !service.selected || (type !== undefined && type !== 'ClusterIP')) return []
  const edits: Edit[] = []
  const [first] = ports
  if (ports.length === 1 && isObject(first) && asString(first.name) === undefined) {
    edits.push(set(service, [...path, 0, 'name'], 'kafka'))
  }
  if (!ports.some(entry => Number(member(entry, 'port')) === port)) {
    edits.push(append(service, path, { name: PORT_NAME, port, targetPort }))
  }
  for (const closed of closedPorts(plan)) {
    const reference = portReference(broker.container, closed)
    edits.push(
      ...removeAt(service, path, entry => {
        const target = member(entry, 'targetPort') ?? member(entry, 'port')
        return target === reference || Number(target) === closed
      }),
    )
  }
  return edits
}

function removeAt(
  resource: Resource,
  path: readonly (string | number)[],
  fits: (entry: ReturnType<typeof asArray>[number]) => boolean,
): Edit[] {
  const indexes = asArray(at(resource.value, path)).flatMap((entry, index) => (fits(entry) ? [index] : []))
  return indexes.reverse().map(index => remove(resource, [...path, index]))
}

/** The policy that lets members reach each other, where there is one. */
function policyEdits({ workspace, broker, port }: TlsPlan): Edit[] {
  const { resource } = broker.workload
  const policy = workspace.named(resource, 'NetworkPolicy', `${resource.name}-members`)
  if (policy === undefined || !policy.selected) return []
  return (['ingress', 'egress'] as const).flatMap(direction => {
    const ports = asArray(at(policy.value, ['spec', direction, 0, 'ports']))
    if (ports.length === 0 || ports.some(entry => member(entry, 'port') === port)) return []
    return [append(policy, ['spec', direction, 0, 'ports'], { port, protocol: 'TCP' })]
  })
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

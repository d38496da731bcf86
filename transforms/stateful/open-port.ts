// One more port of a server: on its container, its Services and the policies that let others in.

import {
  append,
  asArray,
  asString,
  at,
  type Container,
  type Edit,
  isObject,
  member,
  type Resource,
  set,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { portReference } from './probes.ts'

export interface NewPort {
  /** as the container and the Services name it, where the container has no name for it yet */
  readonly name: string
  readonly port: number
  /** name that the only port of a Service gets, which needs one as soon as there are two */
  readonly first: string
}

/** Only inside the cluster: behind a port of a node or a load balancer each member would need an address of its own. */
export function openPortEdits(workspace: Workspace, container: Container, added: NewPort): Edit[] {
  const { workload } = container
  const { port } = added
  const isListed = asArray(container.value.ports).some(entry => Number(member(entry, 'containerPort')) === port)
  const reference = portReference(container, port)
  const name = typeof reference === 'string' ? reference : added.name
  const path = [...container.path, 'ports']
  return [
    ...(isListed ? [] : [append(workload.resource, path, { name, containerPort: port })]),
    ...workspace.servicesOf(workload).flatMap(service => serviceEdits(service, added, isListed ? reference : name)),
    ...memberPolicyEdits(workspace, workload, port),
  ]
}

function serviceEdits(service: Resource, { name, port, first: firstName }: NewPort, targetPort: string | number) {
  const type = at(service.value, ['spec', 'type'])
  const path = ['spec', 'ports']
  const ports = asArray(at(service.value, path))
  if (service.partial || !service.selected || (type !== undefined && type !== 'ClusterIP')) return []
  const edits: Edit[] = []
  const [first] = ports
  if (ports.length === 1 && isObject(first) && asString(first.name) === undefined) {
    edits.push(set(service, [...path, 0, 'name'], firstName))
  }
  if (!ports.some(entry => Number(member(entry, 'port')) === port)) {
    edits.push(append(service, path, { name, port, targetPort }))
  }
  return edits
}

/** The policy that lets members reach each other, where there is one. */
function memberPolicyEdits(workspace: Workspace, { resource }: Workload, port: number): Edit[] {
  const policy = workspace.named(resource, 'NetworkPolicy', `${resource.name}-members`)
  if (policy === undefined || !policy.selected) return []
  return (['ingress', 'egress'] as const).flatMap(direction => {
    const ports = asArray(at(policy.value, ['spec', direction, 0, 'ports']))
    if (ports.length === 0 || ports.some(entry => member(entry, 'port') === port)) return []
    return [append(policy, ['spec', direction, 0, 'ports'], { port, protocol: 'TCP' })]
  })
}

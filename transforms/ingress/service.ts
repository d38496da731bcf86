// A Service that is published on its own: what is known of it, and how its type is taken back to ClusterIP.

import {
  asObject,
  asString,
  at,
  describe,
  type Edit,
  member,
  type Resource,
  remove,
  type Settings,
  set,
  type TextReference,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { choiceOf, INGRESS, type IngressOptions, type ServiceChoice } from './options.ts'
import { portsOf, type ServicePort } from './protocol.ts'

export interface PublishedService {
  readonly workspace: Workspace
  readonly resource: Resource
  readonly options: IngressOptions
  /** the configuration's choice when it publishes this Service; undefined without one */
  readonly choice: ServiceChoice | undefined
  readonly type: 'NodePort' | 'LoadBalancer'
  readonly workloads: readonly Workload[]
  readonly ports: readonly ServicePort[]
}

/** The Service as seen by the transform; undefined when it is not published, or the configuration leaves it alone. */
export function publishedService(
  workspace: Workspace,
  settings: Settings,
  resource: Resource,
): PublishedService | undefined {
  const spec = asObject(resource.value.spec)
  const type = member(spec, 'type')
  if (resource.apiVersion !== 'v1' || resource.name === '') return undefined
  if ((type !== 'NodePort' && type !== 'LoadBalancer') || member(spec, 'clusterIP') === 'None') return undefined
  const options = settings.get(INGRESS, resource)
  const choice = choiceOf(options, resource)
  if (choice === false) return undefined
  const workloads = workspace.workloadsOfService(resource)
  return {
    workspace,
    resource,
    options,
    choice: choice === true ? {} : choice,
    type,
    workloads,
    ports: portsOf(resource, workloads),
  }
}

/** `Service platform/api-gateway opens node port 30080 on every node`. */
export function publication(service: PublishedService): string {
  const subject = describe(service.resource)
  if (service.type === 'LoadBalancer') return `${subject} asks for a load balancer of its own`
  const numbers = nodePorts(service)
  if (numbers.length === 0) return `${subject} opens a port on every node`
  return `${subject} opens node port${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')} on every node`
}

function nodePorts(service: PublishedService): number[] {
  return service.ports.flatMap(port => port.nodePort ?? [])
}

/** Fields that the API forbids or ignores on a ClusterIP Service. */
const PUBLISHING_FIELDS = [
  ...['externalTrafficPolicy', 'healthCheckNodePort', 'loadBalancerIP', 'loadBalancerClass'],
  ...['loadBalancerSourceRanges', 'allocateLoadBalancerNodePorts'],
]

/** Turns the Service into a ClusterIP one; ports, names, targets and session affinity stay. */
export function unpublish(service: PublishedService): Edit[] {
  const { resource, ports } = service
  const spec = asObject(resource.value.spec)
  const fields = PUBLISHING_FIELDS.filter(field => member(spec, field) !== undefined)
  const numbered = ports.filter(port => at(resource.value, nodePortPath(port)) !== undefined)
  return [
    set(resource, ['spec', 'type'], 'ClusterIP'),
    ...fields.map(field => remove(resource, ['spec', field])),
    ...numbered.map(port => remove(resource, nodePortPath(port))),
  ]
}

function nodePortPath(port: ServicePort): (string | number)[] {
  return ['spec', 'ports', port.index, 'nodePort']
}

/** A declared node port; one on a line of its own takes its comment along when it goes. */
const DECLARATION = /^(?:-\s+)?["']?nodePort["']?\s*:.*|["']?nodePort["']?\s*:\s*["']?\d+/g

/** Lines of the tree that name one of the Service's node ports, apart from those that declare it. */
export function nodePortReferences(service: PublishedService): (TextReference & { readonly port: number })[] {
  return nodePorts(service).flatMap(port => {
    const mention = new RegExp(`(?<![\\w.])${port}(?!\\w)`)
    return service.workspace
      .textReferences(mention)
      .filter(reference => mention.test(reference.text.replace(DECLARATION, '')))
      .map(reference => ({ ...reference, port }))
  })
}

/** What gets lost or changes for callers when the Service is reached from inside only. */
export function switchWarnings(service: PublishedService): string[] {
  const spec = asObject(service.resource.value.spec)
  const warnings = nodePortReferences(service).map(
    ({ file, line, port }) => `${file}:${line} names node port ${port}, which this change closes`,
  )
  if (service.type === 'LoadBalancer') {
    const address = asString(member(spec, 'loadBalancerIP'))
    const which = address === undefined ? 'its address is' : `its address ${address} is`
    warnings.push(`${which} given up with the load balancer: names that point there have to follow`)
  }
  if (member(spec, 'externalTrafficPolicy') === 'Local') {
    warnings.push('externalTrafficPolicy Local kept the client address; behind a controller it is in X-Forwarded-For')
  }
  return warnings
}

// Services that speak no HTTP: nothing replaces their node port, so they become ClusterIP only where no caller shows.

import {
  asArray,
  asString,
  at,
  type Change,
  change,
  type Decline,
  member,
  type Resource,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { refuse } from './eligibility.ts'
import { systemOf } from './protocol.ts'
import { nodePortReferences, type PublishedService, publication, switchWarnings, unpublish } from './service.ts'

export function clusterOnly(service: PublishedService): Change | Decline {
  const { resource, options } = service
  const system = systemOf(service.workloads)
  const speaks = system === undefined ? 'and it does not speak HTTP' : `and its pods run ${system.title}, not HTTP`
  if (service.type === 'LoadBalancer' || options.keepNodePort) {
    return refuse(service, {
      code: 'not-http',
      why: `${speaks}: an Ingress cannot take its place`,
      next: 'restrict who may reach it, or make it a ClusterIP Service by hand if only the cluster needs it',
    })
  }
  const [reference] = nodePortReferences(service)
  if (reference !== undefined) {
    return refuse(service, {
      code: 'node-port-in-use',
      why: `${speaks}, and ${reference.file}:${reference.line} names the port ${reference.port}`,
      next: 'move that caller into the cluster or to another way in, then change the type to ClusterIP',
    })
  }
  if (system?.family === 'kafka' && !advertisesInside(service.workspace, resource, system.container.workload)) {
    return refuse(service, {
      code: 'external-listener',
      why: 'and the Kafka broker behind it advertises an address outside the cluster, or one that these files do not tell',
      next: 'keep it for the external listener, or remove that listener first',
    })
  }
  return change({
    target: { resource, path: ['spec', 'type'] },
    code: 'cluster-only',
    why: `${publication(service)}, ${speaks}; nothing in these files calls it from outside. It becomes ClusterIP`,
    risks: 'access',
    edits: unpublish(service),
    warnings: [
      'callers outside the cluster that these files do not show are cut off; kubectl port-forward still reaches it',
      ...switchWarnings(service),
    ],
  })
}

const ADVERTISED = /^KAFKA_(?:CFG_)?ADVERTISED_LISTENERS$/

/** Whether all advertised listeners of the broker are written out and lead to Services of the tree. */
function advertisesInside(workspace: Workspace, service: Resource, workload: Workload): boolean {
  const values = workload.containers.flatMap(container =>
    asArray(container.value.env)
      .filter(entry => ADVERTISED.test(asString(member(entry, 'name')) ?? ''))
      .map(entry => asString(member(entry, 'value')) ?? ''),
  )
  if (values.length === 0) return false
  return values.every(value =>
    value.split(',').every(listener => {
      const host = /^\s*\w+:\/\/([^:/]+):\d+\s*$/.exec(listener)?.[1]
      return host !== undefined && isInside(workspace, service, host)
    }),
  )
}

/** `kafka`, `kafka.platform.svc…`, or `<pod>.<headless Service>…`: one of the first two labels is a Service. */
function isInside(workspace: Workspace, service: Resource, host: string): boolean {
  const labels = host.split('.').slice(0, 2)
  return labels.some(label => at(workspace.named(service, 'Service', label)?.value, ['spec']) !== undefined)
}

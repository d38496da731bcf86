// The headless Service, through which members find each other by name, before they are ready.

import {
  asArray,
  asObject,
  asString,
  at,
  create,
  type Edit,
  type JsonObject,
  mapSelects,
  podSelector,
  type Resource,
  set,
  stringMap,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { metadataLike } from './claims.ts'
import { ownFile } from './files.ts'

export interface ServicePort {
  readonly name: string
  readonly port: number
  readonly targetPort: string | number
}

export interface Headless {
  readonly name: string
  /** makes it, or makes it answer for members that are not ready */
  readonly edits: readonly Edit[]
}

/** Why there is no headless Service and none can be made. */
export interface HeadlessProblem {
  readonly code: 'service-in-the-way'
  readonly why: string
  readonly next: string
}

const NOT_READY: readonly string[] = ['spec', 'publishNotReadyAddresses']

/**
 * The headless Service of a workload. The one that selects its pods already is used; else `<name>-headless` is made
 * behind the Service of its clients. `wanted` is the name that a StatefulSet is bound to.
 */
export function headlessService(
  workspace: Workspace,
  workload: Workload,
  ports: readonly ServicePort[],
  wanted?: string,
): Headless | HeadlessProblem {
  const services = workspace.servicesOf(workload)
  const present = services.find(service => isHeadless(service) && (wanted === undefined || service.name === wanted))
  if (present !== undefined) return { name: present.name, edits: [set(present, NOT_READY, true)] }
  const name = wanted ?? `${workload.resource.name}-headless`
  const inTheWay = workspace.named(workload.resource, 'Service', name)
  if (inTheWay !== undefined) return problem(inTheWay)
  const beside = services.find(service => service.selected && !service.partial) ?? workload.resource
  const value = headless(workload, name, ports, beside)
  return { name, edits: [create(beside, value, ownFile(workspace, beside, name))] }
}

export function isHeadless(service: Resource): boolean {
  return at(service.value, ['spec', 'clusterIP']) === 'None'
}

function problem(service: Resource): HeadlessProblem {
  const { name } = service
  const why = isHeadless(service)
    ? `Service ${name} has the name of its headless Service, and its selector does not fit its pods`
    : `Service ${name}, by which its members would have to find each other, is not headless, and a Service cannot become headless once it has an address`
  return {
    code: 'service-in-the-way',
    why,
    next: `give that Service another name, so that a headless Service of the members can be called ${name}; where both are live, delete the old one first`,
  }
}

function headless(workload: Workload, name: string, ports: readonly ServicePort[], like: Resource): JsonObject {
  const { labels } = metadataLike(like, name)
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadataLike(workload.resource, name), ...(labels === undefined ? {} : { labels }) },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: serviceSelector(workload),
      ports: ports.map(({ name: label, port, targetPort }) => ({ name: label, port, targetPort })),
    },
  }
}

/** The equalities of the workload's selector; a Service knows no expressions, so then it is all labels of the pods. */
export function serviceSelector(workload: Workload): JsonObject {
  const selector = podSelector(workload)
  const labels = { ...stringMap(selector?.matchLabels) }
  const expressions = asArray(asObject(workload.selector)?.matchExpressions)
  return expressions.length === 0 && Object.keys(labels).length > 0 ? labels : { ...workload.labels }
}

/** Another workload whose pods the Service would take in. */
export function strangerIn(workspace: Workspace, workload: Workload): Workload | undefined {
  const selector = serviceSelector(workload)
  return workspace
    .workloadsSelected(workload.resource, { matchLabels: selector })
    .find(
      other => other.resource !== workload.resource && !other.resource.partial && mapSelects(selector, other.labels),
    )
}

/** Name that a StatefulSet gives its Service. */
export function serviceNameOf(resource: Resource): string | undefined {
  return asString(at(resource.value, ['spec', 'serviceName'])) || undefined
}

// What already leads from outside to a Service: Ingresses and the routes of gateways, by whatever kind.

import {
  annotationsOf,
  asArray,
  asString,
  at,
  isObject,
  type Json,
  member,
  type Resource,
  sameNamespace,
  type Workspace,
} from '../../src/sdk.ts'
import type { ServicePort } from './protocol.ts'

/** Kinds that route requests to Services by name: Kubernetes, Gateway API, Traefik, Contour, Istio, OpenShift, NGINX. */
const ROUTE_KINDS = [
  ...['Ingress', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'IngressRoute', 'IngressRouteTCP', 'HTTPProxy'],
  ...['VirtualService', 'Route', 'VirtualServer'],
] as const

/** Classes whose controllers reach pods through node ports (AWS instance targets, GCE without network groups). */
const NODE_PORT_CLASSES: ReadonlySet<string> = new Set(['alb', 'gce', 'gce-internal'])

/**
 * The nearest resource that routes requests from outside to the Service. Where several folders hold variants of the
 * Service, a route means the one that is nearest to it.
 */
export function routeTo(workspace: Workspace, service: Resource): Resource | undefined {
  const routes = ROUTE_KINDS.flatMap(kind => workspace.ofKind(kind)).filter(route => {
    if (!sameNamespace(route.namespace, service.namespace) || !isPublic(route)) return false
    return names(route, service.name) && workspace.nearest(route, variants(workspace, service)).includes(service)
  })
  return workspace.nearest(service, routes)[0]
}

function variants(workspace: Workspace, service: Resource): Resource[] {
  return workspace.variants('Service', service.name, service.namespace)
}

/** Whether the route's spec names the port, by its name or its number. */
export function leadsTo(route: Resource, port: ServicePort): boolean {
  const visit = (value: Json): boolean => {
    if (Array.isArray(value)) return value.some(visit)
    if (isObject(value)) return Object.values(value).some(visit)
    return value !== null && (value === port.name || value === port.number)
  }
  return visit(route.value.spec ?? null)
}

/** Whether the route's controller would lose the Service when it has no node port. */
export function needsNodePort(route: Resource, service: Resource): boolean {
  const annotations = annotationsOf(route)
  const className =
    asString(at(route.value, ['spec', 'ingressClassName'])) ?? annotations['kubernetes.io/ingress.class'] ?? ''
  if (!isNodePortClass(className)) return false
  if (className === 'alb') return annotations['alb.ingress.kubernetes.io/target-type'] !== 'ip'
  return annotationsOf(service)['cloud.google.com/neg'] === undefined
}

export function isNodePortClass(className: string | undefined): boolean {
  return className !== undefined && NODE_PORT_CLASSES.has(className)
}

/**
 * The Ingress that answers for the host (undefined: for every host) at exactly that path and leads elsewhere. One
 * that names the Service leads to a variant of it in another folder.
 */
export function ingressAt(
  workspace: Workspace,
  service: Resource,
  host: string | undefined,
  path: string,
): Resource | undefined {
  return workspace.ofKind('Ingress').find(ingress => {
    if (sameNamespace(ingress.namespace, service.namespace) && names(ingress, service.name)) return false
    if (host === undefined && at(ingress.value, ['spec', 'defaultBackend']) !== undefined && path === '/') return true
    return asArray(at(ingress.value, ['spec', 'rules'])).some(rule => {
      if (asString(member(rule, 'host')) !== host) return false
      return asArray(at(rule, ['http', 'paths'])).some(entry => (asString(member(entry, 'path')) ?? '/') === path)
    })
  })
}

/** A VirtualService that names no gateway, or only the mesh, routes inside the cluster. */
function isPublic(route: Resource): boolean {
  if (route.kind !== 'VirtualService') return true
  return asArray(at(route.value, ['spec', 'gateways'])).some(gateway => gateway !== 'mesh')
}

/** Whether the route's spec names the Service where backends are named, in any of the kinds' ways. */
export function names(route: Resource, service: string): boolean {
  const keys = ['name', 'serviceName', 'service', 'host']
  const visit = (value: Json): boolean => {
    if (Array.isArray(value)) return value.some(visit)
    if (!isObject(value)) return false
    return Object.entries(value).some(([key, entry]) => {
      if (typeof entry !== 'string') return visit(entry)
      return keys.includes(key) && (entry === service || (key === 'host' && isHostOf(entry, service)))
    })
  }
  return visit(route.value.spec ?? null)
}

/** Istio names destinations by their names in the cluster's DNS. */
function isHostOf(host: string, service: string): boolean {
  return host.startsWith(`${service}.`) && host.includes('.svc')
}

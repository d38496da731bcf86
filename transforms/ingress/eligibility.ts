// Whether a published Service may move behind an Ingress, up to the question of its host: the refusing rows in order.

import {
  annotationsOf,
  asArray,
  at,
  type Decline,
  decline,
  describe,
  isPatched,
  isUnknown,
  toYaml,
} from '../../src/sdk.ts'
import { backendAnnotation, ingressFor } from './manifest.ts'
import { adminWord, isDoor, isInternalPort } from './names.ts'
import { type ServicePort, systemOf } from './protocol.ts'
import type { RefusalCode } from './refusals.ts'
import { isNodePortClass } from './routes.ts'
import { type PublishedService, publication } from './service.ts'

export interface RefusalSpec {
  readonly code: RefusalCode
  readonly why: string
  readonly next: string
  /** the configuration that lets it through */
  readonly config?: string
  /** the port of an Ingress to show */
  readonly port?: ServicePort
  readonly warnings?: readonly string[]
}

export function refuse(service: PublishedService, spec: RefusalSpec): Decline {
  const { code, why, next, config, port, warnings } = spec
  return decline({
    target: { resource: service.resource, path: ['spec', 'type'] },
    ...{ code, why: `${publication(service)}, ${why}`, next },
    ...(config === undefined ? {} : { allow: { config } }),
    ...(port === undefined
      ? {}
      : { snippet: toYaml(ingressFor(service.resource, service.options, route(service, port))) }),
    ...(warnings === undefined ? {} : { warnings }),
  })
}

/** Host and path that the configuration gives the Service. */
export function route(service: PublishedService, port: ServicePort) {
  const { resource, options, choice } = service
  const host = choice?.host ?? (options.domain === undefined ? undefined : `${resource.name}.${options.domain}`)
  return { host, path: choice?.path ?? '/', port }
}

/** The line of configuration that publishes the Service; with its namespace where the name alone fits others. */
export function optIn({ resource }: PublishedService, value = 'true', isQualified = false): string {
  const { name, namespace } = resource
  return `ingress.services.${isQualified && namespace !== undefined ? `${namespace}/` : ''}${name}: ${value}`
}

type Row = (service: PublishedService) => Decline | undefined

/** What stands in the way whatever the protocol is. */
export const placeRows: readonly Row[] = [patched, overridden, unresolved, clusterDoor, udp]

/** What stands in the way of an Ingress for the port. */
export function portRows(service: PublishedService, port: ServicePort): Decline | undefined {
  return (
    settings(service, port) ??
    admin(service, port) ??
    knownSystem(service, port) ??
    unknown(service, port) ??
    sharedBase(service, port) ??
    nodePortClass(service, port) ??
    backend(service, port)
  )
}

function patched(service: PublishedService): Decline | undefined {
  if (!service.resource.partial) return undefined
  return refuse(service, {
    code: 'kustomize-patch',
    why: 'and does so by a Kustomize patch, which cannot bring an Ingress',
    next: `take spec.type out of ${service.resource.origin.file} and add an Ingress to the resources of the overlay`,
  })
}

function overridden(service: PublishedService): Decline | undefined {
  const { workspace, resource } = service
  const fields = ['type', 'ports', 'externalTrafficPolicy', 'loadBalancerIP']
  const field = fields.find(name => isPatched(workspace, resource, ['spec', name]))
  if (field === undefined) return undefined
  return refuse(service, {
    code: 'overridden-by-patch',
    why: `and a Kustomize patch sets spec.${field} again, so that the value here may not be the one that wins`,
    next: 'decide the type in the overlay, then run again',
  })
}

function unresolved(service: PublishedService): Decline | undefined {
  const { resource, ports } = service
  const spec = at(resource.value, ['spec', 'ports'])
  const names = [resource.name, ...asArray(spec).flatMap(port => [at(port, ['name']), at(port, ['port'])])]
  const unknown = names.find(name => isUnknown(name ?? undefined))
  const isReadable = ports.length > 0 && ports.every(port => port.number !== undefined)
  if (unknown === undefined && isReadable) return undefined
  return refuse(service, {
    code: 'unresolved',
    why:
      unknown === undefined ? 'and its ports are not a list of numbered ports' : `and ${String(unknown)} is not known`,
    next: 'resolve the value, or write the Ingress by hand',
  })
}

function clusterDoor(service: PublishedService): Decline | undefined {
  if (!isDoor(service.resource, service.workloads)) return undefined
  return refuse(service, {
    code: 'cluster-door',
    why: 'and has to: it belongs to an ingress controller or gateway, which Ingresses are reached through',
    next: `leave it; the annotation kubemend.dev/skip: "ingress" on ${describe(service.resource)} silences this`,
  })
}

function udp(service: PublishedService): Decline | undefined {
  const port = service.ports.find(({ protocol }) => protocol === 'udp')
  if (port === undefined) return undefined
  return refuse(service, {
    code: 'udp',
    why: `and its port ${nameOf(port)} is not TCP: an Ingress carries HTTP over TCP only`,
    next: 'keep the Service, or use a UDPRoute of a gateway that has it',
  })
}

/** The one port to publish, or why there is none. */
export function choosePort(service: PublishedService): ServicePort | Decline {
  const { ports, choice } = service
  const wanted = choice?.port
  if (wanted !== undefined) {
    const found = ports.find(port => isNamed(port, wanted))
    if (found !== undefined) return found
    return refuse(service, {
      code: 'unresolved',
      why: `and has no port ${wanted}, which the configuration names`,
      next: `correct ${optIn(service, `{ port: ${wanted} }`)}; its ports are ${list(ports)}`,
    })
  }
  const isPublic = (port: ServicePort) => ports.length === 1 || !isInternalPort(port.name)
  const candidates = ports.filter(isPublic)
  const other = candidates.find(({ protocol }) => protocol === 'tcp')
  if (other !== undefined) {
    return refuse(service, {
      code: 'mixed-ports',
      why: `and its port ${nameOf(other)} does not speak HTTP: without its type it could not be reached from outside`,
      next: 'split the Service by protocol, or name the port that has to be reached from outside',
      config: optIn(service, `{ port: ${nameOf(ports.find(({ protocol }) => protocol === 'http') ?? other)} }`),
    })
  }
  const [first] = candidates
  if (candidates.length !== 1 || first === undefined) {
    return refuse(service, {
      code: 'several-http-ports',
      why: `and has several ports (${list(ports)}); an Ingress sends a host and path to one`,
      next: 'name the port to publish in the configuration; the others are reached from inside the cluster',
      config: optIn(service, `{ port: ${nameOf(first ?? ports[0])} }`),
    })
  }
  return first
}

function unknown(service: PublishedService, port: ServicePort): Decline | undefined {
  if (port.protocol !== 'unknown' || service.choice !== undefined) return undefined
  return refuse(service, {
    code: 'unknown-protocol',
    why: `and nothing tells what its port ${nameOf(port)} speaks: no appProtocol, port name, probe or usual number`,
    next: 'name the port http or set its appProtocol if it speaks HTTP',
    config: optIn(service),
    port,
  })
}

/** Prefixes of annotations by which load balancers, DNS controllers and ingress controllers are set up on a Service. */
const SETUP_ANNOTATIONS: readonly string[] = [
  ...['service.beta.kubernetes.io/', 'cloud.google.com/', 'beta.cloud.google.com/', 'networking.gke.io/'],
  ...['oci.oraclecloud.com/', 'oci-network-load-balancer.oraclecloud.com/', 'metallb.universe.tf/', 'metallb.io/'],
  ...['lbipam.cilium.io/', 'io.cilium/', 'kube-vip.io/', 'external-dns.alpha.kubernetes.io/', 'tailscale.com/'],
  ...['load-balancer.hetzner.cloud/', 'loadbalancer.openstack.org/', 'alb.ingress.kubernetes.io/'],
  ...['service.cloud.tencent.com/', 'kubernetes.io/elb.', 'networking.cloud.ibm.com/'],
]

function settings(service: PublishedService, port: ServicePort): Decline | undefined {
  if (service.choice !== undefined) return undefined
  const { resource } = service
  const annotations = Object.keys(annotationsOf(resource))
  const setup = [
    ...annotations.filter(key => SETUP_ANNOTATIONS.some(prefix => key.startsWith(prefix))),
    ...['loadBalancerClass', 'loadBalancerSourceRanges'].filter(
      field => at(resource.value, ['spec', field]) !== undefined,
    ),
  ]
  if (setup.length === 0) return undefined
  return refuse(service, {
    code: 'load-balancer-settings',
    why: `and is set up by ${setup.join(', ')}, which an Ingress does not take over`,
    next: 'move these settings to the ingress controller, then publish the Service by configuration',
    config: optIn(service),
    port,
  })
}

function admin(service: PublishedService, port: ServicePort): Decline | undefined {
  if (service.choice !== undefined) return undefined
  const word = adminWord(service.resource, service.workloads) ?? (isInternalPort(port.name) ? port.name : undefined)
  if (word === undefined) return undefined
  return refuse(service, {
    code: 'admin-like',
    why: `and "${word}" speaks of an internal API or tool: an Ingress may publish it to more people than this does`,
    next: 'publish it by configuration, or make it a ClusterIP Service by hand if only the cluster needs it',
    config: optIn(service),
    port,
  })
}

function knownSystem(service: PublishedService, port: ServicePort): Decline | undefined {
  const system = systemOf(service.workloads)
  if (system === undefined || service.choice !== undefined) return undefined
  return refuse(service, {
    code: 'known-system',
    why: `and its pods run ${system.title}: whether that may be published is for a person to decide`,
    next: 'publish it by configuration, or make it a ClusterIP Service by hand if only the cluster needs it',
    config: optIn(service),
    port,
  })
}

function sharedBase(service: PublishedService, port: ServicePort): Decline | undefined {
  const { workspace, resource } = service
  const namespaces = new Set(workspace.kustomizationsOf(resource).flatMap(({ namespace }) => namespace ?? []))
  if (namespaces.size < 2) return undefined
  return refuse(service, {
    code: 'shared-base',
    why: `and overlays for the namespaces ${[...namespaces].join(', ')} include it: an Ingress here would answer for one host in all of them`,
    next: 'add an Ingress with its own host to each overlay, then set the type to ClusterIP here',
    port,
  })
}

function nodePortClass(service: PublishedService, port: ServicePort): Decline | undefined {
  const { className, keepNodePort } = service.options
  if (keepNodePort || !isNodePortClass(className)) return undefined
  return refuse(service, {
    code: 'controller-needs-node-port',
    why: `and the configured class ${className} reaches pods through node ports unless it is told to use their addresses`,
    next: 'keep the node port, or write the Ingress with the annotations of your cloud by hand',
    config: 'ingress.keepNodePort: true',
    port,
  })
}

function backend(service: PublishedService, port: ServicePort): Decline | undefined {
  const { className, tls } = service.options
  if (port.protocol === 'grpc' && (tls === undefined || backendAnnotation(className, 'grpc') === undefined)) {
    return refuse(service, {
      code: 'grpc-backend',
      why: `and its port ${nameOf(port)} speaks gRPC or HTTP/2 without TLS, for which a controller needs an annotation of its own and clients need TLS`,
      next: 'set ingress.tls and a class that kubemend knows (nginx, traefik), or use a GRPCRoute of the Gateway API',
      config: tls === undefined ? 'ingress.tls: { clusterIssuer: NAME }' : 'ingress.className: nginx',
      port,
    })
  }
  if (port.protocol === 'https' && backendAnnotation(className, 'https') === undefined) {
    return refuse(service, {
      code: 'https-backend',
      why: `and its port ${nameOf(port)} speaks HTTPS, while a controller speaks HTTP to it unless an annotation of its own says otherwise`,
      next: 'set a class that kubemend knows (nginx), or write the Ingress by hand',
      config: 'ingress.className: nginx',
      port,
    })
  }
  return undefined
}

export function isNamed(port: ServicePort, wanted: string | number | undefined): boolean {
  return wanted !== undefined && (port.name === wanted || port.number === Number(wanted))
}

export function nameOf(port: ServicePort | undefined): string {
  return port?.name ?? String(port?.number ?? '?')
}

function list(ports: readonly ServicePort[]): string {
  return ports.map(port => (port.name === undefined ? nameOf(port) : `${port.name} ${port.number}`)).join(', ')
}

// The Ingress that kubemend writes for a Service port.

import { asString, at, type JsonObject, labelsOf, type Resource } from '../../src/sdk.ts'
import type { IngressOptions } from './options.ts'
import type { ServicePort } from './protocol.ts'

export interface Publication {
  readonly host: string | undefined
  readonly path: string
  readonly port: ServicePort
}

/** How a controller is told that the backend does not speak HTTP/1.1, by the usual name of its class. */
interface BackendAnnotation {
  /** where the controller reads it */
  readonly on: 'Ingress' | 'Service'
  readonly key: string
  readonly value: string
}

const BACKEND_ANNOTATIONS: Readonly<Record<string, Partial<Record<'grpc' | 'https', BackendAnnotation>>>> = {
  // https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#backend-protocol
  nginx: {
    grpc: { on: 'Ingress', key: 'nginx.ingress.kubernetes.io/backend-protocol', value: 'GRPC' },
    https: { on: 'Ingress', key: 'nginx.ingress.kubernetes.io/backend-protocol', value: 'HTTPS' },
  },
  // https://doc.traefik.io/traefik/routing/providers/kubernetes-ingress/#on-service
  traefik: {
    grpc: { on: 'Service', key: 'traefik.ingress.kubernetes.io/service.serversscheme', value: 'h2c' },
  },
}

export function backendAnnotation(
  className: string | undefined,
  protocol: 'grpc' | 'https',
): BackendAnnotation | undefined {
  if (className === undefined || !Object.hasOwn(BACKEND_ANNOTATIONS, className)) return undefined
  return BACKEND_ANNOTATIONS[className]?.[protocol]
}

/** networking.k8s.io/v1; the backend port by its name when it has one. */
export function ingressFor(service: Resource, options: IngressOptions, publication: Publication): JsonObject {
  const { host, path, port } = publication
  const backendPort: JsonObject = port.name === undefined ? { number: port.number ?? 0 } : { name: port.name }
  const backend = { service: { name: service.name, port: backendPort } }
  const http = { paths: [{ path, pathType: 'Prefix', backend }] }
  const tls = tlsOf(service, options, host)
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadataOf(service, options, publication, tls !== undefined),
    spec: {
      ...(options.className === undefined ? {} : { ingressClassName: options.className }),
      ...(tls === undefined ? {} : { tls: [tls] }),
      rules: [host === undefined ? { http } : { host, http }],
    },
  }
}

function metadataOf(service: Resource, options: IngressOptions, { port }: Publication, hasTls: boolean): JsonObject {
  const namespace = asString(at(service.value, ['metadata', 'namespace']))
  const labels = Object.fromEntries(Object.entries(labelsOf(service)).filter(([key]) => !isReserved(key)))
  const annotations: Record<string, string> = {}
  const { clusterIssuer, issuer } = options.tls ?? {}
  if (hasTls && clusterIssuer !== undefined) annotations['cert-manager.io/cluster-issuer'] = clusterIssuer
  else if (hasTls && issuer !== undefined) annotations['cert-manager.io/issuer'] = issuer
  if (port.protocol === 'grpc' || port.protocol === 'https') {
    const backend = backendAnnotation(options.className, port.protocol)
    if (backend?.on === 'Ingress') annotations[backend.key] = backend.value
  }
  return {
    name: service.name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
}

/** Labels by which Kubernetes and its add-on manager tell their own objects; not the usual app.kubernetes.io ones. */
function isReserved(key: string): boolean {
  return /^(?:[\w.-]+\.)?kubernetes\.io\//.test(key) && !key.startsWith('app.kubernetes.io/')
}

/** A certificate is issued for a host; an existing Secret may also serve an Ingress without one. */
function tlsOf(service: Resource, options: IngressOptions, host: string | undefined): JsonObject | undefined {
  const { tls } = options
  if (tls === undefined || (host === undefined && tls.secretName === undefined)) return undefined
  return { ...(host === undefined ? {} : { hosts: [host] }), secretName: tls.secretName ?? `${service.name}-tls` }
}

// Names that tell a Service nobody should publish by a guess: internal APIs, and the doors of the cluster themselves.

import { asString, at, hasPathSuffix, labelsOf, parseImage, type Resource, type Workload } from '../../src/sdk.ts'

/** Whole words, or pairs of words, of a Service's or workload's name that speak of an internal API or an admin tool. */
const ADMIN_WORDS: readonly string[] = [
  ...['admin', 'administration', 'adminer', 'dashboard', 'metrics', 'actuator', 'management', 'mgmt', 'control-plane'],
  ...['controlplane', 'console', 'internal', 'debug', 'pgadmin', 'phpmyadmin', 'mongo-express', 'kafka-ui', 'kafdrop'],
  ...['akhq', 'portainer', 'prometheus', 'alertmanager', 'grafana', 'kibana', 'elasticsearch', 'opensearch', 'jaeger'],
  ...['zipkin', 'minio', 'vault', 'consul'],
]

const ADMIN_NAME = new RegExp(`(?:^|[-._])(${ADMIN_WORDS.join('|')})(?:$|[-._])`)

/** Port names of which nothing is lost when they are reached from inside only. */
const INTERNAL_PORT = /(?:^|-)(metrics|prometheus|admin|management|actuator|debug|health|healthz|probe|pprof)(?:$|-)/

/** Images of ingress controllers, gateways and load balancers: published on purpose, at the edge of the cluster. */
const DOOR_IMAGES: readonly string[] = [
  ...['ingress-nginx/controller', 'nginx-ingress-controller', 'nginx-ingress', 'library/traefik', 'traefik/traefik'],
  ...['haproxytech/kubernetes-ingress', 'haproxy-ingress', 'kong/kubernetes-ingress-controller', 'library/kong'],
  ...['kong/kong', 'kong/kong-gateway', 'projectcontour/contour', 'envoyproxy/envoy', 'istio/proxyv2'],
  ...['istio-release/proxyv2', 'emissary-ingress/emissary', 'datawire/aes', 'apache/apisix', 'skipper'],
]

/** Values of the usual name labels that the charts of such doors carry. */
const DOOR_LABELS: ReadonlySet<string> = new Set([
  ...['ingress-nginx', 'nginx-ingress', 'traefik', 'kubernetes-ingress', 'haproxy-ingress', 'kong', 'contour', 'envoy'],
  ...['istio-ingressgateway', 'istio-gateway', 'emissary-ingress', 'ambassador', 'apisix'],
])

/** The word that makes a Service admin-like, in its own name or in that of a workload behind it. */
export function adminWord(service: Resource, workloads: readonly Workload[]): string | undefined {
  for (const name of [service.name, ...workloads.map(workload => workload.resource.name)]) {
    const word = ADMIN_NAME.exec(name)?.[1]
    if (word !== undefined) return word
  }
  return undefined
}

export function isInternalPort(name: string | undefined): boolean {
  return name !== undefined && INTERNAL_PORT.test(name)
}

/** Whether the Service is itself a way into the cluster (an ingress controller, a gateway). */
export function isDoor(service: Resource, workloads: readonly Workload[]): boolean {
  const labels = [labelsOf(service), ...workloads.map(workload => workload.labels)]
  const selector = at(service.value, ['spec', 'selector'])
  const named = [...labels.flatMap(map => [map['app.kubernetes.io/name'], map.app]), asString(at(selector, ['app']))]
  if (named.some(name => name !== undefined && DOOR_LABELS.has(name))) return true
  if (asString(at(selector, ['istio']))?.includes('gateway')) return true
  return workloads.some(workload => workload.containers.some(({ image }) => image !== undefined && isDoorImage(image)))
}

function isDoorImage(reference: string): boolean {
  const image = parseImage(reference)
  return image !== undefined && DOOR_IMAGES.some(suffix => hasPathSuffix(image, suffix))
}

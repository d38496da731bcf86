// Which protocol a Service port speaks, from the most explicit sign to the weakest.

import {
  asArray,
  asString,
  at,
  type Container,
  detectSystem,
  type Json,
  member,
  type Resource,
  type System,
  type Workload,
} from '../../src/sdk.ts'

/** `udp` stands for every transport that is not TCP. */
export type Protocol = 'http' | 'https' | 'grpc' | 'tcp' | 'udp' | 'unknown'

export interface ServicePort {
  readonly index: number
  readonly name: string | undefined
  readonly number: number | undefined
  readonly nodePort: number | undefined
  readonly protocol: Protocol
  readonly evidence: Evidence
}

/** What told the protocol: the port itself, the system behind it, a probe, the port's number alone, or nothing. */
export type Evidence = 'declared' | 'system' | 'probe' | 'number' | 'none'

type Judgement = Pick<ServicePort, 'protocol' | 'evidence'>

/** Values of appProtocol: RFC 6335 names, and the prefixed ones of Kubernetes (KEP-3726). */
const APP_PROTOCOLS: Readonly<Record<string, Protocol>> = {
  http: 'http',
  'kubernetes.io/ws': 'http',
  https: 'https',
  'kubernetes.io/wss': 'https',
  grpc: 'grpc',
  'kubernetes.io/h2c': 'grpc',
}

/** Port names by the convention that service meshes made common: `<protocol>` or `<protocol>-<suffix>`. */
const PORT_NAMES: readonly (readonly [RegExp, Protocol])[] = [
  [/^https(-|$)/, 'https'],
  [/^http/, 'http'],
  [/^grpc/, 'grpc'],
  [/^(tcp|tls|mongo|mysql|postgres|postgresql|redis|amqp|kafka|ssh|smtp|ldap|mqtt)(-|$)/, 'tcp'],
  [/^udp(-|$)/, 'udp'],
]

const HTTP_PORTS: ReadonlySet<number> = new Set([80, 3000, 4200, 5000, 8000, 8008, 8080, 8081, 8088, 8888])
const HTTPS_PORTS: ReadonlySet<number> = new Set([443, 8443])

/** Stores and tools that speak HTTP to their users; the rest of the known systems speak protocols of their own. */
const SPEAK_HTTP: ReadonlySet<string> = new Set([
  ...['Elasticsearch', 'OpenSearch', 'Solr', 'Meilisearch', 'Typesense', 'CouchDB', 'ArangoDB', 'InfluxDB', 'QuestDB'],
  ...['VictoriaMetrics', 'Qdrant', 'Weaviate', 'Chroma', 'Consul', 'Vault', 'MinIO', 'Docker registry', 'Nexus'],
  ...['Artifactory', 'Prometheus', 'Alertmanager', 'Loki', 'Tempo', 'Grafana', 'Jaeger all-in-one', 'Jenkins'],
  ...['SonarQube', 'Gitea', 'GitLab'],
])

export function portsOf(service: Resource, workloads: readonly Workload[]): ServicePort[] {
  return asArray(at(service.value, ['spec', 'ports'])).map((port, index) => ({
    index,
    name: asString(member(port, 'name')),
    number: asNumber(member(port, 'port')),
    nodePort: asNumber(member(port, 'nodePort')),
    ...judge(port, workloads),
  }))
}

/** The known system among the workloads, if one of them runs it. */
export function systemOf(workloads: readonly Workload[]): System | undefined {
  for (const workload of workloads) {
    const system = detectSystem(workload)
    if (system !== undefined) return system
  }
  return undefined
}

function judge(port: Json, workloads: readonly Workload[]): Judgement {
  const transport = member(port, 'protocol') ?? 'TCP'
  if (transport === 'UDP' || transport === 'SCTP') return { protocol: 'udp', evidence: 'declared' }
  const protocol = declared(port)
  if (protocol !== undefined) return { protocol, evidence: 'declared' }
  const proven = spoken(port, workloads)
  if (proven !== undefined) return proven
  const numbers = [member(port, 'port'), member(port, 'targetPort')].flatMap(value => asNumber(value) ?? [])
  if (numbers.some(number => HTTPS_PORTS.has(number))) return { protocol: 'https', evidence: 'number' }
  if (numbers.some(number => HTTP_PORTS.has(number))) return { protocol: 'http', evidence: 'number' }
  return { protocol: 'unknown', evidence: 'none' }
}

function declared(port: Json): Protocol | undefined {
  const appProtocol = asString(member(port, 'appProtocol'))?.toLowerCase()
  if (appProtocol !== undefined) return APP_PROTOCOLS[appProtocol] ?? 'tcp'
  const name = asString(member(port, 'name'))
  return name === undefined ? undefined : PORT_NAMES.find(([pattern]) => pattern.test(name))?.[1]
}

/** What the container behind the port is known to speak, or proves by its probes. */
function spoken(port: Json, workloads: readonly Workload[]): Judgement | undefined {
  for (const workload of workloads) {
    const system = detectSystem(workload)
    const container = backing(port, workload)
    const isSystem = system !== undefined && (container === undefined || container === system.container)
    if (isSystem && !SPEAK_HTTP.has(system.title)) return { protocol: 'tcp', evidence: 'system' }
    const probed = container === undefined ? undefined : probedProtocol(port, container)
    if (probed !== undefined) return { protocol: probed, evidence: 'probe' }
  }
  return undefined
}

/** The container that listens on the port: the one that declares it, or the only one there is. */
function backing(port: Json, workload: Workload): Container | undefined {
  const containers = workload.containers.filter(({ role }) => role === 'container' || role === 'sidecar')
  const target = targetOf(port)
  const declares = (container: Container) => asArray(container.value.ports).some(own => isPort(own, target))
  return containers.find(declares) ?? (containers.length === 1 ? containers[0] : undefined)
}

function probedProtocol(port: Json, container: Container): Protocol | undefined {
  const own = asArray(container.value.ports)
  const target = targetOf(port)
  const entry = own.find(candidate => isPort(candidate, target))
  const names = [target, member(entry, 'name'), member(entry, 'containerPort')].filter(name => name !== undefined)
  for (const kind of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    const probe = member(container.value, kind)
    const http = member(probe, 'httpGet')
    const probedPort = member(http, 'port')
    if (probedPort !== undefined && names.includes(probedPort)) {
      return member(http, 'scheme') === 'HTTPS' ? 'https' : 'http'
    }
    const grpcPort = at(probe, ['grpc', 'port'])
    if (grpcPort !== undefined && names.includes(grpcPort)) return 'grpc'
  }
  return undefined
}

function isPort(containerPort: Json, target: Json | undefined): boolean {
  return (
    target !== undefined &&
    (member(containerPort, 'name') === target || member(containerPort, 'containerPort') === target)
  )
}

function targetOf(port: Json): Json | undefined {
  return member(port, 'targetPort') ?? member(port, 'port')
}

function asNumber(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

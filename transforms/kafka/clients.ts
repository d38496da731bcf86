// Who dials the brokers, by which words, and whether kubemend knows how to move it to TLS.

import {
  asArray,
  asString,
  at,
  type Container,
  commandLine,
  describe,
  firstWorkingCommand,
  member,
  mountsOf,
  type Path,
  type Resource,
  type Settings,
  sameNamespace,
  simpleCommands,
  stringMap,
  type Workspace,
} from '../../src/sdk.ts'
import { isHeadless } from '../stateful/headless.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'
import type { Broker } from './broker.ts'
import { type ClientKind, kindOfVariable } from './profiles.ts'
import { KAFKA } from './settings.ts'

/** A text that names the brokers: where it stands, and the variable that carries it into the container, if one does. */
export interface Dial {
  readonly resource: Resource
  readonly path: Path
  readonly text: string
  readonly variable: string | undefined
  /** address as it is written, `kafka:9092` */
  readonly address: string
}

export interface Client {
  readonly container: Container
  readonly kind: ClientKind
  readonly dials: readonly Dial[]
}

/** Containers of other workloads that dial the brokers at any port but `tlsPort`. */
export function clientsOf(workspace: Workspace, settings: Settings, broker: Broker, tlsPort: number): Client[] {
  const { workload } = broker
  const services = workspace.servicesOf(workload)
  const domain = settings.get(CLUSTER_DOMAIN, workload.resource)
  const within = services.map(service => addressOf(service, domain, true))
  const beyond = services.map(service => addressOf(service, domain, false))
  const clients: Client[] = []
  for (const other of workspace.workloads()) {
    const { resource } = other
    if (resource.partial || isTopicsJob(resource, workload.resource.name)) continue
    const isOwn = resource === workload.resource
    const inside = sameNamespace(resource.namespace, workload.resource.namespace)
    const addresses = inside ? within : beyond
    for (const container of other.containers) {
      if (container.role === 'ephemeral') continue
      const isBroker = isOwn && container.name === broker.container.name
      const texts = isBroker ? ownTexts(workspace, container) : textsOf(workspace, container)
      const dials = [...texts].flatMap(text => dialOf(text, isOwn ? [...addresses, LOCAL] : addresses, tlsPort) ?? [])
      if (dials.length === 0) continue
      const kind = kindOf(settings, container, dials)
      clients.push({ container, dials, kind: isMovable(broker, container, dials, kind) ? kind : { type: 'unknown' } })
    }
  }
  return clients
}

/** Words that lead to the brokers; a text without `name` holds none of them. */
interface Address {
  readonly name: string
  readonly pattern: RegExp
}

/** What the broker's own container dials itself by: its hooks, and reporters that run in the broker. */
function ownTexts(workspace: Workspace, container: Container): Text[] {
  const reporters = [...textsOf(workspace, container)].filter(({ variable }) =>
    /BOOTSTRAP_SERVERS$/.test(variable ?? ''),
  )
  return [...hookTexts(container), ...reporters]
}

/** Beside the broker in its own pod. */
const LOCAL: Address = { name: '', pattern: /\b(?:localhost|127\.0\.0\.1):(\d{2,5})\b/g }

/** What is not given cannot be moved, and an authority reaches no further than its namespace. */
function isMovable({ workload }: Broker, container: Container, dials: readonly Dial[], kind: ClientKind): boolean {
  const { resource } = container.workload
  if (!resource.selected || dials.some(dial => !dial.resource.selected)) return false
  if (resource === workload.resource) return false
  return kind.type !== 'profile' || sameNamespace(resource.namespace, workload.resource.namespace)
}

/** The Job that kubemend makes for the topics dials in the way that its run decides. */
export function isTopicsJob({ kind, name }: Resource, system: string): boolean {
  return kind === 'Job' && name.startsWith(`${system}-topics-`)
}

/** Host of a Service in any of its forms, or of one of its pods, with a port behind `:` or blanks. */
function addressOf(service: Resource, clusterDomain: string, inside: boolean): Address {
  const { name, namespace } = service
  const space = namespace === undefined ? '[a-z0-9-]+' : escapeText(namespace)
  const end = `(?:\\.${space}(?:\\.svc(?:\\.${escapeText(clusterDomain)})?)?)${inside ? '?' : ''}`
  const pod = isHeadless(service) ? '(?:[a-z0-9-]+\\.)?' : ''
  const host = `(?<![\\w.-])${pod}${escapeText(name)}${end}`
  return { name, pattern: new RegExp(`${host}(?:[: ]+(\\d{2,5})\\b|(?=[\\s,;"']|$))`, 'g') }
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Variables that hold the host of a broker, with the port elsewhere or not at all (A7 of the domain: client names). */
const HOST_VARIABLES =
  /^(?:\w+_)?KAFKA_(?:\w+_)?(?:HOST|HOSTS|HOSTNAME|SERVER|SERVERS|BROKER|BROKERS|BROKER_LIST|ADDR|ADDRESS|URL|BOOTSTRAP|BOOTSTRAP_SERVERS?)$|^BOOTSTRAP_SERVERS?$/

interface Text extends Omit<Dial, 'address'> {}

function dialOf(text: Text, addresses: readonly Address[], tlsPort: number): Dial | undefined {
  for (const { name, pattern } of addresses) {
    if (!text.text.includes(name)) continue
    for (const match of text.text.matchAll(pattern)) {
      const [address, port] = match
      if (port === undefined && !HOST_VARIABLES.test(text.variable ?? '')) continue
      if (Number(port) !== tlsPort) return { ...text, address: address.trim() }
    }
  }
  return undefined
}

/** Every text that the container is given, with its place. */
function* textsOf(workspace: Workspace, container: Container): Iterable<Text> {
  const { resource } = container.workload
  const own = new Set<string>()
  for (const [index, entry] of asArray(container.value.env).entries()) {
    const variable = asString(member(entry, 'name'))
    if (variable !== undefined) own.add(variable)
    const text = asString(member(entry, 'value'))
    if (text !== undefined) yield { resource, path: [...container.path, 'env', index, 'value'], text, variable }
    const reference = at(entry, ['valueFrom', 'configMapKeyRef'])
    const map = mapNamed(workspace, resource, asString(member(reference, 'name')))
    const key = asString(member(reference, 'key')) ?? ''
    const value = stringMap(map?.value.data)[key]
    if (map !== undefined && value !== undefined) yield { resource: map, path: ['data', key], text: value, variable }
  }
  for (const source of asArray(container.value.envFrom)) {
    const map = mapNamed(workspace, resource, asString(at(source, ['configMapRef', 'name'])))
    const prefix = asString(member(source, 'prefix')) ?? ''
    for (const [key, text] of Object.entries(stringMap(map?.value.data))) {
      const variable = `${prefix}${key}`
      if (map !== undefined && !own.has(variable)) yield { resource: map, path: ['data', key], text, variable }
    }
  }
  for (const field of ['command', 'args'] as const) {
    for (const [index, word] of asArray(container.value[field]).entries()) {
      if (typeof word === 'string')
        yield { resource, path: [...container.path, field, index], text: word, variable: undefined }
    }
  }
  yield* hookTexts(container)
  for (const mount of mountsOf(container)) {
    const map = mapNamed(workspace, resource, asString(at(mount.volume, ['configMap', 'name'])))
    for (const [key, text] of Object.entries(stringMap(map?.value.data))) {
      if (map !== undefined) yield { resource: map, path: ['data', key], text, variable: undefined }
    }
  }
}

/** Commands of probes and of the hooks around a container's life. */
function* hookTexts(container: Container): Iterable<Text> {
  const { resource } = container.workload
  for (const hook of [
    ['readinessProbe'],
    ['livenessProbe'],
    ['startupProbe'],
    ['lifecycle', 'preStop'],
    ['lifecycle', 'postStart'],
  ]) {
    const path = [...container.path, ...hook, 'exec', 'command']
    for (const [index, word] of asArray(at(resource.value, path)).entries()) {
      if (typeof word === 'string') yield { resource, path: [...path, index], text: word, variable: undefined }
    }
  }
}

function mapNamed(workspace: Workspace, from: Resource, name: string | undefined): Resource | undefined {
  return name === undefined ? undefined : workspace.named(from, 'ConfigMap', name)
}

function kindOf(settings: Settings, container: Container, dials: readonly Dial[]): ClientKind {
  if (dials.every(dial => dial.variable === undefined) && onlyWaits(container)) return { type: 'wait' }
  const { resource } = container.workload
  const profiles = settings.get(KAFKA, resource).clients
  const kinds = dials.map(({ variable }) => kindOfVariable(profiles, resource, container, variable))
  const [first] = kinds
  const isOne = first !== undefined && kinds.every(kind => kind?.type === first.type)
  return isOne ? first : { type: 'unknown' }
}

const WAITING = /\b(?:nc|ncat|netcat|wait-for-it(?:\.sh)?|wait-for(?:\.sh)?|dockerize)\b|\/dev\/tcp\//

/** A container that looks whether the port is open and does nothing else. */
function onlyWaits(container: Container): boolean {
  return (
    WAITING.test(commandLine(container)) &&
    firstWorkingCommand(simpleCommands(container).filter(({ text }) => !WAITING.test(text))) === undefined
  )
}

/** For reports: who, by which words, in which file. */
export function describeClient({ container, dials }: Client): string {
  const [dial] = dials
  const { resource } = container.workload
  const source =
    dial?.variable === undefined
      ? `in ${dial?.resource === resource ? 'its command' : `${describe(dial?.resource ?? resource)}`}`
      : dial.resource === resource
        ? `by ${dial.variable}`
        : `by ${dial.variable} of ${describe(dial.resource)}`
  return `${describe(resource)} [${container.name}] dials ${dial?.address ?? 'the brokers'} ${source} (${dial?.resource.origin.file ?? ''})`
}

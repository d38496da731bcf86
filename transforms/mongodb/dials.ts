// Who dials a MongoDB, in all texts of the set: connection strings, and addresses that stand by themselves.

import {
  asString,
  at,
  type Container,
  firstWorkingCommand,
  type Json,
  type Path,
  type Resource,
  simpleCommands,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { type ConnectionString, connectionStringsIn } from './connection-string.ts'

/** The system as clients see it. */
export interface Target {
  readonly workload: Workload
  readonly services: readonly Resource[]
  readonly clusterDomain: string
  readonly replicaSet: string
  /** `host:port` of the members */
  readonly members: readonly string[]
}

/** A text and where it stands. */
export interface Place {
  readonly resource: Resource
  readonly path: Path
  readonly text: string
  readonly container: Container | undefined
}

/** Every text of the set that holds the name of one of the system's Services. */
export function* placesOf(workspace: Workspace, target: Target): Iterable<Place> {
  const names = target.services.map(service => service.name)
  for (const resource of workspace.resources) {
    if (resource.kind === 'Service') continue
    const containers = workspace.workload(resource)?.containers ?? []
    for (const [path, text] of textsOf(resource)) {
      if (!names.some(name => text.toLowerCase().includes(name))) continue
      const container = containers.find(candidate => candidate.path.every((step, index) => step === path[index]))
      yield { resource, path, text, container }
    }
  }
}

export interface Dials {
  /** connection strings that lead to the system */
  readonly strings: readonly ConnectionString[]
  /** whether the text names it outside of connection strings as well */
  readonly hasAddress: boolean
}

export function dialsAt(workspace: Workspace, target: Target, place: Place): Dials {
  const found = connectionStringsIn(place.text)
  const rest = found.reduce((text, string) => text.replace(string.text, ' '), place.text)
  return {
    strings: found.filter(({ hosts }) => hosts.some(host => isOurs(workspace, target, place.resource, host))),
    hasAddress: dialsAddress(workspace, target, { ...place, text: rest }),
  }
}

type Found = readonly [path: Path, text: string]

/** Texts of objects, which every MongoDB of a run asks for. */
const texts = new WeakMap<Resource, readonly Found[]>()

function textsOf(resource: Resource): readonly Found[] {
  let found = texts.get(resource)
  if (found === undefined) {
    found = [...stringsOf(resource)]
    texts.set(resource, found)
  }
  return found
}

/** Every text of an object; those of a Secret decoded, for what they say only. */
function* stringsOf(resource: Resource): Iterable<Found> {
  for (const [key, value] of Object.entries(resource.value)) {
    if (resource.kind === 'Secret' && key === 'data') yield* decoded(value)
    else if (key !== 'metadata' && key !== 'status') yield* stringsIn(value, [key])
  }
}

function* stringsIn(value: Json, path: Path): Iterable<Found> {
  if (typeof value === 'string') yield [path, value]
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* stringsIn(item, [...path, index])
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) yield* stringsIn(item, [...path, key])
  }
}

function* decoded(data: Json): Iterable<Found> {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'string') yield [['data', key], Buffer.from(value, 'base64').toString('utf8')]
  }
}

/** Names under which programs are given an address. */
const ADDRESS_NAME = /(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS|URL|URI|NODES?|ENDPOINT|SEEDS?)S?$/i

const HOST_OPTION = /^(?:-h|--?[\w.-]*(?:host|server|addr|address|url|uri))$/i
const HOST_AND_PORT = /(?<![\w./-])([a-z][\w.-]*)[: ](\d{4,5})\b/g
const HOST_IN_COMMAND = /(?<=^|\s)--?[\w.-]*(?:host|server|addr|address)[ =]+([a-z][\w.:-]*)/gi

/** An address outside of connection strings: host and port in one text, or the host in a variable for one. */
function dialsAddress(workspace: Workspace, target: Target, { resource, path, text, container }: Place): boolean {
  // whoever only waits for the port waits for the same one
  if (container !== undefined && onlyWaits(container)) return false
  const reaches = (address: string): boolean => isOurs(workspace, target, resource, address)
  const name = variableName(resource, path)
  if (name !== undefined && /^[\w.:-]+$/.test(text)) {
    return (text.includes(':') || ADDRESS_NAME.test(name)) && reaches(text)
  }
  const before = at(resource.value, [...path.slice(0, -1), Number(path.at(-1)) - 1])
  if (typeof before === 'string' && HOST_OPTION.test(before) && reaches(text)) return true
  if ([...text.matchAll(HOST_IN_COMMAND)].some(([, host = '']) => reaches(host))) return true
  return [...text.matchAll(HOST_AND_PORT)].some(
    ([, host = '', port = '']) => target.members[0]?.endsWith(`:${port}`) && reaches(host),
  )
}

function onlyWaits(container: Container): boolean {
  const commands = simpleCommands(container)
  return commands.length > 0 && firstWorkingCommand(commands) === undefined
}

/** Name of the variable, or key of the ConfigMap, whose value stands at the path. */
function variableName(resource: Resource, path: Path): string | undefined {
  const last = path.at(-1)
  if (resource.kind === 'ConfigMap' || resource.kind === 'Secret') return path.length === 2 ? String(last) : undefined
  if (last !== 'value' || path.at(-3) !== 'env') return undefined
  return asString(at(resource.value, [...path.slice(0, -1), 'name']))
}

/** Whether a host, with or without a port, is one of the system's Services or one of its pods, seen from the resource. */
function isOurs(workspace: Workspace, target: Target, from: Resource, text: string): boolean {
  const { workload, services, clusterDomain } = target
  const host = text.replace(/:\d+$/, '').toLowerCase()
  const short = host.endsWith(`.svc.${clusterDomain}`) ? host.slice(0, -clusterDomain.length - 1) : host
  const steps = short.replace(/\.svc$/, '').split('.')
  if (steps[0]?.replace(/-\d+$/, '') === workload.resource.name && steps.length > 1 && /-\d+$/.test(steps[0])) {
    steps.shift()
  }
  const [name = '', namespace = from.namespace, ...more] = steps
  if (more.length > 0 || !services.some(service => service.name === name)) return false
  const [nearest] = workspace.nearest(from, workspace.variants('Service', name, namespace))
  return services.some(service => nearest !== undefined && isSamePlace(service, nearest))
}

function isSamePlace({ origin: a }: Resource, { origin: b }: Resource): boolean {
  return a.file === b.file && a.document === b.document && a.path.join('/') === b.path.join('/')
}

/** Name of the variable or key that holds the text, else the path to it. */
export function placeOf(resource: Resource, path: Path): string {
  return variableName(resource, path) ?? path.join('.')
}

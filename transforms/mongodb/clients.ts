// Who dials a MongoDB, in all files of the set: connection strings that can be rewritten, and everything that cannot.

import {
  asString,
  at,
  type Container,
  describe,
  type Edit,
  firstWorkingCommand,
  isServed,
  type Json,
  type Path,
  type Resource,
  type RestartStep,
  restartSteps,
  set,
  simpleCommands,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { checksum } from '../shared/checksum.ts'
import { type ConnectionString, connectionStringsIn, forReplicaSet, optionIn } from './connection-string.ts'

/** The system as clients see it. */
export interface Target {
  readonly workload: Workload
  readonly services: readonly Resource[]
  readonly clusterDomain: string
  readonly replicaSet: string
  /** `host:port` of the members */
  readonly members: readonly string[]
}

/** A client that goes on dialling one address; `why` says what keeps it from being rewritten. */
export interface LeftClient {
  readonly resource: Resource
  readonly place: string
  readonly why: string
}

export interface Clients {
  readonly edits: readonly Edit[]
  /** objects whose connection strings are rewritten */
  readonly rewritten: readonly Resource[]
  readonly left: readonly LeftClient[]
  /** whether some client already names the set */
  readonly converted: boolean
  /** for clients that do not take the change by themselves */
  readonly restarts: readonly RestartStep[]
}

export function findClients(workspace: Workspace, target: Target): Clients {
  const edits: Edit[] = []
  const rewritten = new Set<Resource>()
  const left: LeftClient[] = []
  const names = target.services.map(service => service.name)
  let converted = false
  for (const resource of workspace.resources) {
    if (resource.kind === 'Service') continue
    const containers = workspace.workload(resource)?.containers ?? []
    for (const [path, text] of textsOf(resource)) {
      if (!names.some(name => text.toLowerCase().includes(name))) continue
      const container = containers.find(candidate => candidate.path.every((step, index) => step === path[index]))
      const judged = judgeText(workspace, target, { resource, path, text, container })
      converted ||= judged.converted
      for (const why of judged.left) left.push({ resource, place: placeOf(resource, path), why })
      if (judged.text === undefined) continue
      edits.push(set(resource, path, judged.text))
      rewritten.add(resource)
    }
  }
  return { rewritten: [...rewritten], left, converted, ...restartsOf(workspace, target, edits) }
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

/** A text and where it stands. */
interface Place {
  readonly resource: Resource
  readonly path: Path
  readonly text: string
  readonly container: Container | undefined
}

interface Judged {
  /** the whole text with its connection strings rewritten */
  readonly text?: string
  readonly left: readonly string[]
  readonly converted: boolean
}

function judgeText(workspace: Workspace, target: Target, place: Place): Judged {
  const { resource, path, text } = place
  const left: string[] = []
  let converted = false
  let result = text
  let rest = text
  for (const found of connectionStringsIn(text)) {
    rest = rest.replace(found.text, ' ')
    if (!found.hosts.some(host => isOurs(workspace, target, resource, host))) continue
    if (found.scheme === 'mongodb' && optionIn(found, 'replicaSet') === target.replicaSet) {
      converted = true
      continue
    }
    const problem = stringProblem(found) ?? placeProblem(resource, path)
    if (problem === undefined)
      result = result.replace(found.text, forReplicaSet(found, target.members, target.replicaSet))
    else left.push(problem)
  }
  if (dialsAddress(workspace, target, { ...place, text: rest })) {
    left.push('gives the address without a connection string')
  }
  return { left, converted, ...(result === text ? {} : { text: result }) }
}

function stringProblem(found: ConnectionString): string | undefined {
  if (found.scheme === 'mongodb+srv') return 'asks DNS for the members (mongodb+srv)'
  if (optionIn(found, 'directConnection') === 'true') return 'asks for one server alone (directConnection=true)'
  const set = optionIn(found, 'replicaSet')
  if (set !== undefined) return `names another replica set (${set})`
  return found.hosts.length > 1 ? `lists ${found.hosts.length} hosts` : undefined
}

/** Why a text at this place is not rewritten, undefined where it may be. */
function placeProblem(resource: Resource, path: Path): string | undefined {
  const { kind } = resource
  if (!resource.selected) return 'is in a file that was not given to be changed'
  if (resource.value.immutable === true) return 'is in an object that says it never changes (immutable)'
  if (kind === 'ConfigMap' && path[0] === 'data') return undefined
  if (kind === 'Secret') return path[0] === 'stringData' ? undefined : 'is in a Secret'
  const containers = path.findIndex(step => step === 'containers' || step === 'initContainers')
  const [field, , entry] = path.slice(containers + 2)
  const editable =
    containers >= 0 && (field === 'args' || field === 'command' || (field === 'env' && entry === 'value'))
  if (!editable) return 'is in a field that is not edited'
  return isServed(resource) ? undefined : `is of a removed API version (${resource.apiVersion})`
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

function placeOf(resource: Resource, path: Path): string {
  return variableName(resource, path) ?? path.join('.')
}

/** A ConfigMap that changes restarts nobody: its readers get a checksum of it. */
function restartsOf(workspace: Workspace, target: Target, edits: readonly Edit[]) {
  const restarts: RestartStep[] = []
  const checksums: Edit[] = []
  const changed = new Set(edits.flatMap(edit => ('resource' in edit ? [edit.resource] : [])))
  for (const resource of changed) {
    const workload = workspace.workload(resource)
    if (workload !== undefined && !resource.partial) restarts.push(...restartSteps(workload))
  }
  for (const workload of workspace.workloads()) {
    const { resource, templatePath } = workload
    if (resource === target.workload.resource || resource.partial || !ROLLING.includes(resource.kind)) continue
    const texts = edits.flatMap(edit =>
      edit.op === 'set' && isMap(edit.resource) && workspace.consumersOf(edit.resource).includes(workload)
        ? [`${edit.path.join('/')}\n${JSON.stringify(edit.value)}`]
        : [],
    )
    if (texts.length === 0 || !resource.selected || !isServed(resource)) continue
    const annotation = [...templatePath, 'metadata', 'annotations', 'kubemend.dev/config-checksum']
    checksums.push(set(resource, annotation, checksum(texts.join('\n'))))
    restarts.push(...restartSteps(workload))
  }
  return { edits: [...edits, ...checksums], restarts: unique(restarts) }
}

const ROLLING: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']

function isMap({ kind }: Resource): boolean {
  return kind === 'ConfigMap' || kind === 'Secret'
}

function unique(steps: readonly RestartStep[]): RestartStep[] {
  return [...new Map(steps.map(step => [step.text, step])).values()]
}

/** One line for each client, for people. */
export function nameLeft(left: readonly LeftClient[]): string[] {
  return left.map(({ resource, place, why }) => `${describe(resource)} in ${resource.origin.file} (${place}) ${why}`)
}

/**
 * Lines of files that are no manifests and dial a Service as one server; without their text, which may hold a password.
 */
export function textWarnings(workspace: Workspace, services: readonly Resource[]): string[] {
  const names = services.map(service => service.name)
  const manifests = new Set(workspace.files.map(file => file.path))
  return workspace.textReferences(/mongodb(?:\+srv)?:\/\//, 1000).flatMap(({ file, line, text }) => {
    if (manifests.has(file)) return []
    const found = connectionStringsIn(text).find(
      candidate =>
        optionIn(candidate, 'replicaSet') === undefined &&
        candidate.hosts.some(host => names.includes(host.split(/[.:]/)[0] ?? '')),
    )
    return found === undefined ? [] : [`${file}:${line} dials ${found.hosts.join(',')} as one server`]
  })
}

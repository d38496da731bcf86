// The clients of a MongoDB: those whose connection strings can be rewritten, and everything that cannot.

import {
  describe,
  type Edit,
  isServed,
  type Path,
  type Resource,
  type RestartStep,
  restartSteps,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import { checksum } from '../shared/checksum.ts'
import { type ConnectionString, connectionStringsIn, forReplicaSet, optionIn } from './connection-string.ts'
import { dialsAt, type Place, placeOf, placesOf, type Target } from './dials.ts'

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
  let converted = false
  for (const place of placesOf(workspace, target)) {
    const { resource, path } = place
    const judged = judgeText(workspace, target, place)
    converted ||= judged.converted
    for (const why of judged.left) left.push({ resource, place: placeOf(resource, path), why })
    if (judged.text === undefined) continue
    edits.push(set(resource, path, judged.text))
    rewritten.add(resource)
  }
  return { rewritten: [...rewritten], left, converted, ...restartsOf(workspace, target, edits) }
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
  const { strings, hasAddress } = dialsAt(workspace, target, place)
  let converted = false
  let result = text
  for (const found of strings) {
    if (found.scheme === 'mongodb' && optionIn(found, 'replicaSet') === target.replicaSet) {
      converted = true
      continue
    }
    const problem = stringProblem(found) ?? placeProblem(resource, path)
    if (problem === undefined)
      result = result.replace(found.text, forReplicaSet(found, target.members, target.replicaSet))
    else left.push(problem)
  }
  if (hasAddress) left.push('gives the address without a connection string')
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

/** Clients that do not ask for TLS, as far as the files tell; whoever only waits for the port is none. */
export function plainClients(workspace: Workspace, target: Target): LeftClient[] {
  return [...placesOf(workspace, target)].flatMap(place => {
    const { resource, path } = place
    const { strings, hasAddress } = dialsAt(workspace, target, place)
    const isPlain = strings.some(found => !asksForTls(found))
    if (!isPlain && !hasAddress) return []
    const why = isPlain
      ? 'does not ask for TLS (tls=true)'
      : 'gives the address without a connection string, and does not tell whether it asks for TLS'
    return [{ resource, place: placeOf(resource, path), why }]
  })
}

/** `ssl` is the older name of `tls`, and both are on for strings whose hosts come from DNS. */
export function asksForTls(found: ConnectionString): boolean {
  const told = optionIn(found, 'tls') ?? optionIn(found, 'ssl')
  return told === undefined ? found.scheme === 'mongodb+srv' : told === 'true'
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

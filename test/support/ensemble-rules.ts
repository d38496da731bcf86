// What has to hold between the objects of a ZooKeeper ensemble so that its members find each other, read off manifests.

import { spawnSync } from 'node:child_process'
import { at } from '../../src/yaml/path.ts'
import { readText } from '../../src/yaml/read.ts'
import { asArray, asObject, asString, isObject, type Json, type JsonObject, member } from '../../src/yaml/value.ts'
import type { Files } from './fixtures.ts'

const DATA_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  ZOOKEEPER_SERVER_ID: ['/var/lib/zookeeper/data', '/var/lib/zookeeper/log'],
  ZOO_MY_ID: ['/data', '/datalog'],
  ZOO_SERVER_ID: ['/bitnami/zookeeper/data'],
}

/** Objects of all files, items of Lists included. */
export function objectsIn(files: Files): JsonObject[] {
  return [...files]
    .flatMap(([, text]) => {
      const read = readText(text)
      const values = read.ok ? read.documents.map(document => document.value) : []
      return values.flatMap(value =>
        Array.isArray(member(value, 'items')) ? asArray(member(value, 'items')) : [value],
      )
    })
    .filter(isObject)
}

/** One sentence for each rule that is broken; `keepsPods` where members keep their data in their pods. */
export function ensembleFaults(files: Files, keepsPods = false): string[] {
  const objects = objectsIn(files)
  return objects
    .filter(object => object.kind === 'StatefulSet')
    .flatMap(set => {
      const ensemble = ensembleOf(set, objects)
      return ensemble === undefined ? [] : [...faultsOf(set, ensemble, objects, keepsPods)]
    })
}

interface Ensemble {
  readonly container: JsonObject
  readonly env: readonly Json[]
  /** variable that the command exports */
  readonly idVariable: string
  readonly script: string
  readonly list: string
}

/** The server's container, when its command numbers the members. */
function ensembleOf(set: JsonObject, objects: readonly JsonObject[]): Ensemble | undefined {
  for (const container of containersOf(set)) {
    const script = [...asArray(container.command), ...asArray(container.args)].map(String).at(-1) ?? ''
    const idVariable = /export (ZOO_MY_ID|ZOO_SERVER_ID|ZOOKEEPER_SERVER_ID)=/.exec(script)?.[1]
    if (idVariable === undefined) continue
    const name = idVariable === 'ZOOKEEPER_SERVER_ID' ? 'ZOOKEEPER_SERVERS' : 'ZOO_SERVERS'
    const env = asArray(container.env)
    const own = env.find(entry => member(entry, 'name') === name)
    const map = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && mapsOf(container).includes(nameOf(metadata)),
    )
    const list = asString(member(own, 'value')) ?? asString(at(map, ['data', name])) ?? ''
    return { container, env, idVariable, script, list }
  }
  return undefined
}

function* faultsOf(set: JsonObject, ensemble: Ensemble, objects: readonly JsonObject[], keepsPods: boolean) {
  const name = nameOf(set.metadata)
  const service = asString(at(set, ['spec', 'serviceName'])) ?? ''
  yield* serviceFaults(set, service, objects)
  yield* listFaults(name, service, Number(at(set, ['spec', 'replicas'])), ensemble)
  yield* numberFaults(name, ensemble)
  yield* envFaults(ensemble)
  yield* volumeFaults(set, ensemble, keepsPods)
  if ((at(set, ['spec', 'podManagementPolicy']) ?? 'OrderedReady') !== 'OrderedReady') yield 'members start in parallel'
  for (const probe of ['readinessProbe', 'startupProbe', 'livenessProbe']) {
    const command = asArray(at(ensemble.container, [probe, 'exec', 'command'])).join(' ')
    if (/srvr|mntr|stat\b|zkServer\.sh status/.test(command)) yield `${probe} asks for a quorum`
  }
  if (at(ensemble.container, ['readinessProbe']) === undefined) yield 'there is no readinessProbe'
  if (at(set, ['spec', 'template', 'spec', 'enableServiceLinks']) !== false) yield 'variables of Services are injected'
}

function* serviceFaults(set: JsonObject, name: string, objects: readonly JsonObject[]) {
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && nameOf(metadata) === name)
  const labels = asObject(at(set, ['spec', 'template', 'metadata', 'labels'])) ?? {}
  if (at(service, ['spec', 'clusterIP']) !== 'None') yield `${name} is no headless Service of the set`
  if (at(service, ['spec', 'publishNotReadyAddresses']) !== true) yield `${name} hides members that are not ready`
  const selector = Object.entries(asObject(at(service, ['spec', 'selector'])) ?? {})
  if (selector.length === 0 || selector.some(([key, value]) => labels[key] !== value))
    yield `${name} selects other pods`
}

function* listFaults(name: string, service: string, replicas: number, { list, idVariable }: Ensemble) {
  const entries = list.split(/[;,\s]+(?=\S)/).filter(entry => entry.includes(':2888:3888'))
  if (entries.length !== replicas) yield `${entries.length} servers are listed and ${replicas} run`
  if (replicas < 3 || replicas % 2 === 0) yield `${replicas} members are no better than fewer`
  for (const [ordinal, entry] of entries.entries()) {
    const host = `${name}-${ordinal}.${service}`
    const address = entry.replace(/^server\.\d+=/, '')
    if (!address.startsWith(`${host}:`) && !address.startsWith(`${host}.`)) yield `${entry} is not ${host}`
    const number = /^server\.(\d+)=/.exec(entry)?.[1]
    if (idVariable === 'ZOO_MY_ID' && number !== String(ordinal + 1)) yield `${host} is listed as ${number}`
  }
  const ports = [...list.matchAll(/:3888(;\d+)?/g)].map(match => match[1])
  if (idVariable === 'ZOO_MY_ID' && ports.some(port => port === undefined)) yield 'an entry has no client port'
}

/** The numbers that a shell makes of the names of the pods. */
function* numberFaults(name: string, { script, idVariable }: Ensemble) {
  const assignment = new RegExp(`${idVariable}=(\\$\\(\\(.*?\\)\\))`).exec(script)?.[1] ?? ''
  for (const ordinal of [0, 1, 2]) {
    const env = { POD_NAME: `${name}-${ordinal}`, HOSTNAME: 'node-7' }
    const { stdout } = spawnSync('sh', ['-c', `echo ${assignment}`], { env, encoding: 'utf8' })
    if (stdout.trim() !== String(ordinal + 1)) yield `${name}-${ordinal} takes number ${stdout.trim()}`
  }
}

function* envFaults({ env, idVariable }: Ensemble) {
  const names = env.map(entry => String(member(entry, 'name')))
  if (names.includes(idVariable)) yield `${idVariable} is set for all members alike`
  if (at(env[0], ['valueFrom', 'fieldRef', 'fieldPath']) !== 'metadata.name') yield 'the name of the pod is not first'
  if (new Set(names).size !== names.length) yield 'a variable is set twice'
  for (const [index, entry] of env.entries()) {
    for (const [, used] of (asString(member(entry, 'value')) ?? '').matchAll(/(?<!\$)\$\(([A-Za-z_]\w*)\)/g)) {
      if (!names.slice(0, index).includes(String(used))) yield `${names[index]} uses ${used} before it is set`
    }
  }
}

function* volumeFaults(set: JsonObject, { container, idVariable }: Ensemble, keepsPods: boolean) {
  const claims = asArray(at(set, ['spec', 'volumeClaimTemplates'])).map(claim => nameOf(member(claim, 'metadata')))
  const volumes = asArray(at(set, ['spec', 'template', 'spec', 'volumes'])).map(nameOf)
  const mounts = containersOf(set).flatMap(({ volumeMounts }) => asArray(volumeMounts))
  for (const mount of mounts) {
    if (!claims.includes(nameOf(mount)) && !volumes.includes(nameOf(mount))) yield `nothing is behind ${nameOf(mount)}`
  }
  for (const claim of claims) {
    if (volumes.includes(claim)) yield `${claim} is a volume and a claim`
    if (!mounts.some(mount => nameOf(mount) === claim)) yield `${claim} is mounted nowhere`
  }
  if (keepsPods) return
  for (const folder of DATA_FOLDERS[idVariable] ?? []) {
    const holding = asArray(container.volumeMounts).filter(mount => {
      const path = asString(member(mount, 'mountPath')) ?? ''
      return folder === path || folder.startsWith(`${path}/`)
    })
    if (!holding.some(mount => claims.includes(nameOf(mount)))) yield `${folder} is on no claim`
  }
}

function containersOf(set: JsonObject): JsonObject[] {
  return asArray(at(set, ['spec', 'template', 'spec', 'containers'])).filter(isObject)
}

function mapsOf(container: JsonObject): string[] {
  return asArray(container.envFrom).map(source => nameOf(member(source, 'configMapRef')))
}

function nameOf(value: Json | undefined): string {
  return asString(member(value, 'name')) ?? ''
}

// A broker's configuration: in which places a key may stand, which of them counts, and edits in the one that does.

import {
  asArray,
  asString,
  at,
  type Container,
  commandLine,
  type Edit,
  isBelow,
  member,
  mountsOf,
  type Path,
  propertyOf,
  type Resource,
  removeProperty,
  set,
  setProperty,
  stringMap,
  type Workspace,
} from '../../src/sdk.ts'
import { checksum } from '../shared/checksum.ts'
import { envEdits, type FieldVariable, hasPlainEnv, type Setting, settingOf } from '../stateful/env.ts'
import type { Dialect } from './dialects/index.ts'

/** A place that holds keys; a broker has several, of which the first that holds a key counts. */
export type Layer =
  | { readonly kind: 'variables' }
  /** `--override key=value` on the command line */
  | { readonly kind: 'overrides' }
  /** properties text in a ConfigMap */
  | { readonly kind: 'file'; readonly map: Resource; readonly key: string }
  /** a file whose content the manifests do not say */
  | { readonly kind: 'closed'; readonly what: string }

export interface Configuration {
  readonly container: Container
  readonly dialect: Dialect | undefined
  readonly layers: readonly Layer[]
}

/** Kafka's own defaults of the keys that are judged (kafka.server.KafkaConfig). */
const KAFKA_DEFAULTS: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'true',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  'num.partitions': '1',
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
}

export function configurationOf(
  workspace: Workspace,
  container: Container,
  distro: string,
  dialect: Dialect | undefined,
): Configuration {
  return { container, dialect, layers: layersOf(workspace, container, distro, dialect) }
}

function layersOf(
  workspace: Workspace,
  container: Container,
  distro: string,
  dialect: Dialect | undefined,
): readonly Layer[] {
  if (distro === 'kafka/raw') {
    const path = /kafka-server-start(?:\.sh)?\s+(?:-\S+\s+)*(\/?[\w./-]+)/.exec(commandLine(container))?.[1]
    const file = path === undefined ? undefined : mountedFile(workspace, container, path)
    const closed = { kind: 'closed', what: path ?? 'a file that its command does not name' } as const
    return [{ kind: 'overrides' }, file ?? closed]
  }
  const { configFile } = dialect ?? {}
  if (configFile === undefined) return [{ kind: 'variables' }]
  const path = `${configFile.path}/server.properties`
  const holds = mountsOf(container).some(mount => isBelow(path, mount.path) && isConfigured(mount.source))
  if (!holds) return [{ kind: 'variables' }]
  const file = mountedFile(workspace, container, path) ?? ({ kind: 'closed', what: path } as const)
  return configFile.beats === 'variables' ? [file] : [{ kind: 'variables' }, file]
}

function isConfigured(source: string | undefined): boolean {
  return source === 'configMap' || source === 'secret' || source === 'projected'
}

/** The key of a ConfigMap that is mounted at the path; undefined for everything else. */
function mountedFile(workspace: Workspace, container: Container, path: string): Layer | undefined {
  const mounts = mountsOf(container).filter(mount => isBelow(path, mount.path) && mount.source === 'configMap')
  const mount = mounts.sort((a, b) => b.path.length - a.path.length)[0]
  const name = asString(at(mount?.volume, ['configMap', 'name']))
  const map = name === undefined ? undefined : workspace.named(container.workload.resource, 'ConfigMap', name)
  if (mount === undefined || map === undefined) return undefined
  const entry = asArray(container.value.volumeMounts).find(candidate => member(candidate, 'mountPath') === mount.path)
  const file = asString(member(entry, 'subPath')) ?? path.slice(mount.path.length).replace(/^\//, '')
  const item = asArray(at(mount.volume, ['configMap', 'items'])).find(candidate => member(candidate, 'path') === file)
  const key = asString(member(item, 'key')) ?? file
  return stringMap(map.value.data)[key] === undefined ? undefined : { kind: 'file', map, key }
}

/** Where the key stands, and as what; `absent` when no place holds it. */
export function readKey(workspace: Workspace, { container, dialect, layers }: Configuration, key: string): Setting {
  for (const layer of layers) {
    const found = readLayer(workspace, container, dialect, layer, key)
    if (found.kind !== 'absent') return found
  }
  return { kind: 'absent' }
}

function readLayer(
  workspace: Workspace,
  container: Container,
  dialect: Dialect | undefined,
  layer: Layer,
  key: string,
): Setting {
  if (layer.kind === 'closed') return { kind: 'unknown' }
  if (layer.kind === 'variables') {
    const name = variableOf(workspace, container, dialect, key)
    return name === undefined ? { kind: 'absent' } : settingOf(workspace, container, name)
  }
  const text = layer.kind === 'file' ? propertyOf(fileText(layer), key) : overrideOf(container, key)?.value
  if (text === undefined) return { kind: 'absent' }
  return /\$[({]/.test(text) ? { kind: 'unknown' } : { kind: 'text', text }
}

/** Name of the variable that counts for the key: an alias only where it is set and the first name is not. */
function variableOf(
  workspace: Workspace,
  container: Container,
  dialect: Dialect | undefined,
  key: string,
): string | undefined {
  const name = dialect?.variable(key)
  if (dialect === undefined || name === undefined) return undefined
  const names = [name, ...dialect.aliases(key)]
  return names.find(candidate => settingOf(workspace, container, candidate).kind === 'text') ?? name
}

function fileText({ map, key }: Layer & { kind: 'file' }): string {
  return stringMap(map.value.data)[key] ?? ''
}

/** The text that holds, else what the image or Kafka itself takes; undefined when it is not known. */
export function effective(workspace: Workspace, configuration: Configuration, key: string): string | undefined {
  const found = readKey(workspace, configuration, key)
  if (found.kind === 'unknown') return undefined
  return found.kind === 'text' ? found.text : (configuration.dialect?.bundled[key] ?? KAFKA_DEFAULTS[key])
}

/** The file outside of the set that says what the key is; undefined where something in the set does. */
export function hiddenIn(
  workspace: Workspace,
  { container, dialect, layers }: Configuration,
  key: string,
): string | undefined {
  const deciding = layers.find(layer => readLayer(workspace, container, dialect, layer, key).kind !== 'absent')
  return deciding?.kind === 'closed' ? deciding.what : undefined
}

/** A key, or the name of a variable that is no key, and its new value; without one it is taken out. */
export type KeyChange = readonly [name: string, value: string | undefined]

export interface ConfigEdits {
  readonly edits: readonly Edit[]
}

/** Why a configuration cannot be changed. */
export interface ConfigProblem {
  readonly code: 'closed-configuration' | 'inexpressible'
  readonly why: string
  readonly next: string
}

/**
 * Edits that make all the changes, each in the place where its key stands, or else in the first place. A change of a
 * ConfigMap comes with a checksum in the pod template, since pods do not start again by themselves.
 */
export function configEdits(
  workspace: Workspace,
  configuration: Configuration,
  changes: readonly KeyChange[],
  fields: readonly FieldVariable[] = [],
): ConfigEdits | ConfigProblem {
  const { container, dialect, layers } = configuration
  const values: [string, string][] = []
  const removed: string[] = []
  const edits: Edit[] = []
  const texts = new Map<Layer, string>()
  for (const [key, value] of changes) {
    const holding = layers.find(layer => readLayer(workspace, container, dialect, layer, key).kind !== 'absent')
    // a new override has no place that is right for every command, and the file behind it takes any key
    const layer = holding ?? layers.find(candidate => candidate.kind !== 'overrides')
    if (layer === undefined || layer.kind === 'closed') return closed(layer?.what ?? 'its configuration')
    if (layer.kind === 'variables') {
      const name = isVariable(key) ? key : variableOf(workspace, container, dialect, key)
      if (name === undefined) return inexpressible(key)
      if (value === undefined) removed.push(name, ...(dialect?.aliases(key) ?? []))
      else values.push([name, value])
    } else if (layer.kind === 'file') {
      const text = texts.get(layer) ?? fileText(layer)
      texts.set(layer, value === undefined ? removeProperty(text, key) : setProperty(text, key, value))
    } else {
      const edit = value === undefined ? undefined : overrideEdit(container, key, value)
      if (edit === undefined) return closed('the command line')
      edits.push(edit)
    }
  }
  if (values.length + removed.length + fields.length > 0) {
    if (!hasPlainEnv(container)) return closed('a list of variables that is none')
    edits.push(...envEdits(workspace, container, { fields, values, removed }))
  }
  for (const [layer, text] of texts) {
    if (layer.kind === 'file') edits.push(set(layer.map, ['data', layer.key], text))
  }
  const foreign = edits.find(edit => edit.op !== 'create' && !edit.resource.selected)
  if (foreign !== undefined && foreign.op !== 'create') return closed(foreign.resource.origin.file)
  return { edits: [...edits, ...checksumEdits(container, edits)] }
}

function isVariable(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name)
}

function closed(what: string): ConfigProblem {
  return {
    code: 'closed-configuration',
    why: `what counts stands in ${what}, which cannot be changed from here`,
    next: 'keep the settings in variables or in a ConfigMap of the set',
  }
}

function inexpressible(key: string): ConfigProblem {
  return {
    code: 'inexpressible',
    why: `the image has no variable for ${key}`,
    next: `use an image whose variables can express ${key}`,
  }
}

interface Override {
  readonly path: Path
  /** the whole word, or the whole script that holds it */
  readonly word: string
  readonly value: string
}

function overrideOf(container: Container, key: string): Override | undefined {
  const escaped = key.replaceAll('.', '\\.')
  for (const field of ['args', 'command'] as const) {
    const words = asArray(container.value[field])
    for (const [index, word] of [...words.entries()].reverse()) {
      if (typeof word !== 'string') continue
      const alone = words[index - 1] === '--override'
      const pattern = alone ? new RegExp(`^${escaped}=(.*)$`, 's') : new RegExp(`--override[ =]+${escaped}=(\\S+)`)
      const value = pattern.exec(word)?.[1]
      if (value !== undefined) return { path: [...container.path, field, index], word, value }
    }
  }
  return undefined
}

/** Undefined where the key has no override: a new one has no place that is right for every command. */
function overrideEdit(container: Container, key: string, value: string): Edit | undefined {
  const present = overrideOf(container, key)
  if (present === undefined) return undefined
  const word = present.word.replace(`${key}=${present.value}`, () => `${key}=${value}`)
  return set(container.workload.resource, present.path, word)
}

/** Hash of the ConfigMaps that are edited, as an annotation of the pods, so that they are replaced. */
function checksumEdits(container: Container, edits: readonly Edit[]): Edit[] {
  const { resource, templatePath } = container.workload
  const maps = edits.flatMap(edit => (edit.op === 'set' && edit.resource !== resource ? [edit] : []))
  if (maps.length === 0) return []
  const text = maps.map(edit => `${edit.path.join('/')}\n${JSON.stringify(edit.value)}`).join('\n')
  const annotation = [...templatePath, 'metadata', 'annotations', 'kubemend.dev/config-checksum']
  return [set(resource, annotation, checksum(text))]
}

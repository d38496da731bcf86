// What the manifests say about a MongoDB server of the official image: command line, access control, port, data.

import {
  asArray,
  asObject,
  asString,
  at,
  type Container,
  isBelow,
  type JsonObject,
  member,
  mountsOf,
  type Workspace,
} from '../../src/sdk.ts'
import { type DataPlace, dataPlaces } from '../stateful/data.ts'
import { envEntry } from '../stateful/env.ts'
import { type CommandLine, optionOf, readCommandLine } from './command-line.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'

/** Entries of `env`, without their names, with which another container gets the same values. */
export interface RootUser {
  readonly username: JsonObject
  readonly password: JsonObject
}

/**
 * `rootless`: on, and the files do not tell who may set the replica set up; `unknown`: a source that is not in the set
 * may turn it on.
 */
export type Access =
  | { readonly kind: 'off' }
  | { readonly kind: 'on'; readonly root: RootUser }
  | { readonly kind: 'rootless' }
  | { readonly kind: 'unknown' }

export interface Server {
  readonly container: Container
  readonly line: CommandLine
  /** empty without a file, undefined when it cannot be read */
  readonly config: ConfigFile | undefined
  readonly port: number | undefined
  readonly access: Access
  readonly places: readonly DataPlace[]
  /** scripts are mounted that run before the first start */
  readonly hasInitScripts: boolean
}

/** Undefined when the container is started in a way that options cannot be added to. */
export function readServer(workspace: Workspace, container: Container): Server | undefined {
  const line = readCommandLine(container)
  if (line === undefined) return undefined
  const file = optionOf(line, 'config')?.value
  const config = file === undefined ? new Map<string, string>() : readConfigFile(workspace, container, file)
  const setting = settingReader(line, config)
  const port = Number(setting('port', 'net.port') ?? '27017')
  const path = setting('dbpath', 'storage.dbPath') ?? '/data/db'
  return {
    container,
    line,
    config,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
    access: readAccess(workspace, container, line, setting),
    places: dataPlaces(workspace, container, [{ path: path.replace(/(?<=.)\/$/, ''), name: 'data' }]),
    hasInitScripts: mountsOf(container).some(mount => isBelow(mount.path, '/docker-entrypoint-initdb.d')),
  }
}

type SettingReader = (option: string, name: string) => string | undefined

/** An option of the command line outranks the file; one without a value reads as `true`. */
function settingReader(line: CommandLine, config: ConfigFile | undefined): SettingReader {
  return (option, name) => {
    const found = optionOf(line, option)
    return found === undefined ? config?.get(name) : (found.value ?? 'true')
  }
}

export function settingOf({ line, config }: Server, option: string, name: string): string | undefined {
  return settingReader(line, config)(option, name)
}

const USERNAME = 'MONGO_INITDB_ROOT_USERNAME'
const PASSWORD = 'MONGO_INITDB_ROOT_PASSWORD'

/** Both variables of the root user turn access control on, when the image's entrypoint runs (docker-entrypoint.sh). */
function readAccess(workspace: Workspace, container: Container, line: CommandLine, setting: SettingReader): Access {
  const username = variable(workspace, container, USERNAME)
  const password = variable(workspace, container, PASSWORD)
  const fromFiles = [`${USERNAME}_FILE`, `${PASSWORD}_FILE`].some(
    name => variable(workspace, container, name) !== undefined,
  )
  const isAsked =
    setting('auth', 'security.authorization') !== undefined && setting('auth', 'security.authorization') !== 'disabled'
  const hasKey = setting('keyFile', 'security.keyFile') !== undefined
  if (username === 'unknown' || password === 'unknown') return { kind: 'unknown' }
  const known = username !== undefined && password !== undefined
  if (known && (isAsked || hasKey || line.starts === 'entrypoint')) return { kind: 'on', root: { username, password } }
  if (isAsked || hasKey || (fromFiles && line.starts === 'entrypoint')) return { kind: 'rootless' }
  return { kind: 'off' }
}

/** Where a container's variable comes from; `unknown` when a source that is not in the set may hold it. */
function variable(workspace: Workspace, container: Container, name: string): JsonObject | 'unknown' | undefined {
  const entry = asObject(envEntry(container, name))
  if (entry !== undefined) {
    const { name: _, ...source } = entry
    return source.value === '' ? undefined : source
  }
  const { resource } = container.workload
  let isOpen = false
  for (const source of asArray(container.value.envFrom).toReversed()) {
    const prefix = asString(member(source, 'prefix')) ?? ''
    if (!name.startsWith(prefix)) continue
    const key = name.slice(prefix.length)
    for (const [field, kind, reference] of SOURCES) {
      const map = asString(at(source, [field, 'name']))
      if (map === undefined) continue
      const found = workspace.named(resource, kind, map)
      if (found === undefined) isOpen = true
      else if (holds(found.value, key)) return { valueFrom: { [reference]: { name: map, key } } }
    }
  }
  return isOpen ? 'unknown' : undefined
}

const SOURCES = [
  ['configMapRef', 'ConfigMap', 'configMapKeyRef'],
  ['secretRef', 'Secret', 'secretKeyRef'],
] as const

function holds(value: JsonObject, key: string): boolean {
  return ['data', 'stringData'].some(field => at(value, [field, key]) !== undefined)
}

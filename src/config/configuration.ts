// What a configuration file may say, as data: read from its text, with the place of every key.

import type { Path } from '../yaml/path.ts'
import { asArray, asObject, asString, type JsonObject, member } from '../yaml/value.ts'

/** Names that are looked for, in this order. */
export const CONFIGURATION_FILES = ['kubemend.yaml', 'kubemend.yml', 'kubemend.json'] as const

export interface TransformSetting {
  readonly enabled: boolean | undefined
  readonly risks: readonly string[] | undefined
}

/** Settings for a part of the resources; a condition that is not given fits all, the given ones must all fit. */
export interface Override {
  /** globs over paths relative to the configuration file's folder */
  readonly paths: readonly string[] | undefined
  readonly namespaces: readonly string[] | undefined
  readonly kinds: readonly string[] | undefined
  readonly names: readonly string[] | undefined
  /** values by section name, laid over those of the file */
  readonly set: JsonObject
  readonly skip: readonly string[]
  readonly risks: readonly string[] | undefined
}

export interface Place {
  readonly line: number
  readonly column: number
}

export interface Configuration {
  /** as messages name it; undefined when there is no file */
  readonly file: string | undefined
  readonly kubernetesVersion: string | undefined
  /** folder whose tree is read as context, relative to the configuration file */
  readonly root: string | undefined
  readonly risks: readonly string[] | undefined
  readonly only: readonly string[] | undefined
  readonly skip: readonly string[]
  /** globs of files that are passed over, relative to the configuration file's folder */
  readonly exclude: readonly string[]
  /** largest file that is read, in bytes */
  readonly maxBytes: number | undefined
  readonly schemaLocations: readonly string[]
  readonly transforms: ReadonlyMap<string, TransformSetting>
  readonly overrides: readonly Override[]
  /** the whole file as a value: sections are looked up here */
  readonly value: JsonObject
  /** place of a path of `value`, or of its deepest existing ancestor */
  placeOf(path: Path): Place | undefined
}

export const NO_CONFIGURATION: Configuration = toConfiguration({}, undefined, () => undefined)

/** Reads a value that the schema of the configuration accepts. */
export function toConfiguration(
  value: JsonObject,
  file: string | undefined,
  placeOf: (path: Path) => Place | undefined,
): Configuration {
  const files = asObject(value.files)
  return {
    file,
    kubernetesVersion: asString(value.kubernetesVersion),
    root: asString(value.root),
    risks: texts(value.risks),
    only: texts(value.only),
    skip: texts(value.skip) ?? [],
    exclude: texts(member(files, 'exclude')) ?? [],
    maxBytes: asNumber(member(files, 'maxBytes')),
    schemaLocations: texts(value.schemaLocations) ?? [],
    transforms: new Map(Object.entries(asObject(value.transforms) ?? {}).map(([id, entry]) => [id, toSetting(entry)])),
    overrides: asArray(value.overrides).map(toOverride),
    value,
    placeOf,
  }
}

function toSetting(value: unknown): TransformSetting {
  const enabled = member(value, 'enabled')
  return { enabled: typeof enabled === 'boolean' ? enabled : undefined, risks: texts(member(value, 'risks')) }
}

function toOverride(value: unknown): Override {
  return {
    paths: texts(member(value, 'paths')),
    namespaces: texts(member(value, 'namespaces')),
    kinds: texts(member(value, 'kinds')),
    names: texts(member(value, 'names')),
    set: asObject(member(value, 'set')) ?? {},
    skip: texts(member(value, 'skip')) ?? [],
    risks: texts(member(value, 'risks')),
  }
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : undefined
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

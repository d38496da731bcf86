// Schemas that the user points to: folders and templates with kubeconform's placeholders, and schemas found there.

import { asArray, asObject, asString, isObject, type Json, type JsonObject, member } from '../yaml/value.ts'
import { toStrictSchema } from './custom-resource.ts'
import type { FoundSchema, SchemaSource } from './types.ts'

/** Layout of a plain folder, as the schema collections for kubeconform have it. */
const FOLDER_LAYOUT =
  '{{ .NormalizedKubernetesVersion }}-standalone{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json'

/**
 * Path of a kind's schema. `location` is a folder or a template; placeholders are those of kubeconform:
 * `NormalizedKubernetesVersion` (`v1.36.0`), `StrictSuffix`, `ResourceKind` (lower case), `ResourceAPIVersion`,
 * `Group`, `KindSuffix` (`-apps-v1`). Unknown placeholders are left as they stand.
 */
export function schemaPath(location: string, apiVersion: string, kind: string, kubernetesVersion: string): string {
  const slash = apiVersion.indexOf('/')
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)]
  const suffix = [...(group === '' ? [] : [group.split('.')[0] ?? '']), version]
  const values: Readonly<Record<string, string>> = {
    NormalizedKubernetesVersion: `v${kubernetesVersion}.0`,
    StrictSuffix: '-strict',
    ResourceKind: kind.toLowerCase(),
    ResourceAPIVersion: version,
    Group: group,
    KindSuffix: `-${suffix.join('-').toLowerCase()}`,
  }
  const template = location.includes('{{') ? location : `${location.replace(/\/$/, '')}/${FOLDER_LAYOUT}`
  return template.replace(/\{\{-?\s*\.(\w+)\s*-?\}\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

/** A source over locations in order; `read` answers the text at a path, undefined where there is none. */
export function schemaSource(
  locations: readonly string[],
  read: (path: string) => string | undefined,
  parse: (text: string) => Json | undefined = parseJson,
): SchemaSource {
  return {
    schemaFor(apiVersion, kind, kubernetesVersion): FoundSchema | undefined {
      for (const template of locations) {
        const location = schemaPath(template, apiVersion, kind, kubernetesVersion)
        const schema = asObject(parse(read(location) ?? ''))
        if (schema !== undefined) return { location, schema: inlineReferences(schema, location, read, parse) }
      }
      return undefined
    },
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Brings referenced files into `definitions`, so that a schema stands alone. */
function inlineReferences(
  schema: JsonObject,
  location: string,
  read: (path: string) => string | undefined,
  parse: (text: string) => Json | undefined,
): JsonObject {
  const files = new Map<string, { readonly name: string; readonly schema: JsonObject }>()

  function rewrite(value: Json, file: string, prefix: string): Json {
    if (Array.isArray(value)) return value.map(item => rewrite(item, file, prefix))
    if (!isObject(value)) return value
    const copy: JsonObject = {}
    for (const [key, entry] of Object.entries(value)) {
      copy[key] =
        key === '$ref' && typeof entry === 'string' ? reference(entry, file, prefix) : rewrite(entry, file, prefix)
    }
    return copy
  }

  function reference(target: string, file: string, prefix: string): string {
    const [name = '', pointer = ''] = target.split('#')
    if (name === '') return `#${prefix}${pointer}`
    const other = /^\w+:/.test(name) ? name : `${file.slice(0, file.lastIndexOf('/') + 1)}${name}`
    return `#/definitions/${include(other)}${pointer}`
  }

  function include(file: string): string {
    const known = files.get(file)
    if (known !== undefined) return known.name
    const name = `file${files.size}`
    const content: JsonObject = {}
    files.set(file, { name, schema: content })
    const parsed = asObject(parse(read(file) ?? '')) ?? {}
    Object.assign(content, rewrite(parsed, file, `/definitions/${name}`))
    return name
  }

  const root = rewrite(schema, location, '') as JsonObject
  if (files.size === 0) return root
  const definitions = { ...asObject(root.definitions) }
  for (const { name, schema: content } of files.values()) definitions[name] = content
  return { ...root, definitions }
}

/**
 * A schema as found in the wild, made strict: a map with `properties` takes no other fields unless it says so.
 * A CustomResourceDefinition's own `openAPIV3Schema` is read as such.
 */
export function strictFoundSchema(found: JsonObject): JsonObject {
  const structural = asObject(member(member(found, 'schema'), 'openAPIV3Schema')) ?? asObject(found.openAPIV3Schema)
  if (structural !== undefined) return toStrictSchema(structural) as JsonObject
  return tighten(found) as JsonObject
}

/** Values, and schemas that add to one another: closing one of the latter would forbid the fields of its siblings. */
const VERBATIM: ReadonlySet<string> = new Set(['enum', 'default', 'const', 'allOf', 'anyOf', 'oneOf', 'not'])

function tighten(value: Json): Json {
  if (Array.isArray(value)) return value.map(tighten)
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, entry] of Object.entries(value)) {
    if (key === '$schema' || key === '$id' || key === 'id') {
      if (typeof entry !== 'string') copy[key] = tighten(entry)
    } else if (VERBATIM.has(key)) copy[key] = entry
    else copy[key] = tighten(entry)
  }
  if (isClosed(copy)) copy.additionalProperties = false
  return copy
}

function isClosed(schema: JsonObject): boolean {
  if (asObject(schema.properties) === undefined || schema.additionalProperties !== undefined) return false
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return false
  const type = schema.type
  return asString(type) === 'object' || asArray(type).includes('object')
}

// Schemas of custom resources, from the CustomResourceDefinitions of a workspace.

import { asArray, asObject, asString, type Json, type JsonObject, member } from '../yaml/value.ts'
import type { JsonSchema } from './compact.ts'

/** Strict JSON Schemas by `apiVersion/kind` of every version that the definitions carry a schema for. */
export function customResourceSchemas(definitions: readonly JsonObject[]): Map<string, JsonSchema> {
  const schemas = new Map<string, JsonSchema>()
  for (const definition of definitions) {
    const spec = asObject(definition.spec)
    const group = asString(spec?.group)
    const kind = asString(member(spec?.names, 'kind'))
    if (group === undefined || kind === undefined) continue
    // apiextensions.k8s.io/v1beta1 has one schema for all versions, and one version in the singular
    const common = asObject(member(spec?.validation, 'openAPIV3Schema'))
    const versions = asArray(spec?.versions).length > 0 ? asArray(spec?.versions) : [{ name: spec?.version ?? null }]
    for (const version of versions) {
      const name = asString(member(version, 'name'))
      const schema = asObject(member(member(version, 'schema'), 'openAPIV3Schema')) ?? common
      if (name !== undefined && schema !== undefined) schemas.set(`${group}/${name}/${kind}`, toStrictSchema(schema))
    }
  }
  return schemas
}

/**
 * A structural schema as strict JSON Schema (draft 7): a field that the API server would prune is an error.
 * Equal parts are shared, because inlined schemas repeat themselves and every part costs time to compile.
 * CEL rules (`x-kubernetes-validations`) are not judged.
 */
export function toStrictSchema(structural: JsonObject): JsonSchema {
  const shared = new SharedSchemas()
  const root = convertObject(structural, shared, 'resource')
  return { ...root, definitions: shared.definitions }
}

class SharedSchemas {
  readonly definitions: Record<string, JsonSchema> = {}
  readonly #names = new Map<string, string>()

  reference(schema: JsonSchema): JsonSchema {
    const key = JSON.stringify(schema)
    let name = this.#names.get(key)
    if (name === undefined) {
      name = `s${this.#names.size}`
      this.#names.set(key, name)
      this.definitions[name] = schema
    }
    return { $ref: `#/definitions/${name}` }
  }
}

/** Keywords that mean the same in both languages. */
const SAME = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'multipleOf',
  'required',
  'enum',
] as const

function convert(schema: Json | undefined, shared: SharedSchemas): JsonSchema {
  const structural = asObject(schema)
  if (structural === undefined) return {}
  if (structural['x-kubernetes-int-or-string'] === true) {
    return { ...limits(structural), type: ['integer', 'string'] }
  }
  const type = asString(structural.type)
  const embedded = structural['x-kubernetes-embedded-resource'] === true
  if (type === 'object' || embedded)
    return shared.reference(convertObject(structural, shared, embedded ? 'resource' : 'part'))
  if (type === 'array') {
    const array = { type: nullable(structural, 'array'), items: convert(structural.items, shared) }
    return shared.reference({ ...limits(structural), ...array })
  }
  if (type === undefined) return limits(structural)
  return { ...limits(structural), type: nullable(structural, type) }
}

function convertObject(structural: JsonObject, shared: SharedSchemas, role: 'resource' | 'part'): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  for (const [name, property] of Object.entries(asObject(structural.properties) ?? {})) {
    properties[name] = convert(property, shared)
  }
  const required = asArray(structural.required)
  if (role === 'resource') {
    properties.apiVersion = { type: 'string' }
    properties.kind = { type: 'string' }
    properties.metadata = { $ref: 'V1ObjectMeta' }
  }
  return {
    ...limits(structural),
    type: nullable(structural, 'object'),
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: additionalProperties(structural, shared),
  }
}

function additionalProperties(structural: JsonObject, shared: SharedSchemas): boolean | JsonSchema {
  if (structural['x-kubernetes-preserve-unknown-fields'] === true) return true
  const additional = structural.additionalProperties
  if (typeof additional === 'boolean') return additional
  return additional === undefined ? false : convert(additional, shared)
}

function nullable(structural: JsonObject, type: string): string | string[] {
  return structural.nullable === true ? [type, 'null'] : type
}

/** What restricts a value beyond its structure; the same keywords stand inside `allOf`, `anyOf`, `oneOf` and `not`. */
function limits(structural: JsonObject): JsonSchema {
  const result: Record<string, unknown> = {}
  for (const keyword of SAME) if (structural[keyword] !== undefined) result[keyword] = structural[keyword]
  const minimum = bound(structural, 'minimum', 'exclusiveMinimum')
  const maximum = bound(structural, 'maximum', 'exclusiveMaximum')
  const pattern = asString(structural.pattern)
  Object.assign(result, minimum, maximum)
  if (pattern !== undefined && isPattern(pattern)) result.pattern = pattern
  if (structural.format === 'date-time' || structural.format === 'byte') result.format = structural.format
  if (structural.format === 'int32')
    Object.assign(result, { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }, minimum, maximum)
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = asArray(structural[keyword])
    if (parts.length > 0 && structural['x-kubernetes-int-or-string'] !== true)
      result[keyword] = parts.map(convertLimits)
  }
  if (structural.not !== undefined) result.not = convertLimits(structural.not)
  return result
}

function convertLimits(part: Json): JsonSchema {
  const structural = asObject(part)
  if (structural === undefined) return {}
  const result: Record<string, unknown> = { ...limits(structural) }
  const properties = asObject(structural.properties)
  if (properties !== undefined) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, convertLimits(value)]),
    )
  }
  if (structural.items !== undefined) result.items = convertLimits(structural.items)
  if (asString(structural.type) !== undefined) result.type = structural.type
  return result
}

/** OpenAPI 3.0 marks a bound as exclusive with a boolean, JSON Schema names the bound itself. */
function bound(structural: JsonObject, inclusive: 'minimum' | 'maximum', exclusive: string): JsonSchema {
  const limit = structural[inclusive]
  if (typeof limit !== 'number') return {}
  return structural[exclusive] === true ? { [exclusive]: limit } : { [inclusive]: limit }
}

/** Patterns are Go's; one that JavaScript cannot read is not judged. */
function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}

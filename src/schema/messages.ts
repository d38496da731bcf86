// Turns the errors of compiled validators into facts with a path, and guesses what a misspelt field should be.

import type { Path } from '../yaml/path.ts'
import { fromPointer } from '../yaml/path.ts'
import { isObject, type Json } from '../yaml/value.ts'
import type { JsonSchema } from './compact.ts'
import type { DefinitionLookup } from './compiler.ts'
import type { SchemaError } from './types.ts'

interface CompilerError {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

/**
 * Errors of one validation, without those that repeat another at the same place or judge a value that is not known
 * yet (`${NAME}`).
 */
export function toSchemaErrors(
  errors: readonly unknown[],
  value: Json,
  root: JsonSchema,
  lookup: DefinitionLookup,
): SchemaError[] {
  const found: SchemaError[] = []
  const seen = new Set<string>()
  for (const error of errors as readonly CompilerError[]) {
    if (isUnknownValue(valueAt(value, toPath(error.instancePath, value))) || isIdle(error)) continue
    const result = toSchemaError(error, value, root, lookup)
    const key = JSON.stringify([result.path, result.keyword, result.message])
    if (!seen.has(key)) found.push(result)
    seen.add(key)
  }
  // a value of the wrong type is none of the allowed ones either, which goes without saying
  const mistyped = new Set(found.filter(({ keyword }) => keyword === 'type').map(({ path }) => JSON.stringify(path)))
  return found.filter(({ keyword, path }) => keyword !== 'enum' || !mistyped.has(JSON.stringify(path)))
}

/** What the API server is sent as status it decodes and drops: only what cannot be decoded counts there. */
function isIdle({ instancePath, keyword }: CompilerError): boolean {
  return instancePath.startsWith('/status') && VALUE_RULES.has(keyword)
}

const VALUE_RULES: ReadonlySet<string> = new Set(['required', 'minLength', 'minItems', 'enum', 'pattern'])

function isUnknownValue(value: Json | undefined): boolean {
  return typeof value === 'string' && /^\$\{[^}]*\}$/.test(value)
}

function toSchemaError(error: CompilerError, value: Json, root: JsonSchema, lookup: DefinitionLookup): SchemaError {
  const { keyword, params } = error
  const path = toPath(error.instancePath, value)
  const actual = valueAt(value, path)
  switch (keyword) {
    case 'additionalProperties': {
      const field = String(params.additionalProperty)
      const guess = closest(field, fieldsAt(root, path, lookup))
      const hint = guess === undefined ? '' : `: did you mean "${guess}"?`
      return { path: [...path, field], keyword, message: `unknown field "${field}"${hint}` }
    }
    case 'required': {
      const field = String(params.missingProperty)
      return { path: [...path, field], keyword, message: `required field "${field}" is missing` }
    }
    case 'type': {
      const types = [params.type].flat().map(type => TYPE_NAMES[String(type)] ?? String(type))
      return { path, keyword, message: `${shown(actual)} is no ${types.join(' or ')}` }
    }
    case 'enum': {
      const allowed = (params.allowedValues as readonly unknown[]).filter(choice => choice !== '')
      return { path, keyword, message: `${shown(actual)} is none of ${allowed.join(', ')}` }
    }
    case 'format':
      return {
        path,
        keyword,
        message: `${shown(actual)} is no ${FORMAT_NAMES[String(params.format)] ?? String(params.format)}`,
      }
    case 'pattern':
      return { path, keyword, message: `${shown(actual)} does not match the pattern ${String(params.pattern)}` }
    default:
      return { path, keyword, message: `${shown(actual)} ${limitText(keyword, params)}` }
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'map',
  array: 'sequence',
  string: 'text',
  boolean: 'boolean',
}
const FORMAT_NAMES: Readonly<Record<string, string>> = {
  byte: 'base64 text',
  'data-key': 'legal key: letters, digits, "-", "_" and "."',
  'dns-label': 'legal name: at most 63 lower case letters, digits and "-"',
  'label-key': 'legal label key: an optional domain and "/", then at most 63 letters, digits, "-", "_" and "."',
  'label-value': 'legal label value: at most 63 letters, digits, "-", "_" and "."',
  'object-name': 'legal name: lower case letters, digits, "-" and "."',
  'port-name': 'port name: a number without quotes, or at most 15 lower case letters, digits and "-"',
  'date-time': 'RFC 3339 date and time',
  quantity: 'quantity such as 500m or 2Gi',
}

function limitText(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const limit = String(params.limit)
  switch (keyword) {
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `is not ${String(params.comparison)} ${limit}`
    case 'minLength':
      return `is shorter than ${limit}`
    case 'maxLength':
      return `is longer than ${limit}`
    case 'minItems':
    case 'minProperties':
      return `has fewer than ${limit} entries`
    case 'maxItems':
    case 'maxProperties':
      return `has more than ${limit} entries`
    default:
      return `breaks the rule ${keyword} of its schema`
  }
}

function shown(value: Json | undefined): string {
  if (Array.isArray(value)) return 'a sequence'
  if (isObject(value)) return 'a map'
  if (value === null || value === undefined) return 'an empty value'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Steps of a pointer, with numbers where the value has a sequence. */
function toPath(pointer: string, value: Json): Path {
  const path: (string | number)[] = []
  let current: Json | undefined = value
  for (const step of fromPointer(pointer)) {
    path.push(Array.isArray(current) ? Number(step) : step)
    current = child(current, step)
  }
  return path
}

function valueAt(value: Json, path: Path): Json | undefined {
  let current: Json | undefined = value
  for (const step of path) current = child(current, step)
  return current
}

function child(value: Json | undefined, step: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(step)]
  return isObject(value) && Object.hasOwn(value, String(step)) ? value[String(step)] : undefined
}

/** Names of the fields that the schema knows at a path. */
function fieldsAt(root: JsonSchema, path: Path, lookup: DefinitionLookup): string[] {
  let schema = resolve(root, root, lookup)
  for (const step of path) {
    const next =
      typeof step === 'number' ? schema?.items : (asSchema(schema?.properties)?.[step] ?? schema?.additionalProperties)
    schema = resolve(asSchema(next), root, lookup)
  }
  return Object.keys(asSchema(schema?.properties) ?? {})
}

function resolve(schema: JsonSchema | undefined, root: JsonSchema, lookup: DefinitionLookup): JsonSchema | undefined {
  const reference = schema?.$ref
  if (typeof reference !== 'string') return schema
  if (!reference.startsWith('#/')) return lookup(reference)
  let current: unknown = root
  for (const step of fromPointer(reference.slice(1))) current = asSchema(current)?.[step]
  return asSchema(current)
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined
}

/** The known name nearest to a misspelt one, if it is near enough to be meant. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = name.toLowerCase() === candidate.toLowerCase() ? 0 : editDistance(name, candidate, bestDistance)
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** Levenshtein distance; `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return Math.min(limit, previous[b.length] ?? limit)
}

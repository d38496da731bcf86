// The compact schema language of the files in schemas/, and its expansion to JSON Schema.

/**
 * Type of a field, as one word:
 * - `string boolean int32 int64 number byte date-time quantity int-or-string any object`
 * - `=A|B`: one of these texts; `#Name`: the definition of that name
 * - `…[]`: a sequence of it, `…{}`: a map of it, `!…`: the field is required
 *
 * A pair adds JSON Schema limits (`minLength`, `pattern`, …) to the word.
 */
export type TypeWord = string | readonly [string, Readonly<Record<string, unknown>>]

/** Fields of a definition; null in a later version takes a field away. */
type Fields = Readonly<Record<string, TypeWord | null>>

/** What a version adds to the one before it, by version in ascending order. */
export type Versioned<T> = Readonly<Record<string, T>>

export interface CompactSchemas {
  /** ascending; every later entry holds differences only */
  readonly versions: readonly string[]
  /** `apiVersion/kind` to the name of its definition */
  readonly kinds: Versioned<Readonly<Record<string, string | null>>>
  readonly definitions: Readonly<Record<string, Versioned<Fields>>>
}

export type JsonSchema = Readonly<Record<string, unknown>>

/** Entries of a versioned map as they stand in one version; undefined values were taken away. */
export function inVersion<T>(
  versions: readonly string[],
  version: string,
  changes: Versioned<Readonly<Record<string, T | null>>>,
): Map<string, T> {
  const entries = new Map<string, T>()
  for (const step of versions.slice(0, versions.indexOf(version) + 1)) {
    for (const [key, value] of Object.entries(changes[step] ?? {})) {
      if (value === null) entries.delete(key)
      else entries.set(key, value)
    }
  }
  return entries
}

/**
 * Strict JSON Schema (draft 7) of a definition: unknown fields are errors; `#Name` becomes the reference `Name`. For
 * `builtin` kinds a required text may not be empty: the API server, written in Go, cannot tell it from a missing one.
 */
export function expandDefinition(fields: ReadonlyMap<string, TypeWord>, origin: 'builtin' | 'custom'): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const required: string[] = []
  for (const [name, type] of fields) {
    const [word, limits] = typeof type === 'string' ? [type, undefined] : type
    const isRequired = word.startsWith('!')
    if (isRequired) required.push(name)
    const filled = word === '!string' && origin === 'builtin' ? { minLength: 1 } : {}
    properties[name] = { ...expandWord(isRequired ? word.slice(1) : word, !isRequired), ...filled, ...limits }
  }
  return { type: 'object', properties, additionalProperties: false, ...(required.length > 0 && { required }) }
}

const INT32: JsonSchema = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }

const SCALARS: Readonly<Record<string, JsonSchema>> = {
  any: {},
  object: { type: 'object' },
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  number: { type: 'number' },
  int32: { type: 'integer', ...INT32 },
  int64: { type: 'integer' },
  byte: { type: 'string', format: 'byte' },
  'date-time': { type: 'string', format: 'date-time' },
  quantity: { type: ['string', 'number'], format: 'quantity' },
  'int-or-string': { type: ['integer', 'string'], ...INT32 },
}

// An empty text stands for an absent optional choice, since Go decodes both to the same value.
function expandWord(word: string, emptyAllowed: boolean): JsonSchema {
  if (word.endsWith('[]')) return { type: 'array', items: expandWord(word.slice(0, -2), false) }
  if (word.endsWith('{}')) return { type: 'object', additionalProperties: expandWord(word.slice(0, -2), false) }
  if (word.startsWith('#')) return { $ref: word.slice(1) }
  if (word.startsWith('=')) {
    const choices = word.slice(1).split('|')
    return { type: 'string', enum: emptyAllowed && !choices.includes('') ? [...choices, ''] : choices }
  }
  return SCALARS[word] ?? {}
}

/** Names of the definitions that the fields refer to. */
export function referencesOf(fields: Iterable<TypeWord>): string[] {
  const names: string[] = []
  for (const type of fields) {
    const match = /^!?#(\w+)/.exec(typeof type === 'string' ? type : type[0])
    if (match?.[1] !== undefined) names.push(match[1])
  }
  return names
}

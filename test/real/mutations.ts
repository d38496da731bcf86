// Copies of an object with one value changed, taken away or added: each asks one question of a validator.

import { isObject, type Json, type JsonObject } from '../../src/yaml/value.ts'

export interface Mutation {
  /** kind, place without positions, and what was done there: two of one name ask the same */
  readonly name: string
  readonly value: JsonObject
}

const TEXTS: readonly Json[] = ['', 'Bad_Value!', 'a/b', 'UPPER', 'x'.repeat(70), '1', 5, true]
const NUMBERS: readonly Json[] = [-1, 0, 1.5, 99_999, 2 ** 32, '5']
const BOOLEANS: readonly Json[] = ['true', 1]

/** Mutations of everything but the apiVersion, the kind and the status. */
export function* mutationsOf(object: JsonObject): Iterable<Mutation> {
  for (const [field, value] of Object.entries(object)) {
    if (['apiVersion', 'kind', 'status'].includes(field) || value === undefined) continue
    for (const [place, changed] of changes(value, field)) {
      yield { name: `${object.apiVersion} ${object.kind} ${place}`, value: withField(object, field, changed) }
    }
  }
}

/** New values for a place, null where it is taken away. */
function* changes(value: Json, place: string): Iterable<[place: string, changed: Json]> {
  yield [`${place} removed`, null]
  for (const other of alternatives(value)) yield [`${place} ${JSON.stringify(other).slice(0, 20)}`, other]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const [inner, changed] of changes(item, `${place}/*`)) yield [inner, withItem(value, index, changed)]
    }
  } else if (isObject(value)) {
    yield [`${place} with an unknown field`, { ...value, unknownField: 1 }]
    for (const [key, entry] of Object.entries(value)) {
      if (entry === undefined) continue
      for (const [inner, changed] of changes(entry, `${place}/${key}`)) yield [inner, withField(value, key, changed)]
    }
  }
}

function alternatives(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value[0] === undefined ? [{}] : [[], {}, [...value, value[0]]]
  if (isObject(value)) return [{}, []]
  if (typeof value === 'string') return TEXTS.filter(text => text !== value)
  if (typeof value === 'number') return NUMBERS.filter(number => number !== value)
  return typeof value === 'boolean' ? [...BOOLEANS, !value] : []
}

function withField(object: JsonObject, field: string, changed: Json): JsonObject {
  if (changed !== null) return { ...object, [field]: changed }
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field))
}

function withItem(items: readonly Json[], index: number, changed: Json): Json {
  return changed === null ? items.toSpliced(index, 1) : items.with(index, changed)
}

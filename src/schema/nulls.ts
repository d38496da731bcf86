// Null values in maps count as absent: Kubernetes decodes both to the same object.

import { define, isObject, type Json, type JsonObject } from '../yaml/value.ts'

/** The value without null entries of maps; the same value where it has none. Items of sequences keep their places. */
export function withoutNulls(value: JsonObject): JsonObject {
  return hasNullEntry(value) ? pruneMap(value) : value
}

function hasNullEntry(value: Json): boolean {
  if (Array.isArray(value)) return value.some(hasNullEntry)
  if (!isObject(value)) return false
  for (const key of Object.keys(value)) {
    const entry = value[key] as Json
    if (entry === null || (typeof entry === 'object' && hasNullEntry(entry))) return true
  }
  return false
}

function prune(value: Json): Json {
  if (Array.isArray(value)) return value.map(prune)
  return isObject(value) ? pruneMap(value) : value
}

function pruneMap(value: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const [key, entry] of Object.entries(value)) {
    if (entry !== null) define(copy, key, prune(entry))
  }
  return copy
}

// Null values in maps count as absent: Kubernetes decodes both to the same object.

import { define, isObject, type Json, type JsonObject } from '../yaml/value.ts'

/** The value without null entries of maps; the same value where it has none. Items of sequences keep their places. */
export function withoutNulls(value: JsonObject): JsonObject {
  return pruneMap(value)
}

function prune(value: Json): Json {
  if (Array.isArray(value)) return pruneSequence(value)
  return isObject(value) ? pruneMap(value) : value
}

function pruneSequence(value: Json[]): Json[] {
  const items = value.map(prune)
  return items.every((item, index) => item === value[index]) ? value : items
}

function pruneMap(value: JsonObject): JsonObject {
  const copy: JsonObject = {}
  let changed = false
  for (const [key, entry] of Object.entries(value)) {
    if (entry === null) {
      changed = true
      continue
    }
    const pruned = prune(entry)
    if (pruned !== entry) changed = true
    define(copy, key, pruned)
  }
  return changed ? copy : value
}

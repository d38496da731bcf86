// What the semantic rules share.

import type { Path } from '../../yaml/path.ts'
import { asArray, isObject, type Json, type JsonObject, member } from '../../yaml/value.ts'

/** Takes one broken rule: its place, its stable keyword, the fact. */
export type Finding = (path: Path, keyword: string, message: string) => void

export type Rule = (value: JsonObject, report: Finding) => void

/** The maps of a sequence with their positions; entries of another type are left to the schema. */
export function maps(value: Json | undefined): [index: number, entry: JsonObject][] {
  const found: [number, JsonObject][] = []
  for (const [index, entry] of asArray(value).entries()) if (isObject(entry)) found.push([index, entry])
  return found
}

/** Whether a field stands there with a value: null counts as absent. */
export function has(value: Json | undefined, field: string): boolean {
  const entry = member(value, field)
  return entry !== undefined && entry !== null
}

/** Reports every entry whose key an earlier entry has; entries without a key are left out. */
export function judgeUnique(
  entries: readonly [index: number, entry: JsonObject][],
  path: Path,
  keyOf: (entry: JsonObject) => string | undefined,
  report: (path: Path, key: string) => void,
): void {
  const seen = new Set<string>()
  for (const [index, entry] of entries) {
    const key = keyOf(entry)
    if (key === undefined) continue
    if (seen.has(key)) report([...path, index], key)
    seen.add(key)
  }
}

/** Texts that something replaces before the cluster reads them. */
export function isUnknown(text: string): boolean {
  return /\$[({]|\{\{/.test(text)
}

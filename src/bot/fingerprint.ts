// What a plan changes, as short hashes: equal ones change the same bytes in the same way.

import { createHash } from 'node:crypto'
import type { EditRecord, FileChange, Finding } from '../engine/outcome.ts'
import { isObject, type Json } from '../yaml/value.ts'
import { markKey } from './marks.ts'
import { compare } from './order.ts'
import type { FindingMark } from './plan.ts'

/**
 * 32 hex digits over paths and texts before and after, sorted by path. Neither kubemend's version nor the
 * configuration counts: an upgrade that changes nothing pushes nothing.
 */
export function fingerprintOf(files: readonly FileChange[]): string {
  const hash = createHash('sha256')
  for (const { file, before, after } of [...files].sort((a, b) => compare(a.file, b.file))) {
    hash.update(`${JSON.stringify([file, before ?? null, after])}\n`)
  }
  return hash.digest('hex').slice(0, 32)
}

/**
 * Marks of findings, sorted and each once. `change` is over the edits without their file and document, so that a
 * manifest that moves is no new proposal, and a finding with another remedy is one.
 */
export function marksOf(findings: readonly Finding[]): readonly FindingMark[] {
  const marks = new Map<string, FindingMark>()
  for (const { id, edits } of findings) {
    const text = JSON.stringify(edits.map(editOf))
    const mark = { id, change: createHash('sha256').update(text).digest('hex').slice(0, 4) }
    marks.set(markKey(mark), mark)
  }
  return [...marks].sort(([a], [b]) => compare(a, b)).map(([, mark]) => mark)
}

function editOf({ op, path, before, after }: EditRecord): Json {
  return [op, path, ordered(before ?? null), ordered(after ?? null)]
}

/** The value with the keys of its maps in one order, as their order in a manifest says nothing. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b))
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]))
}

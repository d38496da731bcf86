// Findings' marks in few bytes, for the places where the bot remembers what it proposed.

import type { FindingMark } from './plan.ts'

/** 12 hex digits of the finding's id and 4 of its change. */
const BYTES_PER_MARK = 8
const HEX_OF_ID = 12
const MARK = /^[0-9a-f]{12}$/
const CHANGE = /^[0-9a-f]{4}$/

/** base64url of 8 bytes for each of the first `limit` marks. Marks that are no hex digits are left out. */
export function packMarks(marks: readonly FindingMark[], limit: number): string {
  const hex = marks
    .filter(({ id, change }) => MARK.test(id) && CHANGE.test(change))
    .slice(0, limit)
    .map(({ id, change }) => id + change)
    .join('')
  return Buffer.from(hex, 'hex').toString('base64url')
}

/** The marks of a packed text; undefined for a text that `packMarks` does not write. */
export function unpackMarks(text: string): readonly FindingMark[] | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length % BYTES_PER_MARK !== 0 || bytes.toString('base64url') !== text) return undefined
  const marks: FindingMark[] = []
  for (let start = 0; start < bytes.length; start += BYTES_PER_MARK) {
    const hex = bytes.toString('hex', start, start + BYTES_PER_MARK)
    marks.push({ id: hex.slice(0, HEX_OF_ID), change: hex.slice(HEX_OF_ID) })
  }
  return marks
}

/** Key of a mark in sets and maps. */
export function markKey({ id, change }: FindingMark): string {
  return `${id}${change}`
}

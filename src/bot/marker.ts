// The hidden marker of a pull request's body: what the bot remembers of it, in an HTML comment near the top.

import { createHash } from 'node:crypto'
import { packMarks, unpackMarks } from './marks.ts'
import type { FindingMark } from './plan.ts'
import type { ObjectId } from './repository.ts'

export interface Marker {
  /** key of the group */
  readonly group: string
  /** fingerprint of the plan that the body describes */
  readonly plan: string
  /** head of the branch when the body was written */
  readonly head: ObjectId
  /** findings of the plan; at most 4,000: what is beyond is proposed again after the pull request was closed */
  readonly marks: readonly FindingMark[]
  /** `hashOf` the title that the bot gave: another title is a person's */
  readonly title: string
  /** `hashOf` the body that the bot rendered, without this marker */
  readonly body: string
  /** id of the last comment whose commands are done; 0 before the first */
  readonly considered: number
  /** what commands up to that comment left in force */
  readonly isPaused: boolean
  readonly isSplit: boolean
  /** rules and finding ids, at most 100 */
  readonly ignore: readonly string[]
  /** false while labels, reviewers and assignees are still to be put on; then a later run does it */
  readonly isDecorated: boolean
  /** seconds since 1970 when the bot itself closed the pull request: no rejection by anybody */
  readonly withdrawnAt: number | undefined
}

const SCHEMA = 1
const MAX_MARKS = 4_000
const MAX_IGNORED = 100
/** characters of a body in which a marker is looked for: behind them stands text of the repository */
const NEAR_THE_TOP = 1_000
/** longest texts of both parts that are read; base64 has 4 characters for 3 bytes */
const MAX_PACKED = Math.ceil((MAX_MARKS * 8 * 4) / 3)
const MAX_JSON = 30_000

const MARKER = /^<!-- kubemend:state ([\w-]+) ([\w-]*) -->$/m
const HASH = /^[0-9a-f]{16}$/
const FINGERPRINT = /^[0-9a-f]{16,64}$/
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
export const IGNORABLE = /^[a-z0-9][a-z0-9./-]{0,99}$/

/** One line. Its length does not depend on the hashes in it. */
export function writeMarker(marker: Marker): string {
  const { marks, withdrawnAt, ignore, ...facts } = marker
  const data = { schema: SCHEMA, ...facts, ignore: ignore.slice(0, MAX_IGNORED), withdrawnAt: withdrawnAt ?? null }
  const json = Buffer.from(JSON.stringify(data)).toString('base64url')
  return `<!-- kubemend:state ${json} ${packMarks(marks, MAX_MARKS)} -->`
}

/** The marker of a body; undefined without one, and for anything that `writeMarker` does not write. */
export function readMarker(body: string): Marker | undefined {
  const [line, json = '', packed = ''] = MARKER.exec(body) ?? []
  if (line === undefined || body.indexOf(line) > NEAR_THE_TOP) return undefined
  if (json.length > MAX_JSON || packed.length > MAX_PACKED) return undefined
  const marks = unpackMarks(packed)
  const data = parsed(Buffer.from(json, 'base64url').toString())
  return marks !== undefined && isStored(data) ? markerOf(data, marks) : undefined
}

/**
 * A body with its marker. `render` lays the text out around a marker of the final length, so that a limit on the body
 * holds; what it answers must hold that marker once.
 */
export function markedBody(marker: Omit<Marker, 'body'>, render: (marker: string) => string): string {
  const draft = writeMarker({ ...marker, body: hashOf('') })
  const text = render(draft)
  return text.replace(draft, () => writeMarker({ ...marker, body: hashOf(text.replace(draft, '')) }))
}

/** The body with other facts in its marker; as it is when it has none. */
export function withMarker(body: string, change: Partial<Omit<Marker, 'body'>>): string {
  const marker = readMarker(body)
  return marker === undefined ? body : body.replace(MARKER, () => writeMarker({ ...marker, ...change }))
}

/** 16 hex digits over a text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

type Stored = Omit<Marker, 'marks' | 'withdrawnAt'> & { readonly schema: number; readonly withdrawnAt: number | null }

function markerOf(data: Stored, marks: readonly FindingMark[]): Marker {
  const { group, plan, head, title, body, considered, isPaused, isSplit, ignore, isDecorated, withdrawnAt } = data
  const facts = { group, plan, head, title, body, considered, isPaused, isSplit, ignore, isDecorated }
  return { ...facts, marks, withdrawnAt: withdrawnAt ?? undefined }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const CHECKS: { readonly [Key in keyof Stored]: (value: unknown) => boolean } = {
  schema: value => value === SCHEMA,
  group: value => typeof value === 'string',
  plan: matches(FINGERPRINT),
  head: matches(OBJECT_ID),
  title: matches(HASH),
  body: matches(HASH),
  considered: isCount,
  isPaused: value => typeof value === 'boolean',
  isSplit: value => typeof value === 'boolean',
  ignore: value => Array.isArray(value) && value.length <= MAX_IGNORED && value.every(matches(IGNORABLE)),
  isDecorated: value => typeof value === 'boolean',
  withdrawnAt: value => value === null || isCount(value),
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false
  const entries = new Map(Object.entries(value))
  return Object.entries(CHECKS).every(([key, check]) => check(entries.get(key)))
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return value => typeof value === 'string' && pattern.test(value)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

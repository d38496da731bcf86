// The trailers of the bot's commits: what a commit was made for, and the proof that nobody changed it since.

import { createHash } from 'node:crypto'
import { packMarks, unpackMarks } from './marks.ts'
import type { FindingMark } from './plan.ts'
import type { ObjectId } from './repository.ts'

export interface TrailerFacts {
  /** fingerprint of the plan that the commit completes */
  readonly plan: string
  /** commit of the base branch that the plan was made on */
  readonly base: ObjectId
  /** version of kubemend, without white space */
  readonly version: string
  /** tree of the commit */
  readonly tree: ObjectId
  /** findings of the plan: at most 64 are kept, as the pull request's body is the memory and this its copy */
  readonly marks: readonly FindingMark[]
}

export interface Trailers {
  readonly facts: TrailerFacts
  /** whether subject, body and trailers are as the bot wrote them */
  readonly isSealed: boolean
}

const MAX_MARKS = 64
const KEYS = ['Plan', 'Base', 'Version', 'Tree', 'Findings'] as const
type Key = (typeof KEYS)[number]

const VALUES: Readonly<Record<Key, RegExp>> = {
  Plan: /^[0-9a-f]{16,64}$/,
  Base: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  Version: /^\S{1,64}$/,
  Tree: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  Findings: /^[\w-]*$/,
}

/** A line of a block of trailers as git-interpret-trailers(1) reads it. */
const TRAILER = /^[A-Za-z0-9-]+: \S/
const SEAL = /^Kubemend-Seal: ([0-9a-f]{32})$/

/**
 * The message with the bot's trailers as its last paragraph, or as the last lines of a last paragraph that holds
 * nothing but trailers. The seal, its last line, is a hash over everything before it. It is no signature: it tells what
 * was changed by amending, rebasing or squashing, not what was forged on purpose.
 */
export function withTrailers(message: string, facts: TrailerFacts): string {
  const text = normalised(message)
  const values: Readonly<Record<Key, string>> = {
    Plan: facts.plan,
    Base: facts.base,
    Version: facts.version,
    Tree: facts.tree,
    Findings: packMarks(facts.marks, MAX_MARKS),
  }
  const lines = KEYS.filter(key => values[key] !== '').map(key => `Kubemend-${key}: ${values[key]}`)
  const sealed = `${text}${endsWithTrailers(text) ? '\n' : '\n\n'}${lines.join('\n')}\n`
  return `${sealed}Kubemend-Seal: ${sealOf(sealed)}\n`
}

/** The bot's trailers of a message; undefined when it has none, or not all that are needed, in its last paragraph. */
export function readTrailers(message: string): Trailers | undefined {
  const lines = normalised(message).split('\n')
  const block = lines.slice(lines.lastIndexOf('') + 1)
  const values = new Map<string, string>()
  for (const line of block) {
    const [, key = '', value = ''] = /^Kubemend-([A-Za-z]+): (.*)$/.exec(line) ?? []
    if (isKey(key) && VALUES[key].test(value)) values.set(key, value)
  }
  const [plan, base, version, tree] = [
    values.get('Plan'),
    values.get('Base'),
    values.get('Version'),
    values.get('Tree'),
  ]
  const marks = unpackMarks(values.get('Findings') ?? '')
  if (plan === undefined || base === undefined || version === undefined || tree === undefined) return undefined
  const [, seal] = SEAL.exec(lines.at(-1) ?? '') ?? []
  const isSealed = marks !== undefined && seal === sealOf(`${lines.slice(0, -1).join('\n')}\n`)
  return { facts: { plan, base, version, tree, marks: marks ?? [] }, isSealed }
}

/** Line ends and trailing blank lines are what forges and git change on their way. */
function normalised(message: string): string {
  return message.replaceAll('\r\n', '\n').trimEnd()
}

function endsWithTrailers(text: string): boolean {
  const paragraphs = text.split(/\n{2,}/)
  return paragraphs.length > 1 && (paragraphs.at(-1) ?? '').split('\n').every(line => TRAILER.test(line))
}

function sealOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function isKey(name: string): name is Key {
  return KEYS.some(key => key === name)
}

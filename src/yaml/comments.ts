// The comment gate: every comment of the text before is still there, beside the same key.

import { lex, type Token } from './lexer.ts'

interface Comment {
  readonly text: string
  readonly line: number
  /** what stands on the comment's own line; undefined for a comment that has its line for itself */
  readonly own: string | undefined
  /** what stands on the nearest lines with content, above and below */
  readonly above: string
  readonly below: string
}

/**
 * Comments of `before` that `after` lacks or that stand beside another key there, as `line N: # text`.
 * `removed` are the texts of comments that an edit took away on purpose (once each), `renamed` the keys that changed
 * their name. Reads both texts with a lexer of its own; linear.
 */
export function lostComments(
  before: string,
  after: string,
  removed: readonly string[] = [],
  renamed: readonly (readonly [from: string, to: string])[] = [],
): string[] {
  if (!before.includes('#')) return []
  const allowance = count(removed)
  const names = new Map<string, Set<string>>()
  for (const [from, to] of renamed) names.set(from, (names.get(from) ?? new Set()).add(to))
  const isSame = (from: string | undefined, to: string | undefined): boolean =>
    from === to || (from !== undefined && to !== undefined && names.get(from)?.has(to) === true)

  const candidates = commentsOf(after)
  const places = positions(candidates)
  const lost: string[] = []
  let next = 0
  for (const comment of commentsOf(before)) {
    const found = firstFrom(places.get(comment.text), next)
    const match = found === undefined ? undefined : candidates[found]
    if (found !== undefined && match !== undefined && isBeside(comment, match, isSame)) {
      next = found + 1
      continue
    }
    const allowed = allowance.get(comment.text) ?? 0
    if (allowed > 0) allowance.set(comment.text, allowed - 1)
    else lost.push(`line ${comment.line}: ${comment.text}`)
  }
  return lost
}

function isBeside(
  before: Comment,
  after: Comment,
  isSame: (from: string | undefined, to: string | undefined) => boolean,
): boolean {
  const above = isSame(before.above, after.above)
  const below = isSame(before.below, after.below)
  if (before.own === undefined) return after.own === undefined && (above || below)
  return after.own !== undefined && (isSame(before.own, after.own) || (above && below))
}

function count(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

function positions(comments: readonly Comment[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [position, { text }] of comments.entries()) {
    const known = places.get(text)
    if (known === undefined) places.set(text, [position])
    else known.push(position)
  }
  return places
}

/** Takes the first position at or behind `from`; callers ask with growing `from`, so spent positions are dropped. */
function firstFrom(places: number[] | undefined, from: number): number | undefined {
  while (places !== undefined && places.length > 0 && (places[0] as number) < from) places.shift()
  return places?.[0]
}

function commentsOf(text: string): Comment[] {
  const lines = linesOf(text)
  const comments: Comment[] = []
  const anchors: (string | undefined)[] = lines.map(anchorOf)
  const below = nextAnchors(anchors)
  let above = ''
  for (const [position, line] of lines.entries()) {
    const own = anchors[position]
    const comment = line.at(-1)
    if (comment?.kind === 'comment') {
      comments.push({
        text: text.slice(comment.start, comment.end).trimEnd(),
        line: comment.line,
        own: own ?? (hasContentBefore(text, comment) ? '' : undefined),
        above,
        below: below[position] ?? '',
      })
    }
    above = own ?? above
  }
  return comments

  function anchorOf(line: readonly Token[]): string | undefined {
    const key = line.find(token => token.kind === 'key' && token.flow === 0)
    const mark = key ?? line.find(token => token.kind !== 'comment')
    return mark === undefined ? undefined : text.slice(mark.start, mark.end)
  }
}

function linesOf(text: string): Token[][] {
  const lines: Token[][] = []
  let current = 0
  for (const token of lex(text)) {
    if (token.line !== current) lines.push([])
    current = token.line
    lines.at(-1)?.push(token)
  }
  return lines
}

function nextAnchors(anchors: readonly (string | undefined)[]): string[] {
  const below: string[] = []
  let next = ''
  for (let position = anchors.length - 1; position >= 0; position--) {
    below[position] = next
    next = anchors[position] ?? next
  }
  return below
}

function hasContentBefore(text: string, comment: Token): boolean {
  return text.slice(comment.start - comment.column, comment.start).trim() !== ''
}

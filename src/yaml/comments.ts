// The comment gate: every comment of the text before is still there, beside the same key.

import { lex, type Token } from './lexer.ts'

interface Comment {
  readonly text: string
  readonly line: number
  /** whether it has its line for itself, or stands behind a dash or behind other text */
  readonly place: 'own' | 'dash' | 'trailing'
  /** first key of its line as written; undefined where its line has none */
  readonly key: string | undefined
  /** number of anchors above the comment, those of its own line included */
  readonly above: number
}

/** A text as the gate sees it: its comments, and what they can stand beside. */
interface Outline {
  readonly comments: readonly Comment[]
  /** text of each line that holds a key, a dash or a marker, without its comment */
  readonly anchors: readonly string[]
}

interface Match {
  readonly before: Comment
  readonly after: Comment
}

type SameName = (from: string, to: string) => boolean

/** How the gate names a comment; `line` counts from 1 in the file. */
export function nameComment(line: number, text: string): string {
  return `line ${line}: ${text.trimEnd()}`
}

/**
 * Comments of `before` that `after` lacks or that stand beside another key there, as `line N: # text`.
 * `removed` are comments, named so, that an edit took away on purpose; `renamed` are keys, as written, that changed
 * their name; editText gives both. Reads the two texts with a lexer of its own; linear.
 */
export function lostComments(
  before: string,
  after: string,
  removed: readonly string[] = [],
  renamed: readonly (readonly [from: string, to: string])[] = [],
): string[] {
  if (!before.includes('#')) return []
  const names = new Map<string, Set<string>>()
  for (const [from, to] of renamed) names.set(from, (names.get(from) ?? new Set()).add(to))
  const isSame: SameName = (from, to) => from === to || names.get(from)?.has(to) === true

  const old = outline(before)
  const now = outline(after)
  const { matches, missing } = match(old, now, new Set(removed))
  const lost = new Set([...missing, ...displacedComments(old, now, matches), ...strays(matches, isSame)])
  return old.comments.filter(comment => lost.has(comment)).map(({ line, text }) => nameComment(line, text))
}

/** Pairs the comments of both texts in order; comments that only `now` has are new. */
function match(old: Outline, now: Outline, removed: ReadonlySet<string>): { matches: Match[]; missing: Comment[] } {
  const places = positions(now.comments)
  const matches: Match[] = []
  const missing: Comment[] = []
  let next = 0
  for (const comment of old.comments) {
    if (removed.has(nameComment(comment.line, comment.text))) continue
    const place = firstFrom(places.get(comment.text), next)
    const candidate = place === undefined ? undefined : now.comments[place]
    if (place === undefined || candidate === undefined) missing.push(comment)
    else {
      matches.push({ before: comment, after: candidate })
      next = place + 1
    }
  }
  return { matches, missing }
}

/** Trailing comments that stand behind another key now. */
function strays(matches: readonly Match[], isSame: SameName): Comment[] {
  return matches
    .filter(({ before, after }) => !isSamePlace(before.place, after.place) || !isSameKey(before, after, isSame))
    .map(({ before }) => before)
}

/** A comment behind a dash is between the two others: what stands behind the dash may come and go. */
function isSamePlace(before: Comment['place'], after: Comment['place']): boolean {
  return before === after || before === 'dash' || after === 'dash'
}

function isSameKey(before: Comment, after: Comment, isSame: SameName): boolean {
  return before.key === undefined || after.key === undefined || isSame(before.key, after.key)
}

/**
 * Between two comments that both texts have, edits add, take away and change lines. A comment is out of place when
 * the line above it stands below it now, or the other way round. The line that a comment trails is none of them: its
 * key tells it, and its value may change into one, or out of one, that other lines have as well.
 */
function displacedComments(old: Outline, now: Outline, matches: readonly Match[]): Comment[] {
  const displaced: Comment[] = []
  for (const [position, { before, after }] of matches.entries()) {
    const previous = matches[position - 1]
    const next = matches[position + 1]
    const own = trailsKey(before) && trailsKey(after) ? 1 : 0
    const oldAbove = old.anchors.slice(previous?.before.above ?? 0, before.above - own)
    const oldBelow = old.anchors.slice(before.above, next?.before.above)
    const nowAbove = now.anchors.slice(previous?.after.above ?? 0, after.above - own)
    const nowBelow = now.anchors.slice(after.above, next?.after.above)
    const isMoved =
      hasCrossed(oldAbove.at(-1), nowAbove, oldBelow, nowBelow) || hasCrossed(oldBelow[0], nowBelow, oldAbove, nowAbove)
    if (isMoved) displaced.push(before)
  }
  return displaced
}

function trailsKey({ place, key }: Comment): boolean {
  return place === 'trailing' && key !== undefined
}

/** Whether a line left its side of a comment and came up on the other one. */
function hasCrossed(
  line: string | undefined,
  nowSide: readonly string[],
  oldOther: readonly string[],
  nowOther: readonly string[],
): boolean {
  // a line without a word, like `- {}`, names nothing
  if (line === undefined || !/\w/.test(line) || nowSide.includes(line)) return false
  const count = (side: readonly string[]): number => side.filter(other => other === line).length
  return count(nowOther) > count(oldOther)
}

interface Places {
  readonly positions: number[]
  spent: number
}

function positions(comments: readonly Comment[]): Map<string, Places> {
  const places = new Map<string, Places>()
  for (const [position, { text }] of comments.entries()) {
    const known = places.get(text)
    if (known === undefined) places.set(text, { positions: [position], spent: 0 })
    else known.positions.push(position)
  }
  return places
}

/** The first position at or behind `from`; callers ask with growing `from`, so what lies before is spent. */
function firstFrom(places: Places | undefined, from: number): number | undefined {
  if (places === undefined) return undefined
  while ((places.positions[places.spent] ?? from) < from) places.spent++
  return places.positions[places.spent]
}

function outline(text: string): Outline {
  const comments: Comment[] = []
  const anchors: string[] = []
  let line: Token[] = []
  const closeLine = (): void => {
    const comment = line.at(-1)?.kind === 'comment' ? line.at(-1) : undefined
    const anchor = line.find(isAnchor)
    const key = line.find(token => token.kind === 'key' && token.flow === 0)
    if (anchor !== undefined) anchors.push(lineText(text, anchor, comment))
    if (comment !== undefined) {
      comments.push({
        text: text.slice(comment.start, comment.end).trimEnd(),
        line: comment.line,
        place: placeOf(text.slice(comment.start - comment.column, comment.start)),
        key: key && text.slice(key.start, key.end),
        above: anchors.length,
      })
    }
  }
  for (const token of lex(text)) {
    if (token.line !== line[0]?.line) {
      closeLine()
      line = []
    }
    line.push(token)
  }
  closeLine()
  return { comments, anchors }
}

function lineText(text: string, token: Token, comment: Token | undefined): string {
  const newline = text.indexOf('\n', token.start)
  return text.slice(token.start - token.column, comment?.start ?? (newline < 0 ? text.length : newline)).trim()
}

function placeOf(prefix: string): Comment['place'] {
  const text = prefix.trim()
  if (text === '') return 'own'
  return /^[-\s]*$/.test(text) ? 'dash' : 'trailing'
}

function isAnchor(token: Token): boolean {
  return token.kind === 'key' || token.kind === 'dash' || token.kind === 'marker'
}

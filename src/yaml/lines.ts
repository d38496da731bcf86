// Questions about the lines of a text: where they start and end, what kind they are, which comments belong where.

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const TAB = 0x09
const HASH = 0x23

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
}

/** Start of the next line, or the end of the text. */
export function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline + 1
}

/** End of the line's content, before its line break. */
export function lineEnd(text: string, at: number): number {
  return beforeBreak(text, nextLine(text, at))
}

/** The offset before the line break that ends at `at`; `at` itself where none does. */
export function beforeBreak(text: string, at: number): number {
  if (at === 0 || text.charCodeAt(at - 1) !== LF) return at
  return at > 1 && text.charCodeAt(at - 2) === CR ? at - 2 : at - 1
}

/** Start of the line below a value that ends at `end`; a block scalar ends there already. */
export function lineBelow(text: string, end: number): number {
  return end > 0 && text.charCodeAt(end - 1) === LF ? end : nextLine(text, end)
}

export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at)
}

/** Whether nothing but spaces stands before an offset on its line. */
export function beginsLine(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    if (code === LF) return true
    if (code !== SPACE) return false
  }
  return true
}

export interface Line {
  readonly kind: 'blank' | 'comment' | 'content'
  /** column of the first character that is no space */
  readonly column: number
}

export function lineAt(text: string, start: number): Line {
  let at = start
  while (text.charCodeAt(at) === SPACE) at++
  const column = at - start
  while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++
  const code = text.charCodeAt(at)
  if (code === LF || code === CR || Number.isNaN(code)) return { kind: 'blank', column }
  return { kind: code === HASH ? 'comment' : 'content', column }
}

/** Start of the line behind the comment lines, deeper than `column`, that follow a value; blank lines may part them. */
export function skipDeeperComments(text: string, start: number, column: number): number {
  let end = start
  for (let at = start; at < text.length; at = nextLine(text, at)) {
    const line = lineAt(text, at)
    if (line.kind === 'content' || (line.kind === 'comment' && line.column <= column)) break
    if (line.kind === 'comment') end = nextLine(text, at)
  }
  return end
}

/**
 * Start of the line where a new last child at `column` goes: behind the comment lines at the same column that follow
 * without a blank line, unless they lead a key below at that column.
 */
export function skipTrailingComments(text: string, start: number, column: number): number {
  let end = start
  let at = start
  while (at < text.length && lineAt(text, at).kind === 'comment' && lineAt(text, at).column === column) {
    at = skipDeeperComments(text, nextLine(text, at), column)
    end = at
  }
  if (end === start) return start
  const next = lineAt(text, at)
  return at < text.length && next.kind === 'content' && next.column >= column ? start : end
}

/**
 * Whether the lines from `start` on would become content of a block scalar put above them, indented by `column`:
 * blank lines with more spaces, or comments as deep.
 */
export function wouldBeContent(text: string, start: number, column: number): boolean {
  for (let at = start; at < text.length; at = nextLine(text, at)) {
    const line = lineAt(text, at)
    if (line.kind === 'content') return false
    if (line.kind === 'comment') return line.column >= column
    if (lineEnd(text, at) - at > column) return true
  }
  return false
}

/** Start of the block of comment lines directly above a line, at `column`; the line's own start when there is none. */
export function leadingComments(text: string, start: number, column: number): number {
  let first = start
  while (first > 0) {
    const above = lineStart(text, first - 1)
    const line = lineAt(text, above)
    if (line.kind !== 'comment' || line.column !== column) break
    first = above
  }
  return first
}

export function lineEndingAt(text: string, at: number): string {
  const newline = text.indexOf('\n', at)
  const sample = newline < 0 ? text.lastIndexOf('\n', at) : newline
  return sample > 0 && text.charCodeAt(sample - 1) === CR ? '\r\n' : '\n'
}

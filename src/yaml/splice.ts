// Splices: what is cut from a text and what is put in its place; all offsets are those of the original text.

import { Refused } from './refused.ts'

/** Replaces the text from `start` to `end`. */
export interface Cut {
  readonly start: number
  readonly end: number
  readonly text: string
  /** comments within the cut go on purpose, because the value they belong to goes */
  readonly takesComments: boolean
}

/** Puts whole lines before the line that starts at `start`, or behind the last line of the text. */
export interface Lines {
  readonly start: number
  readonly lines: readonly string[]
  readonly lineEnding: string
}

export type Splice = Cut | Lines

export function isCut(splice: Splice): splice is Cut {
  return 'end' in splice
}

export function shift(splice: Splice, by: number): Splice {
  if (isCut(splice)) return { ...splice, start: splice.start + by, end: splice.end + by }
  return { ...splice, start: splice.start + by }
}

/**
 * The text after all splices; those at one offset keep their order. A text without a final newline keeps having none.
 * Throws Refused when two splices claim the same text, which would be a fault of the splicer.
 */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => a.start - b.start)
  const output = new Output()
  let position = 0
  for (const splice of ordered) {
    if (splice.start < position) throw new Refused('overlap', 'two edits claim the same text')
    output.push(text.slice(position, splice.start))
    position = splice.start
    if (isCut(splice)) {
      output.push(splice.text)
      position = splice.end
    } else {
      output.startLine(splice.lineEnding)
      output.push(splice.lines.join(splice.lineEnding))
      if (position < text.length || text.endsWith('\n')) output.push(splice.lineEnding)
    }
  }
  output.push(text.slice(position))
  const isTailTouched = position === text.length && ordered.length > 0
  return isTailTouched && text !== '' && !text.endsWith('\n')
    ? withoutFinalNewline(output.toString())
    : output.toString()
}

const KEEPING_HEADER = /[|>][1-9]?\+/

function withoutFinalNewline(text: string): string {
  // the blank lines at the end may be content of a block scalar that keeps them
  if (/\n\r?\n$/.test(text) && KEEPING_HEADER.test(text)) return text
  let end = text.length
  while (end > 0 && (text.charCodeAt(end - 1) === 0x0a || text.charCodeAt(end - 1) === 0x0d)) end--
  return text.slice(0, end)
}

class Output {
  private readonly pieces: string[] = []

  push(piece: string): void {
    if (piece !== '') this.pieces.push(piece)
  }

  startLine(lineEnding: string): void {
    const last = this.pieces.at(-1)
    if (last !== undefined && last !== '\ufeff' && !last.endsWith('\n')) this.pieces.push(lineEnding)
  }

  toString(): string {
    return this.pieces.join('')
  }
}

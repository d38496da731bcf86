// Edits the text of a literal block scalar line by line, so that only the lines that differ change.

import type { Emission } from './emission.ts'
import * as lines from './lines.ts'
import { indented, toLiteral } from './render.ts'
import type { RangedScalar } from './tree.ts'

const HEADER = /[|>][-+0-9]*/y

export function headerEnd(text: string, scalar: { readonly start: number }): number {
  HEADER.lastIndex = scalar.start
  return scalar.start + (HEADER.exec(text)?.[0].length ?? 1)
}

/** Column of the content of a block scalar; undefined when it has no line with text. */
export function contentColumn(
  text: string,
  scalar: { readonly start: number; readonly end: number },
): number | undefined {
  for (let at = lines.nextLine(text, scalar.start); at < scalar.end; at = lines.nextLine(text, at)) {
    const line = text.slice(at, lines.lineEnd(text, at))
    if (line.trim() !== '') return line.length - line.trimStart().length
  }
  return undefined
}

interface ContentLine {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Replaces the content; false where it cannot be done by line (other chomping than clip and strip, odd indentation). */
export function editLiteral(emission: Emission, scalar: RangedScalar, value: string): boolean {
  const { text } = emission
  const header = text.slice(scalar.start, headerEnd(text, scalar))
  const literal = toLiteral(value.includes('\n') ? value : `${value}\n`)
  const column = contentColumn(text, scalar)
  const old =
    typeof scalar.value === 'string'
      ? toLiteral(scalar.value.includes('\n') ? scalar.value : `${scalar.value}\n`)
      : undefined
  if (!/^\|-?$/.test(header) || literal === undefined || old === undefined || column === undefined) return false
  const wanted = value.endsWith('\n') ? '|' : '|-'
  const content = contentLines(text, scalar, column).slice(0, old.lines.length)
  if (content.length !== old.lines.length || content.some((line, position) => line.text !== old.lines[position]))
    return false
  if (wanted !== header) emission.cut(scalar.start, scalar.start + header.length, wanted)
  replaceLines(emission, content, literal.lines, column)
  return true
}

function contentLines(text: string, scalar: RangedScalar, column: number): ContentLine[] {
  const content: ContentLine[] = []
  for (let at = lines.nextLine(text, scalar.start); at < scalar.end; at = lines.nextLine(text, at)) {
    const end = lines.lineEnd(text, at)
    content.push({ text: text.slice(Math.min(at + column, end), end), start: at, end })
  }
  return content
}

function replaceLines(
  emission: Emission,
  old: readonly ContentLine[],
  wanted: readonly string[],
  column: number,
): void {
  const shorter = Math.min(old.length, wanted.length)
  let prefix = 0
  while (prefix < shorter && old[prefix]?.text === wanted[prefix]) prefix++
  let suffix = 0
  while (suffix < shorter - prefix && old.at(-1 - suffix)?.text === wanted.at(-1 - suffix)) suffix++
  const gone = old.slice(prefix, old.length - suffix)
  const come = indented(wanted.slice(prefix, wanted.length - suffix), column)
  for (const [position, line] of gone.entries()) {
    if (position >= come.length) emission.cut(line.start, lines.nextLine(emission.text, line.start), '')
    else if (line.text !== wanted[prefix + position]) emission.cut(line.start, line.end, come[position] ?? '')
  }
  if (come.length <= gone.length) return
  const at = gone.at(-1)?.start ?? old[prefix - 1]?.start
  const below = at === undefined ? (old[0]?.start ?? 0) : lines.nextLine(emission.text, at)
  emission.lines(below, come.slice(gone.length))
}

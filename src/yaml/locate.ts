// Where the values of a document stand in the file, read from the fast reader's own positions.

import { loadOne, type ReaderState } from './load.ts'
import type { Path } from './path.ts'
import type { Location, SourceDocument } from './types.ts'

/** A node as the reader passed it; offsets are those of the reader's slice. */
interface Frame {
  start: number
  end: number
  kind: string | null
  result: unknown
  children: Frame[]
}

interface Span {
  readonly start: number
  readonly end: number
}

interface Place extends Span {
  readonly children: ReadonlyMap<string, Place>
}

/**
 * Looks up where the value of a path stands; a map entry starts at its key. A path that does not exist gives its
 * deepest existing ancestor. Lines and columns are those of the whole file, both from 1; columns count UTF-16 units
 * and a byte-order mark is no column. Builds its index at the first call: keep one locator per document.
 */
export function createLocator(text: string, document: SourceDocument): (path: Path) => Location {
  let index: { root: Place; toLocation: (span: Span) => Location } | undefined
  return path => {
    index ??= buildIndex(text, document)
    let place = index.root
    for (const step of path) {
      const child = place.children.get(String(step))
      if (child === undefined) break
      place = child
    }
    return index.toLocation(place)
  }
}

function buildIndex(text: string, document: SourceDocument): { root: Place; toLocation: (span: Span) => Location } {
  // a node that begins on the marker's line is read with the marker, as in the first reading
  const isAtLineStart = document.start === 0 || '\n\ufeff'.includes(text.charAt(document.start - 1))
  const head = isAtLineStart ? document.start : document.start - 3
  const slice = text.slice(head, document.end)
  const root = readFrames(slice)
  const place = root === undefined ? wholeDocument(slice) : toPlace(slice, root, undefined)
  return { root: place, toLocation: lineCounter(slice, head, document.line) }
}

/** The document's own tag directives are not part of the slice; a document that needs them has one place. */
function readFrames(slice: string): Frame | undefined {
  const open: Frame[] = []
  let root: Frame | undefined
  try {
    loadOne(slice, Number.POSITIVE_INFINITY, (event, state) => {
      if (event === 'open') {
        open.push({ start: state.position, end: state.position, kind: null, result: null, children: [] })
        return
      }
      const frame = open.pop()
      if (frame === undefined) return
      close(frame, state)
      const parent = open.at(-1)
      if (parent === undefined) root = frame
      else parent.children.push(frame)
    })
  } catch {
    return undefined
  }
  return root
}

function close(frame: Frame, state: ReaderState): void {
  // a flow collection is read as the key of a block map first, and kept when no colon follows
  const [first] = frame.children
  if (
    first !== undefined &&
    typeof first.result === 'object' &&
    first.result !== null &&
    first.result === state.result
  ) {
    Object.assign(frame, first)
    return
  }
  frame.kind = state.kind
  frame.result = state.result
  if (
    state.kind === null &&
    state.result === null &&
    state.input.charCodeAt(skipSpace(state.input, frame.start)) !== 0x2a
  ) {
    frame.end = frame.start
    return
  }
  frame.start = skipSpace(state.input, frame.start)
  if (state.input.charCodeAt(frame.start) === 0x2a) frame.end = wordEnd(state.input, frame.start)
  else frame.end = trimEnd(state.input, frame.start, state.position)
  if (state.kind === 'scalar' || state.kind === null) frame.children = []
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x23) {
      const newline = text.indexOf('\n', at)
      if (newline < 0) return at
      at = newline
    } else if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return at
    at++
  }
  return at
}

function wordEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !' \t\r\n,[]{}\0'.includes(text.charAt(at))) at++
  return at
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && ' \t\r\n\0'.includes(text.charAt(at - 1))) at--
  return at
}

function wholeDocument(slice: string): Place {
  const start = skipSpace(slice, 0)
  return { start, end: trimEnd(slice, start, slice.length), children: new Map() }
}

function toPlace(slice: string, frame: Frame, key: Frame | undefined): Place {
  const children = new Map<string, Place>()
  if (frame.kind === 'mapping') {
    for (const [name, entry] of entriesOf(slice, frame)) children.set(name, entry)
  } else if (frame.kind === 'sequence') {
    for (const [position, child] of itemsOf(slice, frame).entries()) children.set(`${position}`, child)
  }
  const start = key === undefined ? frame.start : key.start
  return { start, end: endOf(slice, frame, children, key), children }
}

function endOf(slice: string, frame: Frame, children: ReadonlyMap<string, Place>, key: Frame | undefined): number {
  const isFlow = slice.charCodeAt(frame.end - 1) === 0x7d || slice.charCodeAt(frame.end - 1) === 0x5d
  let end = key === undefined ? frame.start : key.end + 1
  if (children.size === 0 || isFlow) return Math.max(end, frame.end)
  for (const child of children.values()) end = Math.max(end, child.end)
  return end
}

function* entriesOf(slice: string, map: Frame): Generator<[string, Place]> {
  const { children } = map
  for (let position = 0; position < children.length; position++) {
    const key = children[position] as Frame
    const value = isFollowedByColon(slice, key) ? children[position + 1] : undefined
    if (value !== undefined) position++
    yield [String(key.result), toPlace(slice, value ?? emptyAfter(key), key)]
  }
}

function emptyAfter(key: Frame): Frame {
  return { start: key.end, end: key.end, kind: null, result: null, children: [] }
}

function isFollowedByColon(slice: string, frame: Frame): boolean {
  return slice.charCodeAt(skipSpace(slice, frame.end)) === 0x3a
}

/** Items in order; an item without any text has no frame, and its dash for a place. */
function itemsOf(slice: string, sequence: Frame): Place[] {
  const values = sequence.result as readonly unknown[]
  const places: Place[] = []
  let next = 0
  for (const [position, value] of values.entries()) {
    const child = sequence.children[next]
    const spare = sequence.children.length - next - (values.length - position)
    if (child === undefined || (value === null && spare < 0 && child.result !== null)) {
      const dash = skipSpace(slice, places.at(-1)?.end ?? sequence.start)
      places.push({ start: dash, end: dash + 1, children: new Map() })
      continue
    }
    next++
    const isPair = child.result !== value && isFollowedByColon(slice, child)
    if (isPair) next++
    places.push(toPlace(slice, child, undefined))
  }
  return places
}

function lineCounter(slice: string, head: number, startLine: number): (span: Span) => Location {
  const lines = [0]
  for (let at = slice.indexOf('\n'); at !== -1; at = slice.indexOf('\n', at + 1)) lines.push(at + 1)
  const place = (offset: number): { line: number; column: number } => {
    let low = 0
    let high = lines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((lines[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: startLine + low, column: offset - (lines[low] as number) + 1 }
  }
  return ({ start, end }) => {
    const from = place(start)
    const to = place(end)
    return {
      startLine: from.line,
      startColumn: from.column,
      endLine: to.line,
      endColumn: to.column,
      start: head + start,
      end: head + end,
    }
  }
}

// Cuts a file's text into its documents by their markers, which YAML makes recognisable without parsing.

/** The text of one document, in offsets of the file. */
export interface Chunk {
  /** where a parser starts to read: the document's directives or its `---`, else the same as `start` */
  readonly head: number
  /** first character after the `---` line, or after `---` itself when content stands on its line */
  readonly start: number
  /** offset of the marker that ends the document, or of the end of the file */
  readonly end: number
  /** lines of `head` and `start`, from 1 */
  readonly headLine: number
  readonly line: number
  /** whether the document ends with `...` */
  readonly closed: boolean
}

interface Marker {
  readonly at: number
  readonly closes: boolean
}

/**
 * Documents of a text, also those without content. A line that starts with `---` or `...` and white space is a
 * marker wherever it stands, also within scalars (YAML 1.2.2, section 9.1.2), so this needs no parser.
 */
export function cutDocuments(text: string): Chunk[] {
  const chunks: Chunk[] = []
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  let head = start
  let headLine = line
  let isBare = true
  for (const marker of markers(text, start)) {
    const markerLine = line + countLines(text, start, marker.at)
    if (marker.closes) {
      chunks.push({ head, start, end: marker.at, headLine, line, closed: true })
      head = start = nextLine(text, marker.at)
      headLine = line = markerLine + 1
      isBare = true
      continue
    }
    const isPrologue = isBare && hasOnlyDirectives(text, start, marker.at)
    if (!isPrologue) {
      chunks.push({ head, start, end: marker.at, headLine, line, closed: false })
      head = marker.at
      headLine = markerLine
    }
    const isAlone = hasNoContent(text, marker.at + 3)
    start = isAlone ? nextLine(text, marker.at) : marker.at + 3
    line = isAlone ? markerLine + 1 : markerLine
    isBare = false
  }
  chunks.push({ head, start, end: text.length, headLine, line, closed: false })
  return chunks
}

function* markers(text: string, from: number): Generator<Marker> {
  let dashes = seek(text, '---', from, true)
  let dots = seek(text, '...', from, true)
  while (dashes !== -1 || dots !== -1) {
    if (dots === -1 || (dashes !== -1 && dashes < dots)) {
      yield { at: dashes, closes: false }
      dashes = seek(text, '---', dashes + 3, false)
    } else {
      yield { at: dots, closes: true }
      dots = seek(text, '...', dots + 3, false)
    }
  }
}

function seek(text: string, mark: string, from: number, isLineStart: boolean): number {
  if (isLineStart && text.startsWith(mark, from) && isBlankOrEnd(text.charCodeAt(from + 3))) return from
  const line = `\n${mark}`
  for (let at = text.indexOf(line, from); at !== -1; at = text.indexOf(line, at + 4)) {
    if (isBlankOrEnd(text.charCodeAt(at + 4))) return at + 1
  }
  return -1
}

function isBlankOrEnd(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || Number.isNaN(code)
}

function nextLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  return newline < 0 ? text.length : newline + 1
}

function hasNoContent(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x0a || code === 0x23) return true
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return false
  }
  return true
}

/** Whether the lines before a `---` hold a directive and nothing else but comments. */
function hasOnlyDirectives(text: string, start: number, end: number): boolean {
  let hasDirective = false
  for (let at = start; at < end; at = nextLine(text, at)) {
    if (text.charCodeAt(at) === 0x25) hasDirective = true
    else if (!hasNoContent(text, at)) return false
  }
  return hasDirective
}

/** Line breaks between two offsets. */
export function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

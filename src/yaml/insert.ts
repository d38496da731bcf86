// New documents beside a given one, in the file's own manner of separating documents.

import type { Chunk } from './chunks.ts'
import * as lines from './lines.ts'
import { isCollection } from './overlay.ts'
import { Refused } from './refused.ts'
import { isBlockCollection, renderBlock, renderInline, type Style } from './render.ts'
import type { Lines } from './splice.ts'
import { Styles } from './style.ts'
import type { Tree } from './tree.ts'
import type { Json } from './value.ts'

/** Lines of a new document, without its marker. */
export function renderNew(value: Json, style: Style): string[] {
  return isBlockCollection(value) ? renderBlock(value, 0, style) : [renderInline(value, style.quote, false)]
}

interface Insert {
  readonly values: readonly Json[]
  readonly comment?: string
}

/** The splice that puts new documents behind the one of `chunk`, in the file's manner. Throws Refused for a JSON document. */
export function spliceInsert(text: string, manner: Manner, chunk: Chunk, tree: Tree, insert: Insert): Lines {
  if (isCollection(tree.root) && tree.root.flow) {
    throw new Refused(
      'json-document',
      'a JSON file holds one document; put the new object into a file of its own',
      chunk.line,
    )
  }
  const style = new Styles(tree).whole()
  const rendered: string[] = []
  for (const [position, value] of insert.values.entries()) {
    const comment = position === 0 && insert.comment !== undefined ? commentLines(insert.comment) : []
    const body = [...comment, ...renderNew(value, style)]
    rendered.push('---', ...(manner.blankBelow ? [''] : []), ...body)
    // the blank line goes above each marker; the last new document has one below it only where a marker follows
    if (chunk.closed) rendered.push('...')
    else if (manner.blankAbove && (position < insert.values.length - 1 || chunk.end < text.length)) rendered.push('')
  }
  const isBlankMissing = manner.blankAbove && !chunk.closed && !endsBlank(text, chunk.end)
  const start = chunk.closed ? lines.nextLine(text, chunk.end) : chunk.end
  return {
    start,
    lines: isBlankMissing ? ['', ...rendered] : rendered,
    lineEnding: lines.lineEndingAt(text, Math.max(chunk.end - 1, 0)),
  }
}

function commentLines(comment: string): string[] {
  return comment.split(/\r?\n/).map(line => (line === '' ? '#' : `# ${line}`))
}

export interface Manner {
  /** whether markers between documents have a blank line above, or below */
  readonly blankAbove: boolean
  readonly blankBelow: boolean
}

/** What most markers between the file's documents look like; plain ones when the file has none. */
export function mannerOf(text: string, chunks: readonly Chunk[]): Manner {
  let markers = 0
  let above = 0
  let below = 0
  for (const [position, chunk] of chunks.entries()) {
    if (position === 0 || chunk.start === chunk.head) continue
    markers++
    if (endsBlank(text, chunk.head)) above++
    if (lines.lineAt(text, chunk.start).kind === 'blank' && chunk.start < chunk.end) below++
  }
  return { blankAbove: above * 2 > markers, blankBelow: below * 2 > markers }
}

/** Whether the line above an offset is blank. */
function endsBlank(text: string, at: number): boolean {
  const above = lines.lineStart(text, Math.max(at - 1, 0))
  return at > 0 && above < at && text.charCodeAt(at - 1) === 0x0a && lines.lineAt(text, above).kind === 'blank'
}

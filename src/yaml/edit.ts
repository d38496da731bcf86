// The splicer's front door: operations on documents in, the new text of the file out, every untouched byte kept.

import { type Chunk, cutDocuments } from './chunks.ts'
import { emit } from './emit.ts'
import { type Manner, mannerOf, renderNew, spliceInsert } from './insert.ts'
import { buildOverlay } from './overlay.ts'
import { Refused } from './refused.ts'
import { applySplices, type Splice, shift } from './splice.ts'
import { firstDifference, parseTree, type Tree } from './tree.ts'
import type { Operation, Refusal, SourceDocument, SpliceResult } from './types.ts'
import type { Json } from './value.ts'

export interface DocumentEdit {
  readonly document: SourceDocument
  readonly operations: readonly Operation[]
}

/** New documents that follow a given one; `comment` stands above the first of them, without its `#`. */
export interface DocumentInsert {
  readonly after: SourceDocument
  readonly values: readonly Json[]
  readonly comment?: string
}

/**
 * All edits of one file at once. `text` and the documents are those of one reading (readText). Refusal codes:
 * `alias-on-path`, `anchor-referenced`, `merge-key`, `tagged-value`, `complex-key`, `duplicate-key`, `key-exists`,
 * `path-not-found`, `root`, `tab`, `parse-error`, `readers-disagree`, `comment-in-flow`, `layout`, `json-document`,
 * `overlap`.
 */
export function editText(
  text: string,
  edits: readonly DocumentEdit[],
  inserts: readonly DocumentInsert[] = [],
): SpliceResult {
  try {
    return edit(new File(text), edits, inserts)
  } catch (error) {
    return { ok: false, refusal: toRefusal(error) }
  }
}

function edit(file: File, edits: readonly DocumentEdit[], inserts: readonly DocumentInsert[]): SpliceResult {
  const splices: Splice[] = []
  const removedComments: string[] = []
  const renamedKeys: (readonly [string, string])[] = []
  for (const [document, operations] of byDocument(edits)) {
    if (operations.length === 0) continue
    const tree = file.tree(document)
    const emission = emit(tree, buildOverlay(tree, operations))
    for (const splice of emission.splices) splices.push(shift(splice, tree.head))
    removedComments.push(...emission.removedComments())
    renamedKeys.push(...emission.renamedKeys)
  }
  for (const insert of inserts) {
    if (insert.values.length === 0) continue
    const chunk = file.chunk(insert.after)
    const tree = file.tree(insert.after)
    splices.push(spliceInsert(file.text, file.manner(), chunk, tree, insert))
  }
  return { ok: true, text: applySplices(file.text, splices), removedComments, renamedKeys }
}

function byDocument(edits: readonly DocumentEdit[]): Map<SourceDocument, Operation[]> {
  const groups = new Map<SourceDocument, Operation[]>()
  for (const { document, operations } of edits) {
    const known = groups.get(document)
    if (known === undefined) groups.set(document, [...operations])
    else known.push(...operations)
  }
  return groups
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof RangeError)
    return { code: 'parse-error', text: 'the document is nested too deeply to be edited' }
  if (!(error instanceof Refused)) throw error
  const { code, message, line } = error
  return { code, text: message, ...(line === undefined ? {} : { line }) }
}

/** One file's text, cut and parsed as far as its edits need. */
class File {
  readonly text: string
  private readonly chunks: readonly Chunk[]
  private readonly byStart: ReadonlyMap<number, Chunk>
  private known: Manner | undefined
  private readonly trees = new Map<number, Tree>()

  constructor(text: string) {
    this.text = text
    this.chunks = cutDocuments(text)
    this.byStart = new Map(this.chunks.map(chunk => [chunk.start, chunk]))
  }

  /** How the file's documents are parted. */
  manner(): Manner {
    this.known ??= mannerOf(this.text, this.chunks)
    return this.known
  }

  chunk(document: SourceDocument): Chunk {
    const chunk = this.byStart.get(document.start)
    if (chunk === undefined || chunk.end !== document.end)
      throw new Refused('readers-disagree', 'the document does not belong to this text', document.line)
    return chunk
  }

  /** The document's ranged tree, once it is known to mean the same to both readers. */
  tree(document: SourceDocument): Tree {
    const known = this.trees.get(document.start)
    if (known !== undefined) return known
    const tree = parseTree(this.text, this.chunk(document))
    const difference = firstDifference(document.value, tree.root.value)
    if (difference !== undefined) {
      const place = difference === '' ? 'its root' : difference
      throw new Refused('readers-disagree', `two readers differ about the value at ${place}`, document.line)
    }
    this.trees.set(document.start, tree)
    return tree
  }
}

/** Text of a new file of one or several documents, with a final newline. */
export function renderDocuments(
  values: readonly Json[],
  style: { readonly indent?: number; readonly sequenceOffset?: 0 | 2; readonly lineEnding?: '\n' | '\r\n' } = {},
): string {
  const { indent = 2, sequenceOffset = 2, lineEnding = '\n' } = style
  const lines = values.flatMap((value, position) => [
    ...(position === 0 ? [] : ['---']),
    ...renderNew(value, { step: indent, sequenceOffset, quote: 'double' }),
  ])
  return lines.map(line => line + lineEnding).join('')
}

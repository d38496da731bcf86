// Which replaced lines belong to which finding, so that a report can offer each fix by itself.

import type { EditRecord, FileChange } from '../engine/outcome.ts'
import { at, fromPointer, toPointer } from '../yaml/path.ts'
import type { SourceDocument } from '../yaml/types.ts'
import { equalJson, type Json, member } from '../yaml/value.ts'
import { compareTexts } from './hunks.ts'
import { isWritten, type PlacedFinding, type Report } from './model.ts'
import { Places } from './places.ts'

/** Text that takes the place of a region; lines and columns count from 1, the end is exclusive. */
export interface Replacement {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
  readonly text: string
}

export interface FileFix {
  readonly file: string
  readonly replacements: readonly Replacement[]
}

/**
 * Fixes by finding. Changes on neighbouring lines share one replacement, which then stands in the fix of each of them.
 * A finding has none when a part of it is a new file or cannot be told from the rest.
 */
export function fixesOf(report: Pick<Report, 'findings' | 'files'>): ReadonlyMap<PlacedFinding, readonly FileFix[]> {
  const texts = new Map(report.files.map(change => [change.file, new ChangedText(change)]))
  const fixes = new Map<PlacedFinding, readonly FileFix[]>()
  for (const entry of report.findings) {
    if (!isWritten(entry.finding)) continue
    const fix = fixOf(entry.finding.edits, texts)
    if (fix !== undefined) fixes.set(entry, fix)
  }
  return fixes
}

function fixOf(edits: readonly EditRecord[], texts: ReadonlyMap<string, ChangedText>): FileFix[] | undefined {
  const touched = new Map<ChangedText, Set<number>>()
  for (const edit of edits) {
    const text = texts.get(edit.file)
    const hunks = text?.hunksOf(edit) ?? []
    if (text === undefined || hunks.length === 0) return undefined
    touched.set(text, new Set([...(touched.get(text) ?? []), ...hunks]))
  }
  return [...touched].map(([text, hunks]) => ({
    file: text.file,
    replacements: [...hunks].sort((a, b) => a - b).map(index => text.replacement(index)),
  }))
}

/** Line ranges from 0, ends exclusive. */
interface LineChange {
  readonly oldStart: number
  readonly oldEnd: number
  readonly newStart: number
  readonly newEnd: number
}

class ChangedText {
  readonly file: string
  readonly #before: string
  readonly #after: string
  readonly #changes: readonly LineChange[]
  readonly #oldStarts: readonly number[]
  readonly #newStarts: readonly number[]
  readonly #oldPlaces: Places
  readonly #newPlaces: Places
  /** documents of the new text by their number in the run; new ones count from the end of the old ones */
  #documents: ReadonlyMap<number, number> | undefined

  constructor({ file, before = '', after }: FileChange) {
    this.file = file
    this.#before = before
    this.#after = after
    this.#oldStarts = lineStarts(before)
    this.#newStarts = lineStarts(after)
    this.#oldPlaces = new Places(() => before)
    this.#newPlaces = new Places(() => after)
    const isNewFile = before === ''
    this.#changes = isNewFile
      ? []
      : compareTexts({ before: file, after: file }, before, after, 0).hunks.map(toLineChange)
  }

  /** Indexes of the line changes that hold what an edit did; none when that cannot be told. */
  hunksOf(edit: EditRecord): number[] {
    const lines = edit.op === 'remove' ? this.#oldLines(edit) : this.#newLines(edit)
    if (lines === undefined) return []
    const { start, end } = lines
    const found: number[] = []
    for (const [index, change] of this.#changes.entries()) {
      const from = edit.op === 'remove' ? change.oldStart : change.newStart
      const to = edit.op === 'remove' ? change.oldEnd : change.newEnd
      if (from < end && start < to) found.push(index)
    }
    return found
  }

  replacement(index: number): Replacement {
    const change = this.#changes[index]
    if (change === undefined) throw new RangeError(`no line change ${index} in ${this.file}`)
    const old = this.#oldStarts
    const fresh = this.#newStarts
    const from = position(this.#before, old, change.oldStart)
    const to = position(this.#before, old, change.oldEnd)
    const text = this.#after.slice(
      fresh[change.newStart] ?? this.#after.length,
      fresh[change.newEnd] ?? this.#after.length,
    )
    return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column, text }
  }

  #oldLines(edit: EditRecord) {
    const document = this.#oldPlaces.documents(this.file)[edit.document]
    return document && this.#lines(this.#oldPlaces, edit.document, document, edit.path, edit.before)
  }

  #newLines(edit: EditRecord) {
    const documents = this.#newPlaces.documents(this.file)
    const index =
      edit.op === 'create' && edit.path === '' ? this.#created(documents, edit) : this.#mapped().get(edit.document)
    const document = index === undefined ? undefined : documents[index]
    if (index === undefined || document === undefined) return undefined
    if (edit.op === 'rename') return this.#lines(this.#newPlaces, index, document, renamed(edit), undefined)
    return this.#lines(this.#newPlaces, index, document, edit.path, edit.after)
  }

  #lines(places: Places, index: number, document: SourceDocument, pointer: string, value: Json | undefined) {
    const path = findPath(document.value, fromPointer(pointer), value)
    if (path === undefined) return undefined
    const location = places.locate(this.file, index, path)
    return location && { start: location.startLine - 1, end: location.endLine }
  }

  #created(documents: readonly SourceDocument[], edit: EditRecord): number | undefined {
    const old = new Set(this.#mapped().values())
    const index = documents.findIndex(({ value }, candidate) => !old.has(candidate) && sameObject(value, edit.after))
    return index < 0 ? undefined : index
  }

  #mapped(): ReadonlyMap<number, number> {
    this.#documents ??= this.#mapDocuments()
    return this.#documents
  }

  /** A document is found again where most of its unchanged lines are. */
  #mapDocuments(): ReadonlyMap<number, number> {
    const old = lineRanges(this.#oldPlaces.documents(this.file), this.#oldStarts.length)
    const fresh = lineRanges(this.#newPlaces.documents(this.file), this.#newStarts.length)
    if (old.length === fresh.length) return new Map(old.map((_, index) => [index, index]))
    const votes = old.map(() => new Map<number, number>())
    let from = 0
    let to = 0
    for (const { oldStart, newStart, length } of this.#unchanged()) {
      for (let line = 0; line < length; line += 1) {
        while (from < old.length - 1 && oldStart + line >= (old[from]?.end ?? 0)) from += 1
        while (to < fresh.length - 1 && newStart + line >= (fresh[to]?.end ?? 0)) to += 1
        const counts = votes[from]
        counts?.set(to, (counts.get(to) ?? 0) + 1)
      }
    }
    return new Map(
      votes.flatMap((counts, index) => {
        const [best] = [...counts].sort(([, a], [, b]) => b - a)
        return best === undefined ? [] : [[index, best[0]]]
      }),
    )
  }

  *#unchanged(): Iterable<{ readonly oldStart: number; readonly newStart: number; readonly length: number }> {
    let oldStart = 0
    let newStart = 0
    for (const change of this.#changes) {
      yield { oldStart, newStart, length: change.oldStart - oldStart }
      oldStart = change.oldEnd
      newStart = change.newEnd
    }
    yield { oldStart, newStart, length: this.#oldStarts.length - oldStart }
  }
}

/** Lines from 0 that belong to each document, ends exclusive. */
function lineRanges(documents: readonly SourceDocument[], lines: number): { readonly end: number }[] {
  return documents.map((_, index) => {
    const next = documents[index + 1]
    return { end: next === undefined ? lines : next.line - 1 }
  })
}

function toLineChange(hunk: { oldStart: number; oldLines: number; newStart: number; newLines: number }): LineChange {
  const { oldStart, oldLines, newStart, newLines } = hunk
  return {
    oldStart: oldStart - 1,
    oldEnd: oldStart - 1 + oldLines,
    newStart: newStart - 1,
    newEnd: newStart - 1 + newLines,
  }
}

/** Offsets of all lines; a text that ends with a line feed has no line after it. */
function lineStarts(text: string): number[] {
  const starts = text === '' ? [] : [0]
  for (let at = text.indexOf('\n'); at !== -1 && at + 1 < text.length; at = text.indexOf('\n', at + 1))
    starts.push(at + 1)
  return starts
}

/** Start of a line from 0, or the end of the text behind the last line. */
function position(text: string, starts: readonly number[], line: number): { line: number; column: number } {
  if (line < starts.length || text.endsWith('\n') || text === '') return { line: line + 1, column: 1 }
  return { line: starts.length, column: text.length - (starts.at(-1) ?? 0) + 1 }
}

function renamed({ path, after }: EditRecord): string {
  return toPointer([...fromPointer(path).slice(0, -1), String(after)])
}

/**
 * Where the value of an edit stands at last: at its own path, or, when later edits moved the items of a sequence, at
 * the one path of the same keys that holds it. A map or sequence may have been added to since.
 */
function findPath(
  root: Json,
  steps: readonly string[],
  value: Json | undefined,
): readonly (string | number)[] | undefined {
  const isEqual = (path: readonly (string | number)[]) =>
    value === undefined || equalJson(at(root, path) ?? null, value)
  const own = ownPath(root, steps)
  if (own !== undefined && isEqual(own)) return own
  const [only, ...others] = [...pathsAlong(root, steps)].filter(isEqual)
  if (only !== undefined && others.length === 0) return only
  return typeof value === 'object' ? own : undefined
}

function ownPath(root: Json, steps: readonly string[]): readonly (string | number)[] | undefined {
  const path: (string | number)[] = []
  for (const step of steps) {
    path.push(Array.isArray(at(root, path)) ? Number(step) : step)
    if (at(root, path) === undefined) return undefined
  }
  return path
}

/** Existing paths with the same keys and any indexes. */
function* pathsAlong(value: Json, steps: readonly string[]): Iterable<readonly (string | number)[]> {
  const [step, ...rest] = steps
  if (step === undefined) {
    yield []
    return
  }
  const entries: Iterable<readonly [string | number, Json | undefined]> = Array.isArray(value)
    ? value.entries()
    : [[step, member(value, step)]]
  for (const [key, child] of entries) {
    if (child === undefined) continue
    for (const path of pathsAlong(child, rest)) yield [key, ...path]
  }
}

/** Whether a document is the created resource, though later changes may have added to it. */
function sameObject(value: Json, created: Json | undefined): boolean {
  return ['apiVersion', 'kind', 'metadata'].every(key => {
    const expected = key === 'metadata' ? member(member(created, key), 'name') : member(created, key)
    const actual = key === 'metadata' ? member(member(value, key), 'name') : member(value, key)
    return equalJson(actual ?? null, expected ?? null)
  })
}

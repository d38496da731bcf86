// Which lines differ between two texts, as the hunks of a unified diff.

import { type StructuredPatch, structuredPatch } from 'diff'

/** Beyond so many changed lines the exact search would take quadratic time: one hunk then covers all that differs. */
const MAX_CHANGED_LINES = 2_000

export type Hunk = StructuredPatch['hunks'][number]

/** A difference of two files in the form that the diff package renders. `context`: lines of it around each change. */
export function compareTexts(
  names: { readonly before: string; readonly after: string },
  before: string,
  after: string,
  context: number,
): StructuredPatch {
  const options = { context, maxEditLength: MAX_CHANGED_LINES }
  const exact = structuredPatch(names.before, names.after, before, after, undefined, undefined, options)
  if (exact !== undefined) return exact
  return {
    oldFileName: names.before,
    newFileName: names.after,
    oldHeader: undefined,
    newHeader: undefined,
    hunks: [wholeHunk(before, after, context)],
  }
}

/** One hunk from the first line that differs to the last. */
function wholeHunk(before: string, after: string, context: number): Hunk {
  const old = toLines(before)
  const fresh = toLines(after)
  const shortest = Math.min(old.length, fresh.length)
  let head = 0
  while (head < shortest && old[head] === fresh[head]) head += 1
  let tail = 0
  while (tail < shortest - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1
  const start = Math.max(0, head - context)
  const kept = Math.min(context, tail)
  const lines = [
    ...old.slice(start, head).flatMap(line => render(' ', line)),
    ...old.slice(head, old.length - tail).flatMap(line => render('-', line)),
    ...fresh.slice(head, fresh.length - tail).flatMap(line => render('+', line)),
    ...old.slice(old.length - tail, old.length - tail + kept).flatMap(line => render(' ', line)),
  ]
  return {
    oldStart: start + 1,
    oldLines: old.length - tail + kept - start,
    newStart: start + 1,
    newLines: fresh.length - tail + kept - start,
    lines,
  }
}

/** Lines with their line feed; the last one may lack it. */
function toLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function render(mark: string, line: string): string[] {
  return line.endsWith('\n') ? [`${mark}${line.slice(0, -1)}`] : [`${mark}${line}`, '\\ No newline at end of file']
}

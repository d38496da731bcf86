// The changes file by file, folded away; over budget, those that have room.

import type { FileChange } from '../engine/outcome.ts'
import { createPatch } from '../report/patch.ts'
import { plural } from '../report/words.ts'
import { list, type Part } from './budget.ts'
import { bodyHtml, fenced } from './escape.ts'

const HEAD = '## Diffs\n\n'

export function diffPart(files: readonly FileChange[]): Part {
  const where = 'the files of this pull request show them'
  return list({
    head: HEAD,
    items: files.map(diffItem),
    separator: '\n\n',
    more: left => `${plural(left, 'more diff')}: ${where}.`,
    brief: `${HEAD}${plural(files.length, 'diff')}: ${where}.`,
  })
}

/** Blank lines end the HTML around the fence, so that the fence is Markdown. */
function diffItem(change: FileChange): string {
  const summary = `<summary><code>${bodyHtml(change.file)}</code></summary>`
  return `<details>\n${summary}\n\n${fenced('diff', createPatch([change]))}\n\n</details>`
}

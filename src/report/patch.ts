// The changes of a run as a unified diff that `git apply` takes byte for byte.

import { FILE_HEADERS_ONLY, formatPatch } from 'diff'
import type { FileChange } from '../engine/outcome.ts'
import { compareTexts } from './hunks.ts'

const CONTEXT_LINES = 3

/** Patch of all changes in their order; a new file has `/dev/null` as its old name. Empty when nothing changes. */
export function createPatch(changes: readonly FileChange[]): string {
  return changes.map(createFilePatch).join('')
}

function createFilePatch({ file, before, after }: FileChange): string {
  if (before === after) return ''
  const names = { before: before === undefined ? '/dev/null' : `a/${file}`, after: `b/${file}` }
  return formatPatch(compareTexts(names, before ?? '', after, CONTEXT_LINES), FILE_HEADERS_ONLY)
}

// How the changes of a run can be taken back, in words to paste.

import path from 'node:path'
import type { FileChange } from '../engine/outcome.ts'
import type { Host } from '../io/host.ts'
import { shellWord } from '../kube/shell.ts'

/** More files than this make no line to paste. */
const MAX_NAMED = 20

export interface UndoFacts {
  readonly host: Host
  readonly base: string
  readonly written: readonly FileChange[]
  readonly backups: readonly string[]
  /** written files that had changes no commit holds; undefined outside of a repository */
  readonly uncommitted: readonly string[] | undefined
}

export function undoHint({ host, base, written, backups, uncommitted }: UndoFacts): string[] {
  if (written.length === 0) return []
  const name = (file: string) => shellWord(path.relative(host.cwd, path.join(base, file)))
  const created = written.filter(change => change.before === undefined).map(change => name(change.file))
  const changed = written.filter(change => change.before !== undefined)
  const remove = created.length === 0 ? [] : [`rm -- ${created.join(' ')}`]
  const hint = (commands: readonly string[]) => [`undo: ${commands.join(' && ')}`]
  if (backups.length > 0) {
    const moves = backups.map(file => `mv -- ${name(file)} ${name(file.replace(/\.orig(?:\.\d+)?$/, ''))}`)
    if (moves.length <= MAX_NAMED) return hint([...moves, ...remove])
    return [`undo: the old bytes of ${moves.length} files lie beside them as FILE.orig`]
  }
  if (uncommitted === undefined) return ['undo: there is no repository and no backup; --backup keeps the old bytes']
  if (uncommitted.length > 0) {
    return [
      'undo: some files had changes of your own before, so git restore would lose those; --backup keeps the old bytes',
    ]
  }
  if (changed.length > MAX_NAMED) {
    const news = created.length === 0 ? '' : `; new, to be removed: ${created.join(' ')}`
    return [`undo: git restore brings back the ${changed.length} files; all were committed before${news}`]
  }
  const restore = changed.length === 0 ? [] : [`git restore -- ${changed.map(change => name(change.file)).join(' ')}`]
  return hint([...restore, ...remove])
}

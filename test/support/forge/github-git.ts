// GitHub's git data API over a bare repository: trees, commits, and refs moved all or none.

import type { RepositoryState } from './repository-state.ts'
import type { Account } from './state.ts'

export interface TreeEntry {
  readonly path: string
  readonly mode: string
  readonly content: string
}

const SCRATCH = 'refs/scratch/tree'
const NO_OBJECT = '0'.repeat(40)

/** A tree with entries laid over another. */
export function makeTree({ git }: RepositoryState, base: string | undefined, entries: readonly TreeEntry[]): string {
  const files = Object.fromEntries(entries.map(({ path, mode, content }) => [path, { mode, content }]))
  const options = base === undefined ? {} : { tree: base }
  const commit = git.commit(SCRATCH, files, { ...options, parents: [] })
  git.remove(SCRATCH)
  return git.git(['rev-parse', `${commit}^{tree}`]).trim()
}

export interface CommitRequest {
  readonly message: string
  readonly tree: string
  readonly parents?: readonly string[]
}

/** Author and time are those of the account and of the double's clock. */
export function makeCommit({ git }: RepositoryState, { login, id }: Account, request: CommitRequest): string {
  const who = `${login} <${id}+${login}@users.noreply.forge.invalid> 1767225600 +0000`
  const parents = (request.parents ?? []).map(parent => `parent ${parent}\n`).join('')
  const text = `tree ${request.tree}\n${parents}author ${who}\ncommitter ${who}\n\n${request.message}`
  return git.git(['hash-object', '-t', 'commit', '-w', '--stdin'], text).trim()
}

export interface RefMove {
  readonly name: string
  readonly beforeOid?: string | undefined
  readonly afterOid: string
}

/** Moves refs in one transaction; answers why none moved. */
export function moveRefs({ git, lockedRefs }: RepositoryState, moves: readonly RefMove[]): string | undefined {
  const locked = moves.find(({ name }) => lockedRefs.has(name))
  if (locked !== undefined) return `Repository rule violations found\n\nCannot update this protected ref.`
  const lines = moves.map(({ name, beforeOid, afterOid }) =>
    afterOid === NO_OBJECT
      ? `delete ${name}${beforeOid === undefined ? '' : ` ${beforeOid}`}`
      : `update ${name} ${afterOid}${beforeOid === undefined ? '' : ` ${beforeOid}`}`,
  )
  try {
    git.git(['update-ref', '--stdin'], `start\n${lines.join('\n')}\nprepare\ncommit\n`)
    return undefined
  } catch {
    return 'A ref is not where it is expected to be'
  }
}

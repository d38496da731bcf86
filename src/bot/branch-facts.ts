// Whose commits a branch holds, told by their trailers alone: no addresses, no accounts.

import type { BranchFacts, ForeignCommit } from './decision.ts'
import type { BranchCommits, Commit, ObjectId } from './repository.ts'
import { readTrailers, type Trailers } from './trailers.ts'

interface Read {
  readonly commit: Commit
  readonly trailers: Trailers | undefined
}

/**
 * A commit is the bot's when its seal holds and its tree is the one that its trailers name: so the bot knows its own
 * merges of the base, and everything without trailers is a person's. What the bot's commits name as their base, with all before it,
 * was on the base branch once: it counts for nobody, also after the base branch was rewritten.
 */
export function factsOf({ head, commits }: BranchCommits, baseHead: ObjectId): BranchFacts {
  if (commits.length === 0 || head === baseHead) {
    return { head, foreign: [], plan: undefined, base: undefined, isMerged: true }
  }
  const read = commits.map(commit => ({ commit, trailers: readTrailers(commit.message) }))
  const own = read.flatMap(({ commit, trailers }) =>
    trailers !== undefined && whyForeign({ commit, trailers }) === undefined ? [trailers.facts] : [],
  )
  const older = withAncestors(new Set(own.map(({ base }) => base)), commits)
  const foreign: ForeignCommit[] = []
  for (const entry of read) {
    const why = older.has(entry.commit.id) ? undefined : whyForeign(entry)
    if (why !== undefined) foreign.push({ id: entry.commit.id, why })
  }
  return { head, foreign, plan: own.at(-1)?.plan, base: own.at(-1)?.base, isMerged: false }
}

function whyForeign({ commit, trailers }: Read): ForeignCommit['why'] | undefined {
  if (trailers?.isSealed === true && trailers.facts.tree === commit.tree) return undefined
  if (commit.parents.length > 1) return 'merge'
  return trailers === undefined ? 'no-trailers' : 'amended'
}

/** The commits of the ids and all that they descend from, as far as the branch has them; parents come before children. */
function withAncestors(ids: ReadonlySet<ObjectId>, commits: readonly Commit[]): ReadonlySet<ObjectId> {
  const found = new Set(ids)
  for (const { id, parents } of [...commits].reverse()) {
    if (found.has(id)) for (const parent of parents) found.add(parent)
  }
  return found
}

// Situations of a group for tests of the decision table: a quiet one, and what may differ from it.

import type { BranchFacts, Controls, ForeignCommit, Situation } from '../../src/bot/decision.ts'
import type { PullRequestState } from '../../src/bot/forge.ts'
import { DUPLICATE, recall } from '../../src/bot/memory.ts'
import { bodyOf, objectId, planOf, pullRequest } from './bot-facts.ts'

export const BASE = objectId('base')
export const HEAD = objectId('head')
export const OTHER = objectId('other')
const NOW = 1_800_000_000
const DAY = 86_400

const NO_CONTROLS: Controls = { rebase: false, recreate: false, pause: false, split: false, ignore: [] }
export const PLAN = { fingerprint: planOf('a'), marks: [] }
export const OURS: BranchFacts = { head: HEAD, foreign: [], plan: PLAN.fingerprint, base: BASE, isMerged: false }
export const WORK: ForeignCommit = { id: objectId('work'), why: 'no-trailers' }
export const THEIRS: BranchFacts = { ...OURS, foreign: [WORK] }
export const WITHIN: BranchFacts = { head: HEAD, foreign: [], plan: undefined, base: undefined, isMerged: true }
const CLEAN: PullRequestState = { mergeability: 'clean', isReviewed: false, isQueued: false }
export const OPEN = pullRequest({ head: HEAD })
export const CLOSED = pullRequest({ state: 'closed', head: HEAD })
export const MERGED = pullRequest({ state: 'merged', head: HEAD })
export const WITHDRAWN = pullRequest({ state: 'closed', head: HEAD, body: bodyOf({ withdrawnAt: NOW - DAY }) })
export const FORGOTTEN = pullRequest({ state: 'closed', head: HEAD, body: bodyOf({ withdrawnAt: NOW - 90 * DAY }) })
export const DUPLICATED = pullRequest({ state: 'closed', head: HEAD, body: bodyOf({ withdrawnAt: DUPLICATE }) })

/** All quiet: the branch is the bot's, holds the plan on the base's head, and its pull request is open and clean. */
const QUIET: Situation = {
  plan: PLAN,
  baseBranch: 'main',
  baseHead: BASE,
  branch: OURS,
  pullRequests: [OPEN],
  state: CLEAN,
  reopenable: undefined,
  controls: NO_CONTROLS,
  updates: 'rewrite',
}

export type Change = Partial<Omit<Situation, 'controls' | 'state'>> & {
  readonly controls?: Partial<Controls>
  readonly state?: Partial<PullRequestState> | undefined
}

export function situation({ controls, state, ...change }: Change): Situation {
  const seen = { ...QUIET, ...change }
  const hasOpen = seen.pullRequests.some(({ state }) => state === 'open')
  return {
    ...seen,
    controls: { ...NO_CONTROLS, ...controls },
    state: hasOpen ? { ...CLEAN, ...state } : undefined,
    reopenable: recall(seen.pullRequests, NOW, 7).reopenable,
  }
}

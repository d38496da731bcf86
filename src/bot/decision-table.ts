// The rows of the decision table: what the bot does with a group, by what it sees of the branch and its pull requests.

import type { Action, Controls, Situation } from './decision.ts'
import type { PullRequest } from './forge.ts'
import type { ObjectId } from './repository.ts'

/** A situation with what the rows ask of it. */
export interface View extends Situation {
  /** the open pull request that counts */
  readonly current: PullRequest | undefined
  /** an open pull request of the branch that asks to merge into another base */
  readonly elsewhere: PullRequest | undefined
  /** the newest pull request that is no longer open, duplicates of an older one aside */
  readonly last: PullRequest | undefined
  /** none is open, and a person closed `last` unmerged */
  readonly isTurnedDown: boolean
  /** the branch is where `last` left it, as far as the forge says */
  readonly isAsLeft: boolean
  /** the branch holds a commit that is not the bot's */
  readonly isForeign: boolean
  /** the branch's last own commit completes the plan */
  readonly isEqual: boolean
  /** the branch's last own commit stands on the base's head: rebuilding it there would change nothing */
  readonly isOnBase: boolean
  /** unknown counts as reviewed: a commit that is appended costs no review */
  readonly isReviewed: boolean
  /** the forge does not let it be merged as it stands, and rebuilding it may help */
  readonly isStuck: boolean
}

export interface Row {
  readonly name: string
  readonly fits: (view: View) => boolean
  readonly action: (view: View) => Action
}

/** The first row that fits is the decision. All rows below those on foreign commits see a branch of the bot's alone. */
export const ROWS: readonly Row[] = [
  {
    name: 'paused',
    fits: ({ controls }) => controls.pause,
    action: () => leave('paused by a person'),
  },
  {
    name: 'open towards another base',
    fits: ({ elsewhere }) => elsewhere !== undefined,
    action: ({ elsewhere }) => leave(`a pull request of the branch asks to merge into ${elsewhere?.base}`),
  },
  {
    name: 'open and queued',
    fits: ({ current, state }) => current !== undefined && state?.isQueued === true,
    action: () => leave('about to be merged'),
  },
  {
    name: 'open without a branch, nothing to propose',
    fits: ({ current, branch, plan }) => current !== undefined && branch === undefined && plan === undefined,
    action: view => withdraw(view),
  },
  {
    name: 'open without a branch, asked back',
    fits: ({ current, branch, controls }) => current !== undefined && branch === undefined && isAsked(controls),
    action: () => ({ type: 'create' }),
  },
  {
    name: 'open without a branch',
    fits: ({ current, branch }) => current !== undefined && branch === undefined,
    action: () => leave('somebody deleted the branch'),
  },
  {
    name: 'foreign commits, taken back',
    fits: ({ current, isForeign, controls, plan }) =>
      current !== undefined && isForeign && controls.recreate && plan !== undefined,
    action: ({ branch }) => rewrite('a person asked for it, in spite of other commits', branch?.head),
  },
  {
    name: 'foreign commits, open',
    fits: ({ current, isForeign }) => current !== undefined && isForeign,
    action: view => leave('the branch holds commits of others', noticeOf(view)),
  },
  {
    name: 'closed by a person, as it was left',
    fits: ({ isTurnedDown, isEqual, isAsLeft }) => isTurnedDown && isEqual && isAsLeft,
    action: () => none('a person closed the pull request of this very plan'),
  },
  {
    name: 'foreign commits, no pull request',
    fits: ({ isForeign, plan }) => isForeign && plan !== undefined,
    action: () => ({ type: 'sidestep', why: 'the branch holds commits of others and has no pull request' }),
  },
  {
    name: 'foreign commits, nothing to propose',
    fits: ({ isForeign }) => isForeign,
    action: () => leave('the branch holds commits of others'),
  },
  {
    name: 'open, nothing to propose',
    fits: ({ current, plan }) => current !== undefined && plan === undefined,
    action: view => withdraw(view),
  },
  {
    name: 'open, asked to recreate',
    fits: ({ current, controls }) => current !== undefined && controls.recreate,
    action: () => rewrite('a person asked for it'),
  },
  {
    name: 'open, asked to rebase',
    fits: ({ current, controls, isEqual, isOnBase }) =>
      current !== undefined && controls.rebase && !(isEqual && isOnBase),
    action: () => rewrite('a person asked for it'),
  },
  {
    name: 'open, branch within the base',
    fits: ({ current, branch }) => current !== undefined && branch?.isMerged === true,
    action: () => rewrite('the branch holds nothing that the base has not'),
  },
  {
    name: 'open, plan equal, not mergeable, reviewed',
    fits: ({ isStuck, isReviewed }) => isStuck && isReviewed,
    action: view => append(whyStuck(view)),
  },
  {
    name: 'open, plan equal, not mergeable',
    fits: ({ isStuck }) => isStuck,
    action: view => rewrite(whyStuck(view)),
  },
  {
    name: 'open, plan equal',
    fits: ({ current, isEqual }) => current !== undefined && isEqual,
    action: () => keep('the branch holds this plan already'),
  },
  {
    name: 'open, plan changed, reviewed',
    fits: ({ current, isReviewed }) => current !== undefined && isReviewed,
    action: () => append('the plan changed, and people reviewed the branch'),
  },
  {
    name: 'open, plan changed, updates appended',
    fits: ({ current, updates }) => current !== undefined && updates === 'append',
    action: () => append('the plan changed'),
  },
  {
    name: 'open, plan changed',
    fits: ({ current }) => current !== undefined,
    action: () => rewrite('the plan changed'),
  },
  {
    name: 'nothing there',
    fits: ({ branch, plan }) => branch === undefined && plan === undefined,
    action: () => none('nothing to propose'),
  },
  {
    name: 'closed by a person, nothing to propose',
    fits: ({ plan, isTurnedDown }) => plan === undefined && isTurnedDown,
    action: () => none('the branch stays, so that its pull request can be opened again'),
  },
  {
    name: 'left over, nothing to propose',
    fits: ({ plan }) => plan === undefined,
    action: view => withdraw(view),
  },
  {
    name: 'withdrawn lately',
    fits: ({ reopenable }) => reopenable !== undefined,
    action: ({ reopenable }) => (reopenable ? { type: 'reopen', pullRequest: reopenable } : { type: 'create' }),
  },
  {
    name: 'branch absent',
    fits: ({ branch }) => branch === undefined,
    action: () => ({ type: 'create' }),
  },
  {
    name: 'pushed, pull request missing',
    fits: ({ isEqual, isAsLeft }) => isEqual && !isAsLeft,
    action: () => ({ type: 'open' }),
  },
  {
    name: 'left over from an earlier pull request',
    fits: () => true,
    action: () => rewrite('the branch is left over from an earlier pull request'),
  },
]

function keep(why: string): Action {
  return { type: 'keep', why }
}

function none(why: string): Action {
  return { type: 'none', why }
}

function leave(why: string, notice?: string): Action {
  return { type: 'leave', why, notice }
}

function rewrite(why: string, kept?: ObjectId): Action {
  return { type: 'rewrite', why, keep: kept }
}

function append(why: string): Action {
  return { type: 'append', why }
}

function withdraw({ controls }: View): Action {
  const why = controls.split ? 'its changes go into smaller pull requests' : 'nothing is left to propose'
  return { type: 'withdraw', why }
}

function isAsked({ rebase, recreate }: Controls): boolean {
  return rebase || recreate
}

function whyStuck({ state }: View): string {
  return state?.mergeability === 'behind' ? 'it must be up to date with its base' : 'it conflicts with its base'
}

/** Ids are cut as people write them; a branch of many commits names the first few. */
function noticeOf({ branch, plan }: View): string {
  const foreign = branch?.foreign ?? []
  const shown = foreign.slice(0, 5).map(({ id }) => id.slice(0, 10))
  const rest = foreign.length > shown.length ? ` and ${foreign.length - shown.length} more` : ''
  const commits = `The branch holds commits that kubemend did not make, or not as they are now: ${shown.join(', ')}${rest}.`
  if (plan === undefined) return `${commits} kubemend has nothing left to propose here and leaves the branch to you.`
  return `${commits} kubemend leaves the branch to you. To have it rebuilt without them, comment \`kubemend recreate\`.`
}

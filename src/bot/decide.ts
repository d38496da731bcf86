// Decides what the bot does with a group: sorts out what was seen, then asks the decision table.

import type { Decision, Situation } from './decision.ts'
import { ROWS, type Row, type View } from './decision-table.ts'
import type { PullRequest } from './forge.ts'
import { readMarker } from './marker.ts'
import { DUPLICATE } from './memory.ts'

/** Pure: what was seen decides alone, so that a situation has the same answer at every run. */
export function decide(situation: Situation): Decision {
  const view = viewOf(situation)
  const { current } = view
  const isHandsOff = view.controls.pause || view.elsewhere !== undefined
  const duplicates = isHandsOff ? [] : openOnes(situation).duplicates
  const action = rowFor(view).action(view)
  const shown = action.type === 'reopen' ? action.pullRequest : current
  return { action, current, duplicates, predecessor: closedBefore(shown, situation.pullRequests) }
}

/** The newest that is no longer open, of those before the one that is to be shown, or of all when it is not there yet. */
function closedBefore(shown: PullRequest | undefined, pullRequests: readonly PullRequest[]): PullRequest | undefined {
  return pullRequests.find(({ state, number }) => state !== 'open' && (shown === undefined || number < shown.number))
}

/** Name of the table's row that decides. */
export function rowOf(situation: Situation): string {
  return rowFor(viewOf(situation)).name
}

/** The open pull request that counts: the oldest that asks to merge into the base branch. */
export function currentOf(pullRequests: readonly PullRequest[], baseBranch: string): PullRequest | undefined {
  return openOnes({ pullRequests, baseBranch }).current
}

function rowFor(view: View): Row {
  const row = ROWS.find(({ fits }) => fits(view))
  if (row === undefined) throw new Error('the last row of the decision table fits everything')
  return row
}

interface OpenOnes {
  readonly current: PullRequest | undefined
  /** younger ones that the bot opened, too */
  readonly duplicates: readonly PullRequest[]
  readonly elsewhere: PullRequest | undefined
}

function openOnes({ pullRequests, baseBranch }: Pick<Situation, 'pullRequests' | 'baseBranch'>): OpenOnes {
  const open = pullRequests.filter(({ state }) => state === 'open').sort((a, b) => a.number - b.number)
  const [current, ...younger] = open.filter(({ base }) => base === baseBranch)
  const isOurs = ({ author, body }: PullRequest) => author === current?.author || readMarker(body) !== undefined
  return { current, duplicates: younger.filter(isOurs), elsewhere: open.find(({ base }) => base !== baseBranch) }
}

function viewOf(situation: Situation): View {
  const { plan, branch, baseHead, state, pullRequests } = situation
  const { current, elsewhere } = openOnes(situation)
  const last = pullRequests.find(({ state, body }) => state !== 'open' && !isDuplicate(body))
  const isEqual = plan !== undefined && branch !== undefined && branch.plan === plan.fingerprint
  const isOnBase = branch?.base === baseHead
  const isMergeable = state?.mergeability !== 'conflicts' && state?.mergeability !== 'behind'
  return {
    ...situation,
    current,
    elsewhere,
    last,
    isTurnedDown: current === undefined && last?.state === 'closed' && readMarker(last.body)?.withdrawnAt === undefined,
    isAsLeft: branch !== undefined && last !== undefined && (last.head === undefined || last.head === branch.head),
    isForeign: branch !== undefined && branch.foreign.length > 0,
    isEqual,
    isOnBase,
    isReviewed: state?.isReviewed !== false,
    isStuck: current !== undefined && isEqual && !isMergeable && !isOnBase,
  }
}

function isDuplicate(body: string): boolean {
  return readMarker(body)?.withdrawnAt === DUPLICATE
}

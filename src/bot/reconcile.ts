// Brings the branches and pull requests of a repository to what is to be proposed: looks at all, decides, then acts.

import { act } from './act.ts'
import type { Case } from './case.ts'
import type { Decision } from './decision.ts'
import { headsOf } from './heads.ts'
import { lookAt, lookAtAll } from './look.ts'
import { BaseMovedError, StaleError } from './publish.ts'
import { explained, RemoteError } from './remote-error.ts'
import type { GroupResult } from './result.ts'
import type { Site } from './site.ts'

export interface Reconciled {
  readonly results: readonly GroupResult[]
  /** the first failure that running again may heal: what comes after it was not tried */
  readonly interruption: RemoteError | undefined
}

/** Looks again so often after somebody moved a branch or changed a pull request under the bot's hands. */
const MOST_LOOKS = 3

/** `isStopped` is asked before each group: what is not begun by then stays as it is. */
export async function reconcile(site: Site, isStopped: () => boolean = () => false): Promise<Reconciled> {
  const cases = await lookAtAll(site)
  const budget = new Budget(site, cases)
  const results: GroupResult[] = []
  // what is open comes first: a run that is cut short leaves no pull request behind the times
  const ordered = [...cases.filter(isUnderWay), ...cases.filter(entry => !isUnderWay(entry))]
  for (const entry of ordered) {
    if (isStopped()) break
    try {
      results.push(await settle(site, entry, budget))
    } catch (error) {
      if (!(error instanceof RemoteError) || error instanceof BaseMovedError) throw error
      results.push(failed(entry, error))
      if (error.kind === 'temporary' && !(error instanceof StaleError)) return { results, interruption: error }
    }
  }
  return { results, interruption: undefined }
}

function isUnderWay({ decision }: Case): boolean {
  return decision.current !== undefined
}

/** How many pull requests may still be opened. */
class Budget {
  #left: number

  constructor({ settings, isOpen }: Site, cases: readonly Case[]) {
    const { openPullRequests, newPerRun } = settings.limits
    const open = cases.filter(entry => isUnderWay(entry) && entry.decision.action.type !== 'withdraw').length
    this.#left = isOpen ? Math.min(newPerRun, Math.max(0, openPullRequests - open)) : 0
  }

  /** Whether the decision may be carried out; counts what it opens. */
  take({ action, current }: Decision): boolean {
    const opens = current === undefined && ['create', 'rewrite', 'append', 'open', 'reopen'].includes(action.type)
    if (!opens) return true
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }
}

async function settle(site: Site, first: Case, budget: Budget): Promise<GroupResult> {
  if (!budget.take(first.decision)) return { ...resultOf(first), outcome: 'limited', why: limitText(site) }
  let entry = first
  for (let look = 1; ; look += 1) {
    try {
      const { published, pullRequest, problems } = await act(site, entry)
      return {
        ...resultOf(entry),
        problems,
        ...(pullRequest === undefined ? {} : { pullRequest }),
        ...(published === undefined ? {} : { head: published.head }),
        ...(published?.isVerified === undefined ? {} : { isVerified: published.isVerified }),
      }
    } catch (error) {
      if (look === MOST_LOOKS || !isRace(error)) throw error
      const branches = await headsOf(site.repository, site.settings.branchPrefix)
      entry = await lookAt({ ...site, branches }, entry.group, entry.seen.name)
    }
  }
}

/** Statuses with which forges answer what is no longer as it was seen. */
const RACES: ReadonlySet<number> = new Set([404, 405, 409, 422])

function isRace(error: unknown): boolean {
  if (error instanceof StaleError) return true
  return error instanceof RemoteError && error.status !== undefined && RACES.has(error.status)
}

function resultOf({ group, plan, seen, decision }: Case): GroupResult {
  const { action, current } = decision
  return {
    group: group && { key: group.key, label: group.label, risk: group.risk },
    branch: seen.name,
    outcome: action.type,
    why: 'why' in action ? action.why : '',
    findings: plan?.written.length ?? 0,
    files: plan?.report.files ?? [],
    ...(current === undefined ? {} : { pullRequest: current }),
    problems: [],
  }
}

function failed(entry: Case, error: RemoteError): GroupResult {
  return { ...resultOf(entry), outcome: 'failed', why: error.kind, problems: [explained(error)] }
}

function limitText({ isOpen, settings }: Site): string {
  if (!isOpen) return 'outside of the schedule'
  const { openPullRequests, newPerRun } = settings.limits
  return `no more than ${openPullRequests} pull requests are open at a time, and ${newPerRun} opened by a run`
}

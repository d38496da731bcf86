// Brings the branches and pull requests of a repository to what is to be proposed: looks at all, decides, then acts.

import type { Finding } from '../engine/outcome.ts'
import type { PlacedFinding } from '../report/model.ts'
import { act } from './act.ts'
import { branchName, isBranchOfPrefix } from './branch-name.ts'
import type { Case } from './case.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { marksOf } from './fingerprint.ts'
import type { FoundGroup, LeftOut } from './group.ts'
import { readMarker } from './marker.ts'
import { markKey } from './marks.ts'
import { type Observation, observe } from './observe.ts'
import type { GroupPlan } from './plan.ts'
import { BaseMovedError, StaleError } from './publish.ts'
import { RemoteError } from './remote-error.ts'
import type { GroupResult } from './result.ts'
import type { Site } from './site.ts'

export interface Reconciled {
  readonly results: readonly GroupResult[]
  /** the first failure that running again may heal: what comes after it was not tried */
  readonly interruption: RemoteError | undefined
}

/** A branch that a person holds is passed over so many times. */
const MOST_VARIANTS = 9
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
      const branches = await branchesNow(site)
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

async function branchesNow({ repository, settings }: Site): Promise<Site['branches']> {
  const refs = await repository.refs([`refs/heads/${settings.branchPrefix}`])
  return new Map([...refs].map(([ref, id]) => [ref.slice('refs/heads/'.length), id]))
}

/** Every group, and every branch of an earlier run of this scope whose group is gone. */
async function lookAtAll(site: Site): Promise<Case[]> {
  const nameOf = (key: string, label: string) => branchName(site.settings.branchPrefix, `${site.scope}${key}`, label)
  const hasBranch = (key: string, label: string) => site.branches.has(nameOf(key, label))
  const first = await lookAtGroups(site, site.planner.groups({ hasBranch }), nameOf)
  const split = new Set(first.flatMap(entry => (isSplit(entry) ? [entry.group?.key ?? ''] : [])))
  const cases =
    split.size === 0
      ? first
      : await lookAtGroups(site, site.planner.groups({ hasBranch, isToSplit: key => split.has(key) }), nameOf)
  return [...cases, ...(await lookAtLeftovers(site, cases))]
}

function isSplit({ seen }: Case): boolean {
  const newest = seen.current ?? seen.pullRequests[0]
  return seen.controls.split || (newest !== undefined && readMarker(newest.body)?.isSplit === true)
}

async function lookAtGroups(
  site: Site,
  groups: readonly FoundGroup[],
  nameOf: (key: string, label: string) => string,
): Promise<Case[]> {
  const cases: Case[] = []
  for (const group of groups) {
    const name = nameOf(group.key, group.label)
    let entry = await lookAt(site, group, name)
    for (let variant = 2; entry.decision.action.type === 'sidestep' && variant <= MOST_VARIANTS; variant += 1) {
      entry = await lookAt(site, group, `${name}-${variant}`)
    }
    cases.push(entry)
  }
  return cases
}

/**
 * Branches whose group is gone or has another name by now. Those of other scopes, and those without a pull request that
 * says where they belong, are nobody's business here.
 */
async function lookAtLeftovers(site: Site, cases: readonly Case[]): Promise<Case[]> {
  const names = new Set(cases.map(({ seen }) => seen.name))
  const leftovers: Case[] = []
  for (const name of [...site.branches.keys()].sort()) {
    if (names.has(name) || !isBranchOfPrefix(site.settings.branchPrefix, name)) continue
    const entry = await lookAt(site, undefined, name)
    const group = entry.seen.current && readMarker(entry.seen.current.body)?.group
    if (group?.startsWith(site.scope)) leftovers.push(entry)
  }
  return leftovers
}

async function lookAt(site: Site, group: FoundGroup | undefined, name: string): Promise<Case> {
  const seen = await observe(site, name)
  const { plan, leftOut } = group === undefined ? NOTHING : planFor(site, group, seen)
  const decision = decide({
    plan: plan && { fingerprint: plan.fingerprint, marks: plan.marks },
    baseBranch: site.baseBranch,
    baseHead: site.base.id,
    branch: seen.branch,
    pullRequests: seen.pullRequests,
    state: seen.state,
    reopenable: seen.memory.reopenable,
    controls: seen.controls,
    updates: site.settings.updates,
  })
  return { group, plan, leftOut, seen, decision }
}

interface Planned {
  /** undefined when nothing is left to propose */
  readonly plan: GroupPlan | undefined
  readonly leftOut: readonly LeftOut[]
}

const NOTHING: Planned = { plan: undefined, leftOut: [] }

/** The group without what people turned down, excluded, or merged and lost again and again. */
function planFor({ planner }: Site, group: FoundGroup, { controls, memory }: Observation): Planned {
  const whole = planner.plan(group, new Set())
  const refused = new Set([...memory.rejected, ...memory.exhausted].map(markKey))
  const ignored = new Set(controls.ignore)
  const isRefused = (finding: Finding) => marksOf([finding]).some(mark => refused.has(markKey(mark)))
  const placed = new Map(whole.report.findings.map(entry => [entry.finding, entry]))
  const leftOut: LeftOut[] = []
  const leave = (finding: PlacedFinding | undefined, why: LeftOut['why']): void => {
    if (finding !== undefined) leftOut.push({ finding, why })
  }
  for (const finding of whole.written) {
    if (ignored.has(finding.rule) || ignored.has(finding.id)) leave(placed.get(finding), 'ignored')
    else if (isRefused(finding)) leave(placed.get(finding), 'rejected')
  }
  if (leftOut.length === 0) return { plan: whole.written.length === 0 ? undefined : whole, leftOut }
  const keys = leftOut.flatMap(({ finding }) => finding.finding.ties.slice(0, 1))
  const plan = planner.plan(group, new Set(keys))
  return { plan: plan.written.length === 0 ? undefined : plan, leftOut }
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

function failed(entry: Case, { message, advice, kind }: RemoteError): GroupResult {
  const problem = advice === undefined ? message : `${message}: ${advice}`
  return { ...resultOf(entry), outcome: 'failed', why: kind, problems: [problem] }
}

function limitText({ isOpen, settings }: Site): string {
  if (!isOpen) return 'outside of the schedule'
  const { openPullRequests, newPerRun } = settings.limits
  return `no more than ${openPullRequests} pull requests are open at a time, and ${newPerRun} opened by a run`
}

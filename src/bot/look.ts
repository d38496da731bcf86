// Looks at everything there is to decide about: the branch and pull requests of each group, and branches left over.

import type { Finding } from '../engine/outcome.ts'
import { isWritten } from '../report/model.ts'
import { branchName, isBranchOfPrefix } from './branch-name.ts'
import type { Case } from './case.ts'
import { decide } from './decide.ts'
import { marksOf } from './fingerprint.ts'
import type { FoundGroup, LeftOut } from './group.ts'
import { readMarker } from './marker.ts'
import { markKey } from './marks.ts'
import { type Observation, observe } from './observe.ts'
import type { GroupPlan } from './plan.ts'
import type { Site } from './site.ts'

/** A branch that a person holds is passed over so many times. */
const MOST_VARIANTS = 9

/** Every group, and every branch of an earlier run of this scope whose group is gone. */
export async function lookAtAll(site: Site): Promise<Case[]> {
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

/** Looks at one branch, plans the group without what people do not want, and decides. */
export async function lookAt(site: Site, group: FoundGroup | undefined, name: string): Promise<Case> {
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
  const rejected = new Set(memory.rejected.map(markKey))
  const exhausted = new Set(memory.exhausted.map(markKey))
  const ignored = new Set(controls.ignore)
  const isIn = (marks: ReadonlySet<string>, finding: Finding) =>
    marksOf([finding]).some(mark => marks.has(markKey(mark)))
  const whyNot = (finding: Finding): LeftOut['why'] | undefined => {
    if (ignored.has(finding.rule) || ignored.has(finding.id)) return 'ignored'
    if (isIn(rejected, finding)) return 'rejected'
    return isIn(exhausted, finding) ? 'undone' : undefined
  }
  const leftOut = whole.report.findings.flatMap((finding): LeftOut[] => {
    const why = isWritten(finding.finding) ? whyNot(finding.finding) : undefined
    return why === undefined ? [] : [{ finding, why }]
  })
  const keys = leftOut.flatMap(({ finding }) => finding.finding.ties.slice(0, 1))
  const plan = leftOut.length === 0 ? whole : planner.plan(group, new Set(keys))
  return { plan: plan.written.length === 0 ? undefined : plan, leftOut }
}

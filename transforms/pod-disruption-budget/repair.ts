// Corrects budgets that block every drain, or that let a quorum break.

import {
  asCount,
  asObject,
  at,
  change,
  decline,
  describe,
  detectSystem,
  type Edit,
  forEachResource,
  isPatched,
  isServed,
  type Json,
  minimumReplicas,
  type Proposal,
  type Resource,
  rename,
  set,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { SCALED_KINDS } from './scope.ts'

const LEAST = ['spec', 'minAvailable']
const MOST = ['spec', 'maxUnavailable']

export function* repairBudgets(workspace: Workspace): Iterable<Proposal> {
  for (const budget of forEachResource(workspace, 'PodDisruptionBudget')) {
    if (!isServed(budget) || budget.partial) continue
    const proposal = judge(workspace, budget)
    if (proposal !== undefined) yield overridden(workspace, budget, proposal) ?? proposal
  }
}

function judge(workspace: Workspace, budget: Resource): Proposal | undefined {
  const least = at(budget.value, LEAST)
  const most = at(budget.value, MOST)
  if (least !== undefined && most !== undefined) return undefined
  if (least === undefined && amountOf(most, 100) === 0) return forbidden(budget, most)
  const workloads = protectedBy(workspace, budget)
  const count = countBefore(workspace, workloads)
  if (count === undefined || count === 0) return undefined
  const subject = `${describe(budget)} (${workloads.map(({ resource }) => describe(resource)).join(', ')})`
  const needed = amountOf(least, count)
  if (needed !== undefined && needed >= count) {
    return change({
      target: { resource: budget, path: LEAST },
      code: 'blocked-drain',
      why: `${subject} wants ${String(least)} of ${count === 1 ? '1 pod' : `${count} pods`} available, so none may ever be evicted and a node drain hangs; with maxUnavailable: 1 one pod goes at a time`,
      risks: 'none',
      edits: bounded(budget, least),
    })
  }
  const allowed = needed === undefined ? amountOf(most, count) : count - needed
  const system = workloads.map(detectSystem).find(found => found?.quorum)
  if (system === undefined || allowed === undefined || allowed <= 1) return undefined
  return change({
    target: { resource: budget, path: needed === undefined ? MOST : LEAST },
    code: 'quorum-at-risk',
    why: `${subject} lets ${allowed} pods go at once, and ${system.title} works only while a majority of its members is up; with maxUnavailable: 1 one goes at a time`,
    risks: 'none',
    edits: needed === undefined ? [set(budget, MOST, 1)] : bounded(budget, least),
  })
}

function bounded(budget: Resource, least: Json | undefined): Edit[] {
  const renamed = rename(budget, LEAST, 'maxUnavailable')
  return least === 1 ? [renamed] : [renamed, set(budget, MOST, 1)]
}

/** Pods that a bound stands for; a percentage is rounded up, as the disruption controller does. */
function amountOf(bound: Json | undefined, count: number): number | undefined {
  const percent = typeof bound === 'string' ? /^(\d+)%$/.exec(bound)?.[1] : undefined
  return percent === undefined ? asCount(bound) : Math.ceil((Number(percent) * count) / 100)
}

/** The workloads whose pods the budget counts; none when it also counts pods that no scale speaks of. */
function protectedBy(workspace: Workspace, budget: Resource): Workload[] {
  const selector = asObject(at(budget.value, ['spec', 'selector']))
  const workloads = workspace.workloadsSelected(budget, selector).filter(({ resource }) => !resource.partial)
  return workloads.every(({ resource }) => SCALED_KINDS.includes(resource.kind)) ? workloads : []
}

/** How many pods they kept before this run: what a change of this run adds must not turn a block into none. */
function countBefore(workspace: Workspace, workloads: readonly Workload[]): number | undefined {
  let sum = 0
  for (const { resource } of workloads) {
    const before = workspace.original.current(resource.origin)
    const workload = before === undefined ? undefined : workspace.original.workload(before)
    const count = workload === undefined ? undefined : minimumReplicas(workspace.original, workload)
    if (count === undefined) return undefined
    sum += count
  }
  return sum
}

function forbidden(budget: Resource, most: Json | undefined): Proposal {
  return decline({
    target: { resource: budget, path: MOST },
    code: 'no-disruption-allowed',
    why: `${describe(budget)} says maxUnavailable: ${String(most)}: no pod it selects may ever be evicted, and a node drain hangs`,
    next: `set maxUnavailable: 1 in ${budget.name}, or write down how its nodes are drained`,
  })
}

function overridden(workspace: Workspace, budget: Resource, proposal: Proposal): Proposal | undefined {
  const path = [LEAST, MOST].find(bound => isPatched(workspace, budget, bound))
  if (path === undefined) return undefined
  const patch = workspace.patchesOf(budget).find(candidate => at(candidate.value, path) !== undefined)
  const file =
    patch?.origin.file ??
    workspace
      .kustomizationsOf(budget)
      .map(layer => layer.file)
      .join(' or ')
  return decline({
    target: proposal.target,
    code: 'overridden',
    why: `${describe(budget)} needs another bound, and ${file} patches the one it has`,
    next: `change the bound in ${file}`,
  })
}

// Reports workloads whose pods two budgets select.

import {
  decline,
  describe,
  forEachWorkload,
  identity,
  type Proposal,
  type Resource,
  type Workspace,
} from '../../src/sdk.ts'
import { isTogether } from './scope.ts'

export function* reportOverlaps(workspace: Workspace): Iterable<Proposal> {
  for (const workload of forEachWorkload(workspace)) {
    const { resource } = workload
    const [first, second] = firstPair(workspace, workspace.budgetsOf(workload)) ?? []
    if (resource.partial || first === undefined || second === undefined) continue
    yield decline({
      target: { resource, path: ['spec', 'selector'] },
      code: 'overlapping-budgets',
      why: `the pods of ${describe(resource)} are selected by two budgets, ${first.name} in ${first.origin.file} and ${second.name} in ${second.origin.file}: the API refuses every eviction of such a pod`,
      next: `remove one of ${first.name} and ${second.name}, or narrow a selector until each pod has one budget`,
    })
  }
}

function firstPair(workspace: Workspace, budgets: readonly Resource[]): [Resource, Resource] | undefined {
  for (const [index, first] of budgets.entries()) {
    for (const second of budgets.slice(index + 1)) {
      const both = first.namespace === second.namespace && isTogether(workspace, first, second)
      if (both && identity(first) !== identity(second)) return [first, second]
    }
  }
  return undefined
}

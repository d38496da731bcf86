// The situations in which no budget is written or changed.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'label-collision',
    when: 'the selector of a workload also fits the pods of another one',
    why: 'one budget would count the pods of both, and each eviction of one would use up the budget of the other',
    next: 'give each workload a label of its own, in its selector and its pod template, then run again',
  },
  {
    id: 'overlapping-budgets',
    when: 'the pods of a workload are selected by two budgets',
    why: 'the API refuses every eviction of a pod that more than one budget selects, so drains hang',
    next: 'keep one of the budgets, or narrow the selectors until each pod has one',
  },
  {
    id: 'no-disruption-allowed',
    when: 'a budget says maxUnavailable: 0',
    why: 'no pod may ever be evicted, so a node drain hangs; somebody may want exactly that for a system that is moved by hand',
    next: 'set maxUnavailable: 1, or write down how the nodes are drained',
  },
  {
    id: 'name-taken',
    when: 'a budget of the wanted name stands there and selects other pods',
    why: 'its selector and the labels of the pods have come apart, and which of them is right is not in the files',
    next: 'correct the selector of the budget',
  },
  {
    id: 'overridden',
    when: 'a kustomization patches the bounds of a budget',
    why: 'the bound that stands in the manifest is not the one that is applied',
    next: 'change the bound in the patch',
  },
]

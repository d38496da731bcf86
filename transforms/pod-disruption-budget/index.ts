// Lets drains through one pod at a time: writes missing budgets, corrects those that block or protect nothing.

import type { Proposal, Transform } from '../../src/sdk.ts'
import { writeMissing } from './generate.ts'
import { reportOverlaps } from './overlap.ts'
import { REFUSALS } from './refusals.ts'
import { repairBudgets } from './repair.ts'
import { SCALED_KINDS } from './scope.ts'

const podDisruptionBudget: Transform = {
  id: 'pod-disruption-budget',
  title: 'Let node drains evict one pod at a time',
  rationale:
    'Without a budget a drain may evict all pods of a workload at once; with a budget that allows no eviction it hangs, and with it the upgrade of the cluster.',
  category: 'availability',
  since: '0.1.0',
  kinds: ['PodDisruptionBudget', ...SCALED_KINDS],
  risks: ['none'],
  aliases: [
    'kube-linter:pdb-max-unavailable',
    'kube-linter:pdb-min-available',
    'kube-linter:pdb-unhealthy-pod-eviction-policy',
    'kube-score:deployment-has-poddisruptionbudget',
    'kube-score:statefulset-has-poddisruptionbudget',
    'polaris:missingPodDisruptionBudget',
    'polaris:pdbDisruptionsIsZero',
    'polaris:pdbMinAvailableGreaterThanHPAMinReplicas',
  ],
  references: [
    'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
    'https://kubernetes.io/docs/concepts/workloads/pods/disruptions/',
  ],
  refusals: REFUSALS,
  sections: [],
  *plan(workspace): Iterable<Proposal> {
    yield* repairBudgets(workspace)
    yield* reportOverlaps(workspace)
    yield* writeMissing(workspace)
  },
}

export default podDisruptionBudget

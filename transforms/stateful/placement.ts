// Where the scheduler may put members: a single node for all of them undoes what several members are for.

import { asString, at, type FollowUp, type Workload } from '../../src/sdk.ts'

/** What stays open where the pod spec names one node. */
export function pinnedRest(workload: Workload): FollowUp[] {
  const { spec, resource } = workload
  const node = asString(spec.nodeName) ?? asString(at(spec, ['nodeSelector', 'kubernetes.io/hostname']))
  if (node === undefined) return []
  const field = spec.nodeName === undefined ? 'nodeSelector' : 'nodeName'
  return [
    {
      text: `${field} keeps every member of ${resource.name} on node ${node}, where all of them go down together: take it out, or name several nodes by a label of their own`,
    },
  ]
}

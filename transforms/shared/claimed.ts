// Systems whose number of members a transform of their own decides, so that no other one speaks of it.

import { detectSystem, type Workload } from '../../src/sdk.ts'

export function isClaimed(workload: Workload): boolean {
  const system = detectSystem(workload)
  return system !== undefined && system.family !== 'other'
}

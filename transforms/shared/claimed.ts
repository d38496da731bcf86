// Systems whose number of members a transform of their own decides, so that no other one speaks of it.

import { detectSystem, type SystemFamily, type Workload } from '../../src/sdk.ts'

const CLAIMED: ReadonlySet<SystemFamily> = new Set<SystemFamily>(['zookeeper', 'mongodb'])

export function isClaimedFamily(family: SystemFamily): boolean {
  return CLAIMED.has(family)
}

export function isClaimed(workload: Workload): boolean {
  const system = detectSystem(workload)
  return system !== undefined && isClaimedFamily(system.family)
}

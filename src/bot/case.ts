// A group, what was seen of its branch, and what was decided: all that is needed to act.

import type { Decision } from './decision.ts'
import type { FoundGroup, LeftOut } from './group.ts'
import type { Observation } from './observe.ts'
import type { GroupPlan } from './plan.ts'

export interface Case {
  /** undefined for a branch of an earlier run whose group is gone */
  readonly group: FoundGroup | undefined
  readonly plan: GroupPlan | undefined
  /** findings of the group that people turned down or excluded */
  readonly leftOut: readonly LeftOut[]
  readonly seen: Observation
  readonly decision: Decision
}

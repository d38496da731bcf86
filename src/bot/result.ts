// What a run of the bot did, or would do, with each group.

import type { FileChange } from '../engine/outcome.ts'
import type { Action } from './decision.ts'
import type { Group } from './plan.ts'

/** `limited`: it waits for its turn. `failed`: see the problems. */
export type GroupOutcome = Action['type'] | 'limited' | 'failed'

export interface GroupResult {
  /** `undefined` for a branch of an earlier run whose group is gone */
  readonly group: Pick<Group, 'key' | 'label' | 'risk'> | undefined
  /** without `refs/heads/` */
  readonly branch: string
  readonly outcome: GroupOutcome
  readonly why: string
  readonly findings: number
  readonly files: readonly FileChange[]
  /** head of the branch after the run, where the bot made it */
  readonly head?: string
  /** whether the forge signed the head; undefined where it is not asked to */
  readonly isVerified?: boolean
  /** the number is 0 where it would be opened */
  readonly pullRequest?: {
    readonly number: number
    readonly url: string
    readonly title: string
    readonly body: string
  }
  /** what did not work and did not stop the rest */
  readonly problems: readonly string[]
}

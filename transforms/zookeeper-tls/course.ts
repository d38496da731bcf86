// How far a run takes the encryption of an ensemble: one stage at a time where members run.

import { ZOOKEEPER } from '../zookeeper/settings.ts'
import { isBefore, nextStage, type Stage } from '../zookeeper/stage.ts'
import { isLive, keyOf, originalOf, presentStage, type Situation } from './situation.ts'

export interface Course {
  /** stage of the input */
  readonly before: Stage
  /** stage that this run may reach; Q3 for a server without others */
  readonly reached: Stage
  readonly live: boolean
  /** whether each running server has the TLS port when a client that this run moves dials it */
  readonly opensFirst: boolean
}

/** Undefined where the files do not say the stage of the input. */
export function courseOf(situation: Situation): Course | undefined {
  const original = originalOf(situation) ?? situation
  const before = presentStage(original)
  if (before === undefined) return undefined
  const live = isLive(original)
  if (!live) return { before, reached: 'Q3', live, opensFirst: true }
  const { rolled } = situation.settings.get(ZOOKEEPER, situation.workload.resource)
  const isRolled = before === 'Q0' || rolled === before
  const reached = isRolled ? nextStage(before) : before
  const wasOpen = keyOf(original, 'secureClientPort').kind === 'text'
  return { before, reached, live, opensFirst: wasOpen && isBefore('Q1', reached) }
}

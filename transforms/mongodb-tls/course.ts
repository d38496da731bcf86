// How far a run takes the encryption of MongoDB: one mode at a time where members run.

import { isBefore, nextMode, type TlsMode } from '../mongodb/tls-mode.ts'
import { isLive, optionsOf, originalOf, presentMode, type Situation } from './situation.ts'

export interface Course {
  /** mode of the input */
  readonly before: TlsMode
  readonly wanted: TlsMode
  /** mode that this run may reach */
  readonly reached: TlsMode
  readonly live: boolean
}

/**
 * A set that runs moves one mode in a run, since a member that dials TLS is understood by those alone that take it.
 * Others go to `preferTLS` in one step, and on from there once they and their clients run with it. `isOpen`: a client
 * does not ask for TLS yet.
 */
export function courseOf(situation: Situation, isOpen: boolean): Course {
  const original = originalOf(situation) ?? situation
  const before = presentMode(original) ?? 'disabled'
  const { tls, rolled } = optionsOf(situation)
  const goal: TlsMode = tls === 'full' && !isOpen ? 'requireTLS' : 'preferTLS'
  const wanted = isBefore(goal, before) ? before : goal
  const live = isLive(original)
  if (!live && isBefore(before, 'preferTLS')) return { before, wanted, reached: 'preferTLS', live }
  const isRolled = before === 'disabled' || rolled === before
  const next = isRolled ? nextMode(before) : before
  return { before, wanted, reached: isBefore(wanted, next) ? wanted : next, live }
}

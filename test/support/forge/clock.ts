// A clock that tests move: sleeping takes no time and is noted.

import type { Clock } from '../../../src/forge/clock.ts'

export interface TestClock extends Clock {
  /** milliseconds of every sleep so far */
  readonly slept: number[]
}

/** Draws from the middle of every range of chance. */
export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  const slept: number[] = []
  let now = start
  return {
    slept,
    now: () => now,
    sleep: async milliseconds => {
      slept.push(milliseconds)
      now += milliseconds
    },
    random: () => 0.5,
  }
}

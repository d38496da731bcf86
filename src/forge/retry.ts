// Trying again: how long to wait, how much waiting a run may do, and how a thing is made no more than once.

import { RemoteError } from '../bot/remote-error.ts'
import type { Clock } from './clock.ts'

export interface Budget {
  /** times that one request is sent at most */
  readonly attempts: number
  /** milliseconds that all requests of a client may wait before they are sent again */
  readonly waiting: number
  /** milliseconds from sending a request to the end of its answer */
  readonly timeout: number
  /** largest answer in bytes */
  readonly answerSize: number
}

export const DEFAULT_BUDGET: Budget = {
  attempts: 5,
  waiting: 10 * 60_000,
  timeout: 60_000,
  answerSize: 32 * 2 ** 20,
}

const FIRST_WAIT = 1000
const LONGEST_WAIT = 30_000

/** Decides on each wait of a client's requests. */
export class Patience {
  readonly budget: Budget
  readonly #clock: Clock
  #left: number

  constructor(budget: Budget, clock: Clock) {
    this.budget = budget
    this.#clock = clock
    this.#left = budget.waiting
  }

  /**
   * Waits before attempt `attempt` + 1: as long as the server asked for, else twice as long each time, with chance
   * in it. Throws `failure` when that is one attempt or one wait too many.
   */
  async wait(attempt: number, failure: RemoteError): Promise<void> {
    const wanted = failure.retryAfter === undefined ? 0 : failure.retryAfter * 1000
    const wait = Math.max(wanted, this.#backoff(attempt))
    if (attempt >= this.budget.attempts || wait > this.#left) throw failure
    this.#left -= wait
    await this.#clock.sleep(wait)
  }

  #backoff(attempt: number): number {
    const whole = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1))
    return Math.round(whole * (0.5 + this.#clock.random() / 2))
  }
}

/**
 * Makes a thing no more than once: `find` says whether it is there, before the first attempt and again after each
 * one whose outcome is not known (a dropped connection, a server error).
 */
export async function ensure<T>(
  patience: Patience,
  { find, create }: { readonly find: () => Promise<T | undefined>; readonly create: () => Promise<T> },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await find()
    if (found !== undefined) return found
    try {
      return await create()
    } catch (error) {
      if (!(error instanceof RemoteError) || error.kind === 'permanent') throw error
      await patience.wait(attempt, error)
    }
  }
}

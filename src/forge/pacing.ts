// How fast a forge is asked: gaps between writes, windows for what makes content, and a pause when it says so.

import { RemoteError } from '../bot/remote-error.ts'
import type { Clock } from './clock.ts'

/** `content` makes something that people are told of: a pull request, a comment, a request for review. */
export type Pace = 'read' | 'write' | 'content'

export interface Pacing {
  /** milliseconds from the start of one write to that of the next */
  readonly writeGap: number
  /** the same from one content-creating request to the next */
  readonly contentGap: number
  /** content-creating requests within 60 seconds */
  readonly perMinute: number
  /** content-creating requests within 3,600 seconds */
  readonly perHour: number
  /** longest wait in milliseconds; a request that had to wait longer fails as temporary */
  readonly longestWait: number
}

export const NO_PACING: Pacing = {
  writeGap: 0,
  contentGap: 0,
  perMinute: Number.POSITIVE_INFINITY,
  perHour: Number.POSITIVE_INFINITY,
  longestWait: Number.POSITIVE_INFINITY,
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Gives each request its time. One pacer serves all clients that use one token on one forge. */
export class Pacer {
  readonly #pacing: Pacing
  readonly #clock: Clock
  #heldUntil = 0
  #nextWrite = 0
  #nextContent = 0
  /** when content was made in the last hour, oldest first */
  #made: number[] = []
  #line: Promise<unknown> = Promise.resolve()

  constructor(pacing: Pacing, clock: Clock) {
    this.#pacing = pacing
    this.#clock = clock
  }

  /** Nothing is sent for so many milliseconds: the forge said that it is asked too often. */
  hold(milliseconds: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + milliseconds)
  }

  /** Resolves when the request may be sent; writes take their turns in the order of the calls. */
  turn(pace: Pace): Promise<void> {
    if (pace === 'read') return this.#until(this.#heldUntil)
    const turn = this.#line.then(() => this.#write(pace))
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async #write(pace: 'write' | 'content'): Promise<void> {
    const content = pace === 'content'
    await this.#until(Math.max(this.#heldUntil, this.#nextWrite, content ? this.#freeForContent() : 0))
    const now = this.#clock.now()
    this.#nextWrite = now + this.#pacing.writeGap
    if (!content) return
    this.#nextContent = now + this.#pacing.contentGap
    this.#made = [...this.#made.filter(time => time > now - HOUR), now]
  }

  #freeForContent(): number {
    const { perMinute, perHour } = this.#pacing
    const minute = this.#made.at(-perMinute) ?? Number.NEGATIVE_INFINITY
    const hour = this.#made.at(-perHour) ?? Number.NEGATIVE_INFINITY
    return Math.max(this.#nextContent, minute + MINUTE, hour + HOUR)
  }

  async #until(time: number): Promise<void> {
    const wait = time - this.#clock.now()
    if (wait <= 0) return
    if (wait > this.#pacing.longestWait) {
      const seconds = Math.ceil(wait / 1000)
      throw new RemoteError('temporary', `the limit of requests to the forge is reached for ${seconds} s`, {
        retryAfter: seconds,
        advice: 'run again later: what is done stays done',
      })
    }
    await this.#clock.sleep(wait)
  }
}

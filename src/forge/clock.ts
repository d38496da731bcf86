// Time and chance as the clients see them, so that tests need not wait and always draw the same.

export interface Clock {
  /** milliseconds since 1970 */
  now(): number
  sleep(milliseconds: number): Promise<void>
  /** from 0 up to, not including, 1 */
  random(): number
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
}

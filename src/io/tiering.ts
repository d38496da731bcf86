// How soon V8 compiles hot functions again with its optimising compiler.

import { setFlagsFromString } from 'node:v8'

/** The setting that delays it, by V8's major version (Node.js 20, 22 and 24); others are left alone. */
const DELAY: Readonly<Record<string, string>> = {
  11: '--interrupt-budget=600000',
  12: '--invocation-count-for-turbofan=20000',
  13: '--invocation-count-for-turbofan=20000',
}

/**
 * Most runs end within a second or two, where that compilation costs a third of all CPU time and gives little back
 * (bench/README.md). Functions that stay hot in long runs are still optimised.
 */
export function delayOptimisation(): void {
  const flag = DELAY[process.versions.v8.split('.')[0] ?? '']
  if (flag !== undefined) setFlagsFromString(flag)
}

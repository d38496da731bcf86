// Settings of V8 for a program that reads much, keeps it, and ends within seconds.

import { setFlagsFromString } from 'node:v8'

/**
 * By V8's major version (Node.js 20, 22 and 24; others are left alone), measured with `npm run bench`. The optimising
 * compiler starts later: in a run of a second it costs a third of all CPU time and gives little back. The young
 * generation does not grow: most of what is read is kept, so a larger one is copied for nothing and takes 50 MB.
 */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  11: ['--interrupt-budget=600000', '--semi-space-growth-factor=1'],
  12: ['--invocation-count-for-turbofan=20000', '--semi-space-growth-factor=1'],
  13: ['--invocation-count-for-turbofan=20000', '--semi-space-growth-factor=1'],
}

/** To be called before anything else is loaded. */
export function tuneV8(): void {
  for (const setting of SETTINGS[process.versions.v8.split('.')[0] ?? ''] ?? []) setFlagsFromString(setting)
}

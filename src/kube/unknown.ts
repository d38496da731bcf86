// Values that the files leave open.

import type { Json } from '../yaml/value.ts'

/** Whether a scalar is a variable as a whole, `${NAME}`: unknown, which is neither true nor false. */
export function isUnknown(value: Json | undefined): boolean {
  return typeof value === 'string' && /^\$\{[A-Za-z_][\w.-]*\}$/.test(value)
}

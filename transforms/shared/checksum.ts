// Tells two contents apart, in a name or an annotation.

import { createHash } from 'node:crypto'

/** Ten hexadecimal digits. */
export function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}

// Which findings change something.

import type { Finding } from '../engine/outcome.ts'

/** Whether the run changes anything for a finding. */
export function isWritten(finding: Finding): boolean {
  return (finding.outcome === 'applied' || finding.outcome === 'partial') && finding.edits.length > 0
}

// Where the time of a run goes: the share of each phase, measured inside the process.

import { manifestsBelow } from '../scripts/manifests.ts'
import { SAFE_RISKS } from '../src/engine/risk.ts'
import { run } from '../src/engine/run.ts'
import { createPatch } from '../src/report/patch.ts'
import { createValidator } from '../src/schema/validator.ts'
import transforms from '../transforms/index.ts'

/** Prints each phase's share of one run over a folder; the second of two runs, so that the code is warm. */
export function phases(folder: string): void {
  const spent = new Map<string, number>()
  for (const round of [1, 2]) {
    spent.clear()
    let phase = 'load'
    let since = performance.now()
    const enter = (next: string) => {
      const now = performance.now()
      spent.set(phase, (spent.get(phase) ?? 0) + now - since)
      phase = next
      since = now
    }
    const sources = manifestsBelow(folder)
    const result = run(sources, {
      transforms,
      settings: { get: section => section.defaults },
      allowed: () => new Set(SAFE_RISKS),
      validator: () => createValidator({ kubernetesVersion: '1.36' }),
      kubernetesVersion: '1.36',
      onPhase: enter,
    })
    enter('diff')
    createPatch(result.files)
    enter('end')
    if (round === 1) continue
    const total = [...spent.values()].reduce((sum, ms) => sum + ms, 0)
    const shares = [...spent].map(([name, ms]) => `${name} ${((100 * ms) / total).toFixed(0)} %`)
    console.log(`  phases: ${shares.join(', ')}`)
  }
}

// A suite that runs on real servers of one version: skipped with a reason where they cannot be had.

import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { type Artifacts, findArtifacts } from './artifacts.ts'
import { Cluster } from './cluster.ts'

const SETUP_MILLISECONDS = 180_000
const CLOSE_MILLISECONDS = 60_000

/** `KUBEMEND_REAL=full` runs what takes minutes as well. */
export const FULL = process.env.KUBEMEND_REAL === 'full'

/**
 * Tests that build on each other, in order: after one that fails the rest is skipped, since it would fail for the same
 * reason. `build` starts the servers; all of them are ended at the end of the suite, whatever happened. The last lines
 * of every server are printed with a failure.
 */
export async function onServers(
  title: string,
  version: string,
  build: (cluster: Cluster) => Promise<void>,
  tests: (cluster: () => Cluster) => void,
  isWanted = true,
): Promise<void> {
  const found = isWanted ? await findArtifacts(version) : { ok: false as const, reason: 'KUBEMEND_REAL is not full' }
  if (!found.ok) console.log(`skipped: ${title} (${found.reason})`)
  describe.skipIf(!found.ok)(title, () => {
    let cluster: Cluster | undefined
    let failed: string | undefined
    beforeAll(async () => {
      if (found.ok) cluster = await built(found.artifacts, build)
    }, SETUP_MILLISECONDS)
    afterAll(() => cluster?.close(), CLOSE_MILLISECONDS)
    beforeEach(({ skip }) => {
      if (failed !== undefined) skip(`"${failed}" failed before it`)
    })
    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail') return
      failed = task.name
      console.log(await cluster?.tails())
    })
    tests(() => {
      if (cluster === undefined) throw new Error('the servers were not started')
      return cluster
    })
  })
}

async function built(artifacts: Artifacts, build: (cluster: Cluster) => Promise<void>): Promise<Cluster> {
  const cluster = await Cluster.make(artifacts)
  try {
    await build(cluster)
    return cluster
  } catch (error) {
    await cluster.close()
    throw error
  }
}

// Why one controller with data does not become three by a longer list of voters.

import { expect, test } from 'vitest'
import { readCase } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import { waitFor } from './java.ts'
import { fix, withSettings } from './runs.ts'
import { onServers } from './suite.ts'

const { before } = readCase('kafka-topology', 'apache-image-alone')
const { files } = fix(before, withSettings({ kafka: { topics: ['orders'] } }))

/** The first node votes alone, writes that down, and stops. */
async function oneNode(cluster: Cluster): Promise<void> {
  await cluster.apply(files)
  const [own] = (cluster.pod('broker-0').properties.get('controller.quorum.voters') ?? '').split(',')
  await cluster.start('broker-0', { 'controller.quorum.voters': own })
  await cluster.stop('broker-0')
}

await onServers('three voters on the storage of one, on Kafka 3.4.0', '3.4.0', oneNode, cluster => {
  test('the node does not start any more', async () => {
    const node = await cluster().launch('broker-0')
    await waitFor('broker-0 gives up', 60, async () => (node.hasEnded ? true : undefined))
    expect(node.child.exitCode).toBe(1)
    expect(await node.log()).toMatch(/Configured voter set: \[1, 2, 3\] is different from the voter set read/)
  })
})

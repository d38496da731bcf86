// ZooKeeper's growth from one member with data to three, in the order of the runbook and in one that loses the data.

import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readCase } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import { waitFor } from './java.ts'
import { onServers } from './suite.ts'
import { Tools } from './tools.ts'
import { modeOf } from './zookeeper.ts'

const fixture = readCase('zookeeper-topology', 'data-cloned')
const members = ['zookeeper-0', 'zookeeper-1', 'zookeeper-2']

async function ask(cluster: Cluster, name: string, ...words: readonly string[]): Promise<string> {
  const tools = await Tools.make(cluster)
  return tools.run('zkCli', ['-server', `${cluster.address(cluster.pod(name))}:2181`, ...words])
}

async function modesOf(cluster: Cluster): Promise<(string | undefined)[]> {
  return Promise.all(members.map(name => modeOf(cluster.address(cluster.pod(name)))))
}

async function ensembleServes(cluster: Cluster): Promise<void> {
  await waitFor('three members are an ensemble', 60, async () => {
    const modes = await modesOf(cluster)
    return modes.sort().join() === 'follower,follower,leader' ? modes : undefined
  })
}

await onServers(
  'ZooKeeper 3.8.4 grows from one member with data',
  '3.9.1',
  async cluster => {
    expect(cluster.artifacts.jars.some(jar => jar.endsWith('/zookeeper-3.8.4.jar'))).toBe(true)
    await cluster.apply(fixture.before)
    await cluster.start('zookeeper-0')
    await waitFor('one member serves', 30, () => modeOf(cluster.address(cluster.pod('zookeeper-0'))))
    await ask(cluster, 'zookeeper-0', 'create', '/registry', 'kept')
    await cluster.stop('zookeeper-0')
    // the claims that the clones are made from
    await cp(path.join(cluster.folder, 'zookeeper-0'), path.join(cluster.folder, 'claims'), { recursive: true })
  },
  cluster => {
    test('the member with the data, then one after the other: nothing is lost', async () => {
      await cluster().apply(fixture.after)
      expect(cluster().members.map(({ name }) => name)).toEqual(members)
      await cluster().start('zookeeper-0')
      // a member alone has no quorum and serves nobody, and yet its probe passes, so that the next one starts
      expect(await modeOf(cluster().address(cluster().pod('zookeeper-0')))).toBeUndefined()
      await cluster().start('zookeeper-1')
      await cluster().start('zookeeper-2')
      await ensembleServes(cluster())
      for (const name of members) expect(await ask(cluster(), name, 'get', '/registry')).toContain('kept')
    })

    test('with one member killed, the leader at that, two go on', async () => {
      const modes = await modesOf(cluster())
      const leader = members[modes.indexOf('leader')] ?? ''
      const [follower = ''] = members.filter(name => name !== leader)
      await cluster().kill(leader)
      await waitFor('two members have a leader', 30, async () =>
        (await modesOf(cluster())).includes('leader') ? true : undefined,
      )
      await ask(cluster(), follower, 'create', '/written-by-two', 'kept')
      await cluster().start(leader)
      await ensembleServes(cluster())
      expect(await ask(cluster(), leader, 'get', '/written-by-two')).toContain('kept')
    })

    test('two empty members before the one with the data: all of it is gone, and nobody says so', async () => {
      for (const name of members) {
        await cluster().kill(name)
        await rm(path.join(cluster().folder, name), { recursive: true })
      }
      await cp(path.join(cluster().folder, 'claims'), path.join(cluster().folder, 'zookeeper-0'), { recursive: true })
      await cluster().start('zookeeper-1')
      await cluster().start('zookeeper-2')
      await waitFor('two members have a leader', 30, async () =>
        (await modesOf(cluster())).includes('leader') ? true : undefined,
      )
      await cluster().start('zookeeper-0')
      await ensembleServes(cluster())
      expect(await ask(cluster(), 'zookeeper-0', 'ls', '/')).not.toContain('registry')
    })
  },
)

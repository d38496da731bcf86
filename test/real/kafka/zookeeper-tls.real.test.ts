// ZooKeeper's three rolls to TLS on real members, each as its fixture says, and the one roll that cuts members off.

import { copyFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type Files, readCase } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import { certificateNames } from './cluster-rules.ts'
import { dialWithNode, dialWithOpenSsl } from './handshake.ts'
import { waitFor } from './java.ts'
import { FULL, onServers } from './suite.ts'
import { Tools } from './tools.ts'
import { modeOf } from './zookeeper.ts'

const SECURE = 2182
const ELECTION = 3888
const JOIN_SECONDS = 60
/** A member that joins at all does so within a second or two; one that has not by then is cut off. */
const CUT_OFF_SECONDS = 10

const stages = ['first-roll', 'second-roll', 'third-roll'].map(name => readCase('zookeeper-tls', name))
const [first, second, third] = stages.map(({ after }) => after) as [Files, Files, Files]
const plain = readCase('zookeeper-tls', 'first-roll').before

async function modesOf(cluster: Cluster): Promise<(string | undefined)[]> {
  return Promise.all(cluster.members.map(pod => modeOf(cluster.address(pod))))
}

async function serve(cluster: Cluster, members: number, seconds = JOIN_SECONDS): Promise<void> {
  await waitFor(`${members} members serve`, seconds, async () => {
    const modes = (await modesOf(cluster)).filter(mode => mode !== undefined)
    return modes.length === members && modes.includes('leader') ? true : undefined
  })
}

/** As a StatefulSet rolls: from the highest number on, the others serving meanwhile. */
async function roll(cluster: Cluster, files: Files): Promise<void> {
  await cluster.apply(files)
  for (const { name } of [...cluster.members].reverse()) {
    await cluster.stop(name)
    await serve(cluster, 2)
    await cluster.start(name)
    await serve(cluster, 3)
  }
}

/** Which members take TLS from another member on a port. */
async function membersTakingTls(cluster: Cluster, port: number): Promise<string[]> {
  const identity = path.join(cluster.folder, 'member.pem')
  await writeFile(identity, cluster.secret('zk-tls').get('tls-combined.pem') ?? '')
  const taking: string[] = []
  for (const pod of cluster.members) {
    const host = `${pod.name}.zk-pods.search.svc.cluster.local`
    const dial = { address: cluster.address(pod), port, host, authority: cluster.authority.file, identity }
    if ((await dialWithOpenSsl(dial)) === undefined) taking.push(pod.name)
  }
  return taking
}

async function ask(cluster: Cluster, words: readonly string[]): Promise<string> {
  const tools = await Tools.make(cluster)
  return tools.run('zkCli', ['-server', `${cluster.address(cluster.pod('zk-0'))}:2181`, ...words])
}

await onServers(
  'ZooKeeper 3.8.4 takes up TLS',
  '3.9.1',
  async cluster => {
    await cluster.apply(plain)
    expect(cluster.pods.map(({ name }) => name)).toEqual(['zk-0', 'zk-1', 'zk-2'])
    await cluster.startAll()
    await serve(cluster, 3)
    await ask(cluster, ['create', '/registry', 'kept'])
  },
  cluster => {
    test('straight to TLS between members: the first one that starts again is cut off', async () => {
      await cluster().apply(second)
      await cluster().stop('zk-2')
      await cluster().start('zk-2')
      await expect(serve(cluster(), 3, CUT_OFF_SECONDS)).rejects.toThrow('3 members serve')
      expect((await modesOf(cluster()))[2]).toBeUndefined()
      await cluster().stop('zk-2')
      await cluster().apply(plain)
      await cluster().start('zk-2')
      await serve(cluster(), 3)
    })

    test('the first roll opens the secure port, and members take TLS beside plaintext', async () => {
      expect(await membersTakingTls(cluster(), ELECTION)).toEqual([])
      await roll(cluster(), first)
      expect(await membersTakingTls(cluster(), ELECTION)).toEqual(['zk-0', 'zk-1', 'zk-2'])
    })

    test('the second roll moves the members to TLS, and the third closes plaintext between them', async () => {
      await roll(cluster(), second)
      await roll(cluster(), third)
      expect(await ask(cluster(), ['get', '/registry'])).toContain('kept')
    })

    test('clients come in over TLS under every name, and without a certificate of their own', async () => {
      const names = certificateNames(third, 'zk-tls')
      const refusals: string[] = []
      let dialled = 0
      for (const pod of cluster().members) {
        for (const host of pod.hosts.filter(name => names.includes(name))) {
          const dial = { address: cluster().address(pod), port: SECURE, host, authority: cluster().authority.file }
          for (const fault of [await dialWithNode(dial), await dialWithOpenSsl(dial)]) {
            if (fault !== undefined) refusals.push(`${host}: ${fault}`)
          }
          dialled += 1
        }
      }
      // four forms each of the names of Service, headless Service and pod, at each of three members
      expect({ refusals, dialled }).toEqual({ refusals: [], dialled: 36 })
      const trusted = path.join(cluster().folder, 'ca.pem')
      await copyFile(cluster().authority.file, trusted)
      const tools = await Tools.make(cluster())
      const options = [
        '-Dzookeeper.client.secure=true',
        '-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty',
        `-Dzookeeper.ssl.trustStore.location=${trusted}`,
      ]
      const server = `zk.search.svc.cluster.local:${SECURE}`
      expect(await tools.run('zkCli', ['-server', server, 'get', '/registry'], options)).toContain('kept')
    })
  },
  FULL,
)

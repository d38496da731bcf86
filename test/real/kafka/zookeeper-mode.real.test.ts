// Run A of the main fixture on real servers: three ZooKeeper members, three brokers, TLS beside plaintext.

import { expect, test } from 'vitest'
import { filesBelow } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import {
  advertisedHost,
  certificateNames,
  copiesAreBack,
  dialEveryName,
  exceptionOf,
  killTwo,
  nothingIsLost,
  onlyPartition,
  podOf,
  writingGoesOn,
} from './cluster-rules.ts'
import { askInPlainText, dialWithNode, dialWithOpenSsl, isAnswerOfKafka } from './handshake.ts'
import { waitFor } from './java.ts'
import { Probe } from './probe.ts'
import { fix, questionsOf, withSettings } from './runs.ts'
import { FULL, onServers } from './suite.ts'
import { Tools } from './tools.ts'
import { modeOf } from './zookeeper.ts'

const PLAIN = 9092
const TLS = 9093
const TOPICS = ['platform.commands', 'platform.events', 'platform.audit']
const files = filesBelow('fixtures/platform/a')
const { steps } = fix(filesBelow('fixtures/platform/k8s'), withSettings({}))

for (const version of ['3.4.0', '3.9.1']) {
  let probe: Probe

  async function build(cluster: Cluster): Promise<void> {
    await cluster.apply(files)
    expect(cluster.pods.map(({ name }) => name).sort()).toEqual([
      ...['kafka-0', 'kafka-1', 'kafka-2'],
      ...['zookeeper-0', 'zookeeper-1', 'zookeeper-2'],
    ])
    await cluster.startAll()
    const bootstrap = `kafka.platform.svc.cluster.local:${TLS}`
    probe = await Probe.start(cluster, 'client', { bootstrap, authority: cluster.authority.file })
  }

  const title = `run A on Kafka ${version} with ZooKeeper`
  await onServers(
    title,
    version,
    build,
    cluster => {
      test('three members and three brokers form a cluster', async () => {
        const members = cluster().members
        const modes = await Promise.all(members.map(pod => modeOf(cluster().address(pod))))
        expect(modes.sort()).toEqual(['follower', 'follower', 'leader'])
        expect(await probe.ask('brokers')).toBe('1,2,3')
      })

      test('what the runbook asks of members and brokers has its answer', async () => {
        const tools = await Tools.make(cluster())
        const answers = await tools.paste(questionsOf(steps, /srvr|broker-api-versions/))
        expect(answers.match(/Mode: \w+/g)).toHaveLength(3)
        expect(answers.match(/^kafka-\d\.kafka-headless\S+ \(id: \d/gm)).toHaveLength(3)
      })

      test('a topic without a factor of its own gets three copies, of which two have to be written', async () => {
        await probe.ask('create', 'events')
        const { replicas } = await onlyPartition(probe, 'events')
        expect(replicas).toEqual(['1', '2', '3'])
        expect(await probe.ask('setting', 'events', 'min.insync.replicas')).toBe('2')
      })

      test('groups and transactions find their topics, with three copies each', async () => {
        await probe.ask('transact', 'events', 'first')
        expect(await probe.ask('consume', 'group', 'events')).not.toBe('0')
        await copiesAreBack(probe, 3)
        expect(await probe.ask('setting', '__transaction_state', 'min.insync.replicas')).toBe('2')
      })

      test('Java, Node.js and OpenSSL accept every broker under every name that it has', async () => {
        const names = certificateNames(files, 'kafka-tls')
        for (const { properties } of cluster().brokers) expect(names).toContain(advertisedHost(properties, 'TLS'))
        // four forms of the Service's name and four of the pod's own, at each of three brokers
        expect(await dialEveryName(cluster(), probe, names, TLS)).toEqual({ refusals: [], dialled: 24 })
      })

      test('nobody accepts a broker under the name of something else', async () => {
        const address = cluster().address(cluster().pod('kafka-0'))
        const stranger = { address, port: TLS, host: 'zookeeper.platform', authority: cluster().authority.file }
        expect(await dialWithNode(stranger)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
        expect(await dialWithOpenSsl(stranger)).toMatch(/hostname mismatch/i)
      })

      test('plaintext has an answer on its own port and none on that of TLS', async () => {
        for (const pod of cluster().brokers) {
          expect(isAnswerOfKafka(await askInPlainText(cluster().address(pod), PLAIN))).toBe(true)
          expect(isAnswerOfKafka(await askInPlainText(cluster().address(pod), TLS))).toBe(false)
        }
      })

      test('a topic that nobody made is refused, until the Job of the files makes it', async () => {
        expect(await exceptionOf(probe.ask('send', 'platform.events', 'lost', 1_500))).toBe('TimeoutException')
        const tools = await Tools.make(cluster())
        await tools.runTopicsJob(files)
        await probe.ask('send', 'platform.events', 'kept', 20_000)
        for (const topic of TOPICS) {
          const partitions = await probe.partitions(topic)
          expect(partitions.map(({ replicas }) => replicas)).toEqual(Array.from({ length: 3 }, () => ['1', '2', '3']))
        }
      })

      test('the Job may run again', async () => {
        const tools = await Tools.make(cluster())
        await tools.runTopicsJob(files)
      })

      test('a ZooKeeper member that is killed is not missed', async () => {
        await probe.ask('create', 'numbers')
        await probe.ask('flood', 'numbers')
        await writingGoesOn(probe)
        const members = cluster().members
        const modes = await Promise.all(members.map(pod => modeOf(cluster().address(pod))))
        const leader = members[modes.indexOf('leader')]?.name ?? ''
        await cluster().kill(leader)
        await waitFor('a topic can be made', 60, () => probe.ask('create', 'made-by-two').catch(() => undefined))
        await writingGoesOn(probe)
        await cluster().start(leader)
        await waitFor(`${leader} follows`, 30, async () => {
          const mode = await modeOf(cluster().address(cluster().pod(leader)))
          return mode === 'follower' ? mode : undefined
        })
        expect(await nothingIsLost(probe)).toBeGreaterThan(0)
      })

      test('one broker killed loses nothing, two stop writing, and both come back', async () => {
        await probe.ask('create', 'records')
        await probe.ask('flood', 'records')
        await writingGoesOn(probe)
        const { first, second, pause } = await killTwo(cluster(), probe, 'records')
        await waitFor('the last broker leads', 60, async () => {
          const { leader, inSync } = await onlyPartition(probe, 'records')
          return inSync.length === 1 && leader === inSync[0] ? leader : undefined
        })
        expect(await exceptionOf(probe.ask('send', 'records', 'refused', 10_000))).toBe('NotEnoughReplicasException')
        await Promise.all([first, second].map(({ leader }) => cluster().start(podOf(cluster(), leader))))
        await writingGoesOn(probe)
        await copiesAreBack(probe, 3)
        const acknowledged = await nothingIsLost(probe)
        console.log(
          `Kafka ${version}: ${acknowledged} records acknowledged, longest pause with one broker down ${pause} ms`,
        )
        expect(acknowledged).toBeGreaterThan(100)
      })
    },
    version === '3.4.0' || FULL,
  )
}

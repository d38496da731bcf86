// Kafka without ZooKeeper on real servers: what every transform together makes of one combined node.

import { expect, test } from 'vitest'
import { readCase } from '../../support/fixtures.ts'
import { opens } from './cluster.ts'
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
import { askInPlainText, isAnswerOfKafka } from './handshake.ts'
import { Probe } from './probe.ts'
import { fix, questionsOf, withSettings } from './runs.ts'
import { onServers } from './suite.ts'
import { Tools } from './tools.ts'

const TLS = 9094
/** A single node of the Apache image, with two topics that the configuration names. */
const { before } = readCase('kafka-topology', 'apache-image-alone')
const { files, steps } = fix(before, withSettings({ kafka: { topics: ['orders', 'payments'] } }))
let probe: Probe

await onServers(
  'three combined nodes on Kafka 4.1.0 without ZooKeeper',
  '4.1.0',
  async cluster => {
    await cluster.apply(files)
    expect(cluster.pods.map(({ name }) => name)).toEqual(['broker-0', 'broker-1', 'broker-2'])
    await cluster.startAll()
    probe = await Probe.start(cluster, 'client', { bootstrap: `broker:${TLS}`, authority: cluster.authority.file })
  },
  cluster => {
    test('three nodes form a cluster that talks TLS alone', async () => {
      expect(await probe.ask('brokers')).toBe('1,2,3')
      for (const pod of cluster().brokers) {
        const address = cluster().address(pod)
        expect(await opens(address, 9092)).toBe(false)
        expect(isAnswerOfKafka(await askInPlainText(address, TLS))).toBe(false)
      }
    })

    test('what the runbook asks of three nodes has its answer', async () => {
      const tools = await Tools.make(cluster())
      const answers = await tools.paste(questionsOf(steps, /broker-api-versions.* --command-config/))
      expect(answers.match(/^broker-\d\.broker-headless\S+ \(id: \d/gm)).toHaveLength(3)
    })

    test('Java, Node.js and OpenSSL accept every node under every name that it has', async () => {
      const names = certificateNames(files, 'broker-tls')
      for (const { properties } of cluster().brokers) expect(names).toContain(advertisedHost(properties, 'TLS'))
      expect(await dialEveryName(cluster(), probe, names, TLS)).toEqual({ refusals: [], dialled: 24 })
    })

    test('a topic that nobody made is refused, until the Job makes it', async () => {
      expect(await exceptionOf(probe.ask('send', 'orders', 'lost', 1_500))).toBe('TimeoutException')
      const tools = await Tools.make(cluster())
      await tools.runTopicsJob(files)
      await probe.ask('send', 'orders', 'kept', 20_000)
      for (const topic of ['orders', 'payments']) expect(await probe.partitions(topic)).toHaveLength(3)
    })

    test('topics get three copies, of which two have to be written', async () => {
      await probe.ask('create', 'numbers')
      expect((await onlyPartition(probe, 'numbers')).replicas).toEqual(['1', '2', '3'])
      expect(await probe.ask('setting', 'numbers', 'min.insync.replicas')).toBe('2')
      await probe.ask('transact', 'orders', 'first')
      expect(await probe.ask('consume', 'group', 'orders')).not.toBe('0')
      await copiesAreBack(probe, 3)
    })

    test('one node killed loses nothing, two stop writing, and both come back', async () => {
      await probe.ask('flood', 'numbers')
      await writingGoesOn(probe)
      const { first, second, pause } = await killTwo(cluster(), probe, 'numbers')
      // without a majority of the controllers nobody takes the leader's place
      expect(await exceptionOf(probe.ask('send', 'numbers', 'refused', 4_000))).toBe('TimeoutException')
      await Promise.all([first, second].map(({ leader }) => cluster().start(podOf(cluster(), leader))))
      await writingGoesOn(probe)
      await copiesAreBack(probe, 3)
      const acknowledged = await nothingIsLost(probe)
      console.log(`Kafka 4.1.0: ${acknowledged} records acknowledged, longest pause with one node down ${pause} ms`)
      expect(acknowledged).toBeGreaterThan(100)
    })
  },
)

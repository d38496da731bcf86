// Run C of the main fixture on real servers: TLS and nothing else.

import { expect, test } from 'vitest'
import { configurationIn, filesBelow } from '../../support/fixtures.ts'
import { opens } from './cluster.ts'
import { certificateNames, copiesAreBack, dialEveryName, exceptionOf } from './cluster-rules.ts'
import { askInPlainText, isAnswerOfKafka } from './handshake.ts'
import { Probe } from './probe.ts'
import { fix, questionsOf } from './runs.ts'
import { onServers } from './suite.ts'
import { Tools } from './tools.ts'

const TLS = 9093
const files = filesBelow('fixtures/platform/c')
const { steps } = fix(filesBelow('fixtures/platform/k8s'), configurationIn('fixtures/platform/c/kubemend.yaml'))
let probe: Probe

await onServers(
  'run C on Kafka 3.4.0 with ZooKeeper',
  '3.4.0',
  async cluster => {
    await cluster.apply(files)
    await cluster.startAll()
    // where both services of run C begin
    const bootstrap = `kafka:${TLS}`
    probe = await Probe.start(cluster, 'client', { bootstrap, authority: cluster.authority.file })
  },
  cluster => {
    test('three brokers know each other over TLS', async () => {
      expect(await probe.ask('brokers')).toBe('1,2,3')
    })

    test('no broker has a plaintext port, and none answers plaintext on that of TLS', async () => {
      expect(cluster().brokers).toHaveLength(3)
      for (const pod of cluster().brokers) {
        const address = cluster().address(pod)
        expect(pod.properties.get('listeners')).toBe(`TLS://0.0.0.0:${TLS}`)
        expect(await opens(address, 9092)).toBe(false)
        expect(await opens(address, TLS)).toBe(true)
        expect(isAnswerOfKafka(await askInPlainText(address, TLS))).toBe(false)
      }
    })

    test('what the runbook asks of members and brokers has its answer', async () => {
      const tools = await Tools.make(cluster())
      const answers = await tools.paste(questionsOf(steps, /srvr|broker-api-versions.* --command-config/))
      expect(answers.match(/Mode: \w+/g)).toHaveLength(3)
      expect(answers.match(/^kafka-\d\.kafka-headless\S+ \(id: \d/gm)).toHaveLength(3)
    })

    test('Java, Node.js and OpenSSL accept every broker under every name that it has', async () => {
      const names = certificateNames(files, 'kafka-tls')
      expect(await dialEveryName(cluster(), probe, names, TLS)).toEqual({ refusals: [], dialled: 24 })
    })

    test('the Job makes the topics over TLS, and records go there and back', async () => {
      expect(await exceptionOf(probe.ask('send', 'platform.events', 'lost', 1_500))).toBe('TimeoutException')
      const tools = await Tools.make(cluster())
      await tools.runTopicsJob(files)
      await probe.ask('send', 'platform.events', 'kept', 20_000)
      expect(await probe.ask('consume', 'group', 'platform.events')).toBe('1')
      await copiesAreBack(probe, 3)
    })
  },
)

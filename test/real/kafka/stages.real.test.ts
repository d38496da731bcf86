// From one broker with data to three with TLS alone, by the runbooks of four runs, under a producer that never stops.
// Two minutes a version: run with KUBEMEND_REAL=full.

import { expect, test } from 'vitest'
import type { Configuration } from '../../../src/config/configuration.ts'
import type { JsonObject } from '../../../src/yaml/value.ts'
import { type Files, filesBelow } from '../../support/fixtures.ts'
import { opens } from './cluster.ts'
import {
  certificateNames,
  copiesAreBack,
  dialEveryName,
  nothingIsLost,
  onlyPartition,
  writingGoesOn,
} from './cluster-rules.ts'
import { Probe } from './probe.ts'
import { fix, withSettings } from './runs.ts'
import { FULL, onServers } from './suite.ts'
import { type Taken, Walker } from './walk.ts'

const PLAIN = 9092
const TLS = 9093

/** Before 3.7 nobody can write to topics with one copy once two have to be written, so that this is left for later. */
const VERSIONS = [
  { kafka: '3.4.0', image: '7.4.0', minimum: '1' },
  { kafka: '3.9.1', image: '7.9.1', minimum: '2' },
] as const

/** The platform before, with its data on claims and a folder for it that an ext4 volume allows. */
function withClaims(files: Files, image: string): Files {
  const edits: readonly (readonly [file: string, from: RegExp, to: string])[] = [
    ['kafka.yaml', /(?<=cp-kafka:)\S+/, image],
    ['zookeeper.yaml', /(?<=cp-zookeeper:)\S+/, image],
    ['kafka.yaml', /emptyDir: \{\}.*/, 'persistentVolumeClaim: {claimName: kafka-data}'],
    [
      'kafka.yaml',
      / {12}- name: KAFKA_HEAP_OPTS\n/,
      `            - {name: KAFKA_LOG_DIRS, value: /var/lib/kafka/data/logs}\n$&`,
    ],
    [
      'zookeeper.yaml',
      /- name: data\n {10}emptyDir: \{\}/,
      '- name: data\n          persistentVolumeClaim: {claimName: zookeeper-data}',
    ],
    [
      'zookeeper.yaml',
      /- name: log\n {10}emptyDir: \{\}/,
      '- name: log\n          persistentVolumeClaim: {claimName: zookeeper-log}',
    ],
  ]
  const after = new Map(files)
  for (const [file, from, to] of edits) {
    const text = after.get(file) ?? ''
    expect(text).toMatch(from)
    after.set(file, text.replace(from, to))
  }
  return after.set('claims.yaml', ['kafka-data', 'zookeeper-data', 'zookeeper-log'].map(claim).join('---\n'))
}

function claim(name: string): string {
  return `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}, namespace: platform}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 10Gi}}
`
}

function configured(kafka: JsonObject): Configuration {
  return withSettings({ stateful: { data: 'clone' }, kafka })
}

/** What the one step with that text, and its check, printed. */
function said(taken: readonly Taken[], text: RegExp): string {
  const [step, ...others] = taken.filter(one => text.test(one.text))
  if (step === undefined || others.length > 0) throw new Error(`not one step says ${text}`)
  return step.checked === '' ? step.said : step.checked
}

for (const { kafka, image, minimum } of VERSIONS) {
  const before = withClaims(filesBelow('fixtures/platform/k8s'), image)
  let probe: Probe
  let walker: Walker
  let now = before

  /** Runs kubemend on what is there now, takes the steps of its runbook, and sees that writing goes on. */
  async function follow(settings: JsonObject): Promise<readonly Taken[]> {
    const run = fix(now, configured(settings))
    expect(run.files).not.toEqual(now)
    now = run.files
    const taken = await walker.take(run.steps, now)
    const pause = await writingGoesOn(probe)
    console.log(`Kafka ${kafka}, ${JSON.stringify(settings)}: the longest pause of writing so far is ${pause} ms`)
    return taken
  }

  await onServers(
    `one broker with data becomes three with TLS alone, on Kafka ${kafka}`,
    kafka,
    async cluster => {
      await cluster.apply(before)
      expect(cluster.pods.map(({ name }) => name)).toEqual(['kafka-0', 'zookeeper-0'])
      await cluster.startAll()
      probe = await Probe.start(cluster, 'client', { bootstrap: `kafka:${PLAIN}` })
      await probe.ask('create', 'numbers')
      await probe.ask('transact', 'older', 'first')
      expect(await probe.ask('consume', 'group', 'older')).not.toBe('0')
      walker = await Walker.make(cluster, before, () => copiesAreBack(probe, 3))
      await probe.ask('flood', 'numbers')
      await writingGoesOn(probe)
    },
    cluster => {
      test('three members, three brokers, and three copies of what is there', async () => {
        const taken = await follow({ ssl: 'off' })
        expect(
          said(taken, /wait for the members of zookeeper/)
            .match(/Mode: \w+/g)
            ?.sort(),
        ).toEqual([...['Mode: follower', 'Mode: follower', 'Mode: leader']])
        expect(
          said(taken, /wait for the members of kafka/).match(/^kafka-\d\.kafka-headless\S+ \(id: \d/gm),
        ).toHaveLength(3)
        expect(said(taken, /give the topics/)).not.toMatch(/Topic: /)
        await copiesAreBack(probe, 3)
        expect((await onlyPartition(probe, 'numbers')).replicas.toSorted()).toEqual(['1', '2', '3'])
        expect(await probe.ask('setting', '__transaction_state', 'min.insync.replicas')).toBe('2')
        expect(await probe.ask('setting', 'numbers', 'min.insync.replicas')).toBe(minimum)
        // the group goes on where it was
        await probe.ask('transact', 'older', 'second')
        expect(await probe.ask('consume', 'group', 'older')).toBe('1')
      })

      test('TLS is open beside plaintext, and two copies have to be written', async () => {
        const taken = await follow({ ssl: 'dual', reassigned: true })
        expect(said(taken, /check of kafka that every partition/)).toBe('')
        expect(await probe.ask('setting', 'numbers', 'min.insync.replicas')).toBe('2')
        // by now clients may have learnt the name of the headless Service, beside those of Service and pod
        const names = certificateNames(now, 'kafka-tls')
        expect(await dialEveryName(cluster(), probe, names, TLS)).toEqual({ refusals: [], dialled: 36 })
      })

      test('the brokers talk TLS to each other', async () => {
        const taken = await follow({ ssl: 'dual', reassigned: true, rolled: 'S1' })
        expect(said(taken, /check of kafka that every partition/)).toBe('')
        expect(await nothingIsLost(probe)).toBeGreaterThan(1000)
      })

      test('plaintext is closed under a producer that talks TLS', async () => {
        const entrance = { bootstrap: `kafka:${TLS}`, authority: cluster().authority.file }
        probe = await Probe.start(cluster(), 'encrypted', entrance)
        await probe.ask('create', 'encrypted')
        await probe.ask('flood', 'encrypted')
        const taken = await follow({ ssl: 'full', reassigned: true, rolled: 'S2', clientsReady: true })
        expect(said(taken, /check of kafka that every partition/)).toBe('')
        for (const pod of cluster().brokers) expect(await opens(cluster().address(pod), PLAIN)).toBe(false)
        expect(await nothingIsLost(probe)).toBeGreaterThan(1000)
      })

      test('a further run has nothing to do', () => {
        const run = fix(now, configured({ ssl: 'full', reassigned: true, rolled: 'S2', clientsReady: true }))
        expect(run.files).toEqual(now)
      })
    },
    FULL,
  )
}

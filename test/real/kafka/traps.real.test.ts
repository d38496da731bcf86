// What kubemend does not write, written: real servers fail on each naive edit in the way that its avoidance assumes.

import { expect, test } from 'vitest'
import { type Files, filesBelow } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import { advertisedHost, exceptionOf } from './cluster-rules.ts'
import { waitFor } from './java.ts'
import { Probe } from './probe.ts'
import type { Overrides } from './server-files.ts'
import { onServers } from './suite.ts'

const files = filesBelow('fixtures/platform/a')
const EXIT_SECONDS = 60

/** The manifests with another text in place of one that stands there. */
function edited(from: string | RegExp, to: string): Files {
  const after = new Map([...files].map(([file, text]) => [file, text.replace(from, to)]))
  if ([...after].every(([file, text]) => files.get(file) === text)) throw new Error(`nothing says ${from}`)
  return after
}

/** What a server that does not stay up says of it. */
async function lastWords(cluster: Cluster, name: string, overrides: Overrides = {}): Promise<string> {
  const server = await cluster.launch(name, overrides)
  await waitFor(`${name} gives up`, EXIT_SECONDS, async () => (server.hasEnded ? true : undefined))
  expect(server.child.exitCode).not.toBe(0)
  const lines = (await server.log()).split('\n')
  return lines.filter(line => /\b(?:ERROR|FATAL)\b|Exception|Caused by/.test(line)).join('\n')
}

await onServers(
  'naive edits of run A on Kafka 3.4.0',
  '3.4.0',
  async cluster => {
    await cluster.apply(files)
    for (const { name } of cluster.members) await cluster.start(name)
    await cluster.start('kafka-0')
  },
  cluster => {
    test('one address for all: the second broker finds it taken', async () => {
      const taken = cluster().pod('kafka-0').properties.get('advertised.listeners')
      const words = await lastWords(cluster(), 'kafka-1', { 'advertised.listeners': taken })
      expect(words).toMatch(/advertised listeners are already registered by broker 1/)
    })

    test.each<[string, Overrides, RegExp]>([
      [
        'a listener without an entry in the map',
        { 'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT' },
        /No security protocol defined for listener TLS/,
      ],
      [
        'both settings for the listener between brokers',
        { 'security.inter.broker.protocol': 'SSL' },
        /Only one of inter\.broker\.listener\.name and security\.inter\.broker\.protocol should be set/,
      ],
      [
        'the protocol SSL between brokers with a listener that is called TLS',
        { 'security.inter.broker.protocol': 'SSL', 'inter.broker.listener.name': undefined },
        /must be a listener name defined in advertised\.listeners/,
      ],
      [
        'a password for a PEM key',
        { 'ssl.keystore.password': 'changeit' },
        /SSL key store password cannot be specified with PEM format/,
      ],
      [
        'TLS between brokers without a truststore',
        { 'ssl.truststore.location': undefined, 'ssl.truststore.type': undefined },
        /PKIX path building failed|unable to find valid certification path/,
      ],
      ['the root of a volume as the folder for logs', { 'log.dirs': '/var/lib/kafka/data' }, /lost\+found/],
    ])('%s stops the broker', async (_, overrides, words) => {
      expect(await lastWords(cluster(), 'kafka-1', overrides)).toMatch(words)
    })

    test('a key in the format that cert-manager writes by default cannot be read', async () => {
      await cluster().apply(edited('    encoding: PKCS8\n', ''))
      expect(await lastWords(cluster(), 'kafka-1')).toMatch(/Private key could not be loaded/)
    })

    test('a certificate for servers alone stops a broker that asks its clients for theirs', async () => {
      await cluster().apply(edited('    - client auth\n', ''))
      const words = await lastWords(cluster(), 'kafka-1', { 'ssl.client.auth': 'required' })
      expect(words).toMatch(/Extended key usage does not permit/)
    })

    test('a certificate without the names of the pods: the broker is ready, and nobody can use it', async () => {
      await cluster().stop('kafka-0')
      await cluster().apply(edited(/ {4}- (?:kafka-\d|"\*)\S+\n/g, ''))
      await cluster().start('kafka-0')
      const authority = cluster().authority.file
      const probe = await Probe.start(cluster(), 'client', { bootstrap: 'kafka:9093', authority })
      const told = advertisedHost(cluster().pod('kafka-0').properties, 'TLS') ?? ''
      expect(await probe.ask('dial', 'kafka', 9093, authority)).toMatch(/^TLS/)
      expect(await exceptionOf(probe.ask('dial', told, 9093, authority))).toBe('SSLHandshakeException')
      await cluster().kill('kafka-0')
    })

    test('another number on kept data', async () => {
      await cluster().apply(files)
      const words = await lastWords(cluster(), 'kafka-0', { 'broker.id': '0' })
      expect(words).toMatch(/Configured broker\.id 0 doesn't match stored broker\.id/)
    })
  },
)

for (const { version, refuses } of [
  { version: '3.4.0', refuses: true },
  { version: '3.9.1', refuses: false },
]) {
  await onServers(
    `two copies to be written of topics that have one, on Kafka ${version}`,
    version,
    async cluster => {
      await cluster.apply(files)
      for (const { name } of cluster.members) await cluster.start(name)
      await cluster.start('kafka-0', { 'default.replication.factor': '1' })
    },
    cluster => {
      test(refuses ? 'nobody can write any more' : 'one copy is enough where there is no other', async () => {
        const probe = await Probe.start(cluster(), 'client', { bootstrap: 'kafka:9092' })
        await probe.ask('create', 'older')
        expect(await probe.ask('setting', 'older', 'min.insync.replicas')).toBe('2')
        const written = probe.ask('send', 'older', 'value', 10_000)
        if (refuses) expect(await exceptionOf(written)).toBe('NotEnoughReplicasException')
        else await written
      })
    },
  )
}

// What the brokers of the fixtures are told, resolved for every pod by our own model of the images, held to Kafka's rules.

import { describe, expect, test } from 'vitest'
import { at } from '../src/yaml/path.ts'
import { asArray, asString } from '../src/yaml/value.ts'
import transforms from '../transforms/index.ts'
import { parseListeners, parseProtocols } from '../transforms/kafka/listeners.ts'
import { apply, runCase } from './support/fixture-run.ts'
import { caseNames, type Files, type FixtureCase, filesBelow, readCase } from './support/fixtures.ts'
import { type ModelBroker, modelBrokers, workspaceOf } from './support/kafka-model.ts'
import { brokenRule } from './support/kafka-rules.ts'

const RULES = ['kafka-topology', 'kafka-redundancy', 'kafka-tls', 'kafka-topic-auto-creation']

const cases = RULES.flatMap(rule => caseNames(rule).map(name => readCase(rule, name)))
const changed = cases.filter(fixture => !fixture.same)

/** Each case after its own transform, and after all of them. */
const results: [string, Files][] = [
  ...changed.map((fixture): [string, Files] => [`${fixture.transform}/${fixture.name}`, fixture.after]),
  ...cases.map((fixture): [string, Files] => [
    `all transforms on ${fixture.transform}/${fixture.name}`,
    afterAll(fixture),
  ]),
  ['platform/a', filesBelow('fixtures/platform/a')],
  ['platform/c', filesBelow('fixtures/platform/c')],
]

function afterAll(fixture: FixtureCase): Files {
  return apply(fixture.before, runCase(fixture, fixture.before, transforms))
}

function brokersIn(files: Files): ModelBroker[] {
  return modelBrokers(workspaceOf(files)).filter(broker => broker.pods.some(pod => hasListeners(pod.properties)))
}

function hasListeners(properties: ReadonlyMap<string, string>): boolean {
  return properties.has('listeners') || properties.has('advertised.listeners')
}

const withBrokers = results.filter(([, files]) => brokersIn(files).length > 0)

test('the fixtures hold brokers of every modelled image', () => {
  const distros = withBrokers.flatMap(([, files]) => brokersIn(files).map(broker => broker.distro))
  expect([...new Set(distros)].sort()).toEqual(['kafka/apache', 'kafka/bitnami', 'kafka/cp', 'kafka/wurstmeister'])
})

describe.each(withBrokers)('%s', (_, files) => {
  const workspace = workspaceOf(files)
  const brokers = brokersIn(files)

  test('every broker starts by the rules of Kafka', () => {
    const broken = brokers.flatMap(({ pods }) =>
      pods.flatMap(({ name, properties }) => {
        // a listener list from a Secret is not in the files
        const rule = brokenRule(key => properties.get(key) || undefined)
        return rule === undefined ? [] : [`${name}: ${rule}`]
      }),
    )
    expect(broken).toEqual([])
  })

  test('no reference to a variable is left as it is written', () => {
    const told = brokers.flatMap(({ pods }) => pods.flatMap(({ properties }) => [...properties.values()]))
    expect(told.filter(value => value.includes('$('))).toEqual([])
  })

  test('no TLS listener has a name that the images take for a wish for JKS files', () => {
    for (const { pods, distro } of brokers) {
      if (distro !== 'kafka/cp' && distro !== 'kafka/apache') continue
      expect(
        pods.filter(({ properties }) => /(?<!SASL_)SSL:\/\//.test(properties.get('advertised.listeners') ?? '')),
      ).toEqual([])
    }
  })

  test('a new claim holds the log in a folder, beside the lost+found of its file system', () => {
    for (const { pods, workload, container } of brokers) {
      if (!isMade(workload.resource.value)) continue
      const claims = asArray(at(workload.resource.value, ['spec', 'volumeClaimTemplates']))
      // a claim that was there before keeps its content where it is
      const isNew = claims.length > 0 && !JSON.stringify([...files.values()]).includes('dataSource')
      const mounts = asArray(container.value.volumeMounts).map(mount => asString(at(mount, ['mountPath'])))
      const folders = pods.flatMap(({ properties }) => properties.get('log.dirs') ?? [])
      if (isNew) expect(folders.filter(folder => mounts.includes(folder))).toEqual([])
    }
  })

  test('certificates serve both uses, with a key that brokers can read, for a year', () => {
    for (const { value } of workspace.ofKind('Certificate')) {
      const spec = at(value, ['spec'])
      if (at(spec, ['isCA']) === true || at(spec, ['usages']) === undefined) continue
      expect(asArray(at(spec, ['usages']))).toContain('client auth')
      expect(at(spec, ['privateKey', 'encoding'])).toBe('PKCS8')
      expect(at(spec, ['duration'])).toBe('8760h')
      const isServer = asArray(at(spec, ['additionalOutputFormats'])).length > 0
      expect(asArray(at(spec, ['usages'])).includes('server auth')).toBe(isServer)
    }
  })

  test('brokers of one workload have ids and addresses of their own', () => {
    for (const { pods, workload } of brokers) {
      if (pods.length < 2 || !isMade(workload.resource.value)) continue
      for (const key of ['broker.id', 'node.id']) {
        const ids = pods.flatMap(({ properties }) => properties.get(key) ?? [])
        expect(new Set(ids).size, key).toBe(ids.length)
        expect(ids.filter(id => !/^\d+$/.test(id))).toEqual([])
      }
      const hosts = pods.map(({ properties }) => properties.get('advertised.listeners'))
      expect(new Set(hosts).size).toBe(pods.length)
    }
  })

  test('no factor is above the number of brokers, and no minimum above the factor', () => {
    for (const { pods } of brokers) {
      for (const { properties } of pods) {
        const replicas = Number(properties.get('default.replication.factor') ?? 1)
        if (pods.length > 1) expect(replicas).toBeLessThanOrEqual(pods.length)
        if (pods.length > 1) expect(Number(properties.get('min.insync.replicas') ?? 1)).toBeLessThanOrEqual(replicas)
      }
    }
  })

  test('controllers name every member of the quorum, themselves included, and share the id of the cluster', () => {
    for (const { pods, workload } of brokers) {
      if (pods.length < 2 || !isMade(workload.resource.value)) continue
      const voters = new Set(pods.map(({ properties }) => properties.get('controller.quorum.voters')))
      expect(voters.size).toBe(1)
      const [list] = voters
      if (list === undefined) continue
      const ids = list.split(',').map(voter => voter.split('@')[0])
      expect(ids).toEqual(pods.map(({ properties }) => properties.get('node.id')))
      const clusters = pods.map(
        ({ variables }) => variables.get('CLUSTER_ID') ?? variables.get('KAFKA_KRAFT_CLUSTER_ID'),
      )
      expect(new Set(clusters).size).toBe(1)
      expect(clusters[0]).toMatch(/^[\w][\w-]{21}$/)
      expect(at(workload.resource.value, ['spec', 'podManagementPolicy'])).toBe('Parallel')
    }
  })

  test('clients without certificates are let in, and host names stay checked', () => {
    for (const { pods } of brokers) {
      for (const { properties } of pods) {
        const protocols = parseProtocols(properties.get('listener.security.protocol.map'))
        const isEncrypted = (parseListeners(properties.get('listeners') ?? '') ?? []).some(
          ({ name }) => protocols?.get(name) === 'SSL',
        )
        if (isEncrypted) expect(properties.get('ssl.client.auth') ?? 'none').toBe('none')
        expect(properties.get('ssl.endpoint.identification.algorithm')).not.toBe('')
      }
    }
  })

  test('the certificate holds every name that a TLS listener tells', () => {
    for (const { pods, workload } of brokers) {
      const secret = `${workload.resource.name}-tls`
      const certificate = workspace
        .inNamespace(workload.resource, 'Certificate')
        .find(({ value }) => at(value, ['spec', 'secretName']) === secret)
      if (certificate === undefined) continue
      const names = asArray(at(certificate.value, ['spec', 'dnsNames'])).flatMap(name => asString(name) ?? [])
      expect(names.filter(name => /^\*\.[^.]+$/.test(name))).toEqual([])
      for (const { properties } of pods) {
        const protocols = parseProtocols(properties.get('listener.security.protocol.map'))
        const told = parseListeners(properties.get('advertised.listeners') ?? '') ?? []
        const encrypted = told.filter(({ name }) => protocols?.get(name) === 'SSL')
        expect(encrypted.filter(({ host }) => !names.some(name => fits(name, host))).map(({ host }) => host)).toEqual(
          [],
        )
      }
    }
  })

  test('the name that each pod tells is one behind its headless Service', () => {
    for (const { pods, workload } of brokers) {
      const service = asString(at(workload.resource.value, ['spec', 'serviceName']))
      if (service === undefined || !isMade(workload.resource.value)) continue
      for (const { name, properties } of pods) {
        const told = parseListeners(properties.get('advertised.listeners') ?? '') ?? []
        expect(told.filter(({ host }) => !host.startsWith(`${name}.${service}`))).toEqual([])
      }
    }
  })
})

/** Whether kubemend has given the pods their names: other StatefulSets of the fixtures are as their authors wrote them. */
function isMade(value: Parameters<typeof at>[0]): boolean {
  return JSON.stringify(value).includes('POD_NAME##*-')
}

function fits(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && host.slice(host.indexOf('.')) === name.slice(1))
}

describe('the rules notice', () => {
  const sound = {
    listeners: 'PLAINTEXT://:9092,TLS://:9093',
    'advertised.listeners': 'PLAINTEXT://a:9092,TLS://a:9093',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,TLS:SSL',
    'inter.broker.listener.name': 'TLS',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': '/k.pem',
    'ssl.truststore.location': '/ca.crt',
  }
  const judge = (changes: Record<string, string | undefined>) => {
    const properties: Record<string, string | undefined> = { ...sound, ...changes }
    return brokenRule(key => properties[key])
  }

  test('nothing in sound properties', () => {
    expect(judge({})).toBeUndefined()
  })

  test.each([
    ['two settings between brokers', { 'security.inter.broker.protocol': 'SSL' }, 'both set'],
    [
      'a protocol between brokers whose listener has another name',
      { 'inter.broker.listener.name': undefined, 'security.inter.broker.protocol': 'SSL' },
      'SSL, is not among',
    ],
    [
      'a listener without a protocol',
      { 'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT' },
      'no security protocol',
    ],
    [
      'the loss of the listener between brokers',
      { listeners: 'PLAINTEXT://:9092', 'advertised.listeners': 'PLAINTEXT://a:9092' },
      'TLS, is not among',
    ],
    ['a password beside PEM files', { 'ssl.keystore.password': 'x' }, 'PEM store with a password'],
    ['a missing truststore', { 'ssl.truststore.location': undefined }, 'without a truststore'],
    ['key files that are missing', { 'ssl.keystore.location': undefined }, 'without key material'],
    ['a port that is used twice', { listeners: 'PLAINTEXT://:9092,TLS://:9092' }, 'share a port'],
    [
      'an advertised address of all interfaces',
      { 'advertised.listeners': 'PLAINTEXT://0.0.0.0:9092,TLS://a:9093' },
      '0.0.0.0',
    ],
    [
      'a controller that is left out of an explicit map',
      {
        'process.roles': 'broker,controller',
        'controller.listener.names': 'CONTROLLER',
        listeners: 'CONTROLLER://:9094,TLS://:9093',
        'advertised.listeners': 'TLS://a:9093',
      },
      'listener CONTROLLER',
    ],
    [
      'an id that is no voter',
      {
        'process.roles': 'broker,controller',
        'controller.listener.names': 'C',
        listeners: 'C://:9094,TLS://:9093',
        'advertised.listeners': 'TLS://a:9093',
        'listener.security.protocol.map': 'C:PLAINTEXT,TLS:SSL',
        'controller.quorum.voters': '1@a:9094',
        'node.id': '4',
      },
      'not among the voters',
    ],
  ])('%s', (_, changes, expected) => {
    expect(judge(changes)).toContain(expected)
  })
})

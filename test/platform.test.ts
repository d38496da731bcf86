// The main fixture: what a run without configuration does to the platform, and what it leaves to a person.

import { describe, expect, test } from 'vitest'
import { NO_CONFIGURATION, toConfiguration } from '../src/config/configuration.ts'
import type { Finding } from '../src/engine/outcome.ts'
import { RISKS, type Risk, SAFE_RISKS } from '../src/engine/risk.ts'
import transforms from '../transforms/index.ts'
import { apply, asExpected, runCase, undeclaredRemovals } from './support/fixture-run.ts'
import { type Files, type FixtureCase, filesBelow } from './support/fixtures.ts'

const k8s = filesBelow('fixtures/platform/k8s')
const a0 = filesBelow('fixtures/platform/a0')
const a = filesBelow('fixtures/platform/a')

function runWith(risks: Iterable<Risk>, files: Files) {
  const configuration = toConfiguration({ risks: [...risks] }, undefined, NO_CONFIGURATION.placeOf)
  const fixture: FixtureCase = {
    transform: '',
    name: 'platform',
    before: files,
    after: files,
    same: false,
    context: new Map(),
    configuration,
    outcomes: undefined,
  }
  return runCase(fixture, files, transforms)
}

function facts(findings: readonly Finding[]): string[] {
  return findings.map(finding => {
    const { rule, resource, container, outcome, code } = asExpected(finding, undefined) as Record<string, string>
    return `${rule} ${resource}${container === undefined ? '' : ` [${container}]`}: ${outcome} ${code}`
  })
}

function commentsOf(files: Files): string[] {
  return [...files.values()].flatMap(text => text.match(/(?<=^|\s)#.*$/gm) ?? [])
}

describe('a run without configuration and without further risks', () => {
  const result = runWith(SAFE_RISKS, k8s)
  const after = apply(k8s, result)

  test('gives the folder a0, byte for byte', () => {
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(a0))
  })

  test('changes four files and leaves the others as they are', () => {
    expect(result.files.map(change => change.file)).toEqual([
      'api-gateway.yaml',
      'control-plane.yaml',
      'mongodb.yaml',
      'pdb.yaml',
    ])
    expect(result.refused).toEqual([])
    expect(result.warnings).toEqual([])
  })

  test('keeps every comment, and takes away only lines that an edit speaks of', () => {
    expect(commentsOf(k8s).length).toBeGreaterThan(10)
    expect(commentsOf(after)).toEqual(commentsOf(k8s))
    expect(undeclaredRemovals(k8s, result)).toEqual([])
  })

  test('finds what the review found, and says what became of it', () => {
    expect(facts(result.findings)).toEqual([
      'image-pull-policy Deployment platform/api-gateway [api-gateway]: applied never-pulled',
      'resources Deployment platform/api-gateway [api-gateway]: applied generic',
      'replicas Deployment platform/api-gateway: applied single-replica',
      'ingress Service platform/api-gateway: held published-without-host',
      'image-pull-policy Deployment platform/control-plane [control-plane]: applied never-pulled',
      'replicas Deployment platform/control-plane: applied single-replica',
      'ingress Service platform/control-plane: refused admin-like',
      'kafka-topology Deployment platform/kafka: held single-broker',
      'kafka-redundancy Deployment platform/kafka [kafka]: held single-copies',
      'kafka-tls Deployment platform/kafka [kafka]: held tls-beside-plaintext',
      'kafka-topic-auto-creation Deployment platform/kafka [kafka]: held auto-creation',
      'run-as-non-root Deployment platform/mongodb [mongodb]: applied flag',
      'mongodb-topology Deployment platform/mongodb: refused data-on-claim',
      'pod-disruption-budget Deployment platform/mongodb: partial single-member',
      'pod-disruption-budget PodDisruptionBudget platform/api-gateway-pdb: applied blocked-drain',
      'pod-disruption-budget PodDisruptionBudget platform/control-plane-pdb: applied blocked-drain',
      'pod-disruption-budget PodDisruptionBudget platform/kafka-pdb: applied blocked-drain',
      'pod-disruption-budget PodDisruptionBudget platform/zookeeper-pdb: applied blocked-drain',
      'resources Deployment platform/zookeeper [zookeeper]: refused limit-below-heap',
      'zookeeper-topology Deployment platform/zookeeper: held single-member',
    ])
  })

  test('names the setting that would publish control-plane, and the flag that would publish api-gateway', () => {
    const allows = result.findings.flatMap(finding => (finding.rule === 'ingress' ? [finding.allow] : []))
    expect(allows).toEqual([
      { flag: '--risk none,restart,access', config: 'risks: [none, restart, access]' },
      { config: 'ingress.services.control-plane: true' },
    ])
  })

  test('a second run writes nothing, and reports what it left', () => {
    const again = runWith(SAFE_RISKS, after)
    const left = result.findings.filter(({ outcome }) => outcome === 'held' || outcome === 'refused')
    expect(again.files).toEqual([])
    expect(facts(again.findings)).toEqual(facts(left))
  })
})

describe('a run with every risk allowed', () => {
  const result = runWith(RISKS, k8s)
  const after = apply(k8s, result)
  const ingress = result.findings.find(({ rule, resource }) => rule === 'ingress' && resource.name === 'api-gateway')

  test('gives the folder a, byte for byte', () => {
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(a))
  })

  test('goes beyond a0 where risks are taken: the Ingress of api-gateway, and ZooKeeper and Kafka of three', () => {
    const beyond = [...a].filter(([file, text]) => text !== a0.get(file)).map(([file]) => file)
    expect(beyond).toEqual(['api-gateway.yaml', 'kafka-tls.yaml', 'kafka-topics.yaml', 'kafka.yaml', 'zookeeper.yaml'])
    expect(ingress?.outcome).toBe('applied')
    expect(facts(result.findings)).toContain('zookeeper-topology Deployment platform/zookeeper: applied single-member')
    expect(facts(result.findings).filter(fact => fact.startsWith('kafka-'))).toEqual([
      'kafka-topology Deployment platform/kafka: applied single-broker',
      'kafka-redundancy Deployment platform/kafka [kafka]: applied single-copies',
      'kafka-tls Deployment platform/kafka [kafka]: partial tls-beside-plaintext',
      'kafka-topic-auto-creation Deployment platform/kafka [kafka]: applied auto-creation',
    ])
  })

  test('names the clients that keep the plaintext listener of Kafka open', () => {
    const tls = result.findings.find(({ rule }) => rule === 'kafka-tls')
    const clients = tls?.followUps.flatMap(
      ({ text }) => /since (Deployment \S+) \[[\w-]+\] dials (\S+)/.exec(text)?.slice(1) ?? [],
    )
    expect(clients).toEqual([
      ...['Deployment platform/api-gateway', 'kafka:9092'],
      ...['Deployment platform/control-plane', 'kafka:9092'],
    ])
  })

  test('names the comment that topics made on purpose prove wrong', () => {
    const topics = result.findings.find(({ rule }) => rule === 'kafka-topic-auto-creation')
    expect(topics?.warnings).toEqual([
      '01-config.yaml:9 says "created on first use by the broker", which is no longer so',
    ])
  })

  test('keeps the comments of all lines that stay', () => {
    const gone = [
      '# http://$(minikube ip):30080',
      '# no persistence needed for dev',
      '# TODO: a PVC, once somebody needs the events to survive a restart',
    ]
    expect(commentsOf(after)).toEqual(commentsOf(k8s).filter(comment => !gone.includes(comment)))
    expect(undeclaredRemovals(k8s, result)).toEqual([])
  })

  test('names the lines of the tree that still call the node port', () => {
    expect(ingress?.warnings.filter(warning => warning.includes('30080'))).toEqual([
      'README.md:12 names node port 30080, which this change closes',
      'deploy.sh:18 names node port 30080, which this change closes',
    ])
  })

  test('names the line that still waits for the Deployment of ZooKeeper', () => {
    const ensemble = result.findings.find(({ rule }) => rule === 'zookeeper-topology')
    expect(ensemble?.warnings.filter(warning => warning.startsWith('deploy.sh'))).toEqual([
      'deploy.sh:12 names the Deployment: kubectl -n platform rollout status deployment/zookeeper --timeout=180s',
    ])
  })

  test('a second run writes nothing', () => {
    expect(runWith(RISKS, after).files).toEqual([])
  })
})

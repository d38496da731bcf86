// The main fixture with a configuration that decides what the files leave open: data, domain, stage of TLS.

import { ConnectionString } from 'mongodb-connection-string-url'
import { describe, expect, test } from 'vitest'
import transforms from '../transforms/index.ts'
import { apply, asExpected, runCase } from './support/fixture-run.ts'
import { configurationIn, type Files, type FixtureCase, filesBelow } from './support/fixtures.ts'

const CONFIGURATION = 'kubemend.yaml'

const k8s = filesBelow('fixtures/platform/k8s')
const b = new Map([...filesBelow('fixtures/platform/b')].filter(([file]) => file !== CONFIGURATION))
const configuration = configurationIn(`fixtures/platform/b/${CONFIGURATION}`)

function runOn(files: Files) {
  const fixture: FixtureCase = {
    ...{ transform: '', name: 'platform', before: files, after: files, same: false, context: new Map() },
    ...{ configuration, outcomes: undefined },
  }
  return runCase(fixture, files, transforms)
}

const result = runOn(k8s)
const after = apply(k8s, result)

function factsOf(rules: RegExp): string[] {
  const found = result.findings.filter(({ rule }) => rules.test(rule))
  return found.map(finding => {
    const { rule, resource, outcome, code } = asExpected(finding, undefined) as Record<string, string>
    return `${rule} ${resource}: ${outcome} ${code}`
  })
}

describe('a run with data cloned, a domain, and TLS beside plaintext', () => {
  test('gives the folder b, byte for byte', () => {
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(b))
  })

  test('makes a replica set of MongoDB, and a budget that means something', () => {
    expect(factsOf(/^mongodb/)).toEqual(['mongodb-topology Deployment platform/mongodb: applied single-member'])
    expect(factsOf(/^pod-disruption-budget/)).toContain(
      'pod-disruption-budget Deployment platform/mongodb: applied missing-budget',
    )
  })

  test('publishes both HTTP services, and leaves Kafka with both listeners', () => {
    expect(factsOf(/^ingress|^kafka-tls/).map(fact => fact.split(' ').slice(0, 4).join(' '))).toEqual([
      'ingress Service platform/api-gateway: applied',
      'ingress Service platform/control-plane: applied',
      'kafka-tls Deployment platform/kafka: partial',
    ])
  })

  test('tells the clients of MongoDB its three members, in a way that drivers read', () => {
    const uri = /MONGODB_URI: "([^"]*)"/.exec(after.get('01-config.yaml') ?? '')?.[1] ?? ''
    const parsed = new ConnectionString(uri)
    const pods = [0, 1, 2].map(ordinal => `mongodb-${ordinal}.mongodb-headless.platform.svc.cluster.local:27017`)
    expect([parsed.hosts, parsed.pathname, parsed.searchParams.get('replicaSet')]).toEqual([pods, '/platform', 'rs0'])
  })

  test('clones the old claim for the first member, and keeps it', () => {
    expect(after.get('mongodb-data.yaml')).toMatch(
      /name: data-mongodb-0\n[\s\S]*dataSource:\n[\s\S]*name: mongodb-data\n/,
    )
    expect(after.get('mongodb.yaml')).toMatch(/kind: PersistentVolumeClaim\nmetadata:\n {2}name: mongodb-data\n/)
  })

  test('orders the cut-over of MongoDB: data, members, replica set, clients', () => {
    const steps =
      result.findings.find(({ rule }) => rule === 'mongodb-topology')?.followUps.map(({ text }) => text) ?? []
    const order = [
      /^back the data of mongodb up/,
      /^with a GitOps controller/,
      /^stop Deployment/,
      /^make the clone/,
      /^apply the changed files/,
      /^wait for the Job/,
      /^apply the clients/,
    ]
    expect(order.map(pattern => steps.findIndex(step => pattern.test(step)))).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('a second run writes nothing', () => {
    expect(runOn(after).files).toEqual([])
  })
})

// How the transforms of Kafka stand on each other: what is held, skipped or refused together.

import { describe, expect, test } from 'vitest'
import { NO_CONFIGURATION, toConfiguration } from '../src/config/configuration.ts'
import type { Risk } from '../src/engine/risk.ts'
import transforms from '../transforms/index.ts'
import { apply, asExpected, runCase } from './support/fixture-run.ts'
import { type Files, type FixtureCase, filesBelow } from './support/fixtures.ts'

const k8s = filesBelow('fixtures/platform/k8s')
const EVERY_RISK: readonly Risk[] = ['none', 'restart', 'access', 'topology', 'data']

function runOn(files: Files, settings: Readonly<Record<string, unknown>>) {
  const configuration = toConfiguration({ risks: [...EVERY_RISK], ...settings }, undefined, NO_CONFIGURATION.placeOf)
  const fixture: FixtureCase = {
    ...{ transform: '', name: 'kafka', before: files, after: files, same: false, context: new Map() },
    ...{ configuration, outcomes: undefined },
  }
  const result = runCase(fixture, files, transforms)
  const facts = result.findings
    .filter(({ rule }) => rule.startsWith('kafka-'))
    .map(finding => {
      const { rule, outcome, code } = asExpected(finding, undefined) as Record<string, string>
      return `${rule} ${outcome} ${code}`
    })
  return { facts, after: apply(files, result), result }
}

function edited(from: string, to: string): Files {
  const text = k8s.get('kafka.yaml') ?? ''
  expect(text).toContain(from)
  return new Map([...k8s, ['kafka.yaml', text.replace(from, to)]])
}

describe.each([
  ['access', ['none', 'restart', 'access']],
  ['topology', ['none', 'restart', 'topology']],
])('with the risk %s alone', (_, risks) => {
  const { facts, after } = runOn(k8s, { risks })

  test('the unit is held as a whole', () => {
    expect(facts).toEqual([
      'kafka-topology held single-broker',
      'kafka-redundancy held single-copies',
      'kafka-tls held tls-beside-plaintext',
      'kafka-topic-auto-creation held auto-creation',
    ])
    expect(after.get('kafka.yaml')).toBe(k8s.get('kafka.yaml'))
  })
})

describe('where more brokers are not wanted', () => {
  const files = edited(
    '    tier: messaging\nspec:',
    '    tier: messaging\n  annotations:\n    kubemend.dev/skip: kafka-topology\nspec:',
  )
  const { facts, after } = runOn(files, {})
  const kafka = after.get('kafka.yaml') ?? ''

  test('copies are refused, and the rest goes on', () => {
    expect(facts).toEqual([
      'kafka-redundancy refused one-broker',
      'kafka-tls partial tls-beside-plaintext',
      'kafka-topic-auto-creation applied auto-creation',
    ])
  })

  test('no factor is above the one broker', () => {
    expect(kafka).toContain('kind: Deployment')
    expect(kafka).not.toMatch(/FACTOR\n +value: "[23]"/)
    expect(after.get('kafka-topics.yaml')).toMatch(/--replication-factor 1\n/)
  })

  test('the TLS listener tells the name that the plaintext one tells, and the certificate holds it', () => {
    expect(kafka).toContain('PLAINTEXT://kafka:9092,TLS://kafka:9093')
    expect(after.get('kafka-tls.yaml')).toMatch(/dnsNames:\n {4}- kafka\n/)
    expect(after.get('kafka-tls.yaml')).not.toContain('kafka-0')
  })
})

test('a live cluster reaches TLS alone in three runs, and moves in none without word of the roll', () => {
  let files: Files = new Map([...filesBelow('fixtures/transforms/kafka-tls/live-cluster-first-step/before')])
  const stages: string[] = []
  for (const rolled of ['none', 'none', 'S1', 'S1', 'S2', 'S2']) {
    const { after, result } = runOn(files, { kafka: { rolled } })
    const moved = result.files.length > 0
    const listeners = /name: KAFKA_LISTENERS\n +value: "?([^"\n]*)/.exec(after.get('kafka.yaml') ?? '')?.[1]
    const between = /name: KAFKA_INTER_BROKER_LISTENER_NAME\n +value: "?([^"\n]*)/.exec(
      after.get('kafka.yaml') ?? '',
    )?.[1]
    stages.push(`${rolled}: ${moved ? 'moves to' : 'stays at'} ${listeners}, ${between ?? 'plaintext'} between brokers`)
    files = after
  }
  expect(stages).toEqual([
    'none: moves to PLAINTEXT://:9092,TLS://:9093, plaintext between brokers',
    'none: stays at PLAINTEXT://:9092,TLS://:9093, plaintext between brokers',
    'S1: moves to PLAINTEXT://:9092,TLS://:9093, TLS between brokers',
    'S1: stays at PLAINTEXT://:9092,TLS://:9093, TLS between brokers',
    'S2: moves to TLS://:9093, TLS between brokers',
    'S2: stays at TLS://:9093, TLS between brokers',
  ])
})

test('brokers whose plaintext is closed are asked with the file that they trust', () => {
  let files: Files = new Map([...filesBelow('fixtures/transforms/kafka-tls/live-cluster-first-step/before')])
  const asked: string[] = []
  for (const rolled of ['none', 'S1', 'S2']) {
    const { after, result } = runOn(files, { kafka: { rolled } })
    const commands = result.findings.flatMap(({ followUps }) => followUps.flatMap(step => step.commands ?? []))
    asked.push(...commands.flatMap(command => /ssl\.truststore\.location=(\S+)/.exec(command)?.[1] ?? []))
    files = after
  }
  const trusted = /SSL_TRUSTSTORE_LOCATION\n +value: (\S+)/.exec(files.get('kafka.yaml') ?? '')?.[1]
  expect(trusted).toBe('/etc/kafka/secrets/ca.crt')
  expect(asked).toEqual([trusted])
})

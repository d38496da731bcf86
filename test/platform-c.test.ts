// The main fixture with Kafka over TLS alone: its clients are described, so that they can be moved with it.

import { describe, expect, test } from 'vitest'
import transforms from '../transforms/index.ts'
import { apply, asExpected, runCase } from './support/fixture-run.ts'
import { configurationIn, type Files, type FixtureCase, filesBelow } from './support/fixtures.ts'

const CONFIGURATION = 'kubemend.yaml'

const k8s = filesBelow('fixtures/platform/k8s')
const c = new Map([...filesBelow('fixtures/platform/c')].filter(([file]) => file !== CONFIGURATION))
const configuration = configurationIn(`fixtures/platform/c/${CONFIGURATION}`)

function runOn(files: Files) {
  const fixture: FixtureCase = {
    ...{ transform: '', name: 'platform', before: files, after: files, same: false, context: new Map() },
    ...{ configuration, outcomes: undefined },
  }
  return runCase(fixture, files, transforms)
}

describe('a run with Kafka over TLS alone', () => {
  const result = runOn(k8s)
  const after = apply(k8s, result)

  test('gives the folder c, byte for byte', () => {
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(c))
  })

  test('closes the finding about plaintext', () => {
    const found = result.findings.filter(({ rule }) => rule === 'kafka-tls')
    expect(found.map(finding => asExpected(finding, undefined))).toMatchObject([
      { resource: 'Deployment platform/kafka', outcome: 'applied', code: 'tls-only' },
    ])
  })

  test('leaves no plaintext listener, and nobody who dials or watches its port', () => {
    const texts = [...after].filter(([file]) => /\.ya?ml$/.test(file)).map(([, text]) => text)
    expect(texts.filter(text => /PLAINTEXT|kafka[: ]9092|port: broker/.test(text))).toEqual([])
    expect(after.get('01-config.yaml')).toContain('KAFKA_BROKERS: "kafka:9093"')
    expect(after.get('control-plane.yaml')).toContain('nc -z kafka 9093')
  })

  test('gives clients the authority alone: the private key of the brokers stays with the brokers', () => {
    const clients = ['api-gateway.yaml', 'control-plane.yaml', 'kafka-topics.yaml'].map(file => after.get(file) ?? '')
    for (const text of clients) {
      expect(text).toMatch(/secretName: [\w-]+-kafka-client-tls\n +items:\n +- key: ca\.crt\n +path: ca\.crt\n/)
      expect(text).not.toMatch(/secretName: kafka-tls\b|tls\.key|tls-combined/)
    }
  })

  test('a second run writes nothing', () => {
    expect(runOn(after).files).toEqual([])
  })
})

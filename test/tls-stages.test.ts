// ZooKeeper and MongoDB on their way to TLS: in one step where nothing runs yet, never two steps where members run.

import { describe, expect, test } from 'vitest'
import { NO_CONFIGURATION, toConfiguration } from '../src/config/configuration.ts'
import type { JsonObject } from '../src/yaml/value.ts'
import mongodbTls from '../transforms/mongodb-tls/index.ts'
import mongodbTopology from '../transforms/mongodb-topology/index.ts'
import zookeeperTls from '../transforms/zookeeper-tls/index.ts'
import zookeeperTopology from '../transforms/zookeeper-topology/index.ts'
import { apply, runCase } from './support/fixture-run.ts'
import type { Files, FixtureCase } from './support/fixtures.ts'
import { readCase } from './support/fixtures.ts'

function runWith(files: Files, value: JsonObject, transforms: Parameters<typeof runCase>[2]): Files {
  const fixture: FixtureCase = {
    ...{ transform: '', name: '', before: files, after: files, same: false, context: new Map(), outcomes: undefined },
    configuration: toConfiguration(value, undefined, NO_CONFIGURATION.placeOf),
  }
  return apply(files, runCase(fixture, files, transforms))
}

function textOf(files: Files): string {
  return [...files.values()].join('\n---\n')
}

describe('what does not run yet goes there in one step', () => {
  test('an ensemble that is made of one ZooKeeper in memory talks TLS alone between its members', () => {
    const { before } = readCase('zookeeper-topology', 'official-with-data-folder-only')
    const value = { zookeeper: { tls: 'dual' }, stateful: { data: 'fresh' } }
    const after = textOf(runWith(before, value, [zookeeperTopology, zookeeperTls]))
    expect(after).toMatch(/ZOO_CFG_EXTRA\s+value: \S.* sslQuorum=true ssl\.quorum\.keyStore/)
    expect(after).not.toContain('portUnification')
    expect(after).toMatch(/secureClientPort=2182/)
    for (const ordinal of [0, 1, 2]) {
      expect(after).toMatch(new RegExp(`^ {4}- \\w+-${ordinal}\\.\\w+-headless\\.\\w+\\.svc\\.cluster\\.local$`, 'm'))
    }
  })

  test('a replica set that is made of one MongoDB in memory dials its members by TLS', () => {
    const { before } = readCase('mongodb-topology', 'fresh-with-all-clients-converted')
    const after = textOf(runWith(before, { mongodb: { tls: 'dual' } }, [mongodbTopology, mongodbTls]))
    expect(after).toContain('kind: StatefulSet')
    expect(after).toMatch(/- --tlsMode\s+- preferTLS/)
    expect(after).toContain('--tlsAllowConnectionsWithoutCertificates')
  })
})

const ENSEMBLES = [
  ['Q0', readCase('zookeeper-tls', 'first-roll').before],
  ['Q1', readCase('zookeeper-tls', 'second-roll').before],
  ['Q2', readCase('zookeeper-tls', 'third-roll').before],
  ['Q3', readCase('zookeeper-tls', 'members-encrypted-already').before],
] as const

function ensembleStage(files: Files): number {
  const extra = /ZOO_CFG_EXTRA\s+value: (.*)/.exec(textOf(files))?.[1] ?? ''
  const [tls, both] = [/sslQuorum=true/.test(extra), /portUnification=true/.test(extra)]
  return tls ? (both ? 2 : 3) : both ? 1 : 0
}

describe.each(ENSEMBLES)('an ensemble that runs at %s', (stage, files) => {
  test.each(['none', 'Q1', 'Q2'].flatMap(rolled => ['dual', 'full'].map(tls => ({ rolled, tls }))))(
    'moves one stage at most, and only from one that is rolled out: %o',
    ({ rolled, tls }) => {
      const before = Number(stage.slice(1))
      const after = ensembleStage(runWith(files, { zookeeper: { tls, rolled } }, [zookeeperTls]))
      const mayMove = before === 0 || rolled === stage
      expect(after).toBe(mayMove && before < 3 ? before + 1 : before)
    },
  )
})

const MODES = ['disabled', 'allowTLS', 'preferTLS', 'requireTLS']
const { before: encrypted } = readCase('mongodb-tls', 'last-roll')

function setAt(mode: string): Files {
  if (mode === 'disabled') return readCase('mongodb-tls', 'first-roll').before
  return new Map([...encrypted].map(([path, text]) => [path, text.replace('- preferTLS', `- ${mode}`)]))
}

function modeOf(files: Files): string {
  return /- --tlsMode\s+- (\w+)/.exec(textOf(files))?.[1] ?? 'disabled'
}

describe.each(MODES)('a replica set that runs with %s', mode => {
  test.each(['none', 'allowTLS', 'preferTLS'].flatMap(rolled => ['dual', 'full'].map(tls => ({ rolled, tls }))))(
    'moves one mode at most, and only from one that is rolled out: %o',
    ({ rolled, tls }) => {
      const before = MODES.indexOf(mode)
      const after = MODES.indexOf(modeOf(runWith(setAt(mode), { mongodb: { tls, rolled } }, [mongodbTls])))
      const goal = Math.max(before, tls === 'full' && mode !== 'disabled' ? 3 : 2)
      const mayMove = before === 0 || rolled === mode
      expect(after).toBe(mayMove ? Math.min(before + 1, goal) : before)
    },
  )
})

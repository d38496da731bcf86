// Ensembles that kubemend writes: the members find each other, and none of the known traps is sprung.

import { describe, expect, test } from 'vitest'
import { ensembleFaults, objectsIn } from './support/ensemble-rules.ts'
import { caseNames, type Files, filesBelow, readCase } from './support/fixtures.ts'

const ID = 'zookeeper-topology'
const changed = caseNames(ID)
  .map(name => readCase(ID, name))
  .filter(fixture => !fixture.same && fixture.name !== 'listed-members-missing')
const platform = filesBelow('fixtures/platform/a')
const confluent = readCase(ID, 'confluent-in-memory').after
const official = readCase(ID, 'official-with-data-folder-only').after

/** Fixtures whose members keep their data where it was. */
const KEEPING = new Set(['members-keep-their-pods-storage', 'stateful-set-of-one-in-memory'])

function replaced(files: Files, from: string | RegExp, to: string): Files {
  const result = new Map([...files].map(([path, text]) => [path, text.replace(from, to)]))
  expect(Object.fromEntries(result)).not.toEqual(Object.fromEntries(files))
  return result
}

describe('an ensemble', () => {
  test.each(changed)('$name: names, numbers, volumes and probes of the members agree', fixture => {
    const numbered = [...fixture.after.values()].join('').match(/export ZOO(?:KEEPER)?_\w*ID=/g)
    expect(numbered).toHaveLength(1)
    expect(ensembleFaults(fixture.after, KEEPING.has(fixture.name))).toEqual([])
  })

  test('of the platform keeps the rules as well', () => {
    expect(ensembleFaults(platform)).toEqual([])
  })

  test('takes over the name of each claim from the volume that it replaces', () => {
    const [set] = objectsIn(confluent).filter(({ kind }) => kind === 'StatefulSet')
    expect(set).toMatchObject({
      spec: { volumeClaimTemplates: [{ metadata: { name: 'zk-data' } }, { metadata: { name: 'zk-log' } }] },
    })
  })
})

/** What a careless edit would have written, and the fault that it is. */
const TRAPS: readonly (readonly [trap: string, files: Files, from: string | RegExp, to: string, fault: string])[] = [
  [
    'K1: a Service injects its variables',
    confluent,
    'enableServiceLinks: false',
    'enableServiceLinks: true',
    'injected',
  ],
  [
    'K2: three pods of one identity',
    confluent,
    /ZOOKEEPER_SERVER_ID=\$\(\(.*?\)\)/,
    'ZOOKEEPER_SERVER_ID=$((1))',
    'zookeeper-1 takes number 1',
  ],
  [
    'K4: one address for all',
    confluent,
    'zookeeper-1.zookeeper-headless',
    'zookeeper-0.zookeeper-headless',
    'is not zookeeper-1',
  ],
  ['K25: a name used before it is set', confluent, "value: '2181'", "value: '$(LATER)'", 'uses LATER before it is set'],
  ['Z1: members start in parallel', confluent, 'OrderedReady', 'Parallel', 'in parallel'],
  [
    'Z2: the first member waits for a quorum',
    official,
    /tcpSocket:\n.*port: client/,
    'exec: { command: [zkServer.sh status] }',
    'readinessProbe asks for a quorum',
  ],
  [
    'Z3: members that are not ready have no name',
    confluent,
    'publishNotReadyAddresses: true',
    'publishNotReadyAddresses: false',
    'hides members',
  ],
  ['Z4: an entry without client port', official, ':3888;2181 server.2', ':3888 server.2', 'no client port'],
  ['Z5: numbers start at 0', confluent, '+ 1))', '+ 0))', 'zookeeper-0 takes number 0'],
  [
    'Z8: the transaction log is on no claim',
    official,
    /mountPath: \/datalog/,
    'mountPath: /elsewhere',
    '/datalog is on no claim',
  ],
  ['the number of the node is taken for the pod', confluent, 'POD_NAME##*-', 'HOSTNAME##*-', 'takes number 8'],
  [
    'a number is set for all members',
    confluent,
    'ZOOKEEPER_SYNC_LIMIT',
    'ZOOKEEPER_SERVER_ID',
    'for all members alike',
  ],
  [
    'a claim and a volume share a name',
    confluent,
    'name: logging\n        configMap',
    'name: zk-log\n        configMap',
    'a volume and a claim',
  ],
  ['an even number of members', confluent, 'replicas: 3', 'replicas: 2', 'no better than fewer'],
]

describe('the rules see each trap', () => {
  test.each(TRAPS)('%s', (_trap, files, from, to, fault) => {
    expect(ensembleFaults(files)).toEqual([])
    expect(ensembleFaults(replaced(files, from, to)).join('\n')).toContain(fault)
  })
})

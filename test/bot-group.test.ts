// Groups: what shares a pull request, under which key, and that nothing that belongs together is parted.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appFinder } from '../src/bot/app.ts'
import { parseCodeowners } from '../src/bot/codeowners.ts'
import { type FoundGroup, type GroupContext, groupFindings, isUnit } from '../src/bot/group.ts'
import { BOT, type BotSettings, type GroupBy } from '../src/bot/settings.ts'
import type { Outcome } from '../src/engine/outcome.ts'
import type { PlacedFinding } from '../src/report/model.ts'
import { findingOf, resourceOf } from './support/bot-plan.ts'

function settings(change: Partial<BotSettings> = {}, maxFiles = 100): BotSettings {
  return { ...BOT.defaults, limits: { ...BOT.defaults.limits, filesPerPullRequest: maxFiles }, ...change }
}

function group(findings: readonly PlacedFinding[], change: Partial<BotSettings> = {}, context: GroupContext = {}) {
  return groupFindings(findings, settings(change), context)
}

function contents(groups: readonly FoundGroup[]): Record<string, string[]> {
  return Object.fromEntries(
    groups.map(({ key, findings }) => [key, findings.map(({ finding }) => `${finding.rule} ${finding.resource.name}`)]),
  )
}

const TWO_RULES = [
  findingOf({ name: 'a', file: 'shop/a.yaml', namespace: 'shop' }),
  findingOf({ name: 'b', file: 'pay/b.yaml', namespace: 'pay' }),
  findingOf({ rule: 'resources', name: 'a', file: 'shop/a.yaml', namespace: 'shop' }),
]
const UNIT = [
  findingOf({ rule: 'kafka-topology', name: 'kafka', risks: ['topology'], ties: ['kafka p/kafka'] }),
  findingOf({ rule: 'kafka-redundancy', name: 'kafka', risks: ['none'], ties: ['kafka p/kafka'] }),
]

describe('what has something in common shares a pull request:', () => {
  const keys: readonly (readonly [GroupBy, readonly string[]])[] = [
    ['rule', ['rule replicas safe', 'rule resources safe']],
    ['directory', ['directory folder pay safe', 'directory folder shop safe']],
    ['namespace', ['namespace namespace pay safe', 'namespace namespace shop safe']],
    ['owner', ['owner no owner safe', 'owner owner acme/shop safe']],
    ['app', ['app app pay safe', 'app app shop safe']],
    ['risk', ['risk all rules safe']],
  ]
  test.each(keys)('by %s', (groupBy, expected) => {
    const owners = parseCodeowners('shop/ @acme/shop', 'github')
    expect(group(TWO_RULES, { groupBy }, { owners }).map(({ key }) => key)).toEqual(expected)
  })

  test('has() tells its findings from those of others', () => {
    const [replicas, resources] = group(TWO_RULES)
    const a = resourceOf({ name: 'a', file: 'shop/a.yaml' })
    expect(replicas?.has(a, 'replicas')).toBe(true)
    expect(replicas?.has(a, 'resources')).toBe(false)
    expect(resources?.has(a, 'resources')).toBe(true)
    expect(resources?.has(resourceOf({ name: 'b', file: 'pay/b.yaml' }), 'resources')).toBe(false)
  })

  test('has() knows a resource of the run by its name, where it stands elsewhere in another run', () => {
    const [only] = group([findingOf({ name: 'made', document: 7 })])
    expect(only?.has(resourceOf({ name: 'made', document: 2 }), 'replicas')).toBe(true)
    expect(only?.has(resourceOf({ name: 'other', document: 2 }), 'replicas')).toBe(false)
  })
})

describe('a finding takes part', () => {
  const cases: readonly (readonly [Outcome, boolean, number])[] = [
    ['applied', false, 1],
    ['partial', false, 1],
    ['held', false, 0],
    ['held', true, 1],
    ['refused', true, 0],
    ['already-ok', true, 0],
  ]
  test.each(cases)('when it is %s, with unsafe: %s: %s', (outcome, unsafe, count) => {
    expect(group([findingOf({ outcome })], { unsafe })).toHaveLength(count)
  })

  test('when all files that it changes may be changed', () => {
    const far = findingOf({ file: 'k8s/a.yaml', files: ['k8s/a.yaml', 'docs/b.yaml'] })
    const near = findingOf({ name: 'near', file: 'k8s/n.yaml' })
    expect(contents(group([far, near], { paths: ['k8s/**'] }))).toEqual({ 'rule replicas safe': ['replicas near'] })
  })

  test('unless its rule or its id is ignored: then the group says so', () => {
    const [first, second] = ['a', 'b'].map(name => findingOf({ name, file: `${name}.yaml` }))
    if (first === undefined || second === undefined) throw new Error('there are two')
    const [only] = group([first, second], { ignore: [first.finding.id] })
    expect(only?.findings).toEqual([second])
    expect(only?.leftOut).toEqual([{ finding: first, why: 'ignored' }])
    expect(group([first, second], { ignore: ['replicas'] })).toEqual([])
  })

  test('what is open of the same kind is told with the group', () => {
    const refused = findingOf({ name: 'r', file: 'r.yaml', outcome: 'refused' })
    const [only] = group([findingOf(), refused, findingOf({ rule: 'ingress', outcome: 'refused' })])
    expect(only?.open).toEqual([refused])
  })
})

describe('what belongs together', () => {
  test('has a pull request of its own, unsafe as a whole', () => {
    const groups = group([...TWO_RULES, ...UNIT])
    expect(contents(groups)).toMatchObject({
      'unit kafka p/kafka unsafe': ['kafka-topology kafka', 'kafka-redundancy kafka'],
    })
    expect(groups.map(isUnit)).toEqual([false, false, true])
  })

  test('is ignored as a whole', () => {
    const [first] = UNIT
    expect(group(UNIT, { ignore: [first?.finding.id ?? ''] })).toEqual([])
  })

  test('loses a rule that is ignored, as it would on the command line', () => {
    expect(contents(group(UNIT, { ignore: ['kafka-topology'] }))).toEqual({
      'unit kafka p/kafka safe': ['kafka-redundancy kafka'],
    })
  })

  test('is found through others, and by what a change stands on', () => {
    const one = findingOf({ name: 'one', file: '1.yaml', ties: ['x'] })
    const two = findingOf({ rule: 'resources', name: 'two', file: '2.yaml', ties: ['x', 'y'] })
    const three = findingOf({ rule: 'ingress', name: 'three', file: '3.yaml', ties: ['y'] })
    expect(group([one, three, two])).toHaveLength(1)
    const base = findingOf({ name: 'base', file: 'b.yaml' })
    const onTop = findingOf({ rule: 'resources', name: 'top', file: 't.yaml', ties: [base.finding.ties[0] ?? ''] })
    expect(contents(group([onTop, base]))).toEqual({
      'tied replicas apps/Deployment/?/base safe': ['resources top', 'replicas base'],
    })
  })

  test('holds containers of one pod, which a run takes or leaves by rule', () => {
    const [safe, unsafe] = [findingOf({ container: 'a' }), findingOf({ container: 'b', risks: ['data'] })]
    expect(contents(group([safe, unsafe]))).toEqual({ 'rule replicas unsafe': ['replicas api', 'replicas api'] })
  })
})

describe('too many files', () => {
  const spread = (count: number, folders: number) =>
    Array.from({ length: count }, (_, index) => {
      return findingOf({ name: `n${index}`, file: `apps/${index % folders}/${index}.yaml` })
    })
  const filesOf = (found: FoundGroup) => new Set(found.findings.map(({ file }) => file))

  test('are split, no folder between two parts', () => {
    const groups = groupFindings(spread(60, 12), settings({}, 20))
    expect(groups.length).toBeGreaterThan(2)
    const homes = new Map<string, Set<string>>()
    for (const found of groups) {
      expect(filesOf(found).size).toBeLessThanOrEqual(20)
      for (const { file } of found.findings) {
        const folder = file.split('/')[1] ?? ''
        homes.set(folder, (homes.get(folder) ?? new Set()).add(found.key))
      }
    }
    expect([...homes.values()].every(keys => keys.size === 1)).toBe(true)
  })

  test('of one folder are split by their resources', () => {
    const groups = groupFindings(spread(50, 1), settings({}, 20))
    expect(groups.flatMap(({ findings }) => findings)).toHaveLength(50)
    for (const found of groups) expect(filesOf(found).size).toBeLessThanOrEqual(20)
  })

  test('stay split, under the same keys, while their parts are open and others are merged', () => {
    const all = spread(60, 12)
    const groups = groupFindings(all, settings({}, 20))
    const keys = new Set(groups.map(({ key }) => key))
    for (const left of groups) {
      const rest = groupFindings(left.findings, settings({}, 20), { hasBranch: key => keys.has(key) })
      expect(contents(rest)).toEqual({ [left.key]: contents([left])[left.key] })
      const last = groupFindings(left.findings.slice(0, 1), settings({}, 20), { hasBranch: key => keys.has(key) })
      expect(last.map(({ key }) => key)).toEqual([left.key])
    }
    expect(groupFindings(all.slice(0, 5), settings({}, 20)).map(({ key }) => key)).toEqual(['rule replicas safe'])
  })

  test('are not the only thing that can be too much: bytes are counted, too', () => {
    const limits = { ...BOT.defaults.limits, bytesPerPullRequest: 1_000 }
    const groups = groupFindings(spread(30, 30), settings({ limits }), { sizeOf: () => 100 })
    expect(groups.flatMap(({ findings }) => findings)).toHaveLength(30)
    for (const found of groups) expect(filesOf(found).size).toBeLessThanOrEqual(10)
  })

  test('of one system are one pull request all the same', () => {
    const unit = spread(30, 30).map(({ finding }) =>
      findingOf({ name: finding.resource.name, file: finding.resource.origin.file, ties: ['mongodb p/m'] }),
    )
    expect(groupFindings(unit, settings({}, 5))).toHaveLength(1)
  })

  test('a person may ask for smaller pull requests', () => {
    const isToSplit = (key: string) => key === 'rule replicas safe'
    expect(groupFindings(spread(4, 4), settings(), { isToSplit }).length).toBeGreaterThan(1)
    expect(groupFindings(spread(1, 1), settings(), { isToSplit })).toHaveLength(1)
  })

  test('a part is split further for whoever asks, and the others stay', () => {
    const whole = 'rule replicas safe'
    const parts = groupFindings(spread(16, 16), settings(), { isToSplit: key => key === whole })
    const large = parts.find(({ findings }) => findings.length > 1)
    const keys = new Set(parts.map(({ key }) => key))
    const context = { hasBranch: (key: string) => keys.has(key), isToSplit: (key: string) => key === large?.key }
    const finer = groupFindings(spread(16, 16), settings(), context).map(({ key }) => key)
    expect(finer).not.toContain(large?.key)
    expect(finer.filter(key => key.startsWith(large?.key ?? '')).length).toBeGreaterThan(1)
    expect(finer).toEqual(expect.arrayContaining([...keys].filter(key => key !== large?.key)))
  })
})

describe('whatever is found', () => {
  const anyFindings = fc
    .array(
      fc.record({
        rule: fc.constantFrom('replicas', 'resources', 'ingress'),
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        folder: fc.constantFrom('x', 'y', 'x/z'),
        risks: fc.constantFrom(['none'] as const, ['restart'] as const, ['data'] as const),
        outcome: fc.constantFrom<Outcome>('applied', 'partial', 'held', 'refused'),
        ties: fc.array(fc.constantFrom('kafka p/k', 'mongodb p/m'), { maxLength: 1 }),
      }),
      { maxLength: 20 },
    )
    .map(all => all.map(({ folder, ...words }) => findingOf({ ...words, file: `${folder}/${words.name}.yaml` })))
  const anyGroupBy = fc.constantFrom<GroupBy>('rule', 'directory', 'namespace', 'owner', 'app', 'risk')

  test('each finding is in one group, safe and unsafe apart, tied ones together', () => {
    fc.assert(
      fc.property(anyFindings, anyGroupBy, fc.integer({ min: 1, max: 6 }), (findings, groupBy, maxFiles) => {
        const groups = groupFindings(findings, settings({ groupBy, unsafe: true }, maxFiles))
        const placed = groups.flatMap(found => found.findings)
        const wanted = findings.filter(({ finding }) => finding.outcome !== 'refused')
        expect(new Set(placed)).toEqual(new Set(wanted))
        expect(placed).toHaveLength(wanted.length)
        expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length)
        const homes = new Map<string, string>()
        for (const found of groups) {
          for (const { finding } of found.findings) {
            expect(found.has(finding.resource, finding.rule)).toBe(true)
            const isRisky = finding.outcome === 'held' || finding.risks.includes('data')
            if (found.risk === 'safe') expect(isRisky).toBe(false)
            for (const tie of finding.ties) {
              expect(homes.get(tie) ?? found.key).toBe(found.key)
              homes.set(tie, found.key)
            }
          }
        }
      }),
    )
  })

  test('the order in which it is found does not matter', () => {
    fc.assert(
      fc.property(anyFindings, anyGroupBy, (findings, groupBy) => {
        const keys = (list: readonly PlacedFinding[]) =>
          groupFindings(list, settings({ groupBy, unsafe: true }, 2)).map(found => [found.key, new Set(found.findings)])
        expect(keys([...findings].reverse())).toEqual(keys(findings))
      }),
    )
  })

  test('a key and its findings do not depend on untied findings of other keys', () => {
    fc.assert(
      fc.property(anyFindings, findings => {
        const groups = group(findings)
        for (const found of groups) expect(contents(group(found.findings))).toEqual(contents([found]))
      }),
    )
  })
})

describe('the application of a file', () => {
  const appOf = appFinder([
    ...['charts/shop/Chart.yaml', 'charts/shop/templates/a.yaml', 'apps/pay/base/kustomization.yaml'],
    ...[
      'apps/pay/overlays/prod/kustomization.yaml',
      'apps/mail/kustomization.yml',
      'plain/x.yaml',
      'kustomization.yaml',
    ],
  ])
  test.each([
    ['charts/shop/templates/a.yaml', 'charts/shop'],
    ['apps/pay/base/deployment.yaml', 'apps/pay'],
    ['apps/pay/overlays/prod/patch.yaml', 'apps/pay'],
    ['apps/mail/deep/x.yaml', 'apps/mail'],
    ['plain/x.yaml', '.'],
    ['x.yaml', '.'],
  ])('of %s is %s', (file, app) => {
    expect(appOf(file)).toBe(app)
  })

  test('is its folder where there is neither chart nor kustomization', () => {
    expect(appFinder([])('a/b/c.yaml')).toBe('a/b')
  })
})

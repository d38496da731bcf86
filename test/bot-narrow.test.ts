// A repository's own configuration asks for less and never gets more.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { narrow } from '../src/bot/narrow.ts'
import { BOT, type BotSettings } from '../src/bot/settings.ts'
import { vocabularyOf } from '../src/commands/configuration.ts'
import { type Configuration, toConfiguration } from '../src/config/configuration.ts'
import { configurationSchema } from '../src/config/schema.ts'
import { EffectiveSettings } from '../src/config/settings.ts'
import { RISKS, SAFE_RISKS } from '../src/engine/risk.ts'
import { configurationJudge } from '../src/schema/configuration.ts'
import type { Json, JsonObject } from '../src/yaml/value.ts'
import transforms from '../transforms/index.ts'
import { resourceOf } from './support/bot-plan.ts'

function configuration(value: JsonObject, file = 'kubemend.yaml'): Configuration {
  return toConfiguration(value, file, () => undefined)
}

function narrowed(central: JsonObject | undefined, repository: JsonObject) {
  const { configuration: result, notTaken } = narrow(
    central === undefined ? undefined : configuration(central, 'central.yaml'),
    configuration(repository),
  )
  return { value: result.value, notTaken }
}

describe('a repository may', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['skip more', { skip: ['replicas'] }, { skip: ['ingress'] }, { skip: ['replicas', 'ingress'] }],
    [
      'choose among what runs',
      { only: ['replicas', 'ingress'] },
      { only: ['ingress', 'resources'] },
      { only: ['ingress'] },
    ],
    ['choose where all run', {}, { only: ['ingress'] }, { only: ['ingress'] }],
    ['take fewer risks', { risks: ['none', 'restart', 'access'] }, { risks: ['none'] }, { risks: ['none'] }],
    [
      'take fewer risks, wherever they were given',
      {
        transforms: { ingress: { risks: ['none', 'access'] } },
        overrides: [{ names: ['a'], risks: ['data', 'none'] }],
      },
      { risks: ['none'] },
      {
        transforms: { ingress: { risks: ['none'] } },
        overrides: [{ names: ['a'], risks: ['none'] }],
        risks: ['none'],
      },
    ],
    ['take fewer risks than the default', {}, { risks: ['none'] }, { risks: ['none'] }],
    [
      'exclude files',
      { files: { exclude: ['a'] } },
      { files: { exclude: ['b'], maxBytes: 100 } },
      { files: { exclude: ['a', 'b'], maxBytes: 100 } },
    ],
    [
      'switch rules off',
      {},
      { transforms: { replicas: { enabled: false } } },
      { transforms: { replicas: { enabled: false } } },
    ],
    [
      'leave resources alone',
      { overrides: [{ names: ['a'], risks: ['data'] }] },
      { overrides: [{ names: ['b'], skip: ['replicas'] }] },
      {
        overrides: [
          { names: ['a'], risks: ['data'] },
          { names: ['b'], skip: ['replicas'] },
        ],
      },
    ],
    ['say its version', {}, { kubernetesVersion: '1.31' }, { kubernetesVersion: '1.31' }],
    ['name a folder of its own', {}, { root: 'k8s' }, { root: 'k8s' }],
  ])('%s', (_, central, repository, expected) => {
    expect(narrowed(central, repository)).toEqual({ value: expected, notTaken: [] })
  })

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      'want fewer',
      {},
      { limits: { openPullRequests: 1 } },
      { limits: { ...BOT.defaults.limits, openPullRequests: 1 } },
    ],
    ['ignore more', { ignore: ['a'] }, { ignore: ['b'] }, { ignore: ['a', 'b'] }],
    ['have all as drafts', {}, { draft: 'all' }, { draft: 'all' }],
    ['want nothing unsafe', { unsafe: true }, { unsafe: false }, { unsafe: false }],
    ['choose among labels', { labels: ['a', 'b'] }, { labels: ['b'] }, { labels: ['b'] }],
    ['say what shares one', {}, { groupBy: 'directory' }, { groupBy: 'directory' }],
    ['say how commits are named', {}, { convention: 'plain' }, { convention: 'plain' }],
    ['have commits appended', {}, { updates: 'append' }, { updates: 'append' }],
    ['have a schedule', {}, { schedule: { days: ['mon'] } }, { schedule: { days: ['mon'] } }],
    ['have fewer files changed', {}, { paths: ['k8s/**'] }, { paths: ['k8s/**'] }],
  ])('%s (pull requests)', (_, central, repository, expected) => {
    expect(narrowed({ bot: central }, { bot: repository })).toEqual({ value: { bot: expected }, notTaken: [] })
  })
})

describe('a repository may not', () => {
  test.each<[string, JsonObject, JsonObject, readonly string[]]>([
    ['take more risks', { risks: ['none'] }, { risks: ['none', 'data'] }, ['risks: data']],
    ['take more than the default', {}, { risks: ['none', 'topology'] }, ['risks: topology']],
    [
      'give a rule more risks',
      {},
      { transforms: { ingress: { risks: ['access'] } } },
      ['transforms.ingress.risks: access'],
    ],
    [
      'switch on what is off',
      { transforms: { replicas: { enabled: false } } },
      { transforms: { replicas: { enabled: true } } },
      ['transforms.replicas.enabled: true'],
    ],
    [
      'set anything for some resources',
      {},
      { overrides: [{ names: ['a'], set: { replicas: { target: 3 } }, risks: ['data'] }] },
      ['overrides[0].set: an override may only skip', 'overrides[0].risks: an override may only skip'],
    ],
    ['read elsewhere', {}, { root: '../other' }, ['root: ../other']],
    ['bring its own schemas', {}, { schemaLocations: ['x'] }, ['schemaLocations: what is valid is decided centrally']],
    [
      'settle what rules assume',
      {},
      { replicas: { force: ['db'] } },
      ['replicas: settings of rules are made centrally'],
    ],
    [
      'read larger files',
      { files: { maxBytes: 10 } },
      { files: { maxBytes: 20 } },
      ['files.maxBytes: 20 is more than 10'],
    ],
    [
      'change the version',
      { kubernetesVersion: '1.36' },
      { kubernetesVersion: '1.31' },
      ['kubernetesVersion: it is set centrally'],
    ],
  ])('%s', (_, central, repository, expected) => {
    expect(narrowed(central, repository).notTaken).toEqual(expected)
  })

  test.each<[string, JsonObject, JsonObject, readonly string[]]>([
    ['raise limits', {}, { limits: { openPullRequests: 99 } }, ['bot.limits.openPullRequests: 99 is more than 5']],
    ['ask people of its own', { reviewers: ['a'] }, { reviewers: ['a', 'eve'] }, ['bot.reviewers: eve']],
    ['use labels of its own', {}, { labels: ['deploy'] }, ['bot.labels: deploy']],
    ['want unsafe changes', {}, { unsafe: true }, ['bot.unsafe: true']],
    ['do without drafts', {}, { draft: 'none' }, ['bot.draft: none']],
    ['move branches', {}, { branchPrefix: 'x/' }, ['bot.branchPrefix: it is set centrally']],
    ['merge elsewhere', {}, { base: 'prod' }, ['bot.base: it is set centrally']],
    ['sign for others', {}, { author: { name: 'x', email: 'x@y' } }, ['bot.author: it is set centrally']],
    [
      'put words into titles',
      {},
      { convention: '@all {title}' },
      ["bot.convention: a text of one's own is set centrally"],
    ],
    ['propose again for longer', {}, { reopenDays: 90 }, ['bot.reopenDays: 90 is more than 7']],
    ['reach other files', { paths: ['k8s/**'] }, { paths: ['**'] }, ['bot.paths: **']],
    ['change the hours', { schedule: { days: ['mon'] } }, { schedule: {} }, ['bot.schedule: it is set centrally']],
    [
      'name a time zone that nobody knows',
      {},
      { schedule: { timezone: 'X/Y' } },
      ['bot.schedule: there is no time zone "X/Y": use an IANA name such as Europe/Berlin'],
    ],
  ])('%s (pull requests)', (_, central, repository, expected) => {
    expect(narrowed({ bot: central }, { bot: repository }).notTaken).toEqual(expected)
  })
})

test('without a configuration of its own, or without a central one', () => {
  const central = configuration({ skip: ['replicas'] })
  expect(narrow(central, undefined)).toEqual({ configuration: central, notTaken: [] })
  expect(narrow(undefined, configuration({ skip: ['ingress'] })).configuration.skip).toEqual(['ingress'])
  expect(narrow(undefined, undefined).configuration.file).toBeUndefined()
})

describe('whatever a repository says', () => {
  const rule = fc.constantFrom('replicas', 'resources', 'ingress')
  const risks = fc.subarray([...RISKS])
  const names = fc.subarray(['a', 'b', 'eve'])
  const count = fc.integer({ min: 1, max: 200 })
  const maybe = <T extends Record<string, fc.Arbitrary<unknown>>>(model: T) =>
    fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<unknown> as fc.Arbitrary<JsonObject>
  const bot = maybe({
    groupBy: fc.constantFrom('rule', 'risk'),
    limits: maybe({
      openPullRequests: count,
      newPerRun: count,
      filesPerPullRequest: count,
      bytesPerPullRequest: count,
    }),
    labels: names,
    reviewers: names,
    assignees: names,
    branchPrefix: fc.constantFrom('kubemend/', 'x/'),
    base: fc.constantFrom('main', 'prod'),
    draft: fc.constantFrom('none', 'unsafe', 'all'),
    unsafe: fc.boolean(),
    convention: fc.constantFrom('auto', 'plain', 'x {title}'),
    author: fc.constant({ name: 'x', email: 'x@y.example' }),
    reopenDays: count,
    ignore: names,
    paths: fc.subarray(['k8s/**', 'apps/**']),
  })
  const anyValue = maybe({
    only: fc.uniqueArray(rule),
    skip: fc.uniqueArray(rule),
    risks,
    files: maybe({ exclude: names, maxBytes: count }),
    schemaLocations: fc.constant(['x']),
    transforms: fc.dictionary(rule, maybe({ enabled: fc.boolean(), risks })),
    overrides: fc.array(maybe({ names: fc.constantFrom(['api'], ['*'], ['web']), skip: fc.uniqueArray(rule), risks }), {
      maxLength: 2,
    }),
    bot,
  })
  const central = fc.option(anyValue, { nil: undefined })

  const allowed = (settings: EffectiveSettings, id: string, name: string) =>
    settings.risks(id, resourceOf({ name })) ?? SAFE_RISKS
  const runs = ({ only, skip, transforms: own }: Configuration, id: string) =>
    (only?.includes(id) ?? true) && !skip.includes(id) && own.get(id)?.enabled !== false
  const isWithin = (inner: readonly Json[], outer: readonly Json[]) => inner.every(entry => outer.includes(entry))

  test('no rule, risk, skipped resource or file comes back', () => {
    fc.assert(
      fc.property(central, anyValue, (trusted, untrusted) => {
        const base = configuration(trusted ?? {})
        const { configuration: result } = narrow(trusted && base, configuration(untrusted))
        const [before, after] = [new EffectiveSettings(base), new EffectiveSettings(result)]
        for (const id of ['replicas', 'resources', 'ingress']) {
          if (runs(result, id)) expect(runs(base, id)).toBe(true)
          for (const name of ['api', 'web']) {
            expect(isWithin(allowed(after, id, name), allowed(before, id, name))).toBe(true)
            if (before.skipped(resourceOf({ name }), id)) expect(after.skipped(resourceOf({ name }), id)).toBeDefined()
          }
        }
        expect(isWithin(base.exclude, result.exclude)).toBe(true)
        expect(result.maxBytes ?? 0).toBeLessThanOrEqual(base.maxBytes ?? Number.POSITIVE_INFINITY)
        expect(result.schemaLocations).toEqual(base.schemaLocations)
      }),
      { numRuns: 2_000 },
    )
  })

  test('no limit, person, label or freedom of the bot grows', () => {
    fc.assert(
      fc.property(central, anyValue, (trusted, untrusted) => {
        const base = configuration(trusted ?? {})
        const result = narrow(trusted && base, configuration(untrusted)).configuration
        const [before, after]: BotSettings[] = [base, result].map(entry => new EffectiveSettings(entry).get(BOT)) as [
          BotSettings,
          BotSettings,
        ]
        if (before === undefined || after === undefined) throw new Error('there are two')
        for (const key of Object.keys(BOT.defaults.limits) as (keyof BotSettings['limits'])[]) {
          expect(after.limits[key]).toBeLessThanOrEqual(before.limits[key])
        }
        for (const key of ['labels', 'reviewers', 'assignees'] as const) {
          expect(isWithin([...after[key]], [...before[key]])).toBe(true)
        }
        expect(isWithin([...before.ignore], [...after.ignore])).toBe(true)
        if (before.paths.length > 0) {
          expect(after.paths.length).toBeGreaterThan(0)
          expect(isWithin([...after.paths], [...before.paths])).toBe(true)
        }
        expect(after.reopenDays).toBeLessThanOrEqual(before.reopenDays)
        expect(after.unsafe && !before.unsafe).toBe(false)
        const drafts = ['none', 'unsafe', 'all']
        expect(drafts.indexOf(after.draft)).toBeGreaterThanOrEqual(drafts.indexOf(before.draft))
        expect([after.branchPrefix, after.base, after.author]).toEqual([
          before.branchPrefix,
          before.base,
          before.author,
        ])
      }),
      { numRuns: 2_000 },
    )
  })

  test('the result is a configuration that the schema takes', () => {
    const judge = configurationJudge(configurationSchema(vocabularyOf(transforms)))
    fc.assert(
      fc.property(central, anyValue, (trusted, untrusted) => {
        const result = narrow(trusted && configuration(trusted), configuration(untrusted)).configuration
        expect(judge(result.value as JsonObject)).toEqual([])
      }),
    )
  })
})

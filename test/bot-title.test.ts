// Titles and commit messages: the repository's form, within their limits, and nothing in them that a forge acts upon.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commitMessage } from '../src/bot/commit-message.ts'
import { type Convention, conventionOf } from '../src/bot/convention.ts'
import { plainName } from '../src/bot/escape.ts'
import { titleOf } from '../src/bot/title.ts'
import { readTrailers, withTrailers } from '../src/bot/trailers.ts'
import transforms from '../transforms/index.ts'
import { HOSTILE } from './support/bot-page.ts'
import { anyFacts, findingOf, hostileText, planOf } from './support/bot-plan.ts'

const CONVENTIONAL: Convention = { type: 'conventional', scope: 'k8s' }
const PLAIN: Convention = { type: 'plain' }

function repeat(subjects: readonly string[], times = 3): string[] {
  return Array.from({ length: times }, () => subjects).flat()
}

describe('the convention', () => {
  test.each<[string, readonly string[], Convention]>([
    ['nothing is known', [], CONVENTIONAL],
    ['few commits', ['Add a', 'Add b'], CONVENTIONAL],
    ['plain sentences', repeat(['Add a', 'Change b']), PLAIN],
    ['mostly conventional', repeat(['feat: a', 'fix!: b', 'Add c']), { type: 'conventional', scope: undefined }],
    ['with scopes', repeat(['feat(api): a', 'fix(web): b']), CONVENTIONAL],
    [
      'with a scope for manifests',
      repeat(['feat(api): a', 'fix(deploy): b']),
      { type: 'conventional', scope: 'deploy' },
    ],
    ['merges and reverts aside', repeat(['Merge branch x', 'Revert "y"', 'feat(k8s): a']), CONVENTIONAL],
    ['a hostile scope', repeat(['fix(@octocat): a', 'fix(#1): b']), CONVENTIONAL],
  ])('where there is %s', (_, subjects, expected) => {
    expect(conventionOf('auto', subjects)).toEqual(expected)
  })

  test('is the one that is asked for', () => {
    const plain = repeat(['Add a', 'Change b'])
    expect(conventionOf('plain', repeat(['feat: a', 'fix: b']))).toEqual(PLAIN)
    expect(conventionOf('conventional', plain).type).toBe('conventional')
    expect(conventionOf('OPS-1: {title}', plain)).toEqual({ type: 'template', text: 'OPS-1: {title}' })
  })
})

describe('a title', () => {
  const of = (plan = planOf(), convention: Convention = CONVENTIONAL, limit = 255) =>
    titleOf(plan, transforms, convention, limit)

  test('says what is done, and to how many', () => {
    expect(of()).toBe('fix(k8s): run at least two pods of each stateless workload (1 resource)')
    expect(of(planOf(), PLAIN)).toBe('Run at least two pods of each stateless workload (1 resource)')
    expect(of(planOf(), { type: 'conventional', scope: undefined })).toMatch(/^fix: run at/)
    expect(of(planOf(), { type: 'template', text: '[bot] {title}' })).toMatch(/^\[bot\] Run at/)
  })

  test('says where, when that is what its changes have in common', () => {
    const findings = [findingOf(), findingOf({ rule: 'ingress', name: 'b', file: 'k8s/b.yaml' })]
    expect(of(planOf({ findings, key: 'directory folder k8s safe', label: 'folder k8s' }))).toBe(
      'fix(k8s): apply 2 fixes of 2 rules (folder k8s, 2 resources)',
    )
  })

  test('goes by the first step of what is done to one system', () => {
    const findings = ['kafka-topology', 'kafka-redundancy', 'kafka-tls'].map(rule => findingOf({ rule, name: 'kafka' }))
    const plan = planOf({ findings, key: 'unit kafka p/kafka unsafe', label: 'kafka p/kafka' })
    expect(of(plan)).toMatch(
      /^fix\(k8s\): run three Kafka brokers .*, and fixes of 2 more rules \(kafka p\/kafka, 3 resources\)$/,
    )
  })

  test('keeps names in capitals', () => {
    const rules = [{ id: 'replicas', title: 'TLS for all', rationale: '', references: [] }]
    expect(titleOf(planOf(), rules, CONVENTIONAL, 255)).toBe('fix(k8s): TLS for all (1 resource)')
  })

  test('loses what is in brackets first, then its end', () => {
    expect(of(planOf(), PLAIN, 60)).toBe('Run at least two pods of each stateless workload')
    expect(of(planOf(), PLAIN, 20)).toBe('Run at least two…')
  })

  test('leaves out a place with an odd name', () => {
    expect(of(planOf({ key: 'x', label: 'folder @octocat' }))).toMatch(/workload \(1 resource\)$/)
  })
})

/** What forges, and tools that read commits, act upon. */
const ACTS = [/@/, /[#!]\d/, /\bgh-\d/i, /:\/\//, /\[/, /<|>/, /\b(?=\d*[a-f])[0-9a-f]{7,40}\b/i, /`/, /^\//m]

describe('a commit message', () => {
  test('has a subject, and for each rule the reason and the resources', () => {
    const findings = [findingOf({ namespace: 'shop' }), findingOf({ name: 'web', file: 'k8s/web.yaml' })]
    expect(commitMessage(planOf({ findings }), transforms, CONVENTIONAL)).toBe(
      [
        'fix(k8s): run at least two pods of each stateless workload (2 resources)',
        '',
        'replicas: A workload of one pod is down whenever that pod is: during a',
        'node drain, after a crash, and in a rollout whose new version does not',
        'start.',
        '',
        '- Deployment shop/api',
        '- Deployment web',
        '',
        'Made by kubemend 0.1.0; each changed file was read again and validated',
        'for Kubernetes 1.36.',
        '',
      ].join('\n'),
    )
  })

  test('counts resources beyond ten, and those with odd names', () => {
    const findings = [...Array(15).keys()].map(index => {
      return findingOf({ name: index === 3 ? '@octocat' : `app-${index}`, file: `k8s/${index}.yaml` })
    })
    const message = commitMessage(planOf({ findings }), transforms, PLAIN)
    expect(message.match(/^- Deployment app-\d+$/gm)).toHaveLength(9)
    expect(message).toContain('\n- 6 more\n')
    expect(message).not.toContain('octocat')
  })

  test('keeps its trailers apart, whatever it says', () => {
    const facts = { plan: 'ab'.repeat(8), base: 'c'.repeat(40), version: '0.1.0', tree: 'd'.repeat(40), marks: [] }
    fc.assert(
      fc.property(anyFacts, ({ plan, rules }) => {
        const message = commitMessage(plan, rules, CONVENTIONAL)
        expect(readTrailers(message)).toBeUndefined()
        expect(readTrailers(withTrailers(message, facts))).toEqual({ facts, isSealed: true })
      }),
    )
  })
})

describe('whatever the repository holds', () => {
  test('a title is one line within its limit', () => {
    const anyConvention = fc.constantFrom<Convention>(CONVENTIONAL, PLAIN, { type: 'template', text: 'x\n{title}' })
    fc.assert(
      fc.property(anyFacts, anyConvention, fc.integer({ min: 0, max: 300 }), ({ plan, rules }, convention, limit) => {
        const title = titleOf(plan, rules, convention, limit)
        expect(title.length).toBeLessThanOrEqual(limit)
        expect(title).not.toMatch(/[\r\n]/)
      }),
    )
  })

  test('titles and messages hold nothing that acts', () => {
    fc.assert(
      fc.property(anyFacts, ({ plan, rules }) => {
        const texts = [titleOf(plan, rules, CONVENTIONAL, 255), commitMessage(plan, rules, CONVENTIONAL)]
        for (const text of texts) for (const pattern of ACTS) expect(text).not.toMatch(pattern)
        const subject = texts[1]?.split('\n')[0] ?? ''
        expect(subject.length).toBeLessThanOrEqual(72)
        const trailers = /^(?:co-authored-by|signed-off-by|skip-checks|fixes|closes|resolves)\b/im
        expect(texts[1]).not.toMatch(trailers)
      }),
      { numRuns: 500 },
    )
  })

  test('a plain name is one that says nothing to a forge', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const name = plainName(text)
        if (name === undefined) return
        for (const pattern of ACTS) expect(name).not.toMatch(pattern)
      }),
    )
    expect(HOSTILE.filter(text => plainName(text) !== undefined)).toEqual([])
    for (const name of ['deadbeefcafe1234ABC-12', 'web-5d4f8c7b9', 'a-GH-12', 'x/ABC-1'])
      expect(plainName(name)).toBeUndefined()
    for (const name of ['api', 'platform', 'k8s/a-b.yaml', 'Deployment', 'v1.2']) expect(plainName(name)).toBe(name)
  })
})

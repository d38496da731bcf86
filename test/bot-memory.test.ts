// What earlier pull requests tell: what people turned down, what does not last, and what comes back.

import { describe, expect, test } from 'vitest'
import type { PullRequest } from '../src/bot/forge.ts'
import type { Marker } from '../src/bot/marker.ts'
import { DUPLICATE, recall } from '../src/bot/memory.ts'
import { bodyOf, markOf, pullRequest } from './support/bot-facts.ts'

const NOW = 1_800_000_000
const DAY = 86_400
const [A, B, C] = ['a', 'b', 'c'].map(markOf) as [Mark, Mark, Mark]
type Mark = ReturnType<typeof markOf>

function past(number: number, state: PullRequest['state'], facts: Partial<Marker>, more: Partial<PullRequest> = {}) {
  return pullRequest({ number, state, body: bodyOf(facts), ...more })
}

function recalled(...newestFirst: PullRequest[]) {
  return recall(newestFirst, NOW, 7)
}

describe('no change is rejected', () => {
  test.each<[string, PullRequest[]]>([
    ['without pull requests', []],
    ['by an open one', [past(1, 'open', { marks: [A] })]],
    ['by a merged one', [past(1, 'merged', { marks: [A] })]],
    ['by one that the bot closed', [past(1, 'closed', { marks: [A], withdrawnAt: NOW - 90 * DAY })]],
    ['by one that the bot closed beside an older one', [past(1, 'closed', { marks: [A], withdrawnAt: DUPLICATE })]],
    ['by one without a marker', [pullRequest({ state: 'closed', body: 'My own.' })]],
    ['by one whose marker is broken', [pullRequest({ state: 'closed', body: '<!-- kubemend:state AAAA AAAA -->' })]],
    ['by one that a person forgave', [past(1, 'closed', { marks: [A] }, { labels: ['Kubemend:recreate'] })]],
    ['by one that was merged after all', [past(2, 'merged', { marks: [A, B] }), past(1, 'closed', { marks: [A] })]],
  ])('%s', (_, pullRequests) => {
    expect(recalled(...pullRequests).rejected).toEqual([])
  })
})

describe('a change is rejected', () => {
  test('when a person closed its pull request unmerged', () => {
    expect(recalled(past(1, 'closed', { marks: [A, B] })).rejected).toEqual([A, B])
  })

  test('once, whatever number of times it was turned down', () => {
    const closed = recalled(past(2, 'closed', { marks: [B, A] }), past(1, 'closed', { marks: [A, C] }))
    expect(closed.rejected).toEqual([B, A, C])
  })

  test('when it was merged first and turned down later', () => {
    expect(recalled(past(2, 'closed', { marks: [A] }), past(1, 'merged', { marks: [A] })).rejected).toEqual([A])
  })

  test('beside others of its pull request that were merged later', () => {
    expect(recalled(past(2, 'merged', { marks: [A] }), past(1, 'closed', { marks: [A, B] })).rejected).toEqual([B])
  })

  test('while a pull request of the bot comes and goes', () => {
    const withdrawn = past(2, 'closed', { marks: [A], withdrawnAt: NOW })
    expect(recalled(past(3, 'open', { marks: [C] }), withdrawn, past(1, 'closed', { marks: [A] })).rejected).toEqual([
      A,
    ])
  })

  test('and not the same finding with another change', () => {
    expect(recalled(past(1, 'closed', { marks: [A] })).rejected).not.toContainEqual(markOf('a#other'))
    expect(markOf('a#other').id).toBe(A.id)
  })
})

describe('a change does not last', () => {
  test('when it was merged twice', () => {
    const merged = [past(3, 'merged', { marks: [A, B] }), past(2, 'merged', { marks: [C] })]
    expect(recalled(...merged, past(1, 'merged', { marks: [A] })).exhausted).toEqual([A])
    expect(recalled(...merged, past(1, 'merged', { marks: [A] })).rejected).toEqual([])
  })

  test.each<[string, PullRequest[]]>([
    ['merged once', [past(1, 'merged', { marks: [A] })]],
    ['merged once and turned down once', [past(2, 'closed', { marks: [A] }), past(1, 'merged', { marks: [A] })]],
    [
      'merged twice in different ways',
      [past(2, 'merged', { marks: [markOf('a#x')] }), past(1, 'merged', { marks: [A] })],
    ],
    ['merged once and open again', [past(2, 'open', { marks: [A] }), past(1, 'merged', { marks: [A] })]],
  ])('but not when it was %s', (_, pullRequests) => {
    expect(recalled(...pullRequests).exhausted).toEqual([])
  })

  test('unless a person forgave it', () => {
    const forgiven = past(2, 'merged', { marks: [A] }, { labels: ['kubemend:recreate'] })
    expect(recalled(forgiven, past(1, 'merged', { marks: [A] })).exhausted).toEqual([])
  })

  test('is said once when it was merged thrice', () => {
    const merged = [3, 2, 1].map(number => past(number, 'merged', { marks: [A] }))
    expect(recalled(...merged).exhausted).toEqual([A])
  })
})

describe('what comes back', () => {
  const withdrawn = past(1, 'closed', { withdrawnAt: NOW - DAY })

  test('is the pull request that the bot closed within the days given', () => {
    expect(recalled(withdrawn).reopenable).toBe(withdrawn)
    expect(recalled(pullRequest({ number: 2, state: 'closed', body: 'My own.' }), withdrawn).reopenable).toBe(withdrawn)
  })

  test('passes over a duplicate that was closed beside it', () => {
    const duplicate = past(2, 'closed', { withdrawnAt: DUPLICATE })
    expect(recalled(duplicate, withdrawn).reopenable).toBe(withdrawn)
    expect(recalled(duplicate).reopenable).toBeUndefined()
  })

  test.each<[string, PullRequest[]]>([
    ['closed too long ago', [past(1, 'closed', { withdrawnAt: NOW - 7 * DAY })]],
    ['closed by a person', [past(1, 'closed', {})]],
    ['open', [past(1, 'open', { withdrawnAt: NOW })]],
    ['merged', [past(1, 'merged', { withdrawnAt: NOW })]],
    ['followed by one that a person closed', [past(2, 'closed', {}), withdrawn]],
    ['followed by one that is open', [past(2, 'open', {}), withdrawn]],
  ])('is none that was %s', (_, pullRequests) => {
    expect(recalled(...pullRequests).reopenable).toBeUndefined()
  })

  test('is none when no days are given', () => {
    expect(recall([past(1, 'closed', { withdrawnAt: NOW - 1 })], NOW, 0).reopenable).toBeUndefined()
  })
})

test('ignored rules are those of the newest pull request, in whatever state', () => {
  const older = past(1, 'open', { ignore: ['ingress'] })
  expect(recalled(past(2, 'closed', { ignore: ['replicas'], withdrawnAt: NOW }), older).ignore).toEqual(['replicas'])
  expect(recalled(pullRequest({ number: 3, body: 'My own.' }), older).ignore).toEqual(['ingress'])
  expect(recalled().ignore).toEqual([])
})

test('comments are done up to the last one of any pull request', () => {
  expect(recalled(past(2, 'closed', { considered: 3 }), past(1, 'merged', { considered: 8 })).considered).toBe(8)
  expect(recalled().considered).toBe(0)
})

// The decision table: each of its rows by name, with more that do nothing than do something.

import { describe, expect, test } from 'vitest'
import { decide, rowOf } from '../src/bot/decide.ts'
import type { ForeignCommit } from '../src/bot/decision.ts'
import { ROWS } from '../src/bot/decision-table.ts'
import type { PullRequest } from '../src/bot/forge.ts'
import { objectId, planOf, pullRequest } from './support/bot-facts.ts'
import {
  type Change,
  CLOSED,
  DUPLICATED,
  FORGOTTEN,
  HEAD,
  MERGED,
  OPEN,
  OTHER,
  OURS,
  situation,
  THEIRS,
  WITHDRAWN,
  WITHIN,
} from './support/bot-situations.ts'

const CHANGED = { ...OURS, plan: planOf('b') }
const ELSEWHERE = pullRequest({ number: 2, base: 'release', head: HEAD })

/** Row, what is seen besides the quiet situation, and what is done. */
const CASES: readonly (readonly [string, Change, object])[] = [
  ['paused', { controls: { pause: true } }, { type: 'leave', notice: undefined }],
  ['paused', { controls: { pause: true, recreate: true }, branch: CHANGED }, { type: 'leave' }],
  ['paused', { controls: { pause: true }, plan: undefined }, { type: 'leave' }],
  ['open towards another base', { pullRequests: [ELSEWHERE], branch: CHANGED }, { type: 'leave', notice: undefined }],
  ['open towards another base', { pullRequests: [ELSEWHERE, OPEN], plan: undefined }, { type: 'leave' }],
  ['open and queued', { state: { isQueued: true }, branch: CHANGED }, { type: 'leave', notice: undefined }],
  ['open and queued', { state: { isQueued: true }, branch: THEIRS }, { type: 'leave', notice: undefined }],
  ['open and queued', { state: { isQueued: true }, plan: undefined }, { type: 'leave' }],
  ['open and queued', { state: { isQueued: true, mergeability: 'behind' }, baseHead: OTHER }, { type: 'leave' }],
  ['open and queued', { state: { isQueued: true }, controls: { recreate: true } }, { type: 'leave' }],
  ['open without a branch, nothing to propose', { branch: undefined, plan: undefined }, { type: 'withdraw' }],
  ['open without a branch, asked back', { branch: undefined, controls: { rebase: true } }, { type: 'create' }],
  ['open without a branch, asked back', { branch: undefined, controls: { recreate: true } }, { type: 'create' }],
  ['open without a branch', { branch: undefined }, { type: 'leave', notice: undefined }],
  ['open without a branch', { branch: undefined, baseHead: OTHER, state: { isReviewed: true } }, { type: 'leave' }],
  ['foreign commits, taken back', { branch: THEIRS, controls: { recreate: true } }, { type: 'rewrite', keep: HEAD }],
  [
    'foreign commits, taken back',
    { branch: { ...THEIRS, plan: undefined }, controls: { recreate: true }, state: { isReviewed: true } },
    { type: 'rewrite', keep: HEAD },
  ],
  [
    'foreign commits, open',
    { branch: THEIRS },
    { type: 'leave', notice: expect.stringContaining('kubemend recreate') },
  ],
  ['foreign commits, open', { branch: { ...THEIRS, plan: planOf('b') } }, { type: 'leave' }],
  ['foreign commits, open', { branch: THEIRS, controls: { rebase: true } }, { type: 'leave' }],
  ['foreign commits, open', { branch: THEIRS, state: { mergeability: 'conflicts' } }, { type: 'leave' }],
  [
    'foreign commits, open',
    { branch: THEIRS, plan: undefined, controls: { recreate: true } },
    { type: 'leave', notice: expect.not.stringContaining('kubemend recreate') },
  ],
  ['closed by a person, as it was left', { pullRequests: [CLOSED] }, { type: 'none' }],
  ['closed by a person, as it was left', { pullRequests: [CLOSED], branch: THEIRS }, { type: 'none' }],
  [
    'closed by a person, as it was left',
    { pullRequests: [{ ...CLOSED, head: undefined, body: '' }] },
    { type: 'none' },
  ],
  ['foreign commits, no pull request', { branch: THEIRS, pullRequests: [] }, { type: 'sidestep' }],
  ['foreign commits, no pull request', { branch: THEIRS, pullRequests: [MERGED] }, { type: 'sidestep' }],
  [
    'foreign commits, no pull request',
    { branch: { ...THEIRS, plan: planOf('b') }, pullRequests: [CLOSED], controls: { recreate: true } },
    { type: 'sidestep' },
  ],
  ['foreign commits, nothing to propose', { branch: THEIRS, pullRequests: [], plan: undefined }, { type: 'leave' }],
  [
    'foreign commits, nothing to propose',
    { branch: THEIRS, pullRequests: [MERGED], plan: undefined },
    { type: 'leave' },
  ],
  ['open, nothing to propose', { plan: undefined }, { type: 'withdraw' }],
  ['open, nothing to propose', { plan: undefined, state: { isReviewed: true } }, { type: 'withdraw' }],
  ['open, nothing to propose', { plan: undefined, branch: WITHIN }, { type: 'withdraw' }],
  [
    'open, nothing to propose',
    { plan: undefined, controls: { split: true } },
    { type: 'withdraw', why: 'its changes go into smaller pull requests' },
  ],
  ['open, asked to recreate', { controls: { recreate: true } }, { type: 'rewrite', keep: undefined }],
  ['open, asked to recreate', { controls: { recreate: true }, state: { isReviewed: true } }, { type: 'rewrite' }],
  ['open, asked to rebase', { controls: { rebase: true }, baseHead: OTHER }, { type: 'rewrite', keep: undefined }],
  [
    'open, asked to rebase',
    { controls: { rebase: true }, branch: CHANGED, state: { isReviewed: true } },
    { type: 'rewrite' },
  ],
  ['open, branch within the base', { branch: WITHIN }, { type: 'rewrite' }],
  ['open, branch within the base', { branch: WITHIN, state: { isReviewed: true } }, { type: 'rewrite' }],
  [
    'open, plan equal, not mergeable, reviewed',
    { baseHead: OTHER, state: { mergeability: 'behind', isReviewed: true } },
    { type: 'append', why: 'it must be up to date with its base' },
  ],
  [
    'open, plan equal, not mergeable, reviewed',
    { baseHead: OTHER, state: { mergeability: 'conflicts', isReviewed: true } },
    { type: 'append', why: 'it conflicts with its base' },
  ],
  ['open, plan equal, not mergeable', { baseHead: OTHER, state: { mergeability: 'behind' } }, { type: 'rewrite' }],
  ['open, plan equal, not mergeable', { baseHead: OTHER, state: { mergeability: 'conflicts' } }, { type: 'rewrite' }],
  ['open, plan equal', {}, { type: 'keep' }],
  ['open, plan equal', { baseHead: OTHER }, { type: 'keep' }],
  ['open, plan equal', { baseHead: OTHER, state: { mergeability: 'unknown' } }, { type: 'keep' }],
  ['open, plan equal', { state: { mergeability: 'conflicts' } }, { type: 'keep' }],
  ['open, plan equal', { state: { mergeability: 'behind', isReviewed: true } }, { type: 'keep' }],
  ['open, plan equal', { state: { isReviewed: true } }, { type: 'keep' }],
  ['open, plan equal', { updates: 'append' }, { type: 'keep' }],
  ['open, plan equal', { controls: { rebase: true } }, { type: 'keep' }],
  [
    'open, plan equal',
    { controls: { rebase: true }, state: { isReviewed: true, mergeability: 'unknown' } },
    { type: 'keep' },
  ],
  ['open, plan equal', { baseHead: OTHER, state: { isReviewed: true }, updates: 'append' }, { type: 'keep' }],
  ['open, plan equal', { controls: { split: true, ignore: ['ingress'] } }, { type: 'keep' }],
  [
    'open, plan equal',
    { pullRequests: [{ ...OPEN, isDraft: true, title: 'Mine', head: undefined }] },
    { type: 'keep' },
  ],
  ['open, plan equal', { pullRequests: [{ ...OPEN, author: 'a-person', body: 'My own.' }] }, { type: 'keep' }],
  ['open, plan equal', { pullRequests: [{ ...OPEN, number: 2 }, CLOSED] }, { type: 'keep' }],
  ['open, plan equal', { pullRequests: [{ ...OPEN, number: 2 }, MERGED] }, { type: 'keep' }],
  ['open, plan equal', { pullRequests: [{ ...OPEN, number: 2 }, WITHDRAWN] }, { type: 'keep' }],
  ['open, plan equal', { pullRequests: [{ ...DUPLICATED, number: 2 }, OPEN] }, { type: 'keep' }],
  ['open, plan changed, reviewed', { branch: CHANGED, state: { isReviewed: true } }, { type: 'append' }],
  [
    'open, plan changed, reviewed',
    { branch: CHANGED, state: { isReviewed: true, mergeability: 'conflicts' }, baseHead: OTHER },
    { type: 'append' },
  ],
  ['open, plan changed, updates appended', { branch: CHANGED, updates: 'append' }, { type: 'append' }],
  ['open, plan changed', { branch: CHANGED }, { type: 'rewrite', keep: undefined }],
  ['open, plan changed', { branch: CHANGED, state: { mergeability: 'conflicts' } }, { type: 'rewrite' }],
  [
    'nothing there',
    { plan: undefined, branch: undefined, pullRequests: [], controls: { split: true } },
    { type: 'none' },
  ],
  ['nothing there', { plan: undefined, branch: undefined, pullRequests: [] }, { type: 'none' }],
  ['nothing there', { plan: undefined, branch: undefined, pullRequests: [CLOSED] }, { type: 'none' }],
  ['nothing there', { plan: undefined, branch: undefined, pullRequests: [MERGED] }, { type: 'none' }],
  ['nothing there', { plan: undefined, branch: undefined, pullRequests: [WITHDRAWN] }, { type: 'none' }],
  [
    'closed by a person, nothing to propose',
    { plan: undefined, pullRequests: [{ ...DUPLICATED, number: 2 }, CLOSED], branch: CHANGED },
    { type: 'none' },
  ],
  ['closed by a person, nothing to propose', { plan: undefined, pullRequests: [CLOSED] }, { type: 'none' }],
  [
    'closed by a person, nothing to propose',
    { plan: undefined, pullRequests: [{ ...CLOSED, body: '' }] },
    { type: 'none' },
  ],
  ['left over, nothing to propose', { plan: undefined, pullRequests: [] }, { type: 'withdraw' }],
  ['left over, nothing to propose', { plan: undefined, pullRequests: [MERGED] }, { type: 'withdraw' }],
  ['left over, nothing to propose', { plan: undefined, pullRequests: [MERGED], branch: WITHIN }, { type: 'withdraw' }],
  ['left over, nothing to propose', { plan: undefined, pullRequests: [WITHDRAWN] }, { type: 'withdraw' }],
  ['withdrawn lately', { branch: undefined, pullRequests: [WITHDRAWN] }, { type: 'reopen', pullRequest: WITHDRAWN }],
  ['withdrawn lately', { branch: CHANGED, pullRequests: [WITHDRAWN] }, { type: 'reopen' }],
  ['branch absent', { branch: undefined, pullRequests: [] }, { type: 'create' }],
  ['branch absent', { branch: undefined, pullRequests: [CLOSED] }, { type: 'create' }],
  ['branch absent', { branch: undefined, pullRequests: [MERGED] }, { type: 'create' }],
  ['branch absent', { branch: undefined, pullRequests: [FORGOTTEN] }, { type: 'create' }],
  ['pushed, pull request missing', { pullRequests: [] }, { type: 'open' }],
  ['pushed, pull request missing', { pullRequests: [], baseHead: OTHER }, { type: 'open' }],
  ['pushed, pull request missing', { pullRequests: [{ ...MERGED, head: OTHER }] }, { type: 'open' }],
  ['pushed, pull request missing', { pullRequests: [{ ...CLOSED, head: OTHER }] }, { type: 'open' }],
  ['left over from an earlier pull request', { pullRequests: [MERGED], branch: CHANGED }, { type: 'rewrite' }],
  ['left over from an earlier pull request', { pullRequests: [MERGED], branch: WITHIN }, { type: 'rewrite' }],
  ['left over from an earlier pull request', { pullRequests: [MERGED] }, { type: 'rewrite', keep: undefined }],
  ['left over from an earlier pull request', { pullRequests: [CLOSED], branch: CHANGED }, { type: 'rewrite' }],
  ['left over from an earlier pull request', { pullRequests: [FORGOTTEN] }, { type: 'rewrite' }],
  ['left over from an earlier pull request', { pullRequests: [], branch: CHANGED }, { type: 'rewrite' }],
]

describe('each row', () => {
  test.each(CASES)('%s, case %#', (row, change, action) => {
    expect(rowOf(situation(change))).toBe(row)
    expect(decide(situation(change)).action).toMatchObject(action)
  })

  test('is tested, and has a name of its own', () => {
    const names = ROWS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect([...new Set(CASES.map(([row]) => row))]).toEqual(names)
  })

  test('names the commits of others that it saw, and no more than five', () => {
    const foreign = Array.from(
      { length: 7 },
      (_, index): ForeignCommit => ({ id: objectId(`${index}`), why: 'amended' }),
    )
    const { action } = decide(situation({ branch: { ...THEIRS, foreign } }))
    const notice = action.type === 'leave' ? (action.notice ?? '') : ''
    expect(notice.match(/\b[0-9a-f]{10}\b/g)).toEqual(foreign.slice(0, 5).map(({ id }) => id.slice(0, 10)))
    expect(notice).toContain('and 2 more')
  })
})

describe('of several open pull requests', () => {
  const numbered = (number: number, more: Partial<PullRequest> = {}) => pullRequest({ number, head: HEAD, ...more })

  test('the oldest counts, and the younger ones of the bot are duplicates', () => {
    const [third, first, second] = [numbered(30), numbered(9), numbered(10)]
    const { current, duplicates } = decide(situation({ pullRequests: [third, second, first] }))
    expect([current, duplicates]).toEqual([first, [second, third]])
  })

  test("the bot's own is the duplicate when a person was first", () => {
    const [own, person] = [numbered(2), numbered(1, { author: 'a-person', body: 'My own.' })]
    expect(decide(situation({ pullRequests: [own, person] }))).toMatchObject({ current: person, duplicates: [own] })
  })

  test("a person's is no duplicate", () => {
    const [own, person] = [numbered(1), numbered(2, { author: 'a-person', body: 'My own.' })]
    expect(decide(situation({ pullRequests: [person, own] }))).toMatchObject({ current: own, duplicates: [] })
  })

  test('none is closed while hands are off', () => {
    const pullRequests = [numbered(2), numbered(1)]
    expect(decide(situation({ pullRequests, controls: { pause: true } })).duplicates).toEqual([])
    expect(decide(situation({ pullRequests: [ELSEWHERE, ...pullRequests] })).duplicates).toEqual([])
  })
})

test('the newest closed or merged pull request is the predecessor', () => {
  const [newer, older] = [pullRequest({ number: 2, state: 'merged' }), pullRequest({ number: 1, state: 'closed' })]
  expect(decide(situation({ branch: undefined, pullRequests: [newer, older] })).predecessor).toBe(newer)
  expect(decide(situation({})).predecessor).toBeUndefined()
})

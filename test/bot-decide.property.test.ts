// What holds whatever the bot sees: no commit of others is lost, doing it once is enough, no second pull request.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../src/bot/decide.ts'
import type { BranchFacts, Decision, Situation } from '../src/bot/decision.ts'
import type { PullRequest } from '../src/bot/forge.ts'
import { objectId, planOf, pullRequest } from './support/bot-facts.ts'
import {
  BASE,
  DUPLICATED,
  FORGOTTEN,
  HEAD,
  OPEN,
  OTHER,
  PLAN,
  situation,
  WITHDRAWN,
  WITHIN,
  WORK,
} from './support/bot-situations.ts'

const anyPullRequest: fc.Arbitrary<PullRequest> = fc
  .record({
    state: fc.constantFrom('open', 'closed', 'merged'),
    head: fc.constantFrom(HEAD, OTHER, undefined),
    base: fc.constantFrom('main', 'main', 'main', 'release'),
    body: fc.constantFrom(OPEN.body, WITHDRAWN.body, FORGOTTEN.body, DUPLICATED.body, 'My own.'),
  })
  .map(facts => pullRequest(facts))

const anyBranch: fc.Arbitrary<BranchFacts> = fc.oneof(
  fc.constant(WITHIN),
  fc.record({
    head: fc.constantFrom(HEAD, OTHER),
    foreign: fc.constantFrom([], [], [WORK]),
    plan: fc.constantFrom(PLAN.fingerprint, planOf('b'), undefined),
    base: fc.constantFrom(BASE, OTHER),
    isMerged: fc.constant(false),
  }),
)

const anySituation: fc.Arbitrary<Situation> = fc
  .record({
    plan: fc.constantFrom(PLAN, PLAN, undefined),
    branch: fc.option(anyBranch, { nil: undefined }),
    pullRequests: fc
      .array(anyPullRequest, { maxLength: 4 })
      .map(list => list.map((entry, index) => ({ ...entry, number: list.length - index }))),
    state: fc.record({
      mergeability: fc.constantFrom('clean', 'conflicts', 'behind', 'unknown'),
      isReviewed: fc.boolean(),
      isQueued: fc.boolean(),
    }),
    controls: fc.record({ rebase: fc.boolean(), recreate: fc.boolean(), pause: fc.boolean(), split: fc.boolean() }),
    updates: fc.constantFrom('rewrite', 'append'),
  })
  .map(situation)

/** What the forge and the remote look like after the decision was carried out. */
function carriedOut(seen: Situation, { action, current, duplicates }: Decision): Situation {
  const { plan, branch, baseHead } = seen
  const pushed =
    ['create', 'rewrite', 'append'].includes(action.type) ||
    (action.type === 'reopen' && branch?.plan !== plan?.fingerprint)
  const written: BranchFacts = {
    head: objectId('new head'),
    foreign: [],
    plan: plan?.fingerprint,
    base: baseHead,
    isMerged: false,
  }
  const next = action.type === 'withdraw' ? undefined : pushed ? written : branch
  const opens = current === undefined && (pushed || action.type === 'open') && action.type !== 'reopen'
  const opened = opens ? [pullRequest({ number: seen.pullRequests.length + 1, head: next?.head })] : []
  const known = seen.pullRequests.map((entry): PullRequest => {
    if (duplicates.includes(entry)) return { ...entry, state: 'closed', body: DUPLICATED.body }
    if (action.type === 'reopen' && entry === action.pullRequest) return { ...entry, state: 'open', body: OPEN.body }
    if (entry !== current) return entry
    if (action.type === 'withdraw') return { ...entry, state: 'closed', body: WITHDRAWN.body }
    return { ...entry, head: next?.head }
  })
  const isHandsOff = ['leave', 'none', 'sidestep'].includes(action.type)
  const controls = isHandsOff ? seen.controls : { ...seen.controls, rebase: false, recreate: false }
  const state = pushed ? { ...seen.state, mergeability: 'clean' as const, isQueued: false } : seen.state
  return situation({ ...seen, branch: next, pullRequests: [...opened, ...known], controls, state })
}

describe('whatever is seen', () => {
  const holds = (law: (seen: Situation, decision: Decision) => void) => {
    fc.assert(
      fc.property(anySituation, seen => law(seen, decide(seen))),
      { numRuns: 1_000 },
    )
  }

  test('commits of others are never lost', () => {
    holds(({ branch, controls }, { action, current }) => {
      if (branch === undefined || branch.foreign.length === 0) return
      if (action.type === 'rewrite') {
        expect([action.keep, controls.recreate, current?.state]).toEqual([branch.head, true, 'open'])
      } else expect(['leave', 'none', 'sidestep']).toContain(action.type)
    })
  })

  test('a branch is created only where none is, and changed only where one is', () => {
    holds(({ branch }, { action }) => {
      if (action.type === 'create') expect(branch).toBeUndefined()
      if (['rewrite', 'append', 'open', 'keep', 'sidestep'].includes(action.type)) expect(branch).toBeDefined()
    })
  })

  test('nothing is pushed without a plan, and nothing withdrawn with one', () => {
    holds(({ plan }, { action }) => {
      if (['create', 'rewrite', 'append', 'open', 'reopen', 'keep'].includes(action.type)) expect(plan).toBeDefined()
      if (action.type === 'withdraw') expect(plan).toBeUndefined()
    })
  })

  test('doing it once is enough', () => {
    holds((seen, decision) => {
      const later = carriedOut(seen, decision)
      const again = decide(later)
      expect(['keep', 'none', 'leave', 'sidestep']).toContain(again.action.type)
      if (again.action.type === 'sidestep') expect(again.action).toEqual(decision.action)
      expect(again.duplicates).toEqual([])
      expect(decide(carriedOut(later, again)).action).toMatchObject({ type: again.action.type })
    })
  })

  test('no two open pull requests of the bot are left', () => {
    holds((seen, decision) => {
      if (seen.controls.pause || seen.pullRequests.some(({ state, base }) => state === 'open' && base !== 'main'))
        return
      const open = carriedOut(seen, decision).pullRequests.filter(({ state }) => state === 'open')
      expect(open.length).toBeLessThanOrEqual(1)
    })
  })

  test('the plan that the branch holds already is not pushed again while it can be merged', () => {
    holds((seen, { action, current }) => {
      const { plan, branch, state, controls } = seen
      const isWanted = plan !== undefined && branch?.plan === plan.fingerprint && current !== undefined
      const isMergeable = state?.mergeability === 'clean' || state?.mergeability === 'unknown'
      if (isWanted && isMergeable && !controls.recreate && !controls.rebase)
        expect(['keep', 'leave']).toContain(action.type)
    })
  })

  test('what people reviewed is rewritten only when they ask, or when the base has it all', () => {
    holds(({ branch, state, controls }, { action, current }) => {
      if (current === undefined || state?.isReviewed !== true || action.type !== 'rewrite') return
      expect(controls.rebase || controls.recreate || branch?.isMerged).toBe(true)
    })
  })

  test('a pause, a queue and another base keep hands off', () => {
    holds(({ controls, state, pullRequests }, { action, current }) => {
      const isElsewhere = pullRequests.some(({ state, base }) => state === 'open' && base !== 'main')
      const isQueued = current !== undefined && state?.isQueued === true
      if (controls.pause || isElsewhere || isQueued) expect(action).toMatchObject({ type: 'leave', notice: undefined })
    })
  })

  test('a notice is given only where there is a pull request to say it in', () => {
    holds((_, { action, current }) => {
      if (action.type === 'leave' && action.notice !== undefined) expect(current?.state).toBe('open')
    })
  })

  test('the name beside a branch of others is free for the plan', () => {
    holds((seen, { action }) => {
      if (action.type !== 'sidestep') return
      const beside = situation({ ...seen, branch: undefined, pullRequests: [] })
      expect(decide(beside).action.type).toBe('create')
    })
  })
})

// Whose commits a branch holds: told by seals and trees.

import { describe, expect, test } from 'vitest'
import { factsOf } from '../src/bot/branch-facts.ts'
import type { Commit } from '../src/bot/repository.ts'
import { objectId, ownCommit, personsCommit, planOf } from './support/bot-facts.ts'

const BASE = objectId('base')
const FIRST = ownCommit('first')
const SECOND = ownCommit('second', { plan: planOf('b'), base: objectId('newer base'), parents: [FIRST.id] })

function facts(...commits: Commit[]) {
  return factsOf({ head: commits.at(-1)?.id ?? BASE, commits }, objectId('newest base'))
}

describe('a branch of the bot alone', () => {
  test('completes the plan of its one commit', () => {
    expect(facts(FIRST)).toEqual({ head: FIRST.id, foreign: [], plan: planOf('a'), base: BASE, isMerged: false })
  })

  test('completes the plan of its last commit, and stands on its base', () => {
    expect(facts(FIRST, SECOND)).toMatchObject({ foreign: [], plan: planOf('b'), base: objectId('newer base') })
  })

  test('may hold merges of the base that the bot made', () => {
    const merge = ownCommit('merge', { parents: [FIRST.id, objectId('newer base')] })
    expect(facts(FIRST, merge).foreign).toEqual([])
  })

  test('may stand on commits that the base branch lost when it was rewritten', () => {
    const older = personsCommit('older', [objectId('root')])
    const base = personsCommit('base', [older.id])
    expect(facts(older, base, ownCommit('own', { base: base.id })).foreign).toEqual([])
  })

  test('has no plan when its commits are made by others', () => {
    expect(facts(personsCommit('work'))).toMatchObject({ plan: undefined, base: undefined })
  })
})

describe('a branch that the base holds', () => {
  test.each([
    ['without commits', { head: FIRST.id, commits: [] }],
    ['at its head', { head: BASE, commits: [personsCommit('base', [])] }],
  ])('%s has nothing to lose', (_, branch) => {
    expect(factsOf(branch, BASE)).toMatchObject({ foreign: [], plan: undefined, isMerged: true })
  })
})

describe('a commit is foreign', () => {
  test('without trailers, wherever it stands', () => {
    const [before, after] = [personsCommit('before'), personsCommit('after', [FIRST.id])]
    const foreign = [before, after].map(({ id }) => ({ id, why: 'no-trailers' }))
    expect(facts(before, FIRST, after)).toMatchObject({ foreign, plan: planOf('a') })
  })

  test('when its tree is another than its trailers say: amended files, a rebase', () => {
    const amended = { ...FIRST, id: objectId('amended'), tree: objectId('amended tree') }
    expect(facts(amended)).toMatchObject({ foreign: [{ id: amended.id, why: 'amended' }], plan: undefined })
  })

  test('when its message was amended', () => {
    const amended = { ...FIRST, message: FIRST.message.replace('first', 'the first') }
    expect(facts(amended).foreign).toEqual([{ id: FIRST.id, why: 'amended' }])
  })

  test('when a person squashed several of the bot into it', () => {
    const message = `${FIRST.message}\n${SECOND.message}`
    expect(facts({ ...SECOND, message }).foreign).toEqual([{ id: SECOND.id, why: 'amended' }])
  })

  test('when a person merged the base', () => {
    const merge = personsCommit('merge', [FIRST.id, objectId('newer base')])
    expect(facts(FIRST, merge).foreign).toEqual([{ id: merge.id, why: 'merge' }])
  })

  test('when it merges with trailers that do not hold', () => {
    const merge = { ...ownCommit('merge', { parents: [FIRST.id, BASE] }), tree: objectId('solved by hand') }
    expect(facts(FIRST, merge).foreign).toEqual([{ id: merge.id, why: 'merge' }])
  })

  test('when it only looks like the base: an amended commit names none', () => {
    const work = personsCommit('work')
    const amended = { ...ownCommit('own', { base: work.id }), tree: objectId('amended tree') }
    expect(facts(work, amended).foreign.map(({ id }) => id)).toEqual([work.id, amended.id])
  })

  test('beside a rewritten base, when the base does not descend from it', () => {
    const base = personsCommit('base', [objectId('root')])
    const work = personsCommit('work', [objectId('root')])
    const own = ownCommit('own', { base: base.id })
    const merge = personsCommit('merge', [own.id, work.id])
    expect(facts(base, work, own, merge).foreign.map(({ id }) => id)).toEqual([work.id, merge.id])
  })
})

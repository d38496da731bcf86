// Commits that GitHub makes and signs, and refs that its API moves by compare-and-swap.

import { beforeEach, describe, expect, test } from 'vitest'
import type { GithubOptions } from '../src/forge/github/index.ts'
import { failure } from './support/failure.ts'
import { APP_TOKEN, branch, disturb, forge, requests, useWorld, world } from './support/forge/github-world.ts'

useWorld()

const ZERO = '0'.repeat(40)

describe('signing', () => {
  const signing = () => {
    const { signer } = forge({ token: APP_TOKEN })
    if (signer === undefined) throw new Error('no signer')
    return signer
  }
  const author = { name: 'x', email: 'x@example.com' }

  /** A commit as git would make it, whose tree is to be matched. */
  function planned(files: Record<string, string>) {
    const onto = world.repository.git.head('main') ?? ''
    const entries = Object.entries(files).map(([path, content]) => {
      const mode = world.repository.git.git(['ls-tree', onto, path]).split(' ')[0] || '100644'
      return [path, { mode, content }] as const
    })
    const made = world.repository.git.commit('refs/scratch/planned', Object.fromEntries(entries), { parents: [onto] })
    const tree = world.repository.git.git(['rev-parse', `${made}^{tree}`]).trim()
    world.repository.git.remove('refs/scratch/planned')
    const list = Object.entries(files).map(([path, text]) => ({ path, text }))
    return { parents: [onto], onto, files: list, author, date: 0, message: 'Fix\n\nTree: x', tree }
  }

  test('is for the tokens that GitHub signs for, unless said otherwise', () => {
    const has = (options: Partial<GithubOptions>) => forge(options).signer !== undefined
    expect([has({}), has({ token: APP_TOKEN })]).toEqual([false, true])
    expect([has({ signing: 'always' }), has({ token: APP_TOKEN, signing: 'never' })]).toEqual([true, false])
  })

  test('makes the planned tree and a verified commit', async () => {
    const commit = planned({ 'k8s/web.yaml': 'replicas: 2\n', 'k8s/new.yaml': 'ünïcode: "€"\n' })
    const { id, isVerified } = await signing().commit(commit)
    expect(isVerified).toBe(true)
    const shown = world.repository.git.git(['log', '-1', '--format=%T %P %s', id]).trim()
    expect(shown).toBe(`${commit.tree} ${commit.onto} Fix`)
    expect(requests()).toHaveLength(4)
  })

  test('keeps the modes of files that are executable', async () => {
    const { id } = await signing().commit(planned({ 'run.sh': 'y' }))
    expect(world.repository.git.git(['ls-tree', id, 'run.sh'])).toMatch(/^100755/)
  })

  test('sends many files in few requests', async () => {
    const files = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`k8s/${index}.yaml`, `a: ${index}\n`]))
    await signing().commit(planned(files))
    expect(requests().filter(request => request.endsWith('/git/trees'))).toHaveLength(3)
  })

  test('makes no commit with another tree', async () => {
    const error = await failure(signing().commit({ ...planned({ a: 'b' }), tree: ZERO }))
    expect(error.message).toContain('another tree')
    expect(requests().some(request => request.endsWith('/git/commits'))).toBe(false)
  })

  test('says when a commit is not signed', async () => {
    const { signer } = forge({ signing: 'always' })
    expect((await signer?.commit(planned({ a: 'b' })))?.isVerified).toBe(false)
  })

  describe('moves refs', () => {
    const ref = 'refs/heads/kubemend/replicas'
    let before: string
    let next: string

    beforeEach(() => {
      before = world.repository.git.head('main') ?? ''
      next = branch('kubemend/replicas')
      world.repository.git.move(ref, before)
    })

    test('from where they are expected', async () => {
      expect(await signing().update([{ ref, expected: before, next }])).toEqual({ type: 'pushed' })
      expect(world.repository.git.head(ref)).toBe(next)
    })

    test('into being and out of it', async () => {
      world.repository.git.remove(ref)
      expect(await signing().update([{ ref, expected: undefined, next }])).toEqual({ type: 'pushed' })
      expect(await signing().update([{ ref, expected: next, next: undefined }])).toEqual({ type: 'pushed' })
      expect(world.repository.git.head(ref)).toBeUndefined()
    })

    test('all or none', async () => {
      const updates = [
        { ref: 'refs/heads/kubemend/other', expected: undefined, next },
        { ref, expected: next, next: before },
      ]
      const outcome = await signing().update(updates)
      expect(outcome).toMatchObject({ type: 'stale', text: expect.stringContaining(ref) })
      expect(world.repository.git.head('kubemend/other')).toBeUndefined()
    })

    test('never over what a person pushed in between', async () => {
      const seen = { theirs: '' }
      world.double.onRequest = ({ body }) => {
        if (!JSON.stringify(body)?.includes('UpdateRefs')) return undefined
        seen.theirs = world.repository.git.commit(ref, { 'k8s/web.yaml': 'replicas: 5\n' })
        return undefined
      }
      expect(await signing().update([{ ref, expected: before, next }])).toMatchObject({ type: 'stale' })
      expect(world.repository.git.head(ref)).toBe(seen.theirs)
    })

    test('never over a branch that a person made in between', async () => {
      world.repository.git.remove(ref)
      world.double.onRequest = ({ body }) => {
        if (JSON.stringify(body)?.includes('UpdateRefs')) world.repository.git.move(ref, before)
        return undefined
      }
      expect(await signing().update([{ ref, expected: undefined, next }])).toMatchObject({ type: 'stale' })
      expect(world.repository.git.head(ref)).toBe(before)
    })

    test.each([
      ['lose', 1],
      ['drop', 2],
      ['repeat', 1],
    ] as const)('once when the request meets %s', async (answer, sent) => {
      disturb(answer, /UpdateRefs/)
      expect(await signing().update([{ ref, expected: before, next }])).toEqual({ type: 'pushed' })
      expect(world.repository.git.head(ref)).toBe(next)
      expect(world.double.log.filter(({ body }) => JSON.stringify(body)?.includes('UpdateRefs'))).toHaveLength(sent)
    })

    test('not through a rule', async () => {
      world.repository.lockedRefs.add(ref)
      const outcome = await signing().update([{ ref, expected: before, next }])
      expect(outcome).toMatchObject({ type: 'denied', text: expect.stringContaining('rule violations') })
    })
  })
})

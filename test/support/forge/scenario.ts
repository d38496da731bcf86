// What every forge has to do alike, told as stories: run against the doubles and against a real server.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Forge, PullRequest } from '../../../src/bot/forge.ts'
import type { GitWorker } from './worker.ts'

/** One repository of one server, with the bot and a person who may both push. */
export interface Stage {
  /** as the bot; a new one each time, as a later run has it */
  forge(): Forge
  readonly bot: { readonly login: string; readonly git: GitWorker }
  readonly person: {
    readonly login: string
    readonly git: GitWorker
    approve(number: number): Promise<void>
    say(number: number, text: string): Promise<void>
    close(number: number): Promise<void>
    merge(number: number): Promise<void>
  }
  /** login of an account that may read alone */
  readonly reader: string
  stop(): Promise<void>
}

const BRANCH = 'kubemend/replicas-0a1b2c3d'
const NEW = { branch: BRANCH, base: 'main', title: 'fix(k8s): raise replicas', body: 'Why.\n\n- one', isDraft: false }
const BEFORE = 'kind: Deployment\nspec:\n  replicas: 1\n'
const AFTER = BEFORE.replace('1', '2')

/** Registers the stories; `open` makes a stage with `k8s/web.yaml` on `main`. */
export function describeForge(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: stories of a forge`, () => {
    let stage: Stage
    let forge: Forge

    beforeEach(async () => {
      stage = await open()
      forge = stage.forge()
    })
    afterEach(() => stage.stop())

    const pushed = (text = AFTER) =>
      stage.bot.git.push(BRANCH, { 'k8s/web.yaml': text }, { from: 'main', lease: 'absent' })
    const states = async () => (await stage.forge().pullRequests(BRANCH)).map(({ number, state }) => [number, state])

    async function current(): Promise<PullRequest> {
      const [found] = await stage.forge().pullRequests(BRANCH)
      if (found === undefined) throw new Error(`no pull request of ${BRANCH}`)
      return found
    }

    test('a pull request is opened once, whoever asks again', async () => {
      expect(await forge.pullRequests(BRANCH)).toEqual([])
      const head = await pushed()
      const opened = await forge.open(NEW)
      expect(opened).toMatchObject({ ...NEW, state: 'open', author: stage.bot.login, labels: [], head })
      expect(new Date(opened.createdAt).getTime()).not.toBeNaN()
      expect(await forge.open({ ...NEW, title: 'another title' })).toEqual(opened)
      expect(await stage.forge().open(NEW)).toEqual(opened)
      expect(await forge.pullRequests(BRANCH)).toEqual([opened])
      expect(await stage.forge().pullRequests(BRANCH)).toEqual([opened])
      expect(await forge.pullRequests('kubemend/replicas')).toEqual([])
    })

    test('title, body, draft and labels change alone and are found again', async () => {
      await pushed()
      const opened = await forge.open({ ...NEW, isDraft: true })
      expect(opened).toMatchObject({ title: NEW.title, isDraft: true })
      const marker = '<!-- kubemend eyJ2IjoxfQ -->\n\nText with `code`, @someone, #1 and <b>.'
      const edited = await forge.edit(opened, { body: marker })
      expect(edited).toMatchObject({ title: NEW.title, body: marker, isDraft: true, state: 'open' })
      expect(await forge.edit(edited, { isDraft: false })).toMatchObject({ title: NEW.title, isDraft: false })
      const renamed = await forge.edit({ ...edited, isDraft: false }, { title: 'fix: another' })
      expect(renamed).toMatchObject({ title: 'fix: another', isDraft: false, body: marker })
      await forge.label(renamed, { add: ['kubemend', 'size/S'], remove: [] })
      expect([...(await current()).labels].sort()).toEqual(['kubemend', 'size/S'])
      await forge.label(await current(), { add: ['kubemend'], remove: ['size/S', 'never-there'] })
      expect(await current()).toEqual({ ...renamed, labels: ['kubemend'] })
    })

    test('comments are listed oldest first, said once, and edited in place', async () => {
      await pushed()
      const opened = await forge.open(NEW)
      await stage.person.say(opened.number, 'kubemend rebase')
      const said = await forge.comment(opened, 'Edited by a person: hands off.')
      expect((await stage.forge().comment(opened, 'Edited by a person: hands off.')).id).toBe(said.id)
      await forge.editComment(opened, said, 'Taken back.')
      const comments = await forge.comments(opened)
      expect(comments.map(({ author, body }) => [author, body])).toEqual([
        [stage.person.login, 'kubemend rebase'],
        [stage.bot.login, 'Taken back.'],
      ])
      expect(comments[1]?.id).toBe(said.id)
    })

    test('an approval and review requests are seen', async () => {
      await pushed()
      const opened = await forge.open(NEW)
      const before = await forge.state(opened)
      expect(before).toEqual({ mergeability: 'clean', isReviewed: false, isQueued: false })
      const refused = await forge.invite(opened, { reviewers: [stage.person.login, 'no-such-one'], assignees: [] })
      expect(refused).toEqual(['no-such-one'])
      expect(await forge.invite(opened, { reviewers: [], assignees: [stage.person.login] })).toEqual([])
      expect((await forge.state(opened)).isReviewed).toBe(false)
      await stage.person.approve(opened.number)
      expect((await forge.state(opened)).isReviewed).toBe(true)
    })

    test("a push under a lease never takes a person's commit away", async () => {
      const head = await pushed()
      await forge.open(NEW)
      const theirs = await stage.person.git.push(BRANCH, { 'k8s/note.txt': 'mine\n' })
      const other = { 'k8s/web.yaml': AFTER.replace('2', '3') }
      await expect(stage.bot.git.push(BRANCH, other, { from: 'main', lease: head })).rejects.toThrow(
        /stale info|rejected/,
      )
      await expect(stage.bot.git.push(BRANCH, other, { from: 'main', lease: 'absent' })).rejects.toThrow(/rejected/)
      await expect(stage.bot.git.move(BRANCH, undefined, head)).rejects.toThrow(/rejected/)
      expect(await stage.bot.git.head(BRANCH)).toBe(theirs)
      // the forge may show the branch a moment later
      await vi.waitFor(async () => expect((await current()).head).toBe(theirs), { timeout: 10_000 })
    })

    test('what was merged or closed is found when its branch is gone, and reopens with it', async () => {
      const head = await pushed()
      const first = await forge.open(NEW)
      await stage.person.merge(first.number)
      expect(await states()).toEqual([[first.number, 'merged']])
      await stage.bot.git.move(BRANCH, undefined, head)
      expect(await states()).toEqual([[first.number, 'merged']])

      const again = await stage.bot.git.push(
        BRANCH,
        { 'k8s/web.yaml': AFTER.replace('2', '3') },
        { from: 'main', lease: 'absent' },
      )
      const second = await forge.open({ ...NEW, title: 'fix: once more' })
      expect(second.number).toBeGreaterThan(first.number)
      await stage.person.close(second.number)
      await stage.bot.git.move(BRANCH, undefined, again)
      expect(await states()).toEqual([
        [second.number, 'closed'],
        [first.number, 'merged'],
      ])
      expect(await current()).toMatchObject({ branch: BRANCH, title: 'fix: once more', base: 'main' })

      await stage.bot.git.move(BRANCH, again, 'absent')
      const reopened = await forge.edit(await current(), { state: 'open' })
      expect(reopened).toMatchObject({ number: second.number, state: 'open' })
      expect(await forge.edit(reopened, { state: 'closed', body: 'Done elsewhere.' })).toMatchObject({
        state: 'closed',
      })
      expect(await states()).toEqual([
        [second.number, 'closed'],
        [first.number, 'merged'],
      ])
    })

    test('conflicts are seen, and gone once the branch stands on the new base', async () => {
      const head = await pushed()
      const opened = await forge.open(NEW)
      await stage.person.git.push('main', { 'k8s/web.yaml': BEFORE.replace('1', '5') })
      await vi.waitFor(async () => expect((await forge.state(opened)).mergeability).toBe('conflicts'), {
        timeout: 15_000,
      })
      await stage.bot.git.push(BRANCH, { 'k8s/web.yaml': AFTER }, { from: 'main', lease: head })
      await vi.waitFor(async () => expect((await forge.state(opened)).mergeability).toBe('clean'), { timeout: 15_000 })
    })

    test('the account, the project and who may push are told', async () => {
      const account = await forge.account()
      expect(account.login).toBe(stage.bot.login)
      expect(account.identity.email).toMatch(/^\S+@\S+$/)
      expect(await forge.project()).toMatchObject({ defaultBranch: 'main', isArchived: false })
      expect(await forge.canWrite(stage.bot.login)).toBe(true)
      expect(await forge.canWrite(stage.person.login)).toBe(true)
      expect(await forge.canWrite(stage.reader)).toBe(false)
      expect(await forge.canWrite('no-such-one')).toBe(false)
    })

    test('nothing is missing to a token made for the bot', async () => {
      const found = await forge.diagnose()
      expect(found.filter(({ state }) => state === 'missing' || state === 'excess')).toEqual([])
      expect(found.filter(({ state }) => state === 'ok').length).toBeGreaterThan(1)
    })
  })
}

// The story of the bot on a forge: from the first pull request to the merged one, and what people do in between.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, filesIn, type Kind, SHOP, snapshot, TOKEN, type World } from './bot-world.ts'
import type { PullRecord } from './forge/state.ts'

const WEB = 'k8s/web.yaml'
const web = String(SHOP[WEB])

let world: World
const folders: string[] = []

/** A configuration of those who run the bot. */
function central(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kubemend-bot-run-'))
  folders.push(folder)
  const file = path.join(folder, 'central.yaml')
  writeFileSync(file, text)
  return file
}

function pullFor(label: string, state: PullRecord['state'] = 'open'): PullRecord {
  world.repository.sync()
  const found = world.repository.pulls.findLast(pull => pull.branch.includes(label) && pull.state === state)
  if (found === undefined) throw new Error(`no ${state} pull request for ${label}`)
  return found
}

/** Requests that change something. */
function writes(): string[] {
  const reads = /^GET |git-upload-pack|\/graphql$/
  return world.requests().filter(line => line.includes('receive-pack') || !reads.test(line))
}

const open = () => world.repository.openPulls()
const textOn = (branch: string) => world.repository.git.files(branch)[WEB]

export function describeStory(kind: Kind): void {
  describe(`on ${kind}`, () => {
    beforeEach(async () => {
      world = await createWorld(kind)
    })
    afterEach(async () => {
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
      await world.stop()
    })

    test('each rule gets a pull request with its change and nothing else', async () => {
      const { code, err } = await world.run()
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(open().map(pull => pull.branch.replace(/-[0-9a-f]{8}$/, ''))).toEqual([
        'kubemend/image-pull-policy',
        'kubemend/replicas',
        'kubemend/resources',
      ])
      const { branch, title, isDraft } = pullFor('image-pull-policy')
      expect(textOn(branch)).toBe(web.replace('imagePullPolicy: Never', 'imagePullPolicy: IfNotPresent'))
      expect({ title, isDraft }).toEqual({
        title: 'fix(k8s): let nodes pull images that they do not have (1 resource)',
        isDraft: false,
      })
      expect(world.double.violations).toEqual([])
    })

    test('a second run writes nothing', async () => {
      await world.run()
      const before = snapshot(world)
      writes()
      expect(await world.run()).toMatchObject({ code: 0, err: '' })
      expect(writes()).toEqual([])
      expect(snapshot(world)).toEqual(before)
    })

    test('a base that moves elsewhere changes nothing', async () => {
      await world.run()
      world.repository.git.commit('main', { 'README.md': '# the shop\n' })
      const before = snapshot(world)
      writes()
      await world.run()
      expect(writes()).toEqual([])
      expect(snapshot(world)).toEqual(before)
    })

    test('a dry run writes nothing and shows diffs, texts and calls', async () => {
      const before = snapshot(world)
      const { code, out } = await world.run({ dryRun: true })
      expect(code).toBe(1)
      expect(writes()).toEqual([])
      expect(snapshot(world)).toEqual(before)
      expect(out).toContain('would open')
      expect(out).toContain('+  replicas: 2 # enough for the demo')
      expect(out).toContain('## Verify')
      expect(out).toMatch(/push: refs\/heads\/kubemend\/replicas-[0-9a-f]{8} to [0-9a-f]{40} \(must not exist\)/)
      await world.run()
      expect((await world.run({ dryRun: true, isFull: false })).code).toBe(0)
    })

    test("a person's commit stops the bot, which says so once", async () => {
      await world.run()
      const { branch, number } = pullFor('replicas')
      const theirs = world.repository.git.commit(branch, { 'NOTES.md': 'three would be better\n' })
      for (const change of ['first', 'second']) {
        world.repository.git.commit('main', { [WEB]: web.replace('enough for the demo', change) })
        await world.run()
      }
      expect(world.repository.git.head(branch)).toBe(theirs)
      const said = world.repository.pull(number).comments.map(({ body }) => body)
      expect(said).toHaveLength(1)
      expect(said[0]).toContain(theirs.slice(0, 10))
    })

    test('an amended commit is a person’s as well', async () => {
      await world.run()
      const { branch } = pullFor('replicas')
      const theirs = world.repository.git.amend(branch, { [WEB]: web.replace('replicas: 1', 'replicas: 5') })
      world.repository.git.commit('main', { [WEB]: web.replace('enough for the demo', 'for now') })
      await world.run()
      expect(world.repository.git.head(branch)).toBe(theirs)
    })

    test('what was closed is not proposed again, and what is new is', async () => {
      await world.run()
      const { number, branch } = pullFor('replicas')
      world.repository.close(number)
      await world.run()
      expect(open().map(pull => pull.branch)).not.toContain(branch)

      world.repository.git.commit('main', { 'k8s/api.yaml': web.replaceAll('web', 'api') })
      await world.run()
      const next = pullFor('replicas')
      expect(next.number).not.toBe(number)
      expect(world.repository.git.files(next.branch)).toMatchObject({
        'k8s/web.yaml': web,
        'k8s/api.yaml': expect.stringContaining('replicas: 2'),
      })
      expect(next.body).toContain(`${kind === 'gitlab' ? '!' : '#'}${number}`)
    })

    test('a closed pull request that is opened again is taken up again', async () => {
      await world.run()
      const { number } = pullFor('replicas')
      world.repository.close(number)
      await world.run()
      world.repository.reopen(number)
      const before = snapshot(world)
      await world.run()
      expect(snapshot(world)).toEqual(before)
    })

    test('after a merge the rest is kept up, and what comes back twice is left to people', async () => {
      await world.run()
      for (const round of [1, 2]) {
        const pull = pullFor('replicas')
        world.repository.merge(pull.number, { deleteBranch: true })
        await world.run()
        expect(
          open().filter(({ branch }) => branch === pull.branch),
          `round ${round}`,
        ).toEqual([])
        // somebody's generator takes it back
        world.repository.git.commit('main', { [WEB]: web })
        await world.run()
      }
      const replicas = world.repository.pulls.filter(({ branch }) => branch.includes('replicas'))
      expect(replicas.map(({ state }) => state)).toEqual(['merged', 'merged'])
      expect(replicas[1]?.body).toContain('#')
    })

    test('a changed plan is rebuilt before a review and appended after one', async () => {
      await world.run()
      const { branch, number } = pullFor('replicas')
      const first = world.repository.git.head(branch) ?? ''
      world.repository.git.commit('main', { [WEB]: web.replace('enough for the demo', 'first') })
      await world.run()
      const second = world.repository.git.head(branch) ?? ''
      expect(world.repository.git.reaches(branch, first)).toBe(false)
      expect(textOn(branch)).toContain('replicas: 2 # first')

      world.repository.review(number, world.ann, 'approved')
      world.repository.git.commit('main', { [WEB]: web.replace('enough for the demo', 'second') })
      await world.run()
      expect(world.repository.git.reaches(branch, second)).toBe(true)
      expect(textOn(branch)).toContain('replicas: 2 # second')
      const before = snapshot(world)
      await world.run()
      expect(snapshot(world)).toEqual(before)
      expect(world.repository.hasConflicts(world.repository.pull(number))).toBe(false)
    })

    test('what is fixed elsewhere is withdrawn, and comes back when it returns', async () => {
      await world.run()
      const { branch, number } = pullFor('image-pull-policy')
      world.repository.git.commit('main', { [WEB]: web.replace('Never', 'IfNotPresent') })
      await world.run()
      const { state, comments } = world.repository.pull(number)
      expect(state).toBe('closed')
      expect(comments.map(({ body }) => body)).toEqual([expect.stringContaining('Closed by kubemend')])
      expect(world.repository.git.head(branch)).toBeUndefined()

      world.repository.git.commit('main', { [WEB]: web })
      await world.run()
      expect(open().map(pull => pull.branch)).toContain(branch)
      const before = snapshot(world)
      await world.run()
      expect(snapshot(world)).toEqual(before)
    })

    test('commands are done for those who may write, and for nobody else', async () => {
      await world.run()
      const { branch, number } = pullFor('replicas')
      const bob = world.double.account('bob', { role: 'read' })
      world.repository.comment(number, bob, 'kubemend ignore replicas')
      await world.run()
      expect(world.repository.pull(number).state).toBe('open')

      world.repository.comment(number, world.ann, 'kubemend pause')
      world.repository.git.commit('main', { [WEB]: web.replace('enough for the demo', 'paused') })
      const head = world.repository.git.head(branch)
      await world.run()
      expect(world.repository.git.head(branch)).toBe(head)

      world.repository.comment(number, world.ann, 'kubemend resume')
      await world.run()
      expect(textOn(branch)).toContain('replicas: 2 # paused')

      world.repository.comment(number, world.ann, 'kubemend ignore replicas')
      await world.run()
      await world.run()
      expect(world.repository.pull(number).state).toBe('closed')
      expect(open().filter(pull => pull.branch.includes('replicas'))).toEqual([])
    })

    test('a branch is taken back when somebody asks for it, and the old commits stay within reach', async () => {
      await world.run()
      const { branch, number } = pullFor('replicas')
      const theirs = world.repository.git.commit(branch, { 'NOTES.md': 'mine\n' })
      await world.run()
      world.repository.comment(number, world.ann, 'kubemend recreate')
      await world.run()
      expect(world.repository.git.reaches(branch, theirs)).toBe(false)
      expect(world.repository.git.head(`refs/kubemend/kept/${theirs}`)).toBe(theirs)
      const before = snapshot(world)
      await world.run()
      expect(snapshot(world)).toEqual(before)
    })

    test('a foreign branch of the same name is left to its owner', async () => {
      await world.run()
      const { branch, number } = pullFor('replicas')
      await world.stop()
      world = await createWorld(kind)
      expect(number).toBeGreaterThan(0)
      const theirs = world.repository.git.commit(branch, { 'NOTES.md': 'mine\n' })
      await world.run()
      expect(world.repository.git.head(branch)).toBe(theirs)
      expect(pullFor('replicas').branch).toBe(`${branch}-2`)
      const before = snapshot(world)
      await world.run()
      expect(snapshot(world)).toEqual(before)
    })

    test('labels and reviewers are put on once', async () => {
      world.double.account('rita')
      const config = central('bot: { labels: [platform], reviewers: [rita] }\n')
      await world.run({ config })
      const { number } = pullFor('replicas')
      expect(pullFor('replicas')).toMatchObject({ labels: ['platform'], reviewers: ['rita'] })
      world.repository.pull(number).labels = []
      const before = snapshot(world)
      await world.run({ config })
      expect(snapshot(world)).toEqual(before)
    })

    test('limits hold, and what is merged makes room', async () => {
      const config = central('bot: { limits: { openPullRequests: 2 } }\n')
      await world.run({ config })
      expect(open()).toHaveLength(2)
      await world.run({ config })
      expect(open()).toHaveLength(2)
      world.repository.merge(open()[0]?.number ?? 0)
      const { out } = await world.run({ config })
      expect(open()).toHaveLength(2)
      expect(out).not.toContain('waits')
    })

    test('the repository may ask for less and not for more', async () => {
      world.repository.git.commit('main', {
        'kubemend.yaml': 'skip: [replicas]\nbot: { labels: [spam], limits: { openPullRequests: 50 }, unsafe: true }\n',
      })
      const { out } = await world.run()
      expect(open().map(pull => pull.branch.split('/')[1]?.replace(/-[0-9a-f]{8}$/, ''))).toEqual([
        'image-pull-policy',
        'resources',
      ])
      expect(open().flatMap(({ labels }) => labels)).toEqual([])
      expect(out).toContain("the repository's configuration: ")
      expect(open()[0]?.body).toContain('openPullRequests')
    })

    test('two runs over different folders do not touch each other', async () => {
      world.repository.git.commit('main', { 'other/api.yaml': web.replaceAll('web', 'api') })
      await world.run({ paths: ['k8s'] })
      const before = snapshot(world)
      await world.run({ paths: ['other'] })
      expect(snapshot(world).pulls.slice(0, before.pulls.length)).toEqual(before.pulls)
      expect(open()).toHaveLength(6)
    })

    test('the token is nowhere to be seen', async () => {
      const results = [await world.run(), await world.run({ dryRun: true }), await world.run({ format: 'json' })]
      world.repository.git.reject(`no: ${TOKEN}`)
      world.repository.git.commit('main', { [WEB]: web.replace('enough for the demo', 'changed') })
      results.push(await world.run())
      const refs = [...world.repository.git.refs().keys()].flatMap(ref =>
        Object.values(world.repository.git.files(ref)),
      )
      const shown = JSON.stringify([results, snapshot(world), refs])
      const secrets = [TOKEN, ...['x-access-token', 'oauth2', ''].map(user => btoa(`${user}:${TOKEN}`)), btoa(TOKEN)]
      expect(secrets.filter(secret => shown.includes(secret))).toEqual([])
      expect(results.at(-1)?.err).toContain('***')
    })

    test('unsafe changes are drafts of their own, and a unit is never split', async () => {
      await world.stop()
      world = await createWorld(kind, filesIn('fixtures/platform/k8s'))
      const config = central('bot: { unsafe: true, limits: { openPullRequests: 50, newPerRun: 50 } }\n')
      const { err } = await world.run({ config })
      expect(err).toBe('')
      const drafts = open().filter(({ isDraft }) => isDraft)
      const kafka = drafts.filter(({ branch }) =>
        world.repository.git.files(branch)['kafka.yaml']?.includes('StatefulSet'),
      )
      expect(kafka).toHaveLength(1)
      expect(drafts.length).toBeLessThan(open().length)
      const before = snapshot(world)
      await world.run({ config })
      expect(snapshot(world)).toEqual(before)
    })
  })
}

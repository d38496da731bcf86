// The bot's story from an empty repository to the merge, told alike on the doubles and on a real server.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ForgeKind, PullRequest } from '../../../src/bot/forge.ts'
import { connector } from '../../../src/commands/bot/connect.ts'
import type { BotRunFlags } from '../../../src/commands/bot/options.ts'
import { botRun } from '../../../src/commands/bot/run.ts'
import type { Clock } from '../../../src/forge/clock.ts'
import transforms from '../../../transforms/index.ts'
import { type BotOutput, SHOP } from '../bot-world.ts'
import { recordingHost } from '../host.ts'
import type { Stage } from './scenario.ts'

/** A stage whose repository is empty, and the bot on it. */
export interface BotStage extends Stage {
  readonly kind: ForgeKind
  /** page of the repository */
  readonly address: string
  readonly token: string
  /** undefined: time passes */
  readonly clock?: Clock
  /** what was written to the forge since the last call, as far as it can be seen there */
  writes(): Promise<string[]>
  /** waits until the server knows all that was pushed */
  settle(): Promise<void>
}

const WEB = 'k8s/web.yaml'
const web = String(SHOP[WEB])
const MANIFESTS = { [WEB]: web, 'README.md': '# shop\n' }
const GROUPS = ['image-pull-policy', 'replicas', 'resources'] as const

/** Registers the story; `open` makes a stage with an empty repository. */
export function describeBot(name: string, open: () => Promise<BotStage>): void {
  describe(`${name}: the story of the bot`, () => {
    let stage: BotStage
    let branches: ReadonlyMap<string, string>

    beforeEach(async () => {
      stage = await open()
    })
    afterEach(() => stage.stop())

    /** Answers what was printed, and fails when the run did. */
    async function run(): Promise<string> {
      await stage.settle()
      const { code, out, err } = await runBot(stage)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      branches = await stage.bot.git.branches()
      return out
    }

    function branchFor(group: string): string {
      const found = [...branches.keys()].find(branch => branch.startsWith(`kubemend/${group}-`))
      if (found === undefined) throw new Error(`no branch for ${group}`)
      return found
    }

    async function pulls(branch: string): Promise<readonly PullRequest[]> {
      return stage.forge().pullRequests(branch)
    }

    async function snapshot(known: readonly string[]): Promise<unknown> {
      const lists = await Promise.all(known.map(pulls))
      const talk = await Promise.all(lists.flat().map(pull => stage.forge().comments(pull)))
      return { lists, talk, refs: [...(await stage.bot.git.branches())] }
    }

    test('runs from an empty repository to what was merged, closed and touched by people', async () => {
      const nothing = await runBot(stage)
      expect(nothing.code).toBe(5)
      expect(nothing.err).toContain('main')

      await stage.person.git.begin(MANIFESTS)
      await run()
      const names = new Map(GROUPS.map(group => [group, branchFor(group)] as const))
      const known = [...names.values()]
      for (const branch of known) {
        const [pull, ...more] = await pulls(branch)
        expect(more).toEqual([])
        expect(pull).toMatchObject({ state: 'open', base: 'main', isDraft: false, author: stage.bot.login })
        expect(pull?.head).toBe(branches.get(branch))
        expect(pull?.title).toMatch(/^fix\(k8s\): /)
      }
      const pulled = web.replace('imagePullPolicy: Never', 'imagePullPolicy: IfNotPresent')
      expect(await stage.bot.git.show(names.get('image-pull-policy') ?? '', WEB)).toBe(pulled)

      // nothing changed: nothing is written
      const first = await snapshot(known)
      await stage.writes()
      await run()
      expect(await stage.writes()).toEqual([])
      expect(await snapshot(known)).toEqual(first)

      // a person's commit: hands off, said once
      const touched = names.get('replicas') ?? ''
      const theirs = await stage.person.git.push(touched, { 'NOTES.md': 'three would be better\n' })
      const [pull] = await pulls(touched)
      for (const text of ['# the shop\n', '# our shop\n']) {
        await stage.person.git.push('main', {
          'README.md': text,
          [WEB]: web.replace('enough for the demo', text.slice(2, -1)),
        })
        await run()
      }
      expect(branches.get(touched)).toBe(theirs)
      const said = pull === undefined ? [] : await stage.forge().comments(pull)
      expect(said.map(({ author }) => author)).toEqual([stage.bot.login])
      expect(said[0]?.body).toContain(theirs.slice(0, 10))

      // approved and merged: not proposed again, and the rest is kept up
      const merged = names.get('image-pull-policy') ?? ''
      const [approved] = await pulls(merged)
      await stage.settle()
      await stage.person.approve(approved?.number ?? 0)
      await stage.person.merge(approved?.number ?? 0)
      await run()
      expect((await pulls(merged)).map(({ state }) => state)).toEqual(['merged'])
      expect(await stage.bot.git.show('main', WEB)).toContain('imagePullPolicy: IfNotPresent')

      // closed by a person: not proposed again
      const closed = names.get('resources') ?? ''
      const [rejected] = await pulls(closed)
      await stage.person.close(rejected?.number ?? 0)
      await run()
      expect((await pulls(closed)).map(({ number, state }) => [number, state])).toEqual([[rejected?.number, 'closed']])
      const last = await snapshot(known)
      await stage.writes()
      await run()
      expect(await stage.writes()).toEqual([])
      expect(await snapshot(known)).toEqual(last)
    }, 300_000)
  })
}

async function runBot(
  { kind, address, token, clock }: BotStage,
  changes: Partial<BotRunFlags> = {},
): Promise<BotOutput> {
  const host = { ...recordingHost(process.cwd()), env: { KUBEMEND_TOKEN: token } }
  const flags: BotRunFlags = {
    ...{ repositories: [address], forge: kind, trustsRepository: false, paths: [] },
    ...{ format: 'text', quiet: false, dryRun: false, isFull: true },
    ...changes,
  }
  const outcome = await botRun(
    { host, transforms, version: '0.0.0' },
    flags,
    connector(host, flags, clock && { clock }),
  )
  if (typeof outcome !== 'number') throw new Error(outcome.messages.join('\n'))
  return { code: outcome, out: host.printed(), err: host.complained() }
}

// Writing to a remote: commits made without a work tree, and refs that move only from where they are expected.

import { describe, expect, test } from 'vitest'
import type { Repository } from '../src/bot/repository.ts'
import { botCommit, gitBench, hasGit, idOf, wants } from './support/git-remote.ts'
import type { BareRepository, Entries } from './support/git-repository.ts'

const bench = gitBench()
const BRANCH = 'refs/heads/kubemend/a-1'

const FILES: Entries = {
  'a.yaml': 'a: 1\n',
  'b.yaml': { mode: '100755', content: 'b: 1\n' },
  'link.yaml': { mode: '120000', content: 'a.yaml' },
  sub: { mode: '160000', content: '1'.repeat(40) },
  'with "quotes" and\nline \u001b[31m.yaml': 'c: 1\n',
  '.gitattributes': '* filter=evil text eol=crlf ident\n',
  'big.bin': new Uint8Array(300_000).map((_, index) => (index * index * 7919 + (index >> 3)) % 251),
}

/** A repository of which the bot has read two manifests. */
async function opened(remote: BareRepository): Promise<{ repository: Repository; base: string }> {
  const repository = await bench.open(remote)
  const { id } = await repository.fetchBase('main')
  const read = (await repository.files(id)).filter(({ path }) => path === 'a.yaml' || path === 'b.yaml')
  await repository.blobs(read.map(file => file.id))
  bench.requests()
  return { repository, base: id }
}

describe.skipIf(!hasGit)('a commit', () => {
  test('lays new texts over a tree: modes stay, new files are plain ones, nothing is fetched', async () => {
    const remote = bench.remote(FILES)
    const { repository, base } = await opened(remote)
    const odd = 'with "quotes" and\nline \u001b[31m.yaml'
    const files = { 'b.yaml': 'b: 2\r\n$Id$\r\n', 'new/c.yaml': 'c: 1', [odd]: 'c: 2\n' }
    const commit = await repository.commit(botCommit(base, files))
    expect(commit).toMatchObject({ parents: [base], committedAt: 1_700_000_000 })
    expect(commit.message).toBe(`fix: things\n\nKubemend-Tree: ${commit.tree}\n`)
    expect(bench.requests()).toEqual([])
    const modes = (await repository.files(commit.id)).map(({ path, mode }) => [path, mode])
    expect(Object.fromEntries(modes)).toMatchObject({ 'b.yaml': '100755', 'new/c.yaml': '100644', [odd]: '100644' })

    await repository.push([{ ref: BRANCH, expected: undefined, next: commit.id }])
    expect(remote.files(commit.id)).toMatchObject(files)
    expect(remote.git(['diff', '--name-status', base, commit.id]).trim().split('\n')).toHaveLength(3)
    expect(remote.git(['log', '-1', '--format=%an <%ae> %at %cn <%ce> %ct', commit.id]).trim()).toBe(
      'The Bot <bot@example.com> 1700000000 The Bot <bot@example.com> 1700000000',
    )
    remote.git(['fsck', '--strict', '--no-dangling'])
  })

  test('made twice has one id', async () => {
    const remote = bench.remote(FILES)
    const [one, two] = [await opened(remote), await opened(remote)]
    const made = await one.repository.commit(botCommit(one.base, { 'a.yaml': 'a: 2\n' }))
    expect(await two.repository.commit(botCommit(two.base, { 'a.yaml': 'a: 2\n' }))).toEqual(made)
    expect(await one.repository.commit(botCommit(one.base, { 'a.yaml': 'a: 2\n' }))).toEqual(made)
  })

  test('may have two parents', async () => {
    const remote = bench.remote(FILES)
    remote.commit('kubemend/a-1', { 'human.yaml': 'h\n' }, { parents: [idOf(remote, 'main')] })
    remote.commit('main', { 'later.yaml': 'l\n' })
    const { repository, base } = await opened(remote)
    const head = (await repository.fetchBranch('kubemend/a-1'))?.head ?? ''
    const commit = await repository.commit({ ...botCommit(base, { 'a.yaml': 'a: 2\n' }), parents: [head, base] })
    expect(commit.parents).toEqual([head, base])
    expect(await repository.push([{ ref: BRANCH, expected: head, next: commit.id }])).toEqual({ type: 'pushed' })
    expect(remote.reaches(BRANCH, head)).toBe(true)
    expect(remote.files(BRANCH)).toMatchObject({ 'later.yaml': 'l\n', 'a.yaml': 'a: 2\n' })
  })

  test.each(['link.yaml', 'sub', 'sub/x.yaml', 'a.yaml/x', '.git/config', 'x/.GIT/y', '../x.yaml', '/x.yaml', 'x//y'])(
    'never writes to %s',
    async name => {
      const { repository, base } = await opened(bench.remote(FILES))
      await expect(repository.commit(botCommit(base, { [name]: 'x' }))).rejects.toMatchObject({ kind: 'permanent' })
    },
  )
})

describe.skipIf(!hasGit)('a push', () => {
  async function ready(remote = bench.remote(FILES)) {
    const { repository, base } = await opened(remote)
    const commit = await repository.commit(botCommit(base, { 'a.yaml': 'a: 2\n' }))
    const other = await repository.commit(botCommit(base, { 'a.yaml': 'a: 3\n' }))
    return { remote, repository, base, commit: commit.id, other: other.id }
  }
  const { stale } = { stale: { type: 'stale', text: expect.any(String) } }

  test('creates a branch, rewrites it and deletes it, each from where it stands', async () => {
    const { remote, repository, commit, other } = await ready()
    const push = (expected: string | undefined, next: string | undefined) =>
      repository.push([{ ref: BRANCH, expected, next }])
    expect(await push(undefined, commit)).toEqual({ type: 'pushed' })
    expect(await push(undefined, other)).toEqual(stale)
    expect(await push(other, other)).toEqual(stale)
    expect(idOf(remote, BRANCH)).toBe(commit)
    expect(await push(commit, other)).toEqual({ type: 'pushed' })
    expect(idOf(remote, BRANCH)).toBe(other)
    expect(await push(commit, undefined)).toEqual(stale)
    expect(await push(other, undefined)).toEqual({ type: 'pushed' })
    expect(remote.head(BRANCH)).toBeUndefined()
    expect(await push(other, undefined)).toEqual(stale)
    expect(await push(other, commit)).toEqual(stale)
  })

  test('that was done already is done', async () => {
    const { repository, commit } = await ready()
    const update = { ref: BRANCH, expected: undefined, next: commit }
    expect(await repository.push([update])).toEqual({ type: 'pushed' })
    expect(await repository.push([update])).toEqual({ type: 'pushed' })
    expect(await repository.push([])).toEqual({ type: 'pushed' })
  })

  test('moves all refs or none', async () => {
    const { remote, repository, base, commit, other } = await ready()
    remote.move('taken', base)
    const updates = [
      { ref: BRANCH, expected: undefined, next: commit },
      { ref: 'refs/heads/taken', expected: undefined, next: other },
    ]
    expect(await repository.push(updates)).toEqual(stale)
    expect(remote.head(BRANCH)).toBeUndefined()
    const outcome = await repository.push([
      { ref: BRANCH, expected: undefined, next: commit },
      { ref: 'refs/kubemend/kept', expected: undefined, next: base },
      { ref: 'refs/heads/taken', expected: base, next: undefined },
    ])
    expect(outcome).toEqual({ type: 'pushed' })
    expect([...remote.refs().keys()]).toEqual([BRANCH, 'refs/heads/main', 'refs/kubemend/kept'])
  })

  test('can keep the head of a branch under another name while it is rewritten', async () => {
    const remote = bench.remote(FILES)
    remote.commit(BRANCH, { 'human.yaml': 'h\n' }, { parents: [idOf(remote, 'main')] })
    const human = remote.commit(BRANCH, { 'human.yaml': 'h2\n' })
    const { repository, commit } = await ready(remote)
    expect((await repository.fetchBranch('kubemend/a-1'))?.head).toBe(human)
    const outcome = await repository.push([
      { ref: BRANCH, expected: human, next: commit },
      { ref: 'refs/kubemend/kept', expected: undefined, next: human },
    ])
    expect(outcome).toEqual({ type: 'pushed' })
    expect(remote.reaches('refs/kubemend/kept', human)).toBe(true)
  })

  test('sends and fetches no more than its own objects, also when the base has gone on', async () => {
    for (const moves of [false, true]) {
      const { remote, repository, commit } = await ready()
      if (moves) {
        remote.commit('main', { 'a.yaml': 'a: 9\n', 'big.bin': 'small now' })
        remote.commit('main', {})
      }
      bench.requests()
      expect(await repository.push([{ ref: BRANCH, expected: undefined, next: commit }])).toEqual({ type: 'pushed' })
      const requests = bench.requests()
      expect(wants(requests)).toEqual([])
      const sent = requests.filter(({ service }) => service === 'receive-pack')
      expect(sent.reduce((sum, { bytesIn }) => sum + bytesIn, 0)).toBeLessThan(2000)
      remote.git(['fsck', '--strict', '--no-dangling'])
    }
  })

  test('on a base that was taken back is stale', async () => {
    const { remote, repository, commit } = await ready()
    remote.commit('main', { 'a.yaml': 'other\n' }, { parents: [] })
    expect(await repository.push([{ ref: BRANCH, expected: undefined, next: commit }])).toEqual(stale)
  })

  test('that a hook or a protected branch refuses is denied, with what they say made printable', async () => {
    const { remote, repository, base, commit } = await ready()
    remote.protect('main')
    const updates = [
      { ref: BRANCH, expected: undefined, next: commit },
      { ref: 'refs/heads/main', expected: base, next: commit },
    ]
    const denied = await repository.push(updates)
    expect(denied).toMatchObject({ type: 'denied', text: expect.stringContaining('protected branch') })
    expect([idOf(remote, 'main'), remote.head(BRANCH)]).toEqual([base, undefined])

    remote.move('refs/heads/deep/er', base)
    const inTheWay = await repository.push([{ ref: 'refs/heads/deep', expected: undefined, next: commit }])
    expect(inTheWay).toMatchObject({ type: 'denied', text: expect.stringContaining('cannot create') })

    remote.git(['config', 'receive.denyNonFastForwards', 'true'])
    const human = remote.commit('fixed', { 'h.yaml': 'h' }, { parents: [base] })
    const forced = await repository.push([{ ref: 'refs/heads/fixed', expected: human, next: commit }])
    expect(forced).toMatchObject({ type: 'denied', text: expect.stringContaining('non-fast-forward') })

    remote.reject('commits need a ticket \u001b[31m')
    const refused = await repository.push([{ ref: BRANCH, expected: undefined, next: commit }])
    expect(refused).toMatchObject({ type: 'denied', text: expect.stringContaining('commits need a ticket') })
    expect(refused).not.toMatchObject({ text: expect.stringContaining('\u001b') })
    expect(remote.head(BRANCH)).toBeUndefined()
  })
})

test.skipIf(!hasGit)('a repository whose objects have SHA-256 names is served, too', async () => {
  const remote = bench.server().create('team/sha256', { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' }, 'sha256')
  const { repository, base } = await opened(remote)
  expect(base).toMatch(/^[0-9a-f]{64}$/)
  const commit = await repository.commit(botCommit(base, { 'a.yaml': 'a: 2\n' }))
  expect(await repository.push([{ ref: BRANCH, expected: undefined, next: commit.id }])).toEqual({ type: 'pushed' })
  expect((await repository.fetchBranch('kubemend/a-1'))?.commits).toEqual([commit])
})

describe.skipIf(!hasGit)('a person who is faster', () => {
  type Act = (remote: BareRepository) => string | undefined
  const human: Readonly<Record<string, Act>> = {
    'pushes a commit': remote => remote.commit(BRANCH, { 'human.yaml': 'h\n' }),
    'amends the commit': remote => remote.amend(BRANCH, { 'human.yaml': 'h\n' }),
    'merges the base': remote => {
      remote.commit('main', { 'later.yaml': 'l\n' })
      return remote.merge(BRANCH, 'main')
    },
    'deletes the branch': remote => {
      remote.remove(BRANCH)
      return undefined
    },
  }
  const bot = ['rewrites', 'deletes'] as const

  test.each(Object.keys(human).flatMap(what => bot.flatMap(does => [1, 2].map(when => [what, does, when] as const))))(
    'and %s is never overrun when the bot %s (moment %i)',
    async (what, does, when) => {
      const remote = bench.remote(FILES)
      const { repository, base } = await opened(remote)
      const first = (await repository.commit(botCommit(base, { 'a.yaml': 'a: 2\n' }))).id
      const second = (await repository.commit(botCommit(base, { 'a.yaml': 'a: 3\n' }))).id
      await repository.push([{ ref: BRANCH, expected: undefined, next: first }])
      let made: string | undefined
      let seen = 0
      bench.server().onRequest = ({ service, user }) => {
        // first the question where the refs stand, then the push itself
        if (service === 'receive-pack' && user !== undefined && ++seen === when) made = human[what]?.(remote)
        return undefined
      }
      const next = does === 'rewrites' ? second : undefined
      expect(await repository.push([{ ref: BRANCH, expected: first, next }])).toMatchObject({ type: 'stale' })
      expect(seen).toBeGreaterThanOrEqual(when)
      expect(remote.head(BRANCH)).toBe(made)
    },
  )

  test.each([1, 2])('and takes the name of a branch keeps it (moment %i)', async when => {
    const remote = bench.remote(FILES)
    const { repository, base } = await opened(remote)
    const commit = (await repository.commit(botCommit(base, { 'a.yaml': 'a: 2\n' }))).id
    let made: string | undefined
    let seen = 0
    bench.server().onRequest = ({ service, user }) => {
      if (service === 'receive-pack' && user !== undefined && ++seen === when) {
        made = remote.commit(BRANCH, { 'human.yaml': 'h\n' }, { parents: [base] })
      }
      return undefined
    }
    expect(await repository.push([{ ref: BRANCH, expected: undefined, next: commit }])).toMatchObject({ type: 'stale' })
    expect(remote.head(BRANCH)).toBe(made)
  })

  test('and takes one of two names leaves both', async () => {
    const remote = bench.remote(FILES)
    const { repository, base } = await opened(remote)
    const { id } = await repository.commit(botCommit(base, { 'a.yaml': 'a: 2\n' }))
    let seen = 0
    bench.server().onRequest = ({ service, user }) => {
      if (service === 'receive-pack' && user !== undefined && ++seen === 2) remote.move('two', base)
      return undefined
    }
    const updates = ['one', 'two'].map(name => ({ ref: `refs/heads/${name}`, expected: undefined, next: id }))
    expect(await repository.push(updates)).toMatchObject({ type: 'stale' })
    expect([remote.head('one'), remote.head('two')]).toEqual([undefined, base])
  })
})

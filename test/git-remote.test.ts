// Reading a remote through objects alone: what is seen of it, and how little is asked for.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gitBench, hasGit, idOf, ids, wants } from './support/git-remote.ts'
import type { BareRepository, Entries } from './support/git-repository.ts'

const bench = gitBench()

const FILES: Entries = {
  'a.yaml': 'a: 1\n',
  'deep/er/b.yaml': { mode: '100755', content: 'b: 1\n' },
  'link.yaml': { mode: '120000', content: '/etc/passwd' },
  sub: { mode: '160000', content: '1'.repeat(40) },
  'with "quotes" and\nline \u001b[31m.yaml': 'c: 1\n',
  'ümlaut 漢字.yaml': 'd: 1\n',
  '.gitattributes': '* filter=evil text eol=crlf\n',
  'big.bin': new Uint8Array(200_000).map((_, index) => (index * 7919) % 251),
}

describe.skipIf(!hasGit)('a remote', () => {
  test('tells its refs by the beginning of their names, anew at each call', async () => {
    const remote = bench.remote(FILES)
    const repository = await bench.open(remote)
    remote.commit('kubemend/a-1', {})
    remote.commit('kubemendish', {})
    remote.move('refs/kubemend/lock', idOf(remote, 'main'))
    const refs = await repository.refs(['refs/heads/kubemend/', 'refs/heads/main'])
    expect([...refs]).toEqual([
      ['refs/heads/kubemend/a-1', idOf(remote, 'kubemend/a-1')],
      ['refs/heads/main', idOf(remote, 'main')],
    ])
    remote.remove('kubemend/a-1')
    expect((await repository.refs(['refs/heads/kubemend/'])).size).toBe(0)
    expect([...(await repository.refs(['refs/kubemend/'])).keys()]).toEqual(['refs/kubemend/lock'])
  })

  test('is fetched at one commit, without blobs, and lists what is no plain file by its mode', async () => {
    const remote = bench.remote(FILES)
    remote.commit('main', { 'a.yaml': 'a: 2\n' }, { message: 'Say more\n\nbody\n' })
    const repository = await bench.open(remote)
    bench.requests()
    const base = await repository.fetchBase('main')
    expect(base).toEqual({
      id: idOf(remote, 'main'),
      tree: idOf(remote, 'main^{tree}'),
      parents: [idOf(remote, 'main~1')],
      message: 'Say more\n\nbody\n',
      committedAt: 1_700_000_120,
    })
    const files = await repository.files(base.id)
    expect(files.map(({ path, mode }) => `${mode} ${path}`)).toEqual(
      Object.entries(FILES)
        .map(([name, entry]) => `${typeof entry === 'object' && 'mode' in entry ? entry.mode : '100644'} ${name}`)
        .sort((a, b) => (a.slice(7) < b.slice(7) ? -1 : 1)),
    )
    const requests = bench.requests()
    expect(wants(requests)).toEqual([base.id])
    expect(requests.reduce((sum, { bytesOut }) => sum + bytesOut, 0)).toBeLessThan(3000)
  })

  test('gives blobs in one request, each once, and nothing else', async () => {
    const remote = bench.remote(FILES)
    const repository = await bench.open(remote)
    const files = await repository.files((await repository.fetchBase('main')).id)
    const named = (name: string) => files.find(({ path }) => path === name)?.id ?? ''
    bench.requests()
    const first = [named('a.yaml'), named('deep/er/b.yaml'), named('a.yaml')]
    const blobs = await repository.blobs(first)
    expect([...blobs.values()].map(String)).toEqual(['a: 1\n', 'b: 1\n'])
    await repository.blobs([...first, named('ümlaut 漢字.yaml')])
    await repository.blobs(first)
    const requests = bench.requests().filter(request => request.wants.length > 0)
    expect(requests.map(request => [...request.wants].sort())).toEqual([
      [...new Set(first)].sort(),
      [named('ümlaut 漢字.yaml')],
    ])
    expect((await repository.blobs([])).size).toBe(0)
  })

  test('gives the bytes of a blob as they are', async () => {
    const remote = bench.remote(FILES)
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    const id = idOf(remote, 'main:big.bin')
    const bytes = (await repository.blobs([id])).get(id)
    expect(Buffer.from(FILES['big.bin'] as Uint8Array).equals(bytes ?? Buffer.alloc(0))).toBe(true)
  })

  test('gives the subjects of its last commits for some hundred bytes', async () => {
    const remote = bench.remote(FILES)
    for (const subject of ['fix: one', 'feat: two', 'chore: three']) remote.commit('main', {}, { message: subject })
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    bench.requests()
    expect(await repository.subjects(2)).toEqual(['chore: three', 'feat: two'])
    expect(await repository.subjects(20)).toEqual(['chore: three', 'feat: two', 'fix: one', 'Begin'])
    expect(bench.requests().reduce((sum, { bytesOut }) => sum + bytesOut, 0)).toBeLessThan(3000)
  })

  test('has the branch that is asked for, or is refused for good', async () => {
    const repository = await bench.open(bench.remote(FILES))
    await expect(repository.fetchBase('gone')).rejects.toMatchObject({ kind: 'permanent', message: /no branch gone/ })
    for (const name of ['a:b', '-x', 'a b', 'a..b', '*', '']) {
      await expect(repository.fetchBase(name)).rejects.toMatchObject({ kind: 'permanent' })
    }
    await expect(repository.fetchBranch('main')).rejects.toMatchObject({ kind: 'permanent' })
  })

  test('that git would not check out is not fetched', async () => {
    const remote = bench.remote(FILES)
    const blob = idOf(remote, 'main:a.yaml')
    const tree = remote.git(['mktree', '-z'], `100644 blob ${blob}\t.GIT\0`).trim()
    remote.commit('main', {}, { tree })
    const repository = await bench.open(remote)
    await expect(repository.fetchBase('main')).rejects.toMatchObject({ kind: 'permanent', message: /dangerous/ })
  })
})

/** Puts many commits on a branch at once. */
function lengthen(remote: BareRepository, branch: string, count: number): void {
  const start = Number(remote.git(['log', '-1', '--format=%ct', branch]))
  const commits = Array.from({ length: count }, (_, index) => {
    const who = `A <a@example.com> ${start + index} +0000`
    const from = index === 0 ? `from ${idOf(remote, branch)}\n` : ''
    return `commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\ndata 1\nx\n${from}\n`
  })
  remote.git(['fast-import', '--quiet', '--force', '--done'], `${commits.join('')}done\n`)
}

describe.skipIf(!hasGit)('a branch beside its base', () => {
  async function seen(remote: BareRepository, branch: string) {
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    bench.requests()
    return repository.fetchBranch(branch)
  }

  test('is undefined when the remote has none', async () => {
    expect(await seen(bench.remote(FILES), 'gone')).toBeUndefined()
  })

  test('has its commits with their own trees and messages, for one fetch', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'a.yaml': 'a: 3\n' }, { parents: [idOf(remote, 'main')], message: 'One\n' })
    remote.commit('work', { 'a.yaml': 'a: 4\n' }, { message: 'Two\n' })
    remote.commit('main', { 'other.yaml': 'x\n' })
    const branch = await seen(remote, 'work')
    expect(branch?.head).toBe(idOf(remote, 'work'))
    expect(branch?.commits).toMatchObject([
      { id: idOf(remote, 'work~1'), tree: idOf(remote, 'work~1^{tree}'), parents: [idOf(remote, 'main~1')] },
      { id: idOf(remote, 'work'), message: 'Two\n' },
    ])
    const requests = bench.requests().filter(request => request.wants.length > 0)
    expect(requests).toHaveLength(1)
    expect(requests[0]?.bytesOut).toBeLessThan(3000)
  })

  test.each<[string, (remote: BareRepository) => void]>([
    ['equals it', remote => remote.move('work', idOf(remote, 'main'))],
    ['is behind it', remote => remote.move('work', idOf(remote, 'main~1'))],
    [
      'was merged',
      remote => {
        remote.commit('work', { 'w.yaml': 'w\n' }, { parents: [idOf(remote, 'main~1')] })
        remote.merge('main', 'work')
        remote.commit('main', {})
      },
    ],
  ])('has nothing of its own when it %s', async (_, act) => {
    const remote = bench.remote(FILES)
    remote.commit('main', {})
    act(remote)
    expect(await seen(remote, 'work')).toEqual({ head: idOf(remote, 'work'), commits: [] })
  })

  test('has what stands behind a merge of the base, oldest first', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'w.yaml': 'w\n' }, { parents: [idOf(remote, 'main')] })
    remote.commit('main', { 'm.yaml': 'm\n' })
    remote.merge('work', 'main')
    remote.commit('work', { 'w.yaml': 'w2\n' })
    const branch = await seen(remote, 'work')
    expect(branch?.commits.map(({ id }) => id)).toEqual(ids(remote, ['main..work']))
    expect(branch?.commits).toHaveLength(3)
  })

  test('has all of a history that has nothing in common with the base', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'w.yaml': 'w\n' }, { parents: [] })
    remote.commit('work', { 'w.yaml': 'w2\n' })
    expect((await seen(remote, 'work'))?.commits).toHaveLength(2)
  })

  test('is told apart however far the base has gone on', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'w.yaml': 'w\n' }, { parents: [idOf(remote, 'main')] })
    remote.move('old', idOf(remote, 'main'))
    lengthen(remote, 'main', 500)
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    const work = await repository.fetchBranch('work')
    expect(work?.commits.map(({ id }) => id)).toEqual([idOf(remote, 'work')])
    bench.requests()
    expect(await repository.fetchBranch('old')).toEqual({ head: idOf(remote, 'old'), commits: [] })
    const fetches = bench.requests().filter(({ method, status }) => method === 'GET' && status === 200)
    expect(fetches).toHaveLength(1)
  })

  test('is told apart although the clocks of people differ', async () => {
    const remote = bench.remote(FILES)
    remote.move('old', idOf(remote, 'main'))
    const who = 'committer A <a@example.com> 1 +0000'
    const commits = Array.from({ length: 30 }, () => `commit refs/heads/main\n${who}\ndata 0\n`)
    const from = `reset refs/heads/main\nfrom ${idOf(remote, 'main')}\n`
    remote.git(['fast-import', '--quiet', '--force', '--done'], `${from}${commits.join('')}done\n`)
    expect(await seen(remote, 'old')).toEqual({ head: idOf(remote, 'old'), commits: [] })
  })

  test('comes with others for one fetch, each as it is alone, and the subjects of the base with them', async () => {
    const remote = bench.remote(FILES)
    const start = idOf(remote, 'main')
    remote.commit('one', { 'one.yaml': '1\n' }, { parents: [start] })
    remote.commit('two', { 'two.yaml': '2\n' }, { parents: [idOf(remote, 'one')] })
    remote.commit('main', { 'm.yaml': 'm\n' }, { message: 'Go on' })
    remote.commit('three', { 'three.yaml': '3\n' }, { parents: [start] })
    remote.merge('three', 'main')
    remote.move('four', start)
    const names = ['one', 'two', 'three', 'four']
    const alone = new Map<string, unknown>()
    for (const name of names) alone.set(name, await seen(remote, name))
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    bench.requests()
    expect(await repository.fetchBranches(names)).toEqual(alone)
    expect(await repository.subjects(1)).toEqual(['Go on'])
    expect(bench.requests().filter(request => request.wants.length > 0)).toHaveLength(1)
  })

  test('that is gone keeps the others from coming along with it', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'w.yaml': 'w\n' }, { parents: [idOf(remote, 'main')] })
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    expect(await repository.fetchBranches(['work', 'gone'])).toEqual(new Map())
    expect((await repository.fetchBranch('work'))?.head).toBe(idOf(remote, 'work'))
  })

  test('may have slips of old tools in its history', async () => {
    const remote = bench.remote(FILES)
    const who = 'A <a@example.com> 1700000000 +051800'
    const text = `tree ${idOf(remote, 'main^{tree}')}\nauthor ${who}\ncommitter ${who}\n\nOld\n`
    const old = remote.git(['hash-object', '-t', 'commit', '--literally', '-w', '--stdin'], text).trim()
    remote.commit('main', {}, { parents: [old], message: 'New' })
    remote.commit('work', {}, { parents: [old] })
    expect((await seen(remote, 'work'))?.commits.map(({ id }) => id)).toEqual([idOf(remote, 'work')])
  })

  test('is seen anew at each call, also when it was rewritten', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'w.yaml': 'w\n' }, { parents: [idOf(remote, 'main')] })
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    await repository.fetchBranch('work')
    remote.amend('work', { 'w.yaml': 'w2\n' })
    expect((await repository.fetchBranch('work'))?.commits.map(({ id }) => id)).toEqual([idOf(remote, 'work')])
    remote.rebase('work', remote.commit('main', { 'm.yaml': 'm\n' }))
    await repository.fetchBase('main')
    expect((await repository.fetchBranch('work'))?.commits.map(({ id }) => id)).toEqual([idOf(remote, 'work')])
    remote.remove('work')
    expect(await repository.fetchBranch('work')).toBeUndefined()
  })

  test('has files that can be read and built upon without fetching them one by one', async () => {
    const remote = bench.remote(FILES)
    remote.commit('work', { 'x/y/z.yaml': 'z\n' }, { parents: [idOf(remote, 'main')] })
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    const head = (await repository.fetchBranch('work'))?.head ?? ''
    bench.requests()
    expect((await repository.files(head)).map(({ path }) => path)).toContain('x/y/z.yaml')
    expect(wants(bench.requests())).toEqual([head])
  })

  test('never hides a commit, in any history', async () => {
    const step = fc.constantFrom('main', 'work', 'update', 'land', 'amend', 'rebase', 'far')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
        const remote = bench.remote({ 'a.yaml': 'a\n' })
        remote.move('work', idOf(remote, 'main'))
        for (const [index, action] of steps.entries()) {
          if (action === 'main' || action === 'work') remote.commit(action, { [`${action}-${index}`]: 'x' })
          if (action === 'update') remote.merge('work', 'main')
          if (action === 'land') remote.merge('main', 'work')
          if (action === 'amend' && ids(remote, ['main..work']).length > 0)
            remote.amend('work', { [`amend-${index}`]: 'x' })
          if (action === 'rebase') remote.rebase('work', 'main')
          if (action === 'far') lengthen(remote, 'main', 60)
        }
        const branch = await seen(remote, 'work')
        expect(branch?.head).toBe(idOf(remote, 'work'))
        expect(branch?.commits.map(({ id }) => id).sort()).toEqual(ids(remote, ['main..work']).sort())
      }),
      { numRuns: 12 },
    )
  }, 180_000)
})

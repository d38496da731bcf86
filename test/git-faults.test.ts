// What can go wrong with a remote: said in words, of the right kind, with nothing left behind.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openRepository } from '../src/io/git-remote/repository.ts'
import { botCommit, gitBench, hasGit, idOf, TOKEN, USER } from './support/git-remote.ts'
import type { Fault } from './support/git-server.ts'

const bench = gitBench()
const BRANCH = 'refs/heads/kubemend/a-1'
const temporary = mkdtempSync(path.join(tmpdir(), 'kubemend-faults-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const { TMPDIR, PATH } = process.env
afterEach(() => {
  process.env.PATH = PATH
  if (TMPDIR === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = TMPDIR
})

/** Opens a repository and fetches it; when it listens, it ends in its own time after a signal, as a shell does. */
const PROGRAM = `
import { openRepository } from './src/io/git-remote/repository.ts'
const [url, listens] = process.argv.slice(1)
const repository = await openRepository({ url, user: 'bot', token: 'Sekrit-token-of-a-program' })
if (listens) process.on('SIGINT', () => void repository.close().then(() => process.exit(130)))
await repository.fetchBase('main').catch(() => {})
`

/** Folder in which private folders are made while the test runs. */
function ownTemporaryFolder(): string {
  const folder = mkdtempSync(path.join(temporary, 'tmp-'))
  process.env.TMPDIR = folder
  return folder
}

/** Processes of git that work in a folder. */
function processesIn(folder: string): string[] {
  return spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(line => line.includes(folder) && line.includes('git'))
}

async function untilNone(list: () => readonly string[]): Promise<readonly string[]> {
  for (let left = 100; left > 0 && list().length > 0; left -= 1) await setTimeout(50)
  return list()
}

describe.skipIf(!hasGit)('an answer that is no success', () => {
  test.each<[Fault, object]>([
    [{ status: 401 }, { kind: 'permanent', status: 401, advice: expect.stringContaining('token') }],
    [{ status: 403 }, { kind: 'permanent', status: 403, advice: expect.stringContaining('token') }],
    [{ status: 404 }, { kind: 'permanent', status: 404, advice: expect.stringContaining('address') }],
    [{ status: 429 }, { kind: 'temporary', status: 429 }],
    [{ status: 500 }, { kind: 'temporary', status: 500 }],
    [{ status: 502 }, { kind: 'temporary', status: 502 }],
    [{ status: 503 }, { kind: 'temporary', status: 503 }],
    [{ status: 200, body: '<html>sign in</html>' }, { kind: 'permanent' }],
    [{ status: 200, body: '<html>\nsign in\n</html>\n' }, { kind: 'permanent' }],
    [{ status: 200 }, { kind: 'permanent' }],
    ['drop', { kind: 'temporary' }],
  ])('%j has its kind and advice', async (fault, expected) => {
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    const repository = await bench.open(remote)
    bench.server().onRequest = ({ user }) => (user === undefined ? undefined : fault)
    for (const ask of [() => repository.refs(['refs/heads/']), () => repository.fetchBase('main')]) {
      await expect(ask()).rejects.toMatchObject({ name: 'RemoteError', ...expected })
    }
    bench.server().onRequest = undefined
    expect((await repository.fetchBase('main')).id).toBe(idOf(remote, 'main'))
  })

  test('of a pack that breaks off leaves the repository usable', async () => {
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    const repository = await bench.open(remote)
    bench.server().onRequest = ({ wants }) => (wants.length > 0 ? 'drop' : undefined)
    await expect(repository.fetchBase('main')).rejects.toMatchObject({ kind: 'temporary' })
    bench.server().onRequest = undefined
    const base = await repository.fetchBase('main')
    bench.server().onRequest = ({ wants }) => (wants.length > 0 ? { status: 503 } : undefined)
    await expect(repository.blobs([idOf(remote, 'main:a.yaml')])).rejects.toMatchObject({ kind: 'temporary' })
    await expect(repository.fetchBranch('main')).rejects.toMatchObject({ kind: 'temporary' })
    bench.server().onRequest = undefined
    expect((await repository.blobs([idOf(remote, 'main:a.yaml')])).size).toBe(1)
    expect(await repository.fetchBranch('main')).toEqual({ head: base.id, commits: [] })
  })

  test('is not taken for an empty branch when the server breaks down over it', async () => {
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    remote.commit('work', { 'b.yaml': 'b: 1\n' }, { parents: [idOf(remote, 'main')] })
    const repository = await bench.open(remote)
    await repository.fetchBase('main')
    bench.server().onRequest = ({ user }) => (user === undefined ? undefined : { status: 200 })
    await expect(repository.fetchBranch('work')).rejects.toMatchObject({ name: 'RemoteError' })
    const type = { 'content-type': 'application/x-git-upload-pack-result' }
    bench.server().onRequest = ({ wants }) => (wants.length > 0 ? { status: 200, headers: type } : undefined)
    await expect(repository.fetchBranch('work')).rejects.toMatchObject({ name: 'RemoteError' })
  })

  test('to wrong credentials, to a reader who pushes, to an unknown repository', async () => {
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    const stranger = await bench.open(remote, 'wrong-token')
    await expect(stranger.fetchBase('main')).rejects.toMatchObject({ kind: 'permanent', status: 401 })
    const reader = await openRepository({ url: remote.url, user: 'reader', token: TOKEN })
    const base = await reader.fetchBase('main')
    const push = reader.push([{ ref: BRANCH, expected: undefined, next: base.id }])
    await expect(push).rejects.toMatchObject({ kind: 'permanent', status: 403 })
    await reader.close()
    const nowhere = await bench.open({ url: `${bench.server().url}/team/nothing.git` })
    await expect(nowhere.fetchBase('main')).rejects.toMatchObject({ kind: 'permanent', status: 404 })
  })

  test('from nobody at all is temporary', async () => {
    const port = Number(new URL(bench.server().url).port)
    const silent = await bench.open({ url: `http://127.0.0.1:${port === 1 ? 2 : 1}/team/app.git` })
    await expect(silent.refs(['refs/heads/'])).rejects.toMatchObject({ kind: 'temporary', message: /reached/ })
  })
})

describe.skipIf(!hasGit)('a push whose answer is lost', () => {
  test('may have happened, and is done when it is sent again', async () => {
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    const repository = await bench.open(remote)
    const base = await repository.fetchBase('main')
    const { id } = await repository.commit(botCommit(base.id, { 'a.yaml': 'a: 2\n' }))
    const update = { ref: BRANCH, expected: undefined, next: id }
    const isPush = (request: { service?: string | undefined; isAdvertisement: boolean; user: string | undefined }) =>
      request.service === 'receive-pack' && !request.isAdvertisement && request.user !== undefined
    bench.server().onRequest = request => (isPush(request) ? 'lose' : undefined)
    await expect(repository.push([update])).rejects.toMatchObject({ kind: 'temporary' })
    expect(remote.head(BRANCH)).toBe(id)
    bench.server().onRequest = undefined
    expect(await repository.push([update])).toEqual({ type: 'pushed' })
  })
})

describe.skipIf(!hasGit)('a remote that never answers', () => {
  test('is given up after the time limit, and no process stays', async () => {
    const folder = ownTemporaryFolder()
    const repository = await bench.open(bench.remote({ 'a.yaml': 'a: 1\n' }), TOKEN, 1000)
    let isAsked = false
    bench.server().onRequest = () => {
      isAsked = true
      return new Promise<undefined>(() => {})
    }
    await expect(repository.refs(['refs/heads/'])).rejects.toMatchObject({
      kind: 'temporary',
      message: /longer than 1 s/,
    })
    expect(isAsked).toBe(true)
    expect(await untilNone(() => processesIn(folder))).toEqual([])
  })

  test('is left when the repository is closed, and the folder is gone', async () => {
    const folder = ownTemporaryFolder()
    const repository = await bench.open(bench.remote({ 'a.yaml': 'a: 1\n' }))
    const asked = new Promise<void>(resolve => {
      bench.server().onRequest = () => {
        resolve()
        return new Promise<undefined>(() => {})
      }
    })
    const answer = repository.fetchBase('main').catch(error => error)
    await asked
    expect(processesIn(folder)).not.toEqual([])
    await repository.close()
    expect(await answer).toMatchObject({ name: 'RemoteError' })
    expect(await untilNone(() => processesIn(folder))).toEqual([])
    expect(readdirSync(folder)).toEqual([])
    await expect(repository.refs([''])).rejects.toMatchObject({ kind: 'temporary' })
  })

  test.each([
    ['SIGINT', '', 'SIGINT', null],
    ['SIGTERM', '', 'SIGTERM', null],
    ['SIGINT', 'listens', null, 130],
  ] as const)('leaves nothing behind a program that %s ends (%s)', async (sent, listens, signal, code) => {
    const folder = ownTemporaryFolder()
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    const asked = new Promise<void>(resolve => {
      bench.server().onRequest = () => {
        resolve()
        return new Promise<undefined>(() => {})
      }
    })
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM, remote.url, listens]
    const program = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, TMPDIR: folder } })
    const ended = once(program, 'exit')
    await asked
    expect(readdirSync(folder).filter(name => name.startsWith('kubemend-git-'))).toHaveLength(1)
    program.kill(sent)
    expect(await ended).toEqual([code, signal])
    expect(readdirSync(folder).filter(name => name.startsWith('kubemend-git-'))).toEqual([])
    expect(await untilNone(() => processesIn(folder))).toEqual([])
  })
})

test.skipIf(!hasGit)('where nothing may be executed it is said what to do', async () => {
  const folder = ownTemporaryFolder()
  const repository = await bench.open(bench.remote({ 'a.yaml': 'a: 1\n' }))
  chmodSync(path.join(folder, readdirSync(folder)[0] ?? '', 'askpass'), 0o600)
  const advice = expect.stringContaining('TMPDIR')
  await expect(repository.fetchBase('main')).rejects.toMatchObject({ kind: 'permanent', advice })
})

test('without git it is said that git is missing', async () => {
  const folder = ownTemporaryFolder()
  process.env.PATH = folder
  const opened = openRepository({ url: 'http://127.0.0.1:1/a/b', user: USER, token: TOKEN })
  await expect(opened).rejects.toMatchObject({ kind: 'permanent', message: 'git cannot be found' })
  expect(readdirSync(folder)).toEqual([])
})

// The token reaches the repository's own host, and nothing and nobody else.

import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { writeAskpass } from '../src/io/git-remote/askpass.ts'
import { locate } from '../src/io/git-remote/location.ts'
import { openRepository } from '../src/io/git-remote/repository.ts'
import { botCommit, gitBench, hasGit, idOf, TOKEN, USER } from './support/git-remote.ts'
import { startGitServer } from './support/git-server.ts'

const temporary = mkdtempSync(path.join(tmpdir(), 'kubemend-askpass-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const SHELLS = ['sh', 'dash', 'bash', 'busybox'].filter(shell => spawnSync(shell, ['-c', ':']).error === undefined)

describe('the helper', () => {
  const helperFor = (url: string, token: string | undefined = TOKEN) =>
    writeAskpass(mkdtempSync(path.join(temporary, 'helper-')), locate(url), USER, token)
  const answer = (helper: string, question: string, shell = 'sh') => {
    const args = shell === 'busybox' ? ['sh', helper, question] : [helper, question]
    const { status, stdout } = spawnSync(shell, args, { env: {}, encoding: 'utf8' })
    return status === 0 ? stdout : undefined
  }

  test.each(SHELLS)('answers the questions of git for its host, in %s without any other program', shell => {
    const helper = helperFor('https://git.example.com:8443/team/app')
    const shellPath = spawnSync('sh', ['-c', `command -v ${shell}`], { encoding: 'utf8' }).stdout.trim()
    const ask = (question: string) => answer(helper, question, shell === 'busybox' ? shell : shellPath)
    expect(ask("Username for 'https://git.example.com:8443': ")).toBe(`${USER}\n`)
    expect(ask(`Password for 'https://${USER}@git.example.com:8443': `)).toBe(`${TOKEN}\n`)
    expect(ask("Password for 'https://git.example.com:8443': ")).toBe(`${TOKEN}\n`)
  })

  test.each([
    "Password for 'https://git.example.com': ",
    "Password for 'https://evil.example.com:8443': ",
    "Password for 'http://git.example.com:8443': ",
    "Password for 'https://git.example.com:8443@evil.example.com': ",
    "Password for 'https://git.example.com:8443.evil.example.com': ",
    "Password for 'https://me@notgit.example.com:8443': ",
    'Password: ',
    '',
  ])('keeps silent when asked %s', question => {
    expect(answer(helperFor('https://git.example.com:8443/team/app'), question)).toBeUndefined()
  })

  test('has nothing to tell without a token', () => {
    const helper = writeAskpass(
      mkdtempSync(path.join(temporary, 'none-')),
      locate('https://x.example/y'),
      USER,
      undefined,
    )
    expect(answer(helper, "Password for 'https://x.example': ")).toBeUndefined()
  })

  test('and what it reads belong to the user alone', () => {
    const helper = helperFor('https://git.example.com/team/app')
    expect(lstatSync(helper).mode & 0o777).toBe(0o700)
    expect(lstatSync(path.join(path.dirname(helper), 'token')).mode & 0o777).toBe(0o600)
    expect(readFileSync(helper, 'utf8')).not.toContain(TOKEN)
  })

  test.each(['a\nb', 'a\r', '\0'])('takes no token with a control character', token => {
    expect(() => helperFor('https://git.example.com/team/app', token)).toThrow(/control character/)
  })
})

describe('an address', () => {
  test.each([
    'http://git.example.com/team/app',
    'http://127.0.0.1.example.com/team/app',
    'ssh://git@example.com/team/app',
    'git@example.com:team/app',
    'file:///etc',
    '/etc',
    '--upload-pack=touch x',
    'ext::sh -c id',
    'https://user@example.com/x',
    'https://:secret-word@example.com/x',
    'https://example.com/x?token=secret-word',
    'https://example.com/x#secret-word',
    'https://example.com/',
    'https://example.com/x\n',
  ])('that a token may not go to is refused, without repeating it: %j', address => {
    expect(() => locate(address)).toThrow(expect.objectContaining({ name: 'RemoteError', kind: 'permanent' }))
    expect(() => locate(address)).not.toThrow(/secret-word/)
  })

  test('may be plain HTTP on this machine', () => {
    expect(locate('http://localhost:3000/team/app')).toEqual({
      url: 'http://localhost:3000/team/app',
      protocol: 'http',
      host: 'localhost:3000',
    })
    expect(locate('http://[::1]:3000/a/b').host).toBe('[::1]:3000')
    expect(locate('https://Example.com/a"b').url).toBe('https://example.com/a%22b')
  })
})

describe.skipIf(!hasGit)('the token', () => {
  const bench = gitBench()
  const { PATH, TMPDIR } = process.env
  afterEach(() => {
    process.env.PATH = PATH
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })

  const secrets = [TOKEN, encodeURIComponent(TOKEN), Buffer.from(TOKEN).toString('base64')]
  const withUser = Buffer.from(`${USER}:${TOKEN}`).toString('base64')
  const hasSecret = (text: string) => [...secrets, withUser].some(secret => text.includes(secret))

  /** Puts a program named git first on the path, which writes down how it is called. */
  function spyOnGit(): () => string {
    const folder = mkdtempSync(path.join(temporary, 'path-'))
    const real = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim()
    const record = path.join(folder, 'record')
    writeFileSync(
      path.join(folder, 'git'),
      `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } >>'${record}'\nexec '${real}' "$@"\n`,
    )
    chmodSync(path.join(folder, 'git'), 0o755)
    process.env.PATH = `${folder}:${PATH}`
    return () => readFileSync(record, 'utf8')
  }

  /** Arguments and surroundings of all processes that can be looked at. */
  function processes(): string {
    const own = readdirSync('/proc').filter(name => /^\d+$/.test(name))
    return own
      .flatMap(pid => ['cmdline', 'environ'].map(file => `/proc/${pid}/${file}`))
      .map(file => {
        try {
          return readFileSync(file, 'latin1')
        } catch {
          return ''
        }
      })
      .join('\n')
  }

  test('stands in one file, and in no argument, variable, setting or other file', async () => {
    const spied = spyOnGit()
    const folder = mkdtempSync(path.join(temporary, 'tmp-'))
    process.env.TMPDIR = folder
    process.env.GIT_TRACE_CURL = path.join(folder, 'trace')
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    remote.commit('work', { 'b.yaml': 'b: 1\n' }, { parents: [idOf(remote, 'main')] })
    let seen = ''
    bench.server().onRequest = () => {
      if (process.platform === 'linux') seen += processes()
      return undefined
    }
    const repository = await bench.open(remote)
    const base = await repository.fetchBase('main')
    await repository.fetchBranch('work')
    await repository.blobs([idOf(remote, 'main:a.yaml')])
    const commit = await repository.commit(botCommit(base.id, { 'a.yaml': 'a: 2\n' }))
    await repository.push([{ ref: 'refs/heads/bot', expected: undefined, next: commit.id }])
    delete process.env.GIT_TRACE_CURL

    expect(bench.requests().some(({ user }) => user === USER)).toBe(true)
    expect(spied()).toContain('--force-with-lease')
    expect(hasSecret(spied())).toBe(false)
    expect(hasSecret(seen)).toBe(false)
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    const holding = files
      .map(entry => path.join(entry.parentPath, entry.name))
      .filter(file => hasSecret(readFileSync(file, 'latin1')))
    expect(holding.map(file => path.basename(file))).toEqual(['token'])
    expect(statSync(holding[0] ?? '').mode & 0o777).toBe(0o600)
    expect(statSync(path.dirname(holding[0] ?? '')).mode & 0o777).toBe(0o700)
    await repository.close()
    expect(readdirSync(folder)).toEqual([])
  })

  test('is in no error, however the remote throws it back', async () => {
    const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
    const repository = await bench.open(remote)
    const base = await repository.fetchBase('main')
    const commit = await repository.commit(botCommit(base.id, { 'a.yaml': 'a: 2\n' }))
    remote.reject(`you said ${TOKEN} or ${withUser} or ${encodeURIComponent(TOKEN)}`)
    const outcome = await repository.push([{ ref: 'refs/heads/bot', expected: undefined, next: commit.id }])
    expect(outcome).toMatchObject({ type: 'denied', text: expect.stringContaining('you said ***') })
    expect(hasSecret(JSON.stringify(outcome))).toBe(false)
  })

  test('does not follow a redirect to another host', async () => {
    const elsewhere = await startGitServer({ users: { [USER]: { password: TOKEN } } })
    try {
      const other = elsewhere.create('team/app', { 'a.yaml': 'a: 1\n' })
      const remote = bench.remote({ 'a.yaml': 'a: 1\n' })
      bench.server().onRequest = ({ path: asked }) => ({
        status: 302,
        headers: { location: `${other.url}${asked.slice(asked.indexOf('.git') + 4)}` },
      })
      const repository = await bench.open(remote)
      await expect(repository.fetchBase('main')).rejects.toMatchObject({ kind: 'permanent', status: 401 })
      expect(elsewhere.log.length).toBeGreaterThan(0)
      expect(elsewhere.log.map(({ user }) => user)).toEqual(elsewhere.log.map(() => undefined))
    } finally {
      await elsewhere.stop()
    }
  })

  test('is not needed for what everybody may read', async () => {
    const open = await startGitServer()
    try {
      const remote = open.create('team/app', { 'a.yaml': 'a: 1\n' })
      const repository = await openRepository({ url: remote.url, user: USER, token: undefined })
      expect((await repository.fetchBase('main')).id).toBe(idOf(remote, 'main'))
      await repository.close()
    } finally {
      await open.stop()
    }
  })
})

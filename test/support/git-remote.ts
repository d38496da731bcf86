// A git server for the tests of one file, and repositories opened on it that are closed after each test.

import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { NewCommit, Repository } from '../../src/bot/repository.ts'
import { openRepository } from '../../src/io/git-remote/repository.ts'
import type { BareRepository, Entries } from './git-repository.ts'
import { type GitRequest, type GitServer, startGitServer } from './git-server.ts'

export const USER = 'kubemend-bot'
export const TOKEN = 'Sekrit/+token=for tests~1'

export const hasGit = spawnSync('git', ['--version']).status === 0
if (!hasGit) console.warn('git is missing: what needs it is skipped')

export interface Bench {
  server(): GitServer
  remote(files: Entries): BareRepository
  open(remote: { readonly url: string }, token?: string, timeoutMs?: number): Promise<Repository>
  /** Requests since this was called last. */
  requests(): GitRequest[]
}

/** Only `USER` with `TOKEN` is let in; `reader` with `TOKEN` may not push. */
export function gitBench(): Bench {
  let server: GitServer
  let count = 0
  let seen = 0
  const open: Repository[] = []
  if (hasGit) {
    beforeAll(async () => {
      server = await startGitServer({
        users: { [USER]: { password: TOKEN }, reader: { password: TOKEN, mayPush: false } },
      })
    })
    afterEach(async () => {
      server.onRequest = undefined
      for (const repository of open.splice(0)) await repository.close()
    })
    afterAll(() => server.stop())
  }
  return {
    server: () => server,
    remote: files => {
      count += 1
      return server.create(`team/app-${count}`, files)
    },
    open: async ({ url }, token = TOKEN, timeoutMs = 60_000) => {
      const repository = await openRepository({ url, user: USER, token, timeoutMs })
      open.push(repository)
      return repository
    },
    requests: () => {
      const fresh = server.log.slice(seen)
      seen = server.log.length
      return fresh
    },
  }
}

/** A commit of the bot on top of one commit. */
export function botCommit(parent: string, files: Readonly<Record<string, string>>): NewCommit {
  return {
    parents: [parent],
    onto: parent,
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    author: { name: 'The Bot', email: 'bot@example.com' },
    date: 1_700_000_000,
    message: tree => `fix: things\n\nKubemend-Tree: ${tree}\n`,
  }
}

export function ids(remote: BareRepository, range: readonly string[]): string[] {
  return remote
    .git(['rev-list', '--topo-order', '--reverse', ...range])
    .split('\n')
    .filter(Boolean)
}

export function idOf(remote: BareRepository, revision: string): string {
  return remote.git(['rev-parse', '--verify', revision]).trim()
}

/** What was asked for by its id, over some requests. */
export function wants(requests: readonly GitRequest[]): string[] {
  return requests.flatMap(request => request.wants)
}

// A stage of the stories on a real Gitea: accounts and a repository of their own, removed at the end.

import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRedactor } from '../../../src/bot/redact.ts'
import { createGitea, explainGitea, giteaHeaders } from '../../../src/forge/gitea/index.ts'
import { createHttp, type Exchange } from '../../../src/forge/http.ts'
import type { BotStage } from '../../support/forge/bot-scenario.ts'
import { GitWorker } from '../../support/forge/worker.ts'
import type { ProvidedGitea } from './setup.ts'

/** What `docs/bot.md` asks for, and no more. */
const SCOPES = ['write:repository', 'write:issue', 'read:user']
const FILES = { 'k8s/web.yaml': 'kind: Deployment\nspec:\n  replicas: 1\n' }

export interface Member {
  readonly login: string
  readonly token: string
}

export interface GiteaStage extends BotStage {
  readonly server: ProvidedGitea
  readonly owner: string
  readonly name: string
  /** with the credentials of the bot */
  readonly gitUrl: string
  readonly member: { readonly bot: Member; readonly ann: Member }
  /** requests of the bot so far */
  readonly exchanges: Exchange[]
  /** Asks the API as an account; answers status and body, and throws for nothing. */
  ask(as: 'bot' | 'ann' | 'owner', method: string, path: string, body?: unknown): Promise<Reply>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says is what the tests look at
  readonly body: any
}

export interface StageOptions {
  /** whether `main` is pushed before the stage is handed out; default: true */
  readonly hasFiles?: boolean
}

export async function openGitea(server: ProvidedGitea, { hasFiles = true }: StageOptions = {}): Promise<GiteaStage> {
  const suffix = randomBytes(4).toString('hex')
  const [bot, ann, reader] = await Promise.all(
    [`mender-${suffix}`, `ann-${suffix}`, `rob-${suffix}`].map(login => makeMember(server, login)),
  )
  if (bot === undefined || ann === undefined || reader === undefined) throw new Error('no accounts')
  const owner = (await demand(server, server.token, 'GET', '/user')).body.login as string
  const name = `shop-${suffix}`
  const path = `/repos/${owner}/${name}`
  await demand(server, server.token, 'POST', '/user/repos', { name, default_branch: 'main' })
  for (const [{ login }, permission] of [
    [bot, 'write'],
    [ann, 'write'],
    [reader, 'read'],
  ] as const) {
    await demand(server, server.token, 'PUT', `${path}/collaborators/${login}`, { permission })
  }
  const url = ({ login, token }: Member) => `${server.url.replace('://', `://${login}:${token}@`)}/${owner}/${name}.git`
  const git = { bot: new GitWorker(url(bot), bot.login), ann: new GitWorker(url(ann), ann.login) }
  const exchanges: Exchange[] = []
  const tokens = { bot: bot.token, ann: ann.token, owner: server.token }
  const person = (method: string, below: string, body: unknown) =>
    demand(server, ann.token, method, `${path}${below}`, body)
  if (hasFiles) {
    await git.ann.begin(FILES)
    await fullRepository(server, path)
  }
  let known: ReadonlyMap<number, string> = new Map()
  return {
    ...{ kind: 'gitea', address: `${server.url}/${owner}/${name}`, token: bot.token },
    writes: async () => {
      const before = known
      known = await changeTimes(server, path)
      return [...known]
        .filter(([number, time]) => before.get(number) !== time)
        .map(([number]) => `pull request ${number}`)
    },
    settle: () => settle(server, path, git.ann),
    ...{ server, owner, name, exchanges, gitUrl: url(bot), member: { bot, ann }, reader: reader.login },
    forge: () => {
      const http = createHttp({
        base: `${server.url}/api/v1`,
        headers: giteaHeaders(bot.token),
        redact: createRedactor([bot.token]),
        explain: explainGitea,
        trace: exchange => exchanges.push(exchange),
      })
      return createGitea({ kind: 'gitea', owner, name, http })
    },
    bot: { login: bot.login, git: git.bot },
    person: {
      login: ann.login,
      git: git.ann,
      approve: async number => void (await person('POST', `/pulls/${number}/reviews`, { event: 'APPROVED' })),
      say: async (number, body) => void (await person('POST', `/issues/${number}/comments`, { body })),
      close: async number => void (await person('PATCH', `/pulls/${number}`, { state: 'closed' })),
      merge: number => mergeWhenReady(server, ann.token, `${path}/pulls/${number}/merge`),
    },
    ask: (as, method, below, body) => ask(server, tokens[as], method, below, body),
    stop: async () => {
      git.bot.stop()
      git.ann.stop()
      await demand(server, server.token, 'DELETE', path)
      for (const { login } of [bot, ann, reader]) {
        await demand(server, server.token, 'DELETE', `/admin/users/${login}?purge=true`)
      }
    },
  }
}

/** An account that may do nothing yet, with a token of the scopes that the bot needs. */
async function makeMember(server: ProvidedGitea, login: string): Promise<Member> {
  const password = randomUUID()
  const account = { username: login, email: `${login}@example.com`, password, must_change_password: false }
  await demand(server, server.token, 'POST', '/admin/users', account)
  const answer = await fetch(`${server.url}/api/v1/users/${login}/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'tests', scopes: SCOPES }),
  })
  const { sha1 } = (await answer.json()) as { readonly sha1: string }
  return { login, token: sha1 }
}

async function ask(server: ProvidedGitea, token: string, method: string, path: string, body?: unknown): Promise<Reply> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = (answer.headers.get('content-type') ?? '').includes('json')
  return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}

async function demand(
  server: ProvidedGitea,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Reply> {
  const reply = await ask(server, token, method, path, body)
  if (reply.status < 300) return reply
  throw new Error(`${method} ${path}: answered ${reply.status}: ${JSON.stringify(reply.body)}`)
}

/** Every edit, label, comment and push of a pull request moves its time, in whole seconds. */
async function changeTimes(server: ProvidedGitea, path: string): Promise<ReadonlyMap<number, string>> {
  const { body } = await demand(server, server.token, 'GET', `${path}/pulls?state=all&limit=50`)
  return new Map(body.map((pull: { number: number; updated_at: string }) => [pull.number, pull.updated_at]))
}

/** The API learns of a push a moment later; then a second is let pass, for `changeTimes`. */
async function settle(server: ProvidedGitea, path: string, git: GitWorker): Promise<void> {
  const heads = await git.branches()
  if (heads.size === 0) return
  await fullRepository(server, path)
  for (let isKnown = false; !isKnown; await sleep(100)) {
    const { body } = await demand(server, server.token, 'GET', `${path}/branches?limit=50`)
    const known = new Map(
      body.map((branch: { name: string; commit: { id: string } }) => [branch.name, branch.commit.id]),
    )
    isKnown = known.size === heads.size && [...heads].every(([name, id]) => known.get(name) === id)
  }
  await sleep(1100)
}

/** After its first push a repository counts as empty for a moment, in which it has no pull requests: 404. */
async function fullRepository(server: ProvidedGitea, path: string): Promise<void> {
  while ((await demand(server, server.token, 'GET', path)).body.empty === true) await sleep(100)
}

/** Right after a push the server answers 405, "Please try again later". */
async function mergeWhenReady(server: ProvidedGitea, token: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { status, body } = await ask(server, token, 'POST', path, { Do: 'merge' })
    if (status === 200) return
    if (status !== 405 || attempt === 40) throw new Error(`merge: answered ${status}: ${JSON.stringify(body)}`)
    await sleep(250)
  }
}

// GitHub's REST API over the double's state, at the place where an Enterprise server has it.

import { answerGraphql } from './github-graphql.ts'
import { CONTRACT, GithubObjects } from './github-objects.ts'
import { type Context, error, type GithubFaceOptions, OPERATIONS, REST } from './github-operations.ts'
import type { ApiReply, ApiRequest, Face, ForgeDouble } from './server.ts'
import { type Account, type PullRecord, type Refusal, Refused } from './state.ts'

const GRAPHQL = '/api/graphql'

/** Behind `http://127.0.0.1:PORT/api/v3` and `…/api/graphql`. */
export function githubFace(options: GithubFaceOptions = {}): Face {
  const broken = new WeakMap<ApiReply, readonly string[]>()
  return {
    owns: path => path === GRAPHQL || path.startsWith(`${REST}/`),
    reply: async (request, forge) => {
      const account = accountOf(request, forge)
      if (account === undefined) return error(401, 'Bad credentials')
      if (request.path !== GRAPHQL) return withHeaders(rest(request, forge, account, options), account)
      const { reply, violations } = await answerGraphql(request.body, forge, account)
      const sent = withHeaders(reply, account)
      broken.set(sent, violations)
      return sent
    },
    violations: (request, reply) => {
      if (request.path === GRAPHQL) return broken.get(reply) ?? []
      return CONTRACT.violations(request, request.path.slice(REST.length), reply)
    },
  }
}

function accountOf({ headers }: ApiRequest, { accounts }: ForgeDouble): Account | undefined {
  const [, token] = /^Bearer (\S+)$/.exec(String(headers.authorization)) ?? []
  return token === undefined ? undefined : accounts.find(account => account.token === token)
}

function withHeaders(reply: ApiReply, { token, scopes }: Account): ApiReply {
  const isClassic = token?.startsWith('ghp_') ?? false
  const headers = {
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-reset': '1767229200',
    ...(isClassic ? { 'x-oauth-scopes': scopes.join(', ') } : {}),
  }
  return { ...reply, headers: { ...headers, ...reply.headers } }
}

/** A refusal in GitHub's words. */
const REFUSALS: Readonly<Record<Refusal, (branch: string, base: string) => object>> = {
  'no-head': () => ({ resource: 'PullRequest', field: 'head', code: 'invalid' }),
  'no-base': () => ({ resource: 'PullRequest', field: 'base', code: 'invalid' }),
  'no-commits': (branch, base) => custom(`No commits between ${base} and ${branch}`),
  exists: branch => custom(`A pull request already exists for owner:${branch}.`),
  'no-drafts': () => custom('Draft pull requests are not supported in this repository.'),
  'branch-gone': branch => custom(`state cannot be changed. The ${branch} branch has been deleted.`),
  'not-open': () => custom('state cannot be changed. The pull request is merged.'),
  conflicts: () => custom('merge conflict'),
  archived: () => custom('Repository was archived so is read-only.'),
}

function custom(message: string): object {
  return { resource: 'PullRequest', code: 'custom', message }
}

function rest(request: ApiRequest, forge: ForgeDouble, account: Account, options: GithubFaceOptions): ApiReply {
  const match = CONTRACT.match(request.method, request.path.slice(REST.length))
  if (match === undefined) return error(404, 'Not Found')
  const { operation, parameters } = match
  const repository = forge.repository(parameters.owner ?? '', parameters.repo ?? '')
  if (repository === undefined || (repository.isPrivate && account.role === 'none')) return error(404, 'Not Found')
  const broken = CONTRACT.checkRequest(match, request.query, request.body)
  if (broken.length > 0) return error(422, broken.join('; '))
  if (request.method !== 'GET') {
    const wanted = operation.id.startsWith('git/') ? 'contents=write' : 'pull_requests=write'
    if (!['admin', 'write'].includes(account.role)) {
      const refused = error(
        403,
        `Resource not accessible by ${account.isBot ? 'integration' : 'personal access token'}`,
      )
      return { ...refused, headers: { 'x-accepted-github-permissions': wanted } }
    }
    if (repository.isArchived) return error(403, 'Repository was archived so is read-only.')
  }
  const show = new GithubObjects(forge.url)
  const { query, body } = request
  const pull = repository.pulls.find(
    ({ number }) => number === Number(parameters.pull_number ?? parameters.issue_number),
  )
  const isOfPull = parameters.pull_number !== undefined || parameters.issue_number !== undefined
  if (isOfPull && pull === undefined) return error(404, 'Not Found')
  repository.sync()
  const context: Context = { repository, account, forge, options, show, parameters, query, body }
  try {
    return OPERATIONS[operation.id]?.(context, pull as PullRecord) ?? error(501, `${operation.id} is not served`)
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal
    const shown = REFUSALS[refusal.reason](
      context.body?.head ?? pull?.branch ?? '',
      context.body?.base ?? pull?.base ?? '',
    )
    return error(422, 'Validation Failed', [shown])
  }
}

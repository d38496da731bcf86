// Gitea's REST API over the double's state: as seen on Gitea 1.26, which test/real/gitea compares it with.

import { CONTRACT, GiteaObjects } from './gitea-objects.ts'
import { type Context, error, type GiteaFaceOptions, OPERATIONS, SERVER_OPERATIONS } from './gitea-operations.ts'
import type { ApiReply, ApiRequest, Face, ForgeDouble } from './server.ts'
import { type Account, type PullRecord, type Refusal, Refused } from './state.ts'

const REST = '/api/v1'

/** Behind `http://127.0.0.1:PORT/api/v1`. */
export function giteaFace(options: GiteaFaceOptions = {}): Face {
  return {
    owns: path => path.startsWith(`${REST}/`),
    prepare: repository => {
      repository.endsByPush = false
      repository.opensWithoutCommits = true
    },
    reply: (request, forge) => {
      const account = accountOf(request, forge)
      return account === undefined
        ? error(401, 'invalid username, password or token')
        : rest(request, forge, account, options)
    },
    violations: (request, reply) => CONTRACT.violations(request, request.path.slice(REST.length), reply),
  }
}

function accountOf({ headers }: ApiRequest, { accounts }: ForgeDouble): Account | undefined {
  const [, token] = /^(?:token|Bearer) (\S+)$/.exec(String(headers.authorization)) ?? []
  return token === undefined ? undefined : accounts.find(account => account.token === token)
}

const REFUSALS: Readonly<Record<Refusal, readonly [status: number, message: string]>> = {
  'no-head': [404, 'not found'],
  'no-base': [404, 'not found'],
  'no-commits': [422, 'Invalid PullRequest: There are no changes between the head and the base'],
  exists: [409, 'pull request already exists for these targets'],
  'no-drafts': [422, 'no drafts'],
  'branch-gone': [422, 'branch is gone'],
  'not-open': [412, 'cannot change state of this pull request, it was already merged'],
  conflicts: [405, 'Please try again later'],
  archived: [423, 'repository is archived'],
}

/** The category of a token's scopes that an operation falls into. */
function category(operation: string): string {
  if (operation.startsWith('user')) return 'user'
  if (operation.startsWith('notify')) return 'notification'
  return operation.startsWith('issue') ? 'issue' : 'repository'
}

function lacks(
  { scopes }: Account,
  operation: string,
  method: string,
  { tellsScopes = true }: GiteaFaceOptions,
): ApiReply | undefined {
  const wanted = `${method === 'GET' ? 'read' : 'write'}:${category(operation)}`
  const enough = ['all', wanted, wanted.replace('read:', 'write:')]
  if (scopes.length === 0 || operation === 'getGeneralAPISettings') return undefined
  if (scopes.some(scope => enough.includes(scope))) return undefined
  const text = 'token does not have at least one of required scope(s)'
  const list = tellsScopes ? `, required=[${wanted}], token scope=${scopes.join(',')}` : `: [${wanted}]`
  return error(403, text + list)
}

function rest(request: ApiRequest, forge: ForgeDouble, account: Account, options: GiteaFaceOptions): ApiReply {
  const match = CONTRACT.match(request.method, request.path.slice(REST.length))
  if (match === undefined) return error(404, 'not found')
  const { operation, parameters } = match
  const refused = lacks(account, operation.id, request.method, options)
  if (refused !== undefined) return refused
  const show = new GiteaObjects(forge.url, account, forge.accounts)
  const common = { account, forge, options, show, parameters, query: request.query, body: request.body }
  const serve = SERVER_OPERATIONS[operation.id]
  if (serve !== undefined) return serve(common)
  const repository = forge.repository(parameters.owner ?? '', parameters.repo ?? '')
  if (repository === undefined || (repository.isPrivate && account.role === 'none')) return error(404, 'not found')
  if (request.method !== 'GET' && !['admin', 'write'].includes(account.role)) return error(403, 'write is required')
  const isOfPull = parameters.index !== undefined
  const pull = repository.pulls.find(({ number }) => number === Number(parameters.index))
  if (isOfPull && pull === undefined) return error(404, 'not found')
  repository.sync()
  const context: Context = { ...common, repository }
  try {
    return OPERATIONS[operation.id]?.(context, pull as PullRecord) ?? error(501, `${operation.id} is not served`)
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal
    return error(...REFUSALS[refusal.reason])
  }
}

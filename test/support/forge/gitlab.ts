// GitLab's REST API over the double's state, below a path of the host as self-managed servers may have it.

import type { Match } from './contract.ts'
import { CONTRACT, GitlabObjects, isDraftTitle } from './gitlab-objects.ts'
import type { RepositoryState } from './repository-state.ts'
import type { ApiReply, ApiRequest, Face, ForgeDouble } from './server.ts'
import { type Account, type PullRecord, type Refusal, Refused } from './state.ts'

export interface GitlabFaceOptions {
  /** path of the server below the host; default: none */
  readonly folder?: string
  /** most items of a page; default: 100 */
  readonly pageSize?: number
  /** reviewers and assignees of one merge request; default: one of each, as on the free tier */
  readonly people?: number
  /** whether the token tells its scopes; default: true */
  readonly tellsScopes?: boolean
}

interface Context {
  readonly repository: RepositoryState
  readonly account: Account
  readonly forge: ForgeDouble
  readonly options: GitlabFaceOptions
  readonly show: GitlabObjects
  readonly query: URLSearchParams
  readonly parameters: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: the contract has been asked before
  readonly body: any
}

/** Behind `http://127.0.0.1:PORT/api/v4`. */
export function gitlabFace(options: GitlabFaceOptions = {}): Face {
  const rest = `${options.folder ?? ''}/api/v4`
  return {
    owns: path => path.startsWith(`${rest}/`),
    prepare: repository => {
      repository.opensWithoutCommits = true
    },
    reply: (request, forge) => {
      const account = forge.accounts.find(
        ({ token }) => token !== undefined && token === request.headers['private-token'],
      )
      if (account === undefined) return error(401, '401 Unauthorized')
      const match = CONTRACT.match(request.method, request.path.slice(rest.length))
      return match === undefined ? error(404, '404 Not Found') : answer(match, request, forge, account, options)
    },
    violations: (request, reply) => [
      ...CONTRACT.violations(request, request.path.slice(rest.length), reply),
      ...quickActions(request.body),
    ],
  }
}

/** Lines that GitLab would carry out. */
function quickActions(body: unknown): string[] {
  const texts = Object.values((body ?? {}) as object).filter(value => typeof value === 'string')
  return texts.some(text => /^\/\w/m.test(text.replaceAll('\r', ''))) ? ['a text holds a quick action'] : []
}

function error(status: number, message: string | readonly string[]): ApiReply {
  return { status, body: { message } }
}

const REFUSALS: Readonly<Record<Refusal, readonly [status: number, message: string | readonly string[]]>> = {
  'no-head': [400, ['Source branch does not exist']],
  'no-base': [400, ['Target branch does not exist']],
  'no-commits': [400, ['Source branch has no commits']],
  exists: [409, ['Another open merge request already exists for this source branch']],
  'no-drafts': [400, ['no drafts']],
  'branch-gone': [422, ['Source branch does not exist']],
  'not-open': [405, '405 Method Not Allowed'],
  conflicts: [406, 'Branch cannot be merged'],
  archived: [403, '403 Forbidden - the project is archived'],
}

function answer(
  match: Match,
  request: ApiRequest,
  forge: ForgeDouble,
  account: Account,
  options: GitlabFaceOptions,
): ApiReply {
  const { operation, parameters } = match
  if (request.method !== 'GET' && account.scopes.length > 0 && !account.scopes.includes('api')) {
    const description = 'The request requires higher privileges than provided by the access token.'
    return { status: 403, body: { error: 'insufficient_scope', error_description: description, scope: 'api' } }
  }
  const show = new GitlabObjects(forge.url, forge.accounts)
  if (operation.id === 'user') return { status: 200, body: show.currentUser(account) }
  if (operation.id === 'users') {
    const name = request.query.get('username')?.toLowerCase()
    return {
      status: 200,
      body: show.accounts(forge.accounts.map(({ login }) => login).filter(login => login === name)),
    }
  }
  if (operation.id === 'token') {
    return options.tellsScopes === false ? error(404, '404 Not Found') : { status: 200, body: show.token(account) }
  }
  const place = parameters.id ?? ''
  const end = place.lastIndexOf('/')
  const repository = forge.repository(place.slice(0, end), place.slice(end + 1))
  if (repository === undefined || account.role === 'none') return error(404, '404 Project Not Found')
  if (request.method !== 'GET' && account.role === 'read') return error(403, '403 Forbidden')
  if (request.method !== 'GET' && repository.isArchived) return error(...REFUSALS.archived)
  repository.sync()
  const pull = repository.pulls.find(({ number }) => number === Number(parameters.iid))
  if (parameters.iid !== undefined && pull === undefined) return error(404, '404 Not found')
  const { query, body } = request
  const context: Context = { repository, account, forge, options, show, query, parameters, body }
  try {
    return OPERATIONS[operation.id]?.(context, pull as PullRecord) ?? error(501, `${operation.id} is not served`)
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal
    return error(...REFUSALS[refusal.reason])
  }
}

/** By operation; those of a merge request get it as it is known to exist. */
const OPERATIONS: Readonly<Record<string, (context: Context, pull: PullRecord) => ApiReply>> = {
  project: ({ repository, account, show }) => ({ status: 200, body: show.project(repository, account) }),
  member: ({ forge, show, parameters }) => {
    const found = forge.accounts.find(({ id, role }) => id === Number(parameters.user_id) && role !== 'none')
    return found === undefined ? error(404, '404 Not found') : { status: 200, body: show.member(found) }
  },
  'merge-requests': ({ repository, show, query, options }) => {
    const wanted = query.get('state')
    const state = wanted === 'opened' ? 'open' : wanted
    const found = repository.pulls.filter(
      pull =>
        (state === 'all' || pull.state === state) &&
        pull.branch === (query.get('source_branch') ?? pull.branch) &&
        pull.base === (query.get('target_branch') ?? pull.base),
    )
    return page([...found].reverse(), query, options, pull => show.mergeRequest(repository, pull))
  },
  'create-merge-request': ({ repository, account, show, body }) => {
    const { source_branch: branch, target_branch: base, title, description } = body
    const pull = repository.open(account, {
      branch,
      base,
      title,
      body: stored(description),
      isDraft: isDraftTitle(title),
    })
    return { status: 201, body: show.mergeRequest(repository, pull) }
  },
  'merge-request': ({ repository, show }, pull) => ({ status: 200, body: show.mergeRequest(repository, pull) }),
  'edit-merge-request': ({ repository, forge, show, body, options }, pull) => {
    const { title, description, state_event: event, add_labels: added = '', remove_labels: removed = '' } = body
    if (title !== undefined) repository.edit(pull.number, { title, isDraft: isDraftTitle(title) })
    if (description !== undefined) repository.edit(pull.number, { body: stored(description) })
    if (added !== '') repository.label(pull.number, added.split(','))
    pull.labels = pull.labels.filter(label => !removed.split(',').includes(label))
    const people = options.people ?? 1
    const logins = (ids: readonly number[]) =>
      ids.flatMap(id => forge.accounts.filter(entry => entry.id === id).map(({ login }) => login)).slice(0, people)
    if (body.reviewer_ids !== undefined) pull.reviewers = logins(body.reviewer_ids)
    if (body.assignee_ids !== undefined) pull.assignees = logins(body.assignee_ids)
    if (event === 'close') repository.close(pull.number)
    if (event === 'reopen') repository.reopen(pull.number)
    return { status: 200, body: show.mergeRequest(repository, pull) }
  },
  approvals: ({ show }, pull) => ({ status: 200, body: show.approvals(pull) }),
  reviewers: ({ show }, pull) => ({ status: 200, body: show.reviewers(pull) }),
  /** Reviews with comments, and what GitLab says itself, stand among the notes. */
  notes: ({ show, query, options }, pull) => {
    const { id, author, createdAt } = pull
    const said = { id, author, createdAt, updatedAt: createdAt, body: 'changed the description' }
    const notes = [
      show.note(said, { system: true }),
      ...pull.comments.map(comment => show.note(comment)),
      ...pull.reviews
        .filter(({ verdict }) => verdict === 'comment')
        .map(review => show.note({ ...review, body: 'hm', updatedAt: review.createdAt }, { type: 'DiffNote' })),
    ]
    return page(notes, query, options, note => note)
  },
  'create-note': ({ repository, account, show, body }, pull) => ({
    status: 201,
    body: show.note(repository.comment(pull.number, account, stored(body.body))),
  }),
  'edit-note': ({ repository, show, parameters, body }) => {
    const note = repository.editComment(Number(parameters.note_id), stored(body.body))
    return note === undefined ? error(404, '404 Note Not Found') : { status: 200, body: show.note(note) }
  },
}

/** GitLab looks for quick actions in every text, and gives it back without white space at its end. */
function stored(text: string): string {
  return text.trimEnd()
}

function page<T>(
  items: readonly T[],
  query: URLSearchParams,
  options: GitlabFaceOptions,
  show: (item: T) => unknown,
): ApiReply {
  const size = Math.min(options.pageSize ?? 100, Number(query.get('per_page') ?? 20))
  const number = Number(query.get('page') ?? 1)
  const next = number * size < items.length ? String(number + 1) : ''
  const body = items.slice((number - 1) * size, number * size).map(show)
  return { status: 200, headers: { 'x-next-page': next, 'x-total': String(items.length) }, body }
}

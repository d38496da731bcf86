// The operations of Gitea's REST API that the double serves, with the surprises of the real one.

import { CONTRACT, changedAt, type GiteaObjects, isDraftTitle, TEAM } from './gitea-objects.ts'
import type { RepositoryState } from './repository-state.ts'
import type { ApiReply, ForgeDouble } from './server.ts'
import type { Account, PullRecord } from './state.ts'

export interface GiteaFaceOptions {
  /** most items of a page (`MAX_RESPONSE_ITEMS`); default: 50 */
  readonly pageSize?: number
  /** teams of the organization that owns the repositories, and whether they may push; without: owners are persons */
  readonly teams?: Readonly<Record<string, boolean>>
  /** whether a refusal lists the scopes of the token, which Forgejo's does not; default: true */
  readonly tellsScopes?: boolean
  /** times that a branch is not known yet after it was pushed */
  branchLag?: number
}

export interface Context {
  readonly repository: RepositoryState
  readonly account: Account
  readonly forge: ForgeDouble
  readonly options: GiteaFaceOptions
  readonly show: GiteaObjects
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  // biome-ignore lint/suspicious/noExplicitAny: the contract has been asked before
  readonly body: any
}

type Operation = (context: Context, pull: PullRecord) => ApiReply

export function error(status: number, message: string): ApiReply {
  return { status, body: { message, url: 'http://gitea.invalid/api/swagger' } }
}

const NOT_FOUND = error(404, 'not found')

/** Of the server and of accounts. */
export const SERVER_OPERATIONS: Readonly<Record<string, (context: Omit<Context, 'repository'>) => ApiReply>> = {
  getGeneralAPISettings: ({ options }) => {
    const most = options.pageSize ?? 50
    const sizes = { default_git_trees_per_page: 1000, default_max_blob_size: 10_485_760, default_max_response_size: 0 }
    return { status: 200, body: { max_response_items: most, default_paging_num: Math.min(30, most), ...sizes } }
  },
  userGetCurrent: ({ account, show }) => ({ status: 200, body: show.account(account) }),
  notifyNewAvailable: () => ({ status: 200, body: { new: 0 } }),
}

/** By operation; those of a pull request get it as it is known to exist. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  repoGet: ({ repository, show }) => ({ status: 200, body: show.repository(repository) }),
  repoGetBranch: ({ repository, options, parameters }) => {
    const head = repository.git.head(parameters.branch ?? '')
    return head === undefined || isLagging(options)
      ? NOT_FOUND
      : { status: 200, body: CONTRACT.fill('Branch', { name: parameters.branch }) }
  },
  repoListTeams: ({ options, show }) =>
    options.teams === undefined
      ? error(405, 'repo is not owned by an organization')
      : { status: 200, body: Object.entries(options.teams).map(([name, mayPush]) => show.team(name, mayPush)) },
  /** In an organization, those who may read pull requests are among them. */
  repoGetAssignees: ({ forge, options, show }) => {
    const may = options.teams === undefined ? ['admin', 'write'] : ['admin', 'write', 'read']
    const found = forge.accounts.filter(({ role }) => may.includes(role))
    return { status: 200, body: found.map(account => show.account(account)) }
  },
  repoGetRepoPermissions: ({ account, forge, show, parameters }) => {
    const wanted = forge.accounts.find(({ login }) => login === parameters.collaborator)
    if (account.role !== 'admin' && account !== wanted) return error(403, 'Only admins can query all permissions')
    if (wanted === undefined) return error(404, 'user does not exist')
    const body = { permission: wanted.role, role_name: wanted.role, user: show.account(wanted) }
    return { status: 200, body }
  },
  issueListLabels: ({ repository, show }) => ({
    status: 200,
    body: [...repository.labels].map(label => show.label(repository, label)),
  }),
  issueCreateLabel: ({ repository, show, body }) => {
    repository.labels.add(body.name)
    return { status: 201, body: show.label(repository, body.name) }
  },
  repoListPullRequests: ({ repository, show, query, options }) => {
    const state = query.get('state') ?? 'open'
    const poster = query.get('poster')
    const found = repository.pulls
      .filter(pull => state === 'all' || (pull.state === 'open') === (state === 'open'))
      .filter(pull => poster === null || pull.author.login === poster)
    const sorted = query.get('sort') === 'oldest' ? found : found.sort((a, b) => (changedAt(a) < changedAt(b) ? 1 : -1))
    return page(sorted, query, options, pull => show.pull(repository, pull))
  },
  repoCreatePullRequest: ({ repository, account, options, show, body }) => {
    if (isLagging(options)) return NOT_FOUND
    const pull = repository.open(account, {
      ...{ branch: body.head, base: body.base, title: body.title, body: body.body },
      isDraft: isDraftTitle(body.title),
    })
    return { status: 201, body: show.pull(repository, pull) }
  },
  repoGetPullRequest: ({ repository, show }, pull) => ({ status: 200, body: show.pull(repository, pull) }),
  repoEditPullRequest: ({ repository, forge, show, body }, pull) => {
    const { title, body: text, state, assignees } = body as Record<string, never>
    const unknown = (assignees as string[] | undefined)?.find(
      name => !forge.accounts.some(({ login }) => login === name),
    )
    if (unknown !== undefined) return error(422, `Assignee does not exist: [name: ${unknown}]`)
    if (state !== undefined && pull.state === 'merged') return error(412, 'it was already merged')
    if (title) repository.edit(pull.number, { title, isDraft: isDraftTitle(title) })
    if (text !== undefined) repository.edit(pull.number, { body: text })
    if (assignees !== undefined) pull.assignees = assignees
    if (state === 'closed') repository.close(pull.number)
    // neither another open one nor a branch that is gone is in the way
    if (state === 'open') Object.assign(pull, { state, closedAt: undefined })
    return { status: 201, body: show.pull(repository, pull) }
  },
  /** Unknown accounts are refused with all others; unknown teams are passed over. */
  repoCreatePullReviewRequests: ({ forge, options, show, body }, pull) => {
    const reviewers: string[] = body.reviewers ?? []
    const teams: string[] = body.team_reviewers ?? []
    for (const name of reviewers) {
      if (!forge.accounts.some(({ login }) => login === name)) return error(404, `User '${name}' not exist`)
      if (name === pull.author.login) return error(422, "poster of pr can't be reviewer")
    }
    const known = teams.filter(name => options.teams?.[name] !== undefined)
    const added = [...reviewers, ...known.map(name => TEAM + name)].filter(name => !pull.reviewers.includes(name))
    pull.reviewers.push(...added)
    return { status: 201, body: added.map(name => show.request(name)) }
  },
  issueGetLabels: ({ repository, show }, pull) => ({
    status: 200,
    body: pull.labels.map(label => show.label(repository, label)),
  }),
  /** Labels that the repository does not have are passed over. */
  issueAddLabel: ({ repository, show, body }, pull) => {
    const names = body.labels.filter((label: unknown) => typeof label === 'string' && repository.labels.has(label))
    repository.label(pull.number, names)
    return { status: 200, body: pull.labels.map(label => show.label(repository, label)) }
  },
  issueRemoveLabel: ({ repository, parameters }, pull) => {
    const name = [...repository.labels][Number(parameters.id) - 1]
    if (name === undefined) return error(422, 'label does not exist')
    pull.labels = pull.labels.filter(label => label !== name)
    return { status: 204 }
  },
  issueGetCommentsAndTimeline: ({ show, query, options }, pull) => {
    const said = [
      ...pull.comments.map(comment => ({ ...comment, type: 'comment' })),
      ...pull.reviews.map(review => ({ ...review, type: 'review' })),
    ].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    const scheduled = { id: pull.id, type: 'pull_scheduled_merge', author: pull.author, createdAt: pull.updatedAt }
    const events = pull.isQueued ? [...said, scheduled] : said
    const reply = page(events, query, options, ({ type, id, author, createdAt }) =>
      show.event(type, id, author, createdAt),
    )
    // counts the page, not the whole; a page without events is null
    const { length } = reply.body as unknown[]
    return { ...reply, headers: { 'x-total-count': String(length) }, body: length === 0 ? null : reply.body }
  },
  issueGetComments: ({ show }, pull) => ({ status: 200, body: pull.comments.map(comment => show.comment(comment)) }),
  issueCreateComment: ({ repository, account, show, body }, pull) => ({
    status: 201,
    body: show.comment(repository.comment(pull.number, account, body.body)),
  }),
  issueEditComment: ({ repository, show, parameters, body }) => {
    const comment = repository.editComment(Number(parameters.id), body.body)
    return comment === undefined ? NOT_FOUND : { status: 200, body: show.comment(comment) }
  },
}

function isLagging(options: GiteaFaceOptions): boolean {
  if (!options.branchLag) return false
  options.branchLag -= 1
  return true
}

function page<T>(
  items: readonly T[],
  query: URLSearchParams,
  options: GiteaFaceOptions,
  show: (item: T) => unknown,
): ApiReply {
  const most = options.pageSize ?? 50
  const size = Math.min(most, Number(query.get('limit') ?? 30) || most)
  const number = Number(query.get('page') ?? 1)
  const shown = items.slice((number - 1) * size, number * size).map(show)
  return { status: 200, headers: { 'x-total-count': String(items.length) }, body: shown }
}

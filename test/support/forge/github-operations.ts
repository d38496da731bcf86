// The operations of GitHub's REST API that the double serves.

import { type CommitRequest, makeCommit, makeTree, type TreeEntry } from './github-git.ts'
import { CONTRACT, type GithubObjects } from './github-objects.ts'
import type { RepositoryState } from './repository-state.ts'
import type { ApiReply, ForgeDouble } from './server.ts'
import type { Account, PullRecord } from './state.ts'

/** Path of the API below the host. */
export const REST = '/api/v3'

export interface GithubFaceOptions {
  /** whether the workflow token may open pull requests; default: true */
  readonly actionsMayOpen?: boolean
}

export interface Context {
  readonly repository: RepositoryState
  readonly account: Account
  readonly forge: ForgeDouble
  readonly options: GithubFaceOptions
  readonly show: GithubObjects
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  // biome-ignore lint/suspicious/noExplicitAny: the contract has been asked before
  readonly body: any
}

export function error(status: number, message: string, errors?: readonly object[]): ApiReply {
  const more = errors === undefined ? {} : { errors }
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', ...more } }
}

/** By operation; those of a pull request get it as it is known to exist. */
export const OPERATIONS: Readonly<Record<string, (context: Context, pull: PullRecord) => ApiReply>> = {
  'repos/get': ({ repository, account, show }) => {
    const permissions = { admin: account.role === 'admin', push: account.role !== 'read', pull: true }
    return { status: 200, body: { ...show.repository(repository, 'full-repository'), permissions } }
  },
  'pulls/get': ({ repository, show }, pull) => ({ status: 200, body: show.pull(repository, pull) }),
  'pulls/create': ({ repository, account, options, show, body }) => {
    if (options.actionsMayOpen === false && account.login === 'github-actions[bot]') {
      return error(403, 'GitHub Actions is not permitted to create or approve pull requests.')
    }
    const { head, base, title, draft } = body
    const pull = repository.open(account, { branch: head, base, title, body: body.body, isDraft: draft })
    return { status: 201, body: show.pull(repository, pull) }
  },
  'pulls/update': ({ repository, show, body }, { number }) => {
    const { title, state, base } = body
    if (base !== undefined) repository.retarget(number, base)
    if (state === 'closed') repository.close(number)
    if (state === 'open') repository.reopen(number)
    const texts = { ...(title === undefined ? {} : { title }), ...(body.body === undefined ? {} : { body: body.body }) }
    return { status: 200, body: show.pull(repository, repository.edit(number, texts)) }
  },
  'pulls/request-reviewers': ({ repository, forge, show, body }, pull) => {
    const { reviewers = [], team_reviewers: teams = [] } = body as { reviewers?: string[]; team_reviewers?: string[] }
    const known = (name: string) => forge.accounts.some(({ login }) => login === name) && name !== pull.author.login
    if (!reviewers.every(known) || teams.some(name => name !== 'platform')) {
      return error(
        422,
        'Reviews may only be requested from collaborators. One or more of the users or teams is not one.',
      )
    }
    pull.reviewers = [
      ...new Set([...pull.reviewers, ...reviewers, ...teams.map(name => `${repository.owner}/${name}`)]),
    ]
    return { status: 201, body: show.simplePull(repository, pull) }
  },
  'issues/add-labels': ({ repository, show, body }, pull) => {
    repository.label(pull.number, body.labels)
    return { status: 200, body: pull.labels.map((label, index) => show.label(label, index)) }
  },
  'issues/remove-label': ({ show, parameters }, pull) => {
    if (!pull.labels.includes(parameters.name ?? '')) return error(404, 'Label does not exist')
    pull.labels = pull.labels.filter(label => label !== parameters.name)
    return { status: 200, body: pull.labels.map((label, index) => show.label(label, index)) }
  },
  'issues/add-assignees': ({ repository, forge, show, body }, pull) => {
    const known = (body.assignees as string[]).filter(name => forge.accounts.some(({ login }) => login === name))
    pull.assignees = [...new Set([...pull.assignees, ...known])]
    return { status: 201, body: show.issue(repository, pull, forge.accounts) }
  },
  'issues/list-comments': ({ forge, repository, show, query }, pull) => {
    const size = Number(query.get('per_page') ?? 30)
    const page = Number(query.get('page') ?? 1)
    const address = `${forge.url}${REST}/repos/${repository.owner}/${repository.name}/issues/${pull.number}/comments`
    const link = `<${address}?per_page=${size}&page=${page + 1}>; rel="next"`
    return {
      status: 200,
      ...(pull.comments.length > page * size ? { headers: { link } } : {}),
      body: pull.comments.slice((page - 1) * size, page * size).map(comment => show.comment(comment)),
    }
  },
  'issues/create-comment': ({ repository, account, show, body }, { number }) => ({
    status: 201,
    body: show.comment(repository.comment(number, account, body.body)),
  }),
  'issues/update-comment': ({ repository, show, parameters, body }) => {
    const comment = repository.editComment(Number(parameters.comment_id), body.body)
    return comment === undefined ? error(404, 'Not Found') : { status: 200, body: show.comment(comment) }
  },
  'issues/delete-comment': ({ repository, parameters }) =>
    repository.deleteComment(Number(parameters.comment_id)) ? { status: 204 } : error(404, 'Not Found'),
  'repos/get-collaborator-permission-level': ({ forge, show, parameters }) => {
    const account = forge.accounts.find(({ login }) => login === parameters.username)
    if (account === undefined) return error(404, `${parameters.username} is not a user`)
    const user = { ...show.account(account), role_name: account.role }
    const facts = { permission: account.role, role_name: account.role, user }
    const permission = CONTRACT.fill('repository-collaborator-permission', facts)
    return { status: 200, body: permission }
  },
  'actions/get-github-actions-default-workflow-permissions-repository': ({ account, options }) => {
    if (account.role !== 'admin') return error(403, 'Resource not accessible by integration')
    const allowed = options.actionsMayOpen ?? true
    return { status: 200, body: { default_workflow_permissions: 'read', can_approve_pull_request_reviews: allowed } }
  },
  'repos/get-branch-rules': ({ repository }) => ({
    status: 200,
    body: repository.needsSignatures
      ? [{ type: 'required_signatures', ruleset_id: 1, ruleset_source: 'all', ruleset_source_type: 'Repository' }]
      : [],
  }),
  'git/create-tree': ({ repository, body }) => {
    const sha = makeTree(repository, body.base_tree, body.tree as TreeEntry[])
    return { status: 201, body: CONTRACT.fill('git-tree', { sha, tree: [] }) }
  },
  'git/get-tree': ({ repository, parameters }) => {
    const lines = repository.git
      .git(['ls-tree', '-r', '-t', '-z', parameters.tree_sha ?? ''])
      .split('\0')
      .filter(Boolean)
    const tree = lines.map(line => {
      const [, mode, type, sha, path] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? []
      return { path, mode, type, sha }
    })
    return { status: 200, body: CONTRACT.fill('git-tree', { sha: parameters.tree_sha, truncated: false, tree }) }
  },
  'git/create-commit': ({ repository, account, body }) => {
    const sha = makeCommit(repository, account, body as CommitRequest)
    const isSigned = account.isBot && body.author === undefined && body.committer === undefined
    if (isSigned) SIGNED.add(sha)
    return { status: 201, body: shownCommit(repository, sha) }
  },
  'git/get-commit': ({ repository, parameters }) => ({
    status: 200,
    body: shownCommit(repository, parameters.commit_sha ?? ''),
  }),
  'git/create-ref': ({ body }) =>
    error(422, /^0+$/.test(body.sha) ? 'Object does not exist' : 'Reference already exists'),
  'git/get-ref': ({ repository, parameters }) => {
    const sha = repository.git.head(`refs/${parameters.ref}`)
    if (sha === undefined) return error(404, 'Not Found')
    const object = { type: 'commit', sha, url: 'https://forge.invalid/' }
    return { status: 200, body: CONTRACT.fill('git-ref', { ref: `refs/${parameters.ref}`, object }) }
  },
}

/** Commits that the double signed; ids are unique over all of its repositories. */
const SIGNED = new Set<string>()

function shownCommit({ git }: RepositoryState, sha: string): Record<string, unknown> {
  const [tree = '', parents = '', message = ''] = git.git(['log', '-1', '--format=%T%x00%P%x00%B', sha]).split('\0')
  const url = 'https://forge.invalid/'
  const signature = SIGNED.has(sha)
  const person = { date: '2026-01-01T00:00:00Z', name: 'somebody', email: 'somebody@forge.invalid' }
  return CONTRACT.fill('git-commit', {
    ...{ sha, message: message.trim(), author: person, committer: person, tree: { sha: tree, url } },
    parents: parents
      .split(' ')
      .filter(Boolean)
      .map(parent => ({ sha: parent, url, html_url: url })),
    verification: {
      ...{ verified: signature, reason: signature ? 'valid' : 'unsigned', verified_at: null },
      ...{ signature: signature ? 'signed' : null, payload: null },
    },
  })
}

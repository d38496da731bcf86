// GitHub and GitHub Enterprise as a forge.

import type { Account, Forge, Project } from '../../bot/forge.ts'
import { booleanAt, maybeTextAt, numberAt, textAt } from '../fields.ts'
import type { Http } from '../http.ts'
import type { Pacing } from '../pacing.ts'
import { pathOf } from '../url.ts'
import { Conversation } from './conversation.ts'
import { diagnose } from './diagnose.ts'
import { ACCOUNT } from './documents.ts'
import { graphql } from './graphql.ts'
import { PullRequests } from './pull-requests.ts'
import { GithubSigner, repositoryPath } from './signer.ts'
import { tokenType } from './token-type.ts'

export { adviceOn as explainGithub } from './advice.ts'

export interface GithubOptions {
  readonly owner: string
  readonly name: string
  /** made with `githubHeaders` and `explainGithub` */
  readonly http: Http
  /** looked at for its kind only */
  readonly token: string
  /** `auto`: commits are made and signed by GitHub where it signs for the token, which it does for Apps */
  readonly signing?: 'auto' | 'always' | 'never'
}

/** What GitHub asks for and its own clients keep: one second between writes, three where people are told of them. */
export const GITHUB_PACING: Pacing = {
  writeGap: 1000,
  contentGap: 3000,
  perMinute: 80,
  perHour: 500,
  longestWait: 5 * 60_000,
}

export function githubHeaders(token: string): Record<string, string> {
  return {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'x-github-api-version': '2022-11-28',
  }
}

export function createGithub({ owner, name, http, token, signing = 'auto' }: GithubOptions): Forge {
  const repository = repositoryPath(owner, name)
  const type = tokenType(token)
  const isSigning = signing === 'always' || (signing === 'auto' && type === 'app')
  const facts = async () => (await http.request({ method: 'GET', path: repository })).body
  const pulls = new PullRequests(http, { owner, name })
  const talk = new Conversation(http, repository)
  return {
    kind: 'github',
    // 65,536 characters are stored; the rest is room for what GitHub counts otherwise than UTF-16 does
    bodyLimit: 60_000,
    titleLimit: 256,
    hasCheckboxes: true,
    gitUser: 'x-access-token',
    signer: isSigning ? new GithubSigner(http, repository, async () => textAt(await facts(), 'node_id')) : undefined,
    account: () => account(http),
    project: async () => toProject(await facts()),
    pullRequests: branch => pulls.of(branch),
    state: pullRequest => pulls.state(pullRequest),
    open: request => pulls.open(request),
    edit: (pullRequest, changes) => pulls.edit(pullRequest, changes),
    label: (pullRequest, labels) => talk.label(pullRequest, labels),
    invite: (pullRequest, people) => talk.invite(pullRequest, people),
    comments: pullRequest => talk.comments(pullRequest),
    comment: (pullRequest, body) => talk.comment(pullRequest, body),
    editComment: (_, comment, body) => talk.editComment(comment, body),
    canWrite: login => canWrite(http, repository, login),
    diagnose: async () => {
      const { login } = await account(http)
      return diagnose({ http, repository, token: type, login, isSigning })
    },
  }
}

/** The address is the one that GitHub links to the account without telling a private one. */
async function account(http: Http): Promise<Account> {
  const data = await graphql(http, ACCOUNT)
  const login = textAt(data, 'viewer', 'login')
  const id = numberAt(data, 'viewer', 'databaseId')
  const { hostname } = new URL(http.base)
  const host = hostname.startsWith('api.') ? hostname.slice('api.'.length) : hostname
  return {
    login,
    identity: {
      name: maybeTextAt(data, 'viewer', 'name') ?? login,
      email: `${id}+${login}@users.noreply.${host}`,
    },
  }
}

function toProject(facts: unknown): Project {
  return {
    defaultBranch: textAt(facts, 'default_branch'),
    url: textAt(facts, 'html_url'),
    isArchived: booleanAt(facts, 'archived'),
  }
}

/** An account that GitHub does not know, or an App, has no role here. */
async function canWrite(http: Http, repository: string, login: string): Promise<boolean> {
  if (login === '') return false
  const path = `${repository}${pathOf`/collaborators/${login}/permission`}`
  const { status, body } = await http.request({ method: 'GET', path, accept: [404] })
  return status === 200 && ['admin', 'write'].includes(textAt(body, 'permission'))
}

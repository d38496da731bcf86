// GitLab (gitlab.com and self-managed) over its REST API (`/api/v4`).

import type { Account, Forge, Project } from '../../bot/forge.ts'
import type { Clock } from '../clock.ts'
import type { Answer } from '../errors.ts'
import { maybeTextAt, textAt, valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { canWrite } from './access.ts'
import { Conversation } from './conversation.ts'
import { diagnose } from './diagnosis.ts'
import { MergeRequests } from './merge-requests.ts'
import { GitlabProject } from './project.ts'
import { DRAFT } from './read.ts'

export interface GitlabOptions {
  /** full path with all groups: `group/subgroup/name` */
  readonly project: string
  /** of `https://host/api/v4`, made with `gitlabHeaders` and `explainGitlab` */
  readonly http: Http
  readonly clock?: Clock
}

/** Limits of a merge request's title and of descriptions and notes, in characters (GitLab documentation, "Instance limits"). */
const LONGEST_TITLE = 255
const LONGEST_BODY = 1_048_576

/** For tokens of persons, groups and projects. */
export function gitlabHeaders(token: string): Record<string, string> {
  return { 'private-token': token }
}

/** Asks nothing yet. */
export function createGitlab({ project: name, http, clock = http.clock }: GitlabOptions): Forge {
  const project = new GitlabProject(http, name)
  const mergeRequests = new MergeRequests(project, clock)
  const conversation = new Conversation(project)
  return {
    kind: 'gitlab',
    bodyLimit: LONGEST_BODY,
    titleLimit: LONGEST_TITLE - DRAFT.length,
    hasCheckboxes: true,
    gitUser: 'oauth2',
    signer: undefined,
    account: () => account(project),
    project: () => describe(project),
    pullRequests: branch => mergeRequests.of(branch),
    state: pullRequest => mergeRequests.state(pullRequest),
    open: request => mergeRequests.open(request),
    edit: (pullRequest, changes) => mergeRequests.edit(pullRequest, changes),
    label: (pullRequest, labels) => conversation.label(pullRequest, labels),
    invite: (pullRequest, people) => conversation.invite(pullRequest, people),
    comments: pullRequest => conversation.comments(pullRequest),
    comment: (pullRequest, body) => conversation.comment(pullRequest, body),
    editComment: (pullRequest, comment, body) => conversation.editComment(pullRequest, comment, body),
    canWrite: login => canWrite(project, login),
    diagnose: () => diagnose(project),
  }
}

async function account({ http }: GitlabProject): Promise<Account> {
  const { body } = await http.request({ method: 'GET', path: '/user' })
  const login = textAt(body, 'username')
  const email = maybeTextAt(body, 'commit_email') || maybeTextAt(body, 'email') || maybeTextAt(body, 'public_email')
  return { login, identity: { name: maybeTextAt(body, 'name') || login, email: email || `${login}@noreply.invalid` } }
}

async function describe({ http, path }: GitlabProject): Promise<Project> {
  const { body } = await http.request({ method: 'GET', path })
  return {
    // null while the project is empty
    defaultBranch: maybeTextAt(body, 'default_branch') ?? '',
    url: textAt(body, 'web_url'),
    isArchived: valueAt(body, 'archived') === true,
  }
}

/** Advice on a refusal; undefined when the status says it all. */
export function explainGitlab({ status, body, message }: Answer): string | undefined {
  if (valueAt(body, 'error') === 'insufficient_scope') {
    const scope = maybeTextAt(body, 'scope')?.replace(/[^\w ]/g, '') ?? 'api'
    return `give the token the scope ${scope}`
  }
  if (/archived/i.test(message)) return 'the project is archived: unarchive it, or leave it out'
  return status === 403 ? 'give the account of the token the role Developer, and the token the scope api' : undefined
}

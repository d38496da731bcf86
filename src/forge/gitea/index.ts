// Gitea and its sibling Forgejo over their REST API (`/api/v1`).

import type { Forge, Project } from '../../bot/forge.ts'
import type { Clock } from '../clock.ts'
import type { Answer } from '../errors.ts'
import { textAt, valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { pathOf } from '../url.ts'
import { Access } from './access.ts'
import { Conversation } from './conversation.ts'
import { diagnose } from './diagnosis.ts'
import { History } from './history.ts'
import { Pages } from './pages.ts'
import { type GiteaRepository, PullRequests } from './pull-requests.ts'
import { DRAFT } from './read.ts'

export interface GiteaOptions {
  readonly kind: 'gitea' | 'forgejo'
  readonly owner: string
  readonly name: string
  /** of `https://host/api/v1`, made with `giteaHeaders` and `explainGitea` */
  readonly http: Http
  readonly clock?: Clock
}

/** Columns that a title may take: what is longer the server cuts without a word. A few less, for wide characters. */
const LONGEST_TITLE = 250
/** The server sets no limit below that of its database. */
const LONGEST_BODY = 1_000_000

export function giteaHeaders(token: string): Record<string, string> {
  return { authorization: `token ${token}` }
}

/** Asks nothing yet. */
export function createGitea({ kind, owner, name, http, clock = http.clock }: GiteaOptions): Forge {
  const path = pathOf`/repos/${owner}/${name}`
  const pages = new Pages(http)
  const repository: GiteaRepository = { path, http, pages, clock }
  const access = new Access(repository)
  const history = new History(pages, `${path}/pulls`, async () => (await access.account()).login)
  const pullRequests = new PullRequests(repository, history)
  const conversation = new Conversation(repository)
  return {
    kind,
    bodyLimit: LONGEST_BODY,
    titleLimit: LONGEST_TITLE - DRAFT.length,
    hasCheckboxes: true,
    // any name goes with a token
    gitUser: 'oauth2',
    signer: undefined,
    account: () => access.account(),
    project: () => project(repository),
    pullRequests: branch => history.of(branch),
    state: pullRequest => pullRequests.state(pullRequest),
    open: request => pullRequests.open(request),
    edit: (pullRequest, changes) => pullRequests.edit(pullRequest, changes),
    label: (pullRequest, labels) => conversation.label(pullRequest, labels),
    invite: (pullRequest, people) => conversation.invite(pullRequest, people),
    comments: pullRequest => conversation.comments(pullRequest),
    comment: (pullRequest, body) => conversation.comment(pullRequest, body),
    editComment: (_, comment, body) => conversation.editComment(comment, body),
    canWrite: login => access.canWrite(login),
    diagnose: () => diagnose(repository, access),
  }
}

async function project({ http, path }: GiteaRepository): Promise<Project> {
  const { body } = await http.request({ method: 'GET', path })
  return {
    defaultBranch: textAt(body, 'default_branch'),
    url: textAt(body, 'html_url'),
    isArchived: valueAt(body, 'archived') === true,
  }
}

/** Advice on a refusal; undefined when the status says it all. */
export function explainGitea({ status, message }: Answer): string | undefined {
  const [, scope] = /required scope\(s\)[^[]*\[([\w:, -]+)\]/.exec(message) ?? []
  if (scope !== undefined) return `give the token the scope ${scope}`
  if (status === 423) return 'the repository is archived: unarchive it, or leave it out'
  return undefined
}

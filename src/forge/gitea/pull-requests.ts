// Pull requests of one Gitea repository: judged, opened and edited.

import type { Mergeability, NewPullRequest, PullRequest, PullRequestEdit, PullRequestState } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import type { Clock } from '../clock.ts'
import { maybeTextAt, textAt, valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { pathOf } from '../url.ts'
import type { History } from './history.ts'
import type { Pages } from './pages.ts'
import { DRAFT, toPullRequest } from './read.ts'

/**
 * Times that a pull request is read until it counts as conflicting, and the milliseconds between: one that is still being
 * checked looks the same (Gitea 1.26 checks about a second after a push).
 */
const MERGE_CHECKS = 3
const MERGE_CHECK_GAP = 1500

export interface GiteaRepository {
  /** path of the repository below the API's address */
  readonly path: string
  readonly http: Http
  readonly pages: Pages
  readonly clock: Clock
}

export class PullRequests {
  readonly #repository: GiteaRepository
  readonly #history: History

  constructor(repository: GiteaRepository, history: History) {
    this.#repository = repository
    this.#history = history
  }

  /** The timeline tells of reviews and of the merge that waits for checks; the pull request itself of neither. */
  async state({ number, author, state }: PullRequest): Promise<PullRequestState> {
    const { pages, path } = this.#repository
    const mergeability = await this.#mergeability(number)
    const timeline = await pages.all(`${path}/issues/${number}/timeline`)
    const scheduling = timeline.map(event => textAt(event, 'type')).filter(type => type.endsWith('scheduled_merge'))
    return {
      mergeability,
      isReviewed: timeline.some(
        event => textAt(event, 'type') === 'review' && maybeTextAt(event, 'user', 'login') !== author,
      ),
      isQueued: state === 'open' && scheduling.at(-1) === 'pull_scheduled_merge',
    }
  }

  async #mergeability(number: number): Promise<Mergeability> {
    const { http, clock } = this.#repository
    for (let check = 1; ; check += 1) {
      const { body } = await http.request({ method: 'GET', path: this.#path(number) })
      const mergeability = judge(body)
      if (mergeability !== 'conflicts' || check === MERGE_CHECKS) return mergeability
      await clock.sleep(MERGE_CHECK_GAP)
    }
  }

  open(request: NewPullRequest): Promise<PullRequest> {
    const { branch, base } = request
    return this.#repository.http.ensure({
      find: async () => (await this.#history.of(branch)).find(found => found.state === 'open' && found.base === base),
      create: () => this.#create(request),
    })
  }

  async #create({ branch, base, title, body, isDraft }: NewPullRequest): Promise<PullRequest> {
    const { http, path } = this.#repository
    const answer = await http.request({
      method: 'POST',
      path: `${path}/pulls`,
      body: { head: branch, base, title: titled(title, isDraft), body },
      accept: [404, 409],
      pace: 'content',
    })
    if (answer.status === 409) throw passing(`a pull request of ${branch} is there already`, 409)
    if (answer.status !== 404) return toPullRequest(answer.body)
    const pushed = await http.request({ method: 'GET', path: `${path}${pathOf`/branches/${branch}`}`, accept: [404] })
    if (pushed.status === 404) throw passing(`the server does not know the branch ${branch} yet`, 404)
    throw new RemoteError('permanent', `the pull request of ${branch} cannot be opened: answered 404`, {
      status: 404,
      advice:
        'see that pull requests are switched on in the settings of the repository, and that its base branch exists',
    })
  }

  async edit(pullRequest: PullRequest, changes: PullRequestEdit): Promise<PullRequest> {
    const { title = pullRequest.title, isDraft = pullRequest.isDraft, body, state } = changes
    const isTitled = changes.title !== undefined || changes.isDraft !== undefined
    const answer = await this.#repository.http.request({
      method: 'PATCH',
      path: this.#path(pullRequest.number),
      body: { ...(isTitled ? { title: titled(title, isDraft) } : {}), body, state },
    })
    return toPullRequest(answer.body)
  }

  #path(number: number): string {
    return `${this.#repository.path}/pulls/${number}`
  }
}

function titled(title: string, isDraft: boolean): string {
  return isDraft ? `${DRAFT}${title}` : title
}

/** What another look-up settles: see `Http.ensure`. */
function passing(text: string, status: number): RemoteError {
  return new RemoteError('temporary', text, { status, advice: 'run again later' })
}

/**
 * `mergeable` is false for a conflict, for a draft and while it is being checked. A branch that has all of its base
 * cannot conflict with it.
 */
function judge(value: unknown): Mergeability {
  if (valueAt(value, 'state') !== 'open') return 'unknown'
  const base = maybeTextAt(value, 'base', 'sha')
  if (valueAt(value, 'mergeable') === true || (base !== undefined && base === valueAt(value, 'merge_base')))
    return 'clean'
  return toPullRequest(value).isDraft ? 'unknown' : 'conflicts'
}

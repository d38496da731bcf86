// Pull requests of one GitHub repository: found by branch, judged, opened and edited.

import type { Mergeability, NewPullRequest, PullRequest, PullRequestEdit, PullRequestState } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import { asArray, member } from '../../yaml/value.ts'
import type { Answer } from '../errors.ts'
import { booleanAt, listAt, maybeTextAt, textAt, valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { pathOf } from '../url.ts'
import { PULL_REQUESTS, STATE, TO_DRAFT, TO_READY } from './documents.ts'
import { graphql, isRefusal } from './graphql.ts'
import { fromGraphql, fromRest, isBot, loginOf } from './read.ts'

/** Times that mergeability is asked for, and the milliseconds between: GitHub computes it once it was asked for. */
const MERGE_CHECKS = 3
const MERGE_CHECK_GAP = 1500

export class PullRequests {
  readonly #http: Http
  readonly #owner: string
  readonly #name: string

  constructor(http: Http, { owner, name }: { owner: string; name: string }) {
    this.#http = http
    this.#owner = owner
    this.#name = name
  }

  async of(branch: string): Promise<PullRequest[]> {
    const found: PullRequest[] = []
    for (let after: string | undefined; ; ) {
      const variables = { owner: this.#owner, name: this.#name, branch, after }
      const data = await graphql(this.#http, PULL_REQUESTS, variables)
      const list = valueAt(data, 'repository', 'pullRequests')
      for (const node of listAt(list, 'nodes')) {
        if (!booleanAt(node, 'isCrossRepository')) found.push(fromGraphql(node))
      }
      if (!booleanAt(list, 'pageInfo', 'hasNextPage')) return found
      after = textAt(list, 'pageInfo', 'endCursor')
    }
  }

  async state({ number }: PullRequest): Promise<PullRequestState> {
    for (let check = 1; ; check += 1) {
      const data = await graphql(this.#http, STATE, { owner: this.#owner, name: this.#name, number })
      const value = valueAt(data, 'repository', 'pullRequest')
      const mergeability = mergeabilityOf(value)
      if (mergeability === 'unknown' && valueAt(value, 'state') === 'OPEN' && check < MERGE_CHECKS) {
        await this.#http.clock.sleep(MERGE_CHECK_GAP)
        continue
      }
      return {
        mergeability,
        isReviewed: hasReview(value),
        isQueued: valueAt(value, 'isInMergeQueue') === true || isSet(valueAt(value, 'autoMergeRequest')),
      }
    }
  }

  open(request: NewPullRequest): Promise<PullRequest> {
    const { branch, base } = request
    return this.#http.ensure({
      find: async () => (await this.of(branch)).find(found => found.state === 'open' && found.base === base),
      create: () => this.#create(request),
    })
  }

  /** A plan without drafts gets one that is none. */
  async #create({ branch, base, title, body, isDraft }: NewPullRequest): Promise<PullRequest> {
    const send = (draft: boolean) =>
      this.#http.request({
        method: 'POST',
        path: pathOf`/repos/${this.#owner}/${this.#name}/pulls`,
        body: { title, body, head: branch, base, draft },
        pace: 'content',
      })
    try {
      return fromRest((await send(isDraft)).body)
    } catch (error) {
      if (!(error instanceof RemoteError) || error.status !== 422) throw error
      if (isDraft && /draft pull requests are not supported/i.test(error.message)) {
        return fromRest((await send(false)).body)
      }
      throw isPassing(error) ? new RemoteError('temporary', error.message, { status: 422 }) : error
    }
  }

  async edit({ number }: PullRequest, { isDraft, ...changes }: PullRequestEdit): Promise<PullRequest> {
    const { body } = Object.keys(changes).length > 0 ? await this.#patch(number, changes) : await this.#get(number)
    const edited = fromRest(body)
    if (isDraft === undefined || isDraft === edited.isDraft || edited.state !== 'open') return edited
    return { ...edited, isDraft: await this.#setDraft(number, textAt(body, 'node_id'), isDraft) }
  }

  /**
   * Left as it is where the plan has no drafts, or the token may not (an App needs Contents: write for it, too): the
   * answer tells what it is.
   */
  async #setDraft(number: number, id: string, isDraft: boolean): Promise<boolean> {
    try {
      return await this.#http.ensure({
        find: async () => (fromRest((await this.#get(number)).body).isDraft === isDraft ? isDraft : undefined),
        create: async () => {
          await graphql(this.#http, isDraft ? TO_DRAFT : TO_READY, { id })
          return isDraft
        },
      })
    } catch (error) {
      if (!(error instanceof RemoteError) || !isRefusal(error)) throw error
      return !isDraft
    }
  }

  #get(number: number): Promise<Answer> {
    return this.#http.request({ method: 'GET', path: this.#path(number) })
  }

  #patch(number: number, body: PullRequestEdit): Promise<Answer> {
    return this.#http.request({ method: 'PATCH', path: this.#path(number), body })
  }

  #path(number: number): string {
    return pathOf`/repos/${this.#owner}/${this.#name}/pulls/${number}`
  }
}

/** What GitHub says right after a push and no longer a moment later, or when another request was faster. */
function isPassing({ message }: RemoteError): boolean {
  return /\bhead invalid\b|\bhead sha\b|already exists/i.test(message)
}

/** `mergeable` says whether the merge has conflicts, `mergeStateStatus` what rules say beyond that. */
function mergeabilityOf(value: unknown): Mergeability {
  if (textAt(value, 'mergeable') === 'CONFLICTING') return 'conflicts'
  if (textAt(value, 'mergeable') === 'UNKNOWN') return 'unknown'
  return textAt(value, 'mergeStateStatus') === 'BEHIND' ? 'behind' : 'clean'
}

function hasReview(value: unknown): boolean {
  const opener = maybeTextAt(value, 'author', 'login')
  return asArray(valueAt(value, 'reviews', 'nodes')).some(review => {
    const author = member(review, 'author')
    return !isBot(author) && (author === null || loginOf(author) !== opener)
  })
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}

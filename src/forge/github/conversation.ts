// What stands beside a pull request on GitHub: labels, people, comments.

import type { Comment, PullRequest } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import { sameText } from '../../bot/same-text.ts'
import { listAt, maybeTextAt, numberAt, textAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { pathOf } from '../url.ts'

export class Conversation {
  readonly #http: Http
  readonly #repository: string

  /** `repository`: path of the repository below the API's address */
  constructor(http: Http, repository: string) {
    this.#http = http
    this.#repository = repository
  }

  async label(
    { number }: PullRequest,
    { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void> {
    const path = `${this.#repository}/issues/${number}/labels`
    // a label that the repository does not have is made
    if (add.length > 0) await this.#http.request({ method: 'POST', path, body: { labels: add }, idempotent: true })
    for (const label of remove) {
      await this.#http.request({ method: 'DELETE', path: `${path}${pathOf`/${label}`}`, accept: [404] })
    }
  }

  async invite(
    { number }: PullRequest,
    { reviewers, assignees }: { readonly reviewers: readonly string[]; readonly assignees: readonly string[] },
  ): Promise<string[]> {
    const refused = await this.#review(number, reviewers)
    return [...refused, ...(await this.#assign(number, assignees))]
  }

  /** One that GitHub does not take makes it refuse all of a request: then each is asked alone. */
  async #review(number: number, reviewers: readonly string[]): Promise<string[]> {
    if (reviewers.length === 0) return []
    const people = reviewers.filter(name => !name.includes('/'))
    const teams = reviewers.filter(name => name.includes('/'))
    try {
      await this.#http.request({
        method: 'POST',
        path: `${this.#repository}/pulls/${number}/requested_reviewers`,
        body: { reviewers: people, team_reviewers: teams.map(name => name.slice(name.indexOf('/') + 1)) },
        idempotent: true,
        pace: 'content',
      })
      return []
    } catch (error) {
      // 403: a team, which the token may not see
      if (!(error instanceof RemoteError) || (error.status !== 422 && error.status !== 403)) throw error
      if (reviewers.length === 1) return [...reviewers]
      const refused: string[] = []
      for (const name of reviewers) refused.push(...(await this.#review(number, [name])))
      return refused
    }
  }

  /** Who may not be assigned is left out without a word: the answer tells who was taken. */
  async #assign(number: number, assignees: readonly string[]): Promise<string[]> {
    if (assignees.length === 0) return []
    const { body } = await this.#http.request({
      method: 'POST',
      path: `${this.#repository}/issues/${number}/assignees`,
      body: { assignees },
      idempotent: true,
    })
    const taken = new Set(listAt(body, 'assignees').map(account => textAt(account, 'login').toLowerCase()))
    return assignees.filter(name => !taken.has(name.toLowerCase()))
  }

  async comments({ number }: PullRequest): Promise<Comment[]> {
    const path = `${this.#repository}/issues/${number}/comments`
    return (await this.#http.pages({ path, query: { per_page: 100 } })).map(toComment)
  }

  /** Stands there once, however often the request was sent or carried out. */
  async comment(pullRequest: PullRequest, body: string): Promise<Comment> {
    const path = `${this.#repository}/issues/${pullRequest.number}/comments`
    const same = async () => (await this.comments(pullRequest)).filter(comment => sameText(comment.body, body))
    let isNew = false
    const made = await this.#http.ensure({
      find: async () => (await same())[0],
      create: async () => {
        isNew = true
        return toComment((await this.#http.request({ method: 'POST', path, body: { body }, pace: 'content' })).body)
      },
    })
    if (!isNew) return made
    // none was there before: those of this account are the ones that were just made
    const [first = made, ...further] = (await same()).filter(({ author }) => author === made.author)
    for (const { id } of further) {
      await this.#http.request({ method: 'DELETE', path: `${this.#repository}/issues/comments/${id}`, accept: [404] })
    }
    return first
  }

  async editComment({ id }: Comment, body: string): Promise<void> {
    await this.#http.request({ method: 'PATCH', path: `${this.#repository}/issues/comments/${id}`, body: { body } })
  }
}

function toComment(value: unknown): Comment {
  return {
    id: numberAt(value, 'id'),
    author: maybeTextAt(value, 'user', 'login') ?? '',
    body: maybeTextAt(value, 'body') ?? '',
    createdAt: textAt(value, 'created_at'),
  }
}

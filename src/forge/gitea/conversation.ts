// What stands beside a pull request on Gitea: labels, people, comments.

import type { Comment, PullRequest } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import { listAt, maybeTextAt, numberAt, textAt, valueAt } from '../fields.ts'
import type { GiteaRepository } from './pull-requests.ts'

/** Colour of the labels that are made. */
const COLOR = '#326ce5'

export class Conversation {
  readonly #repository: GiteaRepository

  constructor(repository: GiteaRepository) {
    this.#repository = repository
  }

  async label(
    { number, labels }: PullRequest,
    { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void> {
    const { http, path } = this.#repository
    const issue = `${path}/issues/${number}/labels`
    const missing = add.filter(label => !labels.includes(label))
    if (missing.length > 0) {
      const unknown = await this.#attach(issue, missing)
      for (const name of unknown) {
        await http.request({ method: 'POST', path: `${path}/labels`, body: { name, color: COLOR } })
      }
      if (unknown.length > 0) await this.#attach(issue, unknown)
    }
    const surplus = remove.filter(label => labels.includes(label))
    if (surplus.length === 0) return
    // this list has no pages
    for (const label of listAt((await http.request({ method: 'GET', path: issue })).body)) {
      if (!surplus.includes(textAt(label, 'name'))) continue
      await http.request({ method: 'DELETE', path: `${issue}/${numberAt(label, 'id')}`, accept: [404, 422] })
    }
  }

  /** Labels that the repository does not have are left out without a word; they are answered. */
  async #attach(path: string, labels: readonly string[]): Promise<string[]> {
    const { body } = await this.#repository.http.request({
      method: 'POST',
      path,
      body: { labels },
      idempotent: true,
    })
    const attached = new Set((Array.isArray(body) ? body : []).map(label => textAt(label, 'name')))
    return labels.filter(label => !attached.has(label))
  }

  async invite(
    { number }: PullRequest,
    { reviewers, assignees }: { readonly reviewers: readonly string[]; readonly assignees: readonly string[] },
  ): Promise<string[]> {
    if (reviewers.length + assignees.length === 0) return []
    const path = `${this.#repository.path}/pulls/${number}`
    const { body } = await this.#repository.http.request({ method: 'GET', path })
    const asked = new Set([
      ...names(body, 'requested_reviewers', 'login'),
      ...names(body, 'requested_reviewers_teams', 'name').map(teamName),
    ])
    const assigned = names(body, 'assignees', 'login')
    const refused = await this.#review(path, without(reviewers, asked))
    refused.push(...(await this.#assign(path, without(assignees, new Set(assigned)), assigned)))
    return [...new Set(refused)]
  }

  /** One unknown account makes Gitea refuse all of a request; an unknown team it leaves out without a word. */
  async #review(path: string, reviewers: readonly string[]): Promise<string[]> {
    if (reviewers.length === 0) return []
    const people = reviewers.filter(name => !name.includes('/'))
    const teams = reviewers.filter(name => name.includes('/')).map(name => name.slice(name.indexOf('/') + 1))
    const { status, body } = await this.#repository.http.request({
      method: 'POST',
      path: `${path}/requested_reviewers`,
      body: { reviewers: people, team_reviewers: teams },
      accept: [403, 404, 422],
      idempotent: true,
      pace: 'content',
    })
    if (status >= 400)
      return reviewers.length === 1 ? [...reviewers] : this.#oneByOne(reviewers, one => this.#review(path, [one]))
    const taken = new Set(
      (Array.isArray(body) ? body : []).flatMap(review => [
        maybeTextAt(valueAt(review, 'user'), 'login')?.toLowerCase(),
        teamName(maybeTextAt(valueAt(review, 'team'), 'name') ?? ''),
      ]),
    )
    return reviewers.filter(name => !taken.has(known(name)))
  }

  /** Assignees are replaced as a whole, so those who are there already are sent along. */
  async #assign(path: string, assignees: readonly string[], present: readonly string[]): Promise<string[]> {
    if (assignees.length === 0) return []
    try {
      await this.#repository.http.request({
        method: 'PATCH',
        path,
        body: { assignees: [...present, ...assignees] },
      })
      return []
    } catch (error) {
      if (!(error instanceof RemoteError) || (error.status !== 422 && error.status !== 403)) throw error
      if (assignees.length === 1) return [...assignees]
      const taken = [...present]
      return this.#oneByOne(assignees, async one => {
        const refused = await this.#assign(path, [one], taken)
        if (refused.length === 0) taken.push(one)
        return refused
      })
    }
  }

  async #oneByOne(names: readonly string[], ask: (name: string) => Promise<string[]>): Promise<string[]> {
    const refused: string[] = []
    for (const name of names) refused.push(...(await ask(name)))
    return refused
  }

  /** This list has no pages. */
  async comments({ number }: PullRequest): Promise<Comment[]> {
    const path = `${this.#repository.path}/issues/${number}/comments`
    const { body } = await this.#repository.http.request({ method: 'GET', path })
    return (Array.isArray(body) ? body : []).map(toComment)
  }

  /** Not posted a second time when the last run, or the last attempt, got it through. */
  comment(pullRequest: PullRequest, text: string): Promise<Comment> {
    const { http, path } = this.#repository
    return http.ensure({
      find: async () => (await this.comments(pullRequest)).find(comment => comment.body === text),
      create: async () => {
        const { body } = await http.request({
          method: 'POST',
          path: `${path}/issues/${pullRequest.number}/comments`,
          body: { body: text },
          pace: 'content',
        })
        return toComment(body)
      },
    })
  }

  async editComment({ id }: Comment, text: string): Promise<void> {
    const { http, path } = this.#repository
    await http.request({ method: 'PATCH', path: `${path}/issues/comments/${id}`, body: { body: text } })
  }
}

function toComment(value: unknown): Comment {
  return {
    id: numberAt(value, 'id'),
    author: maybeTextAt(valueAt(value, 'user'), 'login') ?? '',
    body: maybeTextAt(value, 'body') ?? '',
    createdAt: textAt(value, 'created_at'),
  }
}

function names(value: unknown, list: string, key: string): string[] {
  return valueAt(value, list) === null ? [] : listAt(value, list).map(entry => textAt(entry, key).toLowerCase())
}

function without(wanted: readonly string[], present: ReadonlySet<string>): string[] {
  return [...new Set(wanted)].filter(name => !present.has(known(name)))
}

/** Accounts and teams in one set: a team's name with a `/` before it. */
function known(name: string): string {
  return name.includes('/') ? teamName(name.slice(name.indexOf('/') + 1)) : name.toLowerCase()
}

function teamName(name: string): string {
  return `/${name.toLowerCase()}`
}

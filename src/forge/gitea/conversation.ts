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
        await this.#makeLabel(name)
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

  /** A second label of the same name would be made without complaint, hence the look-up. */
  async #makeLabel(name: string): Promise<void> {
    const { http, pages, path } = this.#repository
    const labels = `${path}/labels`
    await http.ensure({
      find: async () => (await pages.all(labels)).find(label => textAt(label, 'name') === name),
      create: () => http.request({ method: 'POST', path: labels, body: { name, color: COLOR } }),
    })
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
    const before = await this.#people(path)
    const wanted = without(reviewers, before.asked)
    await this.#review(path, wanted)
    // what the request answers leaves out those whom an attempt before it, whose answer was lost, had asked
    const refused = wanted.length === 0 ? [] : without(wanted, (await this.#people(path)).asked)
    refused.push(...(await this.#assign(path, without(assignees, new Set(before.assigned)), before.assigned)))
    return [...new Set(refused)]
  }

  async #people(path: string): Promise<{ readonly asked: ReadonlySet<string>; readonly assigned: readonly string[] }> {
    const { body } = await this.#repository.http.request({ method: 'GET', path })
    const teams = names(body, 'requested_reviewers_teams', 'name').map(teamName)
    const asked = new Set([...names(body, 'requested_reviewers', 'login'), ...teams])
    return { asked, assigned: names(body, 'assignees', 'login') }
  }

  /** One unknown account makes Gitea refuse all of a request; an unknown team it leaves out without a word. */
  async #review(path: string, reviewers: readonly string[]): Promise<void> {
    if (reviewers.length === 0) return
    const { status } = await this.#repository.http.request({
      method: 'POST',
      path: `${path}/requested_reviewers`,
      body: {
        reviewers: reviewers.filter(name => !name.includes('/')),
        team_reviewers: reviewers.filter(name => name.includes('/')).map(name => name.slice(name.indexOf('/') + 1)),
      },
      accept: [403, 404, 422],
      idempotent: true,
      pace: 'content',
    })
    if (status < 400 || reviewers.length === 1) return
    for (const name of reviewers) await this.#review(path, [name])
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
      const refused: string[] = []
      for (const name of assignees) {
        const [isRefused] = await this.#assign(path, [name], taken)
        if (isRefused === undefined) taken.push(name)
        else refused.push(name)
      }
      return refused
    }
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

// What stands beside a merge request on GitLab: labels, people, notes.

import type { Comment, PullRequest } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import { listAt, maybeTextAt, numberAt, textAt, valueAt } from '../fields.ts'
import type { GitlabProject } from './project.ts'
import { withoutQuickActions } from './quick-actions.ts'

export class Conversation {
  readonly #project: GitlabProject

  constructor(project: GitlabProject) {
    this.#project = project
  }

  /** A label that the project does not have is made. */
  async label(
    { number, labels }: PullRequest,
    { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void> {
    const missing = add.filter(label => !labels.includes(label))
    const surplus = remove.filter(label => labels.includes(label))
    const odd = missing.find(label => label.includes(','))
    if (odd !== undefined) throw new RemoteError('permanent', `GitLab has no labels with a comma, such as '${odd}'`)
    if (missing.length + surplus.length === 0) return
    await this.#project.http.request({
      method: 'PUT',
      path: this.#path(number),
      body: {
        ...(missing.length > 0 ? { add_labels: missing.join(',') } : {}),
        ...(surplus.length > 0 ? { remove_labels: surplus.join(',') } : {}),
      },
    })
  }

  /**
   * GitLab takes accounts by number, replaces all at once, and keeps, without a word, one of several where the plan
   * has no more: who is there already is named first, and the answer tells who was taken.
   */
  async invite(
    { number }: PullRequest,
    people: { readonly reviewers: readonly string[]; readonly assignees: readonly string[] },
  ): Promise<string[]> {
    if (people.reviewers.length + people.assignees.length === 0) return []
    const path = this.#path(number)
    const { body } = await this.#project.http.request({ method: 'GET', path })
    const [reviewers, assignees] = await Promise.all([
      this.#numbers(body, 'reviewers', people.reviewers),
      this.#numbers(body, 'assignees', people.assignees),
    ])
    const wanted = {
      ...(reviewers === undefined ? {} : { reviewer_ids: reviewers }),
      ...(assignees === undefined ? {} : { assignee_ids: assignees }),
    }
    const isNothing = Object.keys(wanted).length === 0
    const result = isNothing
      ? body
      : (await this.#project.http.request({ method: 'PUT', path, body: wanted, pace: 'content' })).body
    const refused = [
      ...without(people.reviewers, names(result, 'reviewers')),
      ...without(people.assignees, names(result, 'assignees')),
    ]
    return [...new Set(refused)]
  }

  /** Numbers of those who are there and those who are wanted; undefined when nobody is to be added. */
  async #numbers(value: unknown, list: string, wanted: readonly string[]): Promise<number[] | undefined> {
    const added: number[] = []
    for (const login of without(wanted, names(value, list))) {
      const id = await this.#project.userId(login)
      if (id !== undefined) added.push(id)
    }
    return added.length === 0 ? undefined : [...listAt(value, list).map(user => numberAt(user, 'id')), ...added]
  }

  /** Notes that GitLab writes itself, of pushes and changed labels, are left out. */
  async comments({ number }: PullRequest): Promise<Comment[]> {
    const notes = await this.#project.all(`${this.#path(number)}/notes`, { order_by: 'created_at', sort: 'asc' })
    return notes.filter(note => valueAt(note, 'system') !== true).map(toComment)
  }

  /** Not posted a second time when the last run, or the last attempt, got it through. */
  comment(pullRequest: PullRequest, text: string): Promise<Comment> {
    const body = withoutQuickActions(text)
    return this.#project.http.ensure({
      // GitLab cuts white space off the end
      find: async () => (await this.comments(pullRequest)).find(note => note.body.trimEnd() === body.trimEnd()),
      create: async () => {
        const path = `${this.#path(pullRequest.number)}/notes`
        return toComment(
          (await this.#project.http.request({ method: 'POST', path, body: { body }, pace: 'content' })).body,
        )
      },
    })
  }

  async editComment({ number }: PullRequest, { id }: Comment, text: string): Promise<void> {
    await this.#project.http.request({
      method: 'PUT',
      path: `${this.#path(number)}/notes/${id}`,
      body: { body: withoutQuickActions(text) },
    })
  }

  #path(number: number): string {
    return `${this.#project.path}/merge_requests/${number}`
  }
}

function toComment(value: unknown): Comment {
  return {
    id: numberAt(value, 'id'),
    author: maybeTextAt(valueAt(value, 'author'), 'username') ?? '',
    body: textAt(value, 'body'),
    createdAt: textAt(value, 'created_at'),
  }
}

function names(value: unknown, list: string): ReadonlySet<string> {
  return new Set(listAt(value, list).map(user => textAt(user, 'username').toLowerCase()))
}

function without(wanted: readonly string[], present: ReadonlySet<string>): string[] {
  return [...new Set(wanted)].filter(login => !present.has(login.toLowerCase()))
}

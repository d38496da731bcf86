// What GitHub's REST API shows of the double's state.

import { Contract } from './contract.ts'
import type { RepositoryState } from './repository-state.ts'
import type { Account, CommentRecord, PullRecord } from './state.ts'

export const CONTRACT = new Contract('test/contract/github.json', {
  greedy: ['ref', 'branch'],
  error: 'basic-error',
})

type Shown = Record<string, unknown>

/** Objects with the addresses of one server. */
export class GithubObjects {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  account({ login, id, isBot }: Account): Shown {
    const page = `${this.#url}/${encodeURIComponent(login)}`
    return CONTRACT.fill('simple-user', { login, id, type: isBot ? 'Bot' : 'User', html_url: page })
  }

  repository(repository: RepositoryState, definition = 'repository'): Shown {
    const { owner, name, id } = repository
    return CONTRACT.fill(definition, {
      ...{ id, node_id: `R_${id}`, name, full_name: `${owner}/${name}`, private: repository.isPrivate },
      ...{ html_url: `${this.#url}/${owner}/${name}`, default_branch: repository.defaultBranch },
      owner: CONTRACT.fill('simple-user', { login: owner, type: 'Organization' }),
      archived: repository.isArchived,
    })
  }

  pull(repository: RepositoryState, pull: PullRecord): Shown {
    const { owner, name } = repository
    const side = (ref: string, sha: string, of = owner) => ({
      ...{ ref, sha, label: `${of}:${ref}`, user: CONTRACT.fill('simple-user', { login: of }) },
      repo: this.repository(repository),
    })
    return CONTRACT.fill('pull-request', {
      ...{ id: pull.id, node_id: `PR_${pull.id}`, number: pull.number, title: pull.title, body: pull.body },
      html_url: `${this.#url}/${owner}/${name}/pull/${pull.number}`,
      state: pull.state === 'open' ? 'open' : 'closed',
      draft: pull.isDraft,
      user: this.account(pull.author),
      labels: pull.labels.map((label, index) => this.label(label, index)),
      head: side(pull.branch, pull.head, pull.fork),
      base: side(pull.base, pull.baseHead),
      ...{ created_at: pull.createdAt, updated_at: pull.updatedAt, closed_at: pull.closedAt ?? null },
      merged: pull.state === 'merged',
      merged_at: pull.state === 'merged' ? pull.closedAt : null,
      merge_commit_sha: pull.mergeCommit ?? null,
    })
  }

  /** A pull request as GitHub answers after reviewers were asked: with fewer fields. */
  simplePull(repository: RepositoryState, pull: PullRecord): Shown {
    const { user, head, base, labels, ...rest } = this.pull(repository, pull)
    return CONTRACT.fill('pull-request-simple', { ...rest, user, head, base, labels })
  }

  issue(repository: RepositoryState, pull: PullRecord, accounts: readonly Account[]): Shown {
    return CONTRACT.fill('issue', {
      ...{ id: pull.id, number: pull.number, title: pull.title, body: pull.body, state: 'open' },
      user: this.account(pull.author),
      labels: pull.labels,
      assignees: accounts.filter(({ login }) => pull.assignees.includes(login)).map(account => this.account(account)),
      repository_url: `${this.#url}/api/v3/repos/${repository.owner}/${repository.name}`,
      ...{ created_at: pull.createdAt, updated_at: pull.updatedAt },
    })
  }

  label(name: string, index: number): Shown {
    return CONTRACT.fill('label', { id: index + 1, name, color: 'ededed', description: '' })
  }

  comment(comment: CommentRecord): Shown {
    return CONTRACT.fill('issue-comment', {
      ...{ id: comment.id, body: comment.body, created_at: comment.createdAt, updated_at: comment.updatedAt },
      user: this.account(comment.author),
    })
  }
}

// What Gitea's REST API shows of the double's state.

import { Contract } from './contract.ts'
import type { RepositoryState } from './repository-state.ts'
import type { Account, CommentRecord, PullRecord } from './state.ts'

export const CONTRACT = new Contract('test/contract/gitea.json', { greedy: [], error: 'basic-error' })

type Shown = Record<string, unknown>

/** A team that was asked for a review stands among the reviewers with this before its name. */
export const TEAM = '/'

/** Objects with the addresses of one server, as one account sees them. */
export class GiteaObjects {
  readonly #url: string
  readonly #viewer: Account
  readonly #accounts: readonly Account[]

  constructor(url: string, viewer: Account, accounts: readonly Account[]) {
    this.#url = url
    this.#viewer = viewer
    this.#accounts = accounts
  }

  account({ login, id, name }: Account): Shown {
    return CONTRACT.fill('User', {
      ...{ id, login, username: login, full_name: name ?? '', email: `${login}@example.com` },
      html_url: `${this.#url}/${login}`,
    })
  }

  accounts(logins: readonly string[]): Shown[] {
    return this.#accounts.filter(({ login }) => logins.includes(login)).map(account => this.account(account))
  }

  repository(repository: RepositoryState): Shown {
    const { owner, name, id } = repository
    const { role } = this.#viewer
    return CONTRACT.fill('Repository', {
      ...{ id, name, full_name: `${owner}/${name}`, private: repository.isPrivate },
      ...{ html_url: `${this.#url}/${owner}/${name}`, default_branch: repository.defaultBranch },
      owner: CONTRACT.fill('User', { login: owner, username: owner }),
      ...{ archived: repository.isArchived, has_pull_requests: true },
      permissions: { admin: role === 'admin', push: role === 'admin' || role === 'write', pull: role !== 'none' },
    })
  }

  /** The branch of a pull request is told by its label once it is gone, and its own repository by its number. */
  pull(repository: RepositoryState, pull: PullRecord): Shown {
    const { owner, name } = repository
    const isThere = pull.state === 'open' || repository.git.head(pull.branch) !== undefined
    const shown = this.repository(repository)
    const teams = pull.reviewers.filter(reviewer => reviewer.startsWith(TEAM))
    return CONTRACT.fill('PullRequest', {
      ...{ id: pull.id, number: pull.number, title: pull.title, body: pull.body, draft: isDraftTitle(pull.title) },
      html_url: `${this.#url}/${owner}/${name}/pulls/${pull.number}`,
      state: pull.state === 'open' ? 'open' : 'closed',
      user: this.account(pull.author),
      labels: pull.labels.map(label => this.label(repository, label)),
      assignees: this.accounts(pull.assignees),
      requested_reviewers: this.accounts(pull.reviewers),
      requested_reviewers_teams: teams.map(team => this.team(team.slice(TEAM.length), true)),
      head: {
        ...{ label: pull.branch, ref: isThere ? pull.branch : `refs/pull/${pull.number}/head`, sha: pull.head },
        ...{ repo_id: pull.fork === undefined ? repository.id : repository.id + 1, repo: shown },
      },
      base: { label: pull.base, ref: pull.base, sha: pull.baseHead, repo_id: repository.id, repo: shown },
      merge_base: mergeBase(repository, pull),
      mergeable: isMergeable(repository, pull),
      merged: pull.state === 'merged',
      merged_at: pull.state === 'merged' ? pull.closedAt : null,
      merge_commit_sha: pull.mergeCommit ?? null,
      ...{ created_at: pull.createdAt, updated_at: changedAt(pull), closed_at: pull.closedAt ?? null },
    })
  }

  label(repository: RepositoryState, name: string): Shown {
    return CONTRACT.fill('Label', { id: [...repository.labels].indexOf(name) + 1, name, color: '326ce5' })
  }

  comment(comment: CommentRecord): Shown {
    return CONTRACT.fill('Comment', {
      ...{ id: comment.id, body: comment.body, created_at: comment.createdAt, updated_at: comment.updatedAt },
      user: this.account(comment.author),
    })
  }

  event(type: string, id: number, author: Account, createdAt: string): Shown {
    return CONTRACT.fill('TimelineComment', { id, type, user: this.account(author), created_at: createdAt })
  }

  team(name: string, mayPush: boolean): Shown {
    return CONTRACT.fill('Team', { name, units_map: { 'repo.code': mayPush ? 'write' : 'read', 'repo.pulls': 'read' } })
  }

  /** Of an account, or of a team with `TEAM` before its name. */
  request(reviewer: string): Shown {
    const isTeam = reviewer.startsWith(TEAM)
    return CONTRACT.fill('PullReview', {
      state: 'REQUEST_REVIEW',
      user: isTeam ? null : this.accounts([reviewer])[0],
      team: isTeam ? this.team(reviewer.slice(TEAM.length), true) : null,
    })
  }
}

export function isDraftTitle(title: string): boolean {
  return /^(?:wip:|\[wip\])/i.test(title)
}

/** What Gitea counts as a change of a pull request: all that is said of it. */
export function changedAt(pull: PullRecord): string {
  const times = [...pull.comments, ...pull.reviews].map(({ createdAt }) => createdAt)
  return [pull.updatedAt, ...times].sort().at(-1) ?? pull.updatedAt
}

const mergeBases = new WeakMap<RepositoryState, Map<string, string>>()

function mergeBase(repository: RepositoryState, { head, baseHead }: PullRecord): string {
  const known = mergeBases.get(repository) ?? new Map<string, string>()
  mergeBases.set(repository, known)
  const key = `${head} ${baseHead}`
  const found = known.get(key) ?? repository.git.git(['merge-base', head, baseHead]).trim()
  known.set(key, found)
  return found
}

/** False for a draft, and while it is being checked. */
function isMergeable(repository: RepositoryState, pull: PullRecord): boolean {
  if (pull.state !== 'open' || isDraftTitle(pull.title)) return false
  if (repository.mergeChecks > 0) {
    repository.mergeChecks -= 1
    return false
  }
  return !repository.hasConflicts(pull)
}

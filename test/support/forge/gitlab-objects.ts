// What GitLab's REST API shows of the double's state.

import { Contract } from './contract.ts'
import type { RepositoryState } from './repository-state.ts'
import type { Account, CommentRecord, PullRecord, Role } from './state.ts'

export const CONTRACT = new Contract('test/contract/gitlab.json', { error: 'error' })

type Shown = Record<string, unknown>

const LEVELS: Readonly<Record<Role, number>> = { admin: 40, write: 30, read: 20, none: 0 }

/** Objects with the addresses of one server. */
export class GitlabObjects {
  readonly #url: string
  readonly #accounts: readonly Account[]

  constructor(url: string, accounts: readonly Account[]) {
    this.#url = url
    this.#accounts = accounts
  }

  account({ login, id, name }: Account): Shown {
    const page = `${this.#url}/${login}`
    return CONTRACT.fill('user', { id, username: login, name: name ?? login, state: 'active', web_url: page })
  }

  currentUser(account: Account): Shown {
    const email = `${account.login}@example.com`
    return CONTRACT.fill('current-user', { ...this.account(account), email, commit_email: email, bot: account.isBot })
  }

  accounts(logins: readonly string[]): Shown[] {
    return this.#accounts.filter(({ login }) => logins.includes(login)).map(account => this.account(account))
  }

  member(account: Account): Shown {
    return CONTRACT.fill('member', { ...this.account(account), access_level: LEVELS[account.role] })
  }

  token({ id, scopes }: Account): Shown {
    return CONTRACT.fill('token', { user_id: id, scopes, active: true, expires_at: '2027-01-01' })
  }

  project(repository: RepositoryState, { role }: Account): Shown {
    const place = `${repository.owner}/${repository.name}`
    return CONTRACT.fill('project', {
      ...{ id: repository.id, name: repository.name, path_with_namespace: place, web_url: `${this.#url}/${place}` },
      ...{ default_branch: repository.defaultBranch, archived: repository.isArchived },
      ...{ merge_requests_enabled: true, merge_requests_access_level: 'enabled' },
      permissions: {
        project_access: role === 'none' ? null : { access_level: LEVELS[role], notification_level: 3 },
        group_access: null,
      },
    })
  }

  mergeRequest(repository: RepositoryState, pull: PullRecord): Shown {
    const isDraft = isDraftTitle(pull.title)
    return CONTRACT.fill('merge-request', {
      ...{ id: pull.id, iid: pull.number, title: pull.title, description: pull.body, draft: isDraft },
      ...{ work_in_progress: isDraft, project_id: repository.id, target_project_id: repository.id },
      source_project_id: pull.fork === undefined ? repository.id : repository.id + 1,
      web_url: `${this.#url}/${repository.owner}/${repository.name}/-/merge_requests/${pull.number}`,
      state: pull.state === 'open' ? 'opened' : pull.state,
      author: this.account(pull.author),
      ...{ labels: [...pull.labels].sort(), source_branch: pull.branch, target_branch: pull.base, sha: pull.head },
      ...{ assignees: this.accounts(pull.assignees), reviewers: this.accounts(reviewersOf(pull)) },
      ...{ created_at: pull.createdAt, updated_at: pull.updatedAt, closed_at: pull.closedAt ?? null },
      ...{ merge_when_pipeline_succeeds: pull.isQueued, merge_commit_sha: pull.mergeCommit ?? null },
      ...mergeability(repository, pull, isDraft),
    })
  }

  note(comment: CommentRecord, more: { readonly type?: string; readonly system?: boolean } = {}): Shown {
    return CONTRACT.fill('note', {
      ...{ id: comment.id, body: comment.body, created_at: comment.createdAt, updated_at: comment.updatedAt },
      ...{ author: this.account(comment.author), type: null, ...more },
    })
  }

  reviewers(pull: PullRecord): Shown[] {
    const states = { approved: 'approved', changes: 'requested_changes', comment: 'reviewed' } as const
    return this.accounts(reviewersOf(pull)).map(user => {
      const review = pull.reviews.filter(({ author }) => author.id === user.id).at(-1)
      return CONTRACT.fill('reviewer', { user, state: review === undefined ? 'unreviewed' : states[review.verdict] })
    })
  }

  approvals({ reviews }: PullRecord): Shown {
    const approved = reviews.filter(({ verdict }) => verdict === 'approved').map(({ author }) => author)
    return CONTRACT.fill('approvals', { approved_by: approved.map(author => ({ user: this.account(author) })) })
  }
}

/** Who was asked for a review; who asks for changes becomes one of them. */
function reviewersOf({ reviewers, reviews }: PullRecord): string[] {
  const asking = reviews.filter(({ verdict }) => verdict === 'changes').map(({ author }) => author.login)
  return [...new Set([...reviewers, ...asking])]
}

export function isDraftTitle(title: string): boolean {
  return /^(?:draft:|\[draft\]|\(draft\))/i.test(title)
}

/** The detailed status names the first of several hindrances. */
function mergeability(repository: RepositoryState, pull: PullRecord, isDraft: boolean): Shown {
  if (pull.state !== 'open') return { merge_status: 'can_be_merged', detailed_merge_status: 'not_open' }
  if (repository.mergeChecks > 0) {
    repository.mergeChecks -= 1
    return { merge_status: 'checking', detailed_merge_status: 'checking' }
  }
  const hasConflicts = repository.hasConflicts(pull)
  const hindrances = [
    ...(isDraft ? ['draft_status'] : []),
    ...(hasConflicts ? ['conflict'] : []),
    ...(repository.needsUpToDate && repository.isBehind(pull) ? ['need_rebase'] : []),
  ]
  return {
    merge_status: hasConflicts ? 'cannot_be_merged' : 'can_be_merged',
    detailed_merge_status: hindrances[0] ?? 'mergeable',
    has_conflicts: hasConflicts,
  }
}

// Merge requests of one GitLab project: found by branch, judged, opened and edited.

import type { Mergeability, NewPullRequest, PullRequest, PullRequestEdit, PullRequestState } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import type { Clock } from '../clock.ts'
import { listAt, maybeTextAt, numberAt, textAt, valueAt } from '../fields.ts'
import type { GitlabProject } from './project.ts'
import { withoutQuickActions } from './quick-actions.ts'
import { DRAFT, toPullRequest } from './read.ts'

/** Times that mergeability is asked for, and the milliseconds between: GitLab computes it once it was asked for. */
const MERGE_CHECKS = 3
const MERGE_CHECK_GAP = 1500

export class MergeRequests {
  readonly #project: GitlabProject
  readonly #clock: Clock

  constructor(project: GitlabProject, clock: Clock) {
    this.#project = project
    this.#clock = clock
  }

  /** Newest first. */
  async of(
    branch: string,
    query: { readonly state?: string; readonly target_branch?: string } = {},
  ): Promise<PullRequest[]> {
    const found = await this.#project.all(`${this.#project.path}/merge_requests`, {
      state: 'all',
      order_by: 'created_at',
      sort: 'desc',
      source_branch: branch,
      ...query,
    })
    return found.filter(isOwn).map(toPullRequest)
  }

  async state({ number, author }: PullRequest): Promise<PullRequestState> {
    const value = await this.#settled(number)
    return {
      mergeability: mergeabilityOf(value),
      isReviewed: await this.#isReviewed(number, author, listAt(value, 'reviewers').length > 0),
      // a merge train is a way of merging by itself, too
      isQueued: valueAt(value, 'merge_when_pipeline_succeeds') === true || valueAt(value, 'state') === 'locked',
    }
  }

  async #settled(number: number): Promise<unknown> {
    for (let check = 1; ; check += 1) {
      const { body } = await this.#project.http.request({ method: 'GET', path: this.#path(number) })
      const isOpen = valueAt(body, 'state') === 'opened'
      if (!isOpen || mergeabilityOf(body) !== 'unknown' || check === MERGE_CHECKS) return body
      await this.#clock.sleep(MERGE_CHECK_GAP)
    }
  }

  /** Asking for changes makes its author a reviewer; review comments stand among the notes. */
  async #isReviewed(number: number, author: string, hasReviewers: boolean): Promise<boolean> {
    const path = this.#path(number)
    const approvals = await this.#project.http.request({ method: 'GET', path: `${path}/approvals`, accept: [403, 404] })
    if (approvals.status === 200 && listAt(approvals.body, 'approved_by').length > 0) return true
    if (hasReviewers) {
      const reviewers = await this.#project.http.request({ method: 'GET', path: `${path}/reviewers`, accept: [404] })
      if (reviewers.status === 200 && listAt(reviewers.body).some(entry => JUDGED.has(textAt(entry, 'state'))))
        return true
    }
    const notes = await this.#project.all(`${path}/notes`)
    return notes.some(
      note => valueAt(note, 'type') === 'DiffNote' && maybeTextAt(valueAt(note, 'author'), 'username') !== author,
    )
  }

  open(request: NewPullRequest): Promise<PullRequest> {
    const { branch, base } = request
    return this.#project.http.ensure({
      find: async () => (await this.of(branch, { state: 'opened', target_branch: base }))[0],
      create: () => this.#create(request),
    })
  }

  async #create({ branch, base, title, body, isDraft }: NewPullRequest): Promise<PullRequest> {
    const answer = await this.#project.http.request({
      method: 'POST',
      path: `${this.#project.path}/merge_requests`,
      body: {
        source_branch: branch,
        target_branch: base,
        title: titled(title, isDraft),
        description: withoutQuickActions(body),
      },
      accept: [409],
      pace: 'content',
    })
    if (answer.status !== 409) return toPullRequest(answer.body)
    // another request was faster: the look-up of `ensure` finds what it made
    throw new RemoteError('temporary', `a merge request of ${branch} is there already`, { status: 409 })
  }

  async edit(pullRequest: PullRequest, changes: PullRequestEdit): Promise<PullRequest> {
    const { title = pullRequest.title, isDraft = pullRequest.isDraft, body, state } = changes
    const isTitled = changes.title !== undefined || changes.isDraft !== undefined
    // GitLab refuses to close what is closed
    const isMoved = state !== undefined && state !== pullRequest.state
    const wanted = {
      ...(isTitled ? { title: titled(title, isDraft) } : {}),
      ...(body === undefined ? {} : { description: withoutQuickActions(body) }),
      ...(isMoved ? { state_event: state === 'open' ? 'reopen' : 'close' } : {}),
    }
    const isNothing = Object.keys(wanted).length === 0
    const answer = await this.#project.http.request({
      method: isNothing ? 'GET' : 'PUT',
      path: this.#path(pullRequest.number),
      ...(isNothing ? {} : { body: wanted }),
    })
    return toPullRequest(answer.body)
  }

  #path(number: number): string {
    return `${this.#project.path}/merge_requests/${number}`
  }
}

const JUDGED = new Set(['approved', 'requested_changes', 'reviewed'])

function isOwn(value: unknown): boolean {
  return numberAt(value, 'target_project_id') === valueAt(value, 'source_project_id')
}

function titled(title: string, isDraft: boolean): string {
  return isDraft ? `${DRAFT}${title}` : title
}

const UNSETTLED = new Set([
  'unchecked',
  'checking',
  'preparing',
  'cannot_be_merged_recheck',
  'cannot_be_merged_rechecking',
])

/**
 * `detailed_merge_status` (since 15.6) names the first thing that stands in the way; `merge_status` and
 * `has_conflicts` speak of git alone, also for a draft.
 */
function mergeabilityOf(value: unknown): Mergeability {
  const detailed = maybeTextAt(value, 'detailed_merge_status') ?? ''
  const status = maybeTextAt(value, 'merge_status') ?? ''
  if (UNSETTLED.has(detailed) || UNSETTLED.has(status)) return 'unknown'
  if (detailed === 'conflict' || valueAt(value, 'has_conflicts') === true) return 'conflicts'
  return detailed === 'need_rebase' ? 'behind' : 'clean'
}

// A forge as the bot sees it: the pull requests of one repository. "Pull request" stands for merge requests, too.

import type { Identity, NewCommit, ObjectId, PushOutcome, RefUpdate } from './repository.ts'

export type ForgeKind = 'github' | 'gitlab' | 'gitea' | 'forgejo'

/** Whether a pull request can be merged as it stands; forges compute it later than they answer. */
export type Mergeability = 'clean' | 'conflicts' | 'behind' | 'unknown'

export interface PullRequest {
  /** number that people see; `iid` on GitLab */
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly body: string
  readonly isDraft: boolean
  readonly labels: readonly string[]
  /** branch that it asks to merge, also once that branch is gone */
  readonly branch: string
  /** undefined when the forge no longer says */
  readonly head: ObjectId | undefined
  /** branch that it asks to merge into */
  readonly base: string
  /** account that opened it */
  readonly author: string
  /** ISO 8601 */
  readonly createdAt: string
}

/** What only a request for one pull request tells. */
export interface PullRequestState {
  readonly mergeability: Mergeability
  /** a person approved it, asked for changes or left review comments since it was opened */
  readonly isReviewed: boolean
  /** stands in a merge queue or merge train, or is set to merge by itself */
  readonly isQueued: boolean
}

export interface Comment {
  readonly id: number
  readonly author: string
  readonly body: string
  /** ISO 8601 */
  readonly createdAt: string
}

export interface NewPullRequest {
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly isDraft: boolean
}

/** What is not given stays. */
export interface PullRequestEdit {
  readonly title?: string
  readonly body?: string
  readonly isDraft?: boolean
  readonly state?: 'open' | 'closed'
}

export interface Account {
  readonly login: string
  /** name and address for commits of this account */
  readonly identity: Identity
}

export interface Project {
  readonly defaultBranch: string
  /** page of the repository */
  readonly url: string
  readonly isArchived: boolean
}

/** One thing that the bot needs of the forge or of the repository's settings, for `bot doctor`. */
export interface Diagnosis {
  readonly name: string
  /** `excess`: granted and not needed */
  readonly state: 'ok' | 'missing' | 'excess' | 'unknown'
  readonly text: string
  /** what to change, and where */
  readonly advice?: string
}

/** Makes commits and moves refs through the forge's API, so that the forge signs them. */
export interface CommitSigner {
  /** `tree` is what the commit's tree must be: another one is an error. Answers the id and whether it is signed. */
  commit(
    commit: Omit<NewCommit, 'message'> & { readonly message: string; readonly tree: ObjectId },
  ): Promise<{ readonly id: ObjectId; readonly isVerified: boolean }>
  /** Compare-and-swap over several refs, all or none. */
  update(updates: readonly RefUpdate[]): Promise<PushOutcome>
}

/** Every method throws a `RemoteError` when the forge refuses or cannot be reached. */
export interface Forge {
  readonly kind: ForgeKind
  /** largest body of a pull request or comment, in UTF-16 units */
  readonly bodyLimit: number
  /** largest title, in UTF-16 units */
  readonly titleLimit: number
  /** whether a list item `- [ ]` in a body is shown as a box that can be ticked */
  readonly hasCheckboxes: boolean
  /** user name of git over HTTPS that goes with the token */
  readonly gitUser: string
  /** made only where the forge signs what its API makes and the token lets it */
  readonly signer: CommitSigner | undefined

  account(): Promise<Account>
  project(): Promise<Project>
  /** Pull requests of a branch of this repository in every state, newest first; forks' branches of that name are left out. */
  pullRequests(branch: string): Promise<readonly PullRequest[]>
  state(pullRequest: PullRequest): Promise<PullRequestState>
  /** Opens a pull request; when one of the same branch and base is open, answers that one unchanged. */
  open(request: NewPullRequest): Promise<PullRequest>
  edit(pullRequest: PullRequest, changes: PullRequestEdit): Promise<PullRequest>
  /** Adds and removes labels, creating those that the repository does not have where the forge demands it. */
  label(
    pullRequest: PullRequest,
    labels: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void>
  /** Asks accounts for a review and assigns accounts; answers those that the forge does not take. */
  invite(
    pullRequest: PullRequest,
    people: { readonly reviewers: readonly string[]; readonly assignees: readonly string[] },
  ): Promise<readonly string[]>
  /** All comments of the conversation, oldest first. */
  comments(pullRequest: PullRequest): Promise<readonly Comment[]>
  comment(pullRequest: PullRequest, body: string): Promise<Comment>
  editComment(pullRequest: PullRequest, comment: Comment, body: string): Promise<void>
  /** Whether an account may push to the repository. */
  canWrite(login: string): Promise<boolean>
  diagnose(): Promise<readonly Diagnosis[]>
}

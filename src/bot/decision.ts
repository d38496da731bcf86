// What the bot sees of one group, and what it may decide to do.

import type { PullRequest, PullRequestState } from './forge.ts'
import type { FindingMark } from './plan.ts'
import type { ObjectId } from './repository.ts'

/** Why a commit of the bot's branch is taken for a person's. */
export interface ForeignCommit {
  readonly id: ObjectId
  readonly why: 'no-trailers' | 'amended' | 'merge'
}

export interface BranchFacts {
  readonly head: ObjectId
  /** commits that the bot did not make or that are no longer as it made them; empty: the branch is the bot's alone */
  readonly foreign: readonly ForeignCommit[]
  /** fingerprint of the plan that the branch's last own commit completes; undefined without one */
  readonly plan: string | undefined
  /** base commit that the branch's last own commit stands on */
  readonly base: ObjectId | undefined
  /** whether the branch has nothing that the base has not */
  readonly isMerged: boolean
}

/** What users asked for by label, title prefix, ticked box or comment; only of those who may push. */
export interface Controls {
  readonly rebase: boolean
  /** take the branch back: rewrite it although it holds a person's commits */
  readonly recreate: boolean
  readonly pause: boolean
  readonly split: boolean
  /** rules and finding ids that are not to be proposed */
  readonly ignore: readonly string[]
}

export interface Situation {
  /** undefined when nothing is left to propose */
  readonly plan: { readonly fingerprint: string; readonly marks: readonly FindingMark[] } | undefined
  readonly baseBranch: string
  readonly baseHead: ObjectId
  /** undefined when the remote has no such branch */
  readonly branch: BranchFacts | undefined
  /** of the branch's name, in every state, newest first */
  readonly pullRequests: readonly PullRequest[]
  /** of the open pull request that counts, when there is one */
  readonly state: PullRequestState | undefined
  /** one that the bot closed lately because nothing was left to propose: it comes back rather than a new one */
  readonly reopenable: PullRequest | undefined
  readonly controls: Controls
  /** how a changed plan reaches an open pull request that nobody reviewed */
  readonly updates: 'rewrite' | 'append'
}

export type Action =
  /** neither push nor edit, except for a body whose rendered text differs */
  | { readonly type: 'keep'; readonly why: string }
  /** the branch must not exist yet; then a pull request */
  | { readonly type: 'create' }
  /** one commit on the base's head in place of the branch; `keep` is a head that stays reachable under another ref */
  | { readonly type: 'rewrite'; readonly why: string; readonly keep: ObjectId | undefined }
  /** a further commit on the branch's head */
  | { readonly type: 'append'; readonly why: string }
  /** the branch is as wanted: only the pull request is missing */
  | { readonly type: 'open' }
  /** a closed pull request of the bot's own closing comes back */
  | { readonly type: 'reopen'; readonly pullRequest: PullRequest }
  /** close the pull request and delete the bot's branch */
  | { readonly type: 'withdraw'; readonly why: string }
  /** hands off; `notice` is said once in a comment that is edited when it changes */
  | { readonly type: 'leave'; readonly why: string; readonly notice: string | undefined }
  /** a person's branch holds the name: a suffixed one is used */
  | { readonly type: 'sidestep'; readonly why: string }
  /** nothing to do and nothing there */
  | { readonly type: 'none'; readonly why: string }

export interface Decision {
  readonly action: Action
  /** the open pull request that counts */
  readonly current: PullRequest | undefined
  /** younger open pull requests of the same branch: closed with a link to the current one */
  readonly duplicates: readonly PullRequest[]
  /** the merged or closed one before, to be linked */
  readonly predecessor: PullRequest | undefined
}

// What a forge knows, whatever its API looks like: accounts, and repositories with their pull requests.

export type Role = 'admin' | 'write' | 'read' | 'none'

export interface Account {
  readonly id: number
  readonly login: string
  readonly name: string | undefined
  readonly isBot: boolean
  /** undefined: a person who never asks the API */
  readonly token: string | undefined
  readonly role: Role
  /** scopes of the token, where the forge has such */
  readonly scopes: readonly string[]
}

export interface CommentRecord {
  readonly id: number
  readonly author: Account
  body: string
  readonly createdAt: string
  updatedAt: string
}

export interface ReviewRecord {
  readonly id: number
  readonly author: Account
  readonly verdict: 'approved' | 'changes' | 'comment'
  readonly createdAt: string
}

export interface PullRecord {
  readonly id: number
  readonly number: number
  readonly author: Account
  readonly branch: string
  /** owner of the fork that the branch belongs to; undefined: this repository */
  readonly fork: string | undefined
  base: string
  title: string
  body: string
  isDraft: boolean
  state: 'open' | 'closed' | 'merged'
  /** where the branch stood last */
  head: string
  /** where the base stood last */
  baseHead: string
  labels: string[]
  reviewers: string[]
  assignees: string[]
  readonly comments: CommentRecord[]
  readonly reviews: ReviewRecord[]
  isQueued: boolean
  mergeCommit: string | undefined
  readonly createdAt: string
  updatedAt: string
  closedAt: string | undefined
}

export type Refusal =
  | 'no-head'
  | 'no-base'
  | 'no-commits'
  | 'exists'
  | 'no-drafts'
  | 'branch-gone'
  | 'not-open'
  | 'conflicts'
  | 'archived'

/** What a forge does not do; its face says so in its own way. */
export class Refused extends Error {
  readonly reason: Refusal

  constructor(reason: Refusal) {
    super(reason)
    this.reason = reason
  }
}

export interface NewPull {
  readonly branch: string
  readonly base?: string
  readonly title?: string
  readonly body?: string
  readonly isDraft?: boolean
  readonly fork?: string
}

/** Counts ids and seconds for everything on one server, so that two runs see the same ones. */
export class Ticker {
  #id = 1000
  #time = Date.UTC(2026, 0, 1)

  id(): number {
    this.#id += 1
    return this.#id
  }

  /** ISO 8601, one second later at each call */
  time(): string {
    this.#time += 1000
    return new Date(this.#time).toISOString().replace('.000Z', 'Z')
  }
}

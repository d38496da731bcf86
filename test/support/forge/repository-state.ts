// One repository of a forge: its pull requests over a real bare repository, and what people do to them.

import type { BareRepository } from '../git-repository.ts'
import { type Account, type CommentRecord, type NewPull, type PullRecord, Refused, type Ticker } from './state.ts'

/** Methods are what people and faces do; those that a forge refuses throw `Refused`. */
export class RepositoryState {
  readonly id: number
  readonly owner: string
  readonly name: string
  readonly git: BareRepository
  /** oldest first */
  readonly pulls: PullRecord[] = []
  /** labels that the repository has */
  readonly labels = new Set<string>()
  readonly defaultBranch = 'main'
  isArchived = false
  isPrivate = false
  hasDrafts = true
  /** whether a branch has to hold all of its base before it is merged */
  needsUpToDate = false
  needsSignatures = false
  /** whether an open pull request is closed when its branch goes */
  closesWithBranch = true
  /** whether an open pull request ends once its base has all of its branch by a push */
  endsByPush = true
  /** whether a branch without commits of its own may have a pull request */
  opensWithoutCommits = false
  /** full names of refs that the API does not move */
  readonly lockedRefs = new Set<string>()
  /** times that mergeability is still unknown when it is asked for */
  mergeChecks = 0
  readonly #ticker: Ticker
  /** answers of git on commits, which never change */
  readonly #known = new Map<string, boolean>()

  constructor(owner: string, name: string, git: BareRepository, ticker: Ticker) {
    this.owner = owner
    this.name = name
    this.git = git
    this.#ticker = ticker
    this.id = ticker.id()
  }

  pull(number: number): PullRecord {
    this.sync()
    const found = this.pulls.find(pull => pull.number === number)
    if (found === undefined) throw new Error(`no pull request ${number}`)
    return found
  }

  openPulls(branch?: string): PullRecord[] {
    this.sync()
    return this.pulls.filter(pull => pull.state === 'open' && (branch === undefined || pull.branch === branch))
  }

  /** Draws what pushes mean for pull requests, as a forge does after each. */
  sync(): void {
    const refs = this.git.refs()
    for (const pull of this.pulls) {
      if (pull.state !== 'open' || pull.fork !== undefined) continue
      const head = refs.get(`refs/heads/${pull.branch}`)
      const base = refs.get(`refs/heads/${pull.base}`) ?? pull.baseHead
      if (head === undefined) {
        if (this.closesWithBranch) this.#end(pull, 'closed')
        continue
      }
      const isPushed = head !== pull.head
      const isContained = (isPushed || base !== pull.baseHead) && this.#contains(base, head)
      pull.head = head
      pull.baseHead = base
      if (isPushed) this.#touch(pull)
      // a push that leaves nothing to merge closes; a base that took the commits in merges
      if (isContained && this.endsByPush) this.#end(pull, isPushed ? 'closed' : 'merged')
    }
  }

  open(author: Account, { branch, base = this.defaultBranch, title, body, isDraft, fork }: NewPull): PullRecord {
    this.sync()
    if (this.isArchived) throw new Refused('archived')
    const refs = this.git.refs()
    const baseHead = refs.get(`refs/heads/${base}`)
    const head = fork === undefined ? refs.get(`refs/heads/${branch}`) : baseHead
    if (baseHead === undefined) throw new Refused('no-base')
    if (head === undefined) throw new Refused('no-head')
    const isEmpty = fork === undefined && this.#contains(baseHead, head)
    if (isEmpty && !this.opensWithoutCommits) throw new Refused('no-commits')
    const same = (pull: PullRecord) => pull.branch === branch && pull.base === base && pull.fork === fork
    if (this.openPulls(branch).some(same)) throw new Refused('exists')
    if (isDraft && !this.hasDrafts) throw new Refused('no-drafts')
    const time = this.#ticker.time()
    const pull: PullRecord = {
      ...{ id: this.#ticker.id(), number: this.pulls.length + 1, author, branch, fork, base, head, baseHead },
      ...{ title: title ?? `Merge ${branch}`, body: body ?? '', isDraft: isDraft ?? false, state: 'open' },
      ...{ labels: [], reviewers: [], assignees: [], comments: [], reviews: [], isQueued: false },
      ...{ mergeCommit: undefined, createdAt: time, updatedAt: time, closedAt: undefined },
    }
    this.pulls.push(pull)
    return pull
  }

  close(number: number): void {
    const pull = this.pull(number)
    if (pull.state === 'open') this.#end(pull, 'closed')
  }

  reopen(number: number): void {
    const pull = this.pull(number)
    if (pull.state === 'open') return
    const head = this.git.head(pull.branch)
    if (pull.state === 'merged') throw new Refused('not-open')
    if (head === undefined && this.closesWithBranch) throw new Refused('branch-gone')
    const others = this.openPulls(pull.branch).filter(other => other.base === pull.base)
    if (others.length > 0) throw new Refused('exists')
    pull.state = 'open'
    pull.closedAt = undefined
    pull.head = head ?? pull.head
    this.#touch(pull)
  }

  retarget(number: number, base: string): void {
    const pull = this.pull(number)
    const baseHead = this.git.head(base)
    if (baseHead === undefined) throw new Refused('no-base')
    Object.assign(pull, { base, baseHead })
    this.#touch(pull)
  }

  /** Merges in git, as the button does; answers the commit on the base. */
  merge(number: number, { method = 'merge', deleteBranch = false }: MergeOptions = {}): string {
    const pull = this.pull(number)
    if (pull.state !== 'open') throw new Refused('not-open')
    if (this.hasConflicts(pull)) throw new Refused('conflicts')
    const title = `${pull.title} (#${number})`
    if (method === 'squash') pull.mergeCommit = this.git.squash(pull.base, pull.branch, title)
    else pull.mergeCommit = this.git.merge(pull.base, pull.branch, title)
    pull.baseHead = pull.mergeCommit
    this.#end(pull, 'merged')
    if (deleteBranch) this.git.remove(pull.branch)
    return pull.mergeCommit
  }

  /** A comment, or one in the place of another. */
  comment(number: number, author: Account, body: string): CommentRecord {
    const pull = this.pull(number)
    const time = this.#ticker.time()
    const comment = { id: this.#ticker.id(), author, body, createdAt: time, updatedAt: time }
    pull.comments.push(comment)
    return comment
  }

  editComment(id: number, body: string): CommentRecord | undefined {
    const comment = this.pulls.flatMap(({ comments }) => comments).find(entry => entry.id === id)
    if (comment === undefined) return undefined
    comment.body = body
    comment.updatedAt = this.#ticker.time()
    return comment
  }

  /** Answers whether there was one. */
  deleteComment(id: number): boolean {
    const pull = this.pulls.find(({ comments }) => comments.some(comment => comment.id === id))
    pull?.comments.splice(
      pull.comments.findIndex(comment => comment.id === id),
      1,
    )
    return pull !== undefined
  }

  review(number: number, author: Account, verdict: 'approved' | 'changes' | 'comment'): void {
    const review = { id: this.#ticker.id(), author, verdict, createdAt: this.#ticker.time() }
    this.pull(number).reviews.push(review)
  }

  edit(number: number, changes: Partial<Pick<PullRecord, 'title' | 'body' | 'isDraft' | 'isQueued'>>): PullRecord {
    const pull = this.pull(number)
    if (changes.isDraft === true && !this.hasDrafts) throw new Refused('no-drafts')
    Object.assign(pull, changes)
    this.#touch(pull)
    return pull
  }

  /** Puts labels on a pull request; those that the repository lacks are made. */
  label(number: number, labels: readonly string[]): void {
    const pull = this.pull(number)
    for (const label of labels) this.labels.add(label)
    pull.labels = [...new Set([...pull.labels, ...labels])]
    this.#touch(pull)
  }

  hasConflicts(pull: PullRecord): boolean {
    return pull.fork === undefined && !this.#succeeds(['merge-tree', '--write-tree', pull.baseHead, pull.head])
  }

  isBehind(pull: PullRecord): boolean {
    return !this.#contains(pull.head, pull.baseHead)
  }

  #end(pull: PullRecord, state: 'closed' | 'merged'): void {
    pull.state = state
    pull.closedAt = this.#ticker.time()
    pull.isQueued = false
    pull.updatedAt = pull.closedAt
    if (state === 'merged') pull.mergeCommit ??= pull.head
  }

  #touch(pull: PullRecord): void {
    pull.updatedAt = this.#ticker.time()
  }

  #contains(commit: string, ancestor: string): boolean {
    return this.#succeeds(['merge-base', '--is-ancestor', ancestor, commit])
  }

  #succeeds(args: readonly string[]): boolean {
    const key = args.join(' ')
    const known = this.#known.get(key) ?? this.#runs(args)
    this.#known.set(key, known)
    return known
  }

  #runs(args: readonly string[]): boolean {
    try {
      this.git.git(args)
      return true
    } catch {
      return false
    }
  }
}

export interface MergeOptions {
  readonly method?: 'merge' | 'squash'
  readonly deleteBranch?: boolean
}

// All pull requests of a Gitea repository, because its API finds none by branch: `head=` is ignored without a word, and
// `/pulls/{base}/{head}` answers any one of several. Read once, then only what changed is read again.

import type { PullRequest } from '../../bot/forge.ts'
import type { Page, Pages, Query } from './pages.ts'
import { type Read, toRead } from './read.ts'

/** A repository with more pull requests than this is searched for those of the bot's account and recent ones only. */
const MANY = 1000
/** Pull requests asked for when those that changed meanwhile are wanted: each is 8 KB of JSON. */
const FEW = 10

export class History {
  readonly #pages: Pages
  readonly #path: string
  readonly #login: () => Promise<string>
  readonly #known = new Map<number, Read>()
  /** what changed before this time is known; undefined before the first reading */
  #knownUntil: string | undefined
  #line: Promise<unknown> = Promise.resolve()

  /** `path`: of the repository's pull requests; `login`: name of the token's account. */
  constructor(pages: Pages, path: string, login: () => Promise<string>) {
    this.#pages = pages
    this.#path = path
    this.#login = login
  }

  /** Pull requests of a branch of the repository itself in every state, newest first; asked anew at each call. */
  async of(branch: string): Promise<PullRequest[]> {
    const turn = this.#line.then(() => this.#refresh())
    this.#line = turn.catch(() => undefined)
    await turn
    return [...this.#known.values()]
      .filter(({ isOwn, pullRequest }) => isOwn && pullRequest.branch === branch)
      .map(({ pullRequest }) => pullRequest)
      .sort((a, b) => b.number - a.number)
  }

  /** One request when no more than a page of pull requests changed since the last time. */
  async #refresh(): Promise<void> {
    const recent = { state: 'all', sort: 'recentupdate' }
    const most = this.#knownUntil === undefined ? undefined : FEW
    let page = await this.#pages.page(this.#path, recent, 1, most)
    let reads = this.#keep(page)
    const newest = reads[0]?.updatedAt
    if (this.#knownUntil === undefined) {
      if (!page.isLast) await this.#readAll(page.total ?? 0)
    } else {
      // times are whole seconds: what changed within the same second may have changed once more
      for (let number = 2; !page.isLast && (reads.at(-1)?.updatedAt ?? '') >= this.#knownUntil; number += 1) {
        page = await this.#pages.page(this.#path, recent, number, most)
        reads = this.#keep(page)
      }
    }
    this.#knownUntil = newest ?? this.#knownUntil ?? ''
  }

  /** In the order of their making, in which nothing moves from one page to another meanwhile. */
  async #readAll(total: number): Promise<void> {
    const query: Query = { state: 'all', sort: 'oldest', poster: total > MANY ? await this.#login() : undefined }
    for (const value of await this.#pages.all(this.#path, query)) this.#keepOne(toRead(value))
  }

  #keep({ items }: Page): readonly Read[] {
    const reads = items.map(toRead)
    for (const read of reads) this.#keepOne(read)
    return reads
  }

  #keepOne(read: Read): void {
    const known = this.#known.get(read.pullRequest.number)
    if (known === undefined || known.updatedAt <= read.updatedAt) this.#known.set(read.pullRequest.number, read)
  }
}

// Lists of Gitea page by page. Its `Link` header is not followed: it names the address of the server's own
// configuration, which may be another than the one that the server is reached at.

import { RemoteError } from '../../bot/remote-error.ts'
import { valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { once } from '../once.ts'

export interface Page {
  readonly items: readonly unknown[]
  /** items of all pages; undefined where the server does not say */
  readonly total: number | undefined
  readonly isLast: boolean
}

export type Query = Readonly<Record<string, string | number | undefined>>

/** Items of a page when the server does not tell how many it gives at most (its default of `MAX_RESPONSE_ITEMS`). */
const USUAL_SIZE = 50
/** A page of more is not asked for: an answer has to stay readable. */
const LARGEST_SIZE = 100
const MOST_PAGES = 1000

export class Pages {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** `number` counts from 1; `most`: items wanted at most, the largest page when it is not given. */
  async page(path: string, query: Query, number: number, most = LARGEST_SIZE): Promise<Page> {
    if (number > MOST_PAGES) throw new RemoteError('permanent', `${path}: more than ${MOST_PAGES} pages`)
    const size = Math.min(most, await this.#pageSize())
    const { body, headers } = await this.#http.request({
      method: 'GET',
      path,
      query: { ...query, limit: size, page: number },
    })
    // an empty list of some kinds is sent as null
    const items: readonly unknown[] = Array.isArray(body) ? body : []
    const count = headers.get('x-total-count')
    const total = count === null || !/^\d+$/.test(count) ? undefined : Number(count)
    return { items, total, isLast: items.length < size }
  }

  async all(path: string, query: Query = {}): Promise<unknown[]> {
    const items: unknown[] = []
    for (let number = 1; ; number += 1) {
      const page = await this.page(path, query, number)
      items.push(...page.items)
      if (page.isLast) return items
    }
  }

  /** A page that is not full is the last one, so the most that the server gives has to be known. */
  readonly #pageSize = once(async () => {
    const { body } = await this.#http.request({ method: 'GET', path: '/settings/api', accept: [401, 403, 404] })
    const most = valueAt(body, 'max_response_items')
    return typeof most === 'number' && most > 0 ? Math.min(most, LARGEST_SIZE) : USUAL_SIZE
  })
}

// One GitLab project: its address below the API, the pages of its lists, its people by name.

import { RemoteError } from '../../bot/remote-error.ts'
import { numberAt, textAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { once } from '../once.ts'
import { pathOf } from '../url.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>

const PAGE_SIZE = 100
const MOST_PAGES = 1000

export class GitlabProject {
  readonly http: Http
  /** `/projects/group%2Fsubgroup%2Fname` */
  readonly path: string
  readonly #ids = new Map<string, () => Promise<number | undefined>>()

  /** `project`: full path with its groups */
  constructor(http: Http, project: string) {
    this.http = http
    this.path = pathOf`/projects/${project}`
  }

  /**
   * Items of all pages. The header `x-next-page` is followed rather than `Link`, which names the address of the
   * server's own configuration; that may be another than the one that the server is reached at.
   */
  async all(path: string, query: Query = {}): Promise<unknown[]> {
    const items: unknown[] = []
    for (let page = '1', count = 1; page !== ''; count += 1) {
      if (count > MOST_PAGES) throw new RemoteError('permanent', `${path}: more than ${MOST_PAGES} pages`)
      const answer = await this.http.request({ method: 'GET', path, query: { ...query, per_page: PAGE_SIZE, page } })
      if (!Array.isArray(answer.body)) throw new RemoteError('permanent', `${path}: the answer is no list`)
      items.push(...answer.body)
      page = answer.headers.get('x-next-page') ?? ''
    }
    return items
  }

  /** Number of an account; undefined when the server has none of that name. */
  userId(login: string): Promise<number | undefined> {
    const key = login.toLowerCase()
    const ask = this.#ids.get(key) ?? once(() => this.#findUser(login))
    this.#ids.set(key, ask)
    return ask()
  }

  async #findUser(login: string): Promise<number | undefined> {
    const { body } = await this.http.request({ method: 'GET', path: '/users', query: { username: login } })
    const users: readonly unknown[] = Array.isArray(body) ? body : []
    const user = users.find(entry => textAt(entry, 'username').toLowerCase() === login.toLowerCase())
    return user === undefined ? undefined : numberAt(user, 'id')
  }
}

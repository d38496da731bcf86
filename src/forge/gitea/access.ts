// Who the token's account is, and who may push, as far as Gitea tells an account that administers nothing.

import type { Account } from '../../bot/forge.ts'
import { listAt, maybeTextAt, textAt, valueAt } from '../fields.ts'
import { once } from '../once.ts'
import { pathOf } from '../url.ts'
import type { GiteaRepository } from './pull-requests.ts'

const WRITING = new Set(['write', 'admin', 'owner'])

export class Access {
  readonly #repository: GiteaRepository

  constructor(repository: GiteaRepository) {
    this.#repository = repository
  }

  readonly account = once(async (): Promise<Account> => {
    const { body } = await this.#repository.http.request({ method: 'GET', path: '/user' })
    const login = textAt(body, 'login')
    return { login, identity: { name: maybeTextAt(body, 'full_name') || login, email: textAt(body, 'email') } }
  })

  /** Only administrators of the repository may ask for another account's permission; others get a list that says less. */
  async canWrite(login: string): Promise<boolean> {
    const { http, path } = this.#repository
    const { status, body } = await http.request({
      method: 'GET',
      path: `${path}${pathOf`/collaborators/${login}/permission`}`,
      accept: [403, 404],
    })
    if (status === 404) return false
    if (status !== 403) return WRITING.has(textAt(body, 'permission'))
    return (await this.#listed())?.has(login.toLowerCase()) ?? false
  }

  /** Whether the server tells this account, which administers nothing, who else may push. */
  async knowsWriters(): Promise<boolean> {
    return (await this.#listed()) !== undefined
  }

  readonly #listed = once(() => this.#listWriters())

  /**
   * Who can be assigned may push: in a repository of a person, and in one of an organization when each of its teams may.
   * Otherwise the list holds readers as well, and nobody on it is believed: undefined.
   */
  async #listWriters(): Promise<ReadonlySet<string> | undefined> {
    const { http, path } = this.#repository
    const teams = await http.request({ method: 'GET', path: `${path}/teams`, accept: [403, 404, 405] })
    // 405: the repository belongs to no organization
    const isExact = teams.status === 405 || (teams.status === 200 && listAt(teams.body).every(mayPush))
    if (!isExact) return undefined
    const { body } = await http.request({ method: 'GET', path: `${path}/assignees` })
    return new Set(listAt(body).map(account => textAt(account, 'login').toLowerCase()))
  }
}

function mayPush(team: unknown): boolean {
  return WRITING.has(maybeTextAt(valueAt(team, 'units_map'), 'repo.code') ?? '')
}

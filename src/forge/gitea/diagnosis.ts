// What the bot needs of a Gitea server, found out by requests that change nothing.

import type { Diagnosis } from '../../bot/forge.ts'
import { valueAt } from '../fields.ts'
import type { Access } from './access.ts'
import type { GiteaRepository } from './pull-requests.ts'

/** Scopes and what each is for. */
const NEEDED: Readonly<Record<string, string>> = {
  'write:repository': 'to push branches and open pull requests',
  'write:issue': 'to label and comment',
  'read:user': 'to know its own account',
}

/** Not needed, and no reason to complain: reviewers that are teams are found with it. */
const USEFUL = new Set(['read:organization', 'public-only'])

const WHERE = 'make a new token in the settings of the account, Applications'

export async function diagnose({ http, path }: GiteaRepository, access: Access): Promise<Diagnosis[]> {
  const [user, repository, labels, other] = await Promise.all([
    http.request({ method: 'GET', path: '/user', accept: [401, 403] }),
    http.request({ method: 'GET', path, accept: [401, 403, 404] }),
    http.request({ method: 'GET', path: `${path}/labels`, query: { limit: 1 }, accept: [401, 403, 404] }),
    // a scope that the token should not have: the refusal lists the ones it has
    http.request({ method: 'GET', path: '/notifications/new', accept: [401, 403, 404] }),
  ])
  if (user.status === 401) {
    return [{ name: 'token', state: 'missing', text: 'the server does not accept the token', advice: WHERE }]
  }
  const scopes = scopesIn([user.message, repository.message, labels.message, other.message])
  return [
    ...(scopes === undefined
      ? probed({ 'read:user': user.status, 'write:repository': repository.status, 'write:issue': labels.status })
      : listed(scopes)),
    ...(other.status === 200 ? [excess('the token may read notifications, so it probably has the scope all')] : []),
    ...repositoryDiagnoses(repository.status, repository.body),
    ...(repository.status === 200 && !isAdmin(repository.body) ? [await commands(access)] : []),
  ]
}

/** Gitea names the token's scopes when it refuses one; Forgejo and Gitea before 1.23 do not. */
function scopesIn(messages: readonly string[]): ReadonlySet<string> | undefined {
  for (const message of messages) {
    const [, list] = /token scope=([\w:,-]+)/.exec(message) ?? []
    if (list !== undefined) return new Set(list.split(','))
  }
  return undefined
}

function listed(scopes: ReadonlySet<string>): Diagnosis[] {
  const needed = Object.entries(NEEDED).map(([scope, purpose]): Diagnosis => {
    const name = `scope ${scope}`
    return has(scopes, scope)
      ? { name, state: 'ok', text: purpose }
      : { name, state: 'missing', text: `the token does not have it; needed ${purpose}`, advice: WHERE }
  })
  const surplus = [...scopes].filter(scope => !(scope in NEEDED) && !USEFUL.has(scope) && !isBelow(scope))
  return [...needed, ...surplus.map(scope => excess(`the token has the scope ${scope}, which is not needed`))]
}

/** `write:` holds `read:`, `all` holds everything. */
function has(scopes: ReadonlySet<string>, scope: string): boolean {
  return scopes.has('all') || scopes.has(scope) || scopes.has(scope.replace('read:', 'write:'))
}

/** `read:repository` beside a needed `write:repository` grants nothing more. */
function isBelow(scope: string): boolean {
  return scope.startsWith('read:') && scope.replace('read:', 'write:') in NEEDED
}

/** Reading shows that a scope is missing, never that it allows to write. */
function probed(statuses: Readonly<Record<string, number>>): Diagnosis[] {
  return Object.entries(statuses).map(([scope, status]): Diagnosis => {
    const name = `scope ${scope}`
    const purpose = NEEDED[scope] ?? ''
    if (status === 403) {
      return { name, state: 'missing', text: `the server refused a request; needed ${purpose}`, advice: WHERE }
    }
    if (scope.startsWith('read:')) return { name, state: 'ok', text: purpose }
    return { name, state: 'unknown', text: `the server does not tell whether the token has it; needed ${purpose}` }
  })
}

function excess(text: string): Diagnosis {
  const list = Object.keys(NEEDED).join(', ')
  return { name: 'excess scopes', state: 'excess', text, advice: `${WHERE}, with the scopes ${list} alone` }
}

function repositoryDiagnoses(status: number, body: unknown): Diagnosis[] {
  const name = 'repository'
  if (status === 403) return []
  if (status === 404) {
    const advice = 'check the address, and give the account of the token access to the repository'
    return [{ name, state: 'missing', text: 'the account of the token does not see it', advice }]
  }
  const found: Diagnosis[] = []
  found.push(
    valueAt(body, 'permissions', 'push') === true
      ? { name: 'push', state: 'ok', text: 'the account may push' }
      : {
          name: 'push',
          state: 'missing',
          text: 'the account may not push',
          advice: 'add it to the collaborators of the repository with the permission Write',
        },
  )
  if (isAdmin(body)) {
    const advice = 'the permission Write is enough'
    found.push({ name: 'administration', state: 'excess', text: 'the account administers the repository', advice })
  }
  if (valueAt(body, 'has_pull_requests') === false) {
    const advice = 'switch them on in the settings of the repository, Units'
    found.push({ name: 'pull requests', state: 'missing', text: 'they are switched off', advice })
  }
  if (valueAt(body, 'archived') === true) {
    const advice = 'unarchive it, or leave it out'
    found.push({ name, state: 'missing', text: 'it is archived', advice })
  }
  return found
}

function isAdmin(body: unknown): boolean {
  return valueAt(body, 'permissions', 'admin') === true
}

async function commands(access: Access): Promise<Diagnosis> {
  const name = 'commands in comments'
  if (await access.knowsWriters()) return { name, state: 'ok', text: 'the server tells who may push' }
  const text =
    'some teams of the organization may only read, so the server does not tell who may push: nobody is obeyed'
  return { name, state: 'unknown', text, advice: 'use labels and boxes instead' }
}

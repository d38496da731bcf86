// What the bot needs of a GitLab project, found out by requests that change nothing.

import type { Diagnosis } from '../../bot/forge.ts'
import { listAt, maybeTextAt, valueAt } from '../fields.ts'
import { DEVELOPER, MAINTAINER } from './access.ts'
import type { GitlabProject } from './project.ts'

const WHERE = 'make a project access token with the role Developer and the scope api'

/** Merge requests need `api`; these are parts of it. */
const WITHIN_API = new Set(['api', 'read_api', 'read_user', 'read_repository', 'write_repository'])

export async function diagnose({ http, path }: GitlabProject): Promise<Diagnosis[]> {
  const [token, project] = await Promise.all([
    http.request({ method: 'GET', path: '/personal_access_tokens/self', accept: [401, 403, 404] }),
    http.request({ method: 'GET', path, accept: [401, 403, 404] }),
  ])
  if (project.status === 401) {
    return [{ name: 'token', state: 'missing', text: 'the server does not accept the token', advice: WHERE }]
  }
  const found = token.status === 200 ? tokenDiagnoses(token.body) : [untold()]
  if (project.status !== 200) {
    const text = 'the token does not see the project'
    const advice = 'check the address, and give the token or its account the role Developer'
    return [...found, { name: 'project', state: 'missing', text, advice }]
  }
  return [...found, role(project.body), ...settings(project.body)]
}

/** Tokens of OAuth and of jobs do not tell. */
function untold(): Diagnosis {
  return { name: 'scope api', state: 'unknown', text: 'the server does not tell the scopes of this token' }
}

function tokenDiagnoses(body: unknown): Diagnosis[] {
  const scopes = listAt(body, 'scopes').filter(scope => typeof scope === 'string')
  const expiry = maybeTextAt(body, 'expires_at')
  const name = 'scope api'
  const api: Diagnosis = scopes.includes('api')
    ? { name, state: 'ok', text: 'to open merge requests and push branches' }
    : { name, state: 'missing', text: 'the token does not have it; merge requests need it', advice: WHERE }
  const surplus = scopes.filter(scope => !WITHIN_API.has(scope))
  return [
    api,
    ...surplus.map((scope): Diagnosis => {
      const text = `the token has the scope ${scope}, which is not needed`
      return { name: 'excess scopes', state: 'excess', text, advice: WHERE }
    }),
    {
      name: 'token',
      state: valueAt(body, 'active') === false ? 'missing' : 'ok',
      text: expiry === undefined ? 'it does not expire' : `it expires on ${expiry}`,
    },
  ]
}

function role(body: unknown): Diagnosis {
  const level = Math.max(
    ...['project_access', 'group_access'].map(kind => {
      const found = valueAt(body, 'permissions', kind, 'access_level')
      return typeof found === 'number' ? found : 0
    }),
  )
  const name = 'role'
  if (level < DEVELOPER) {
    const text = level === 0 ? 'the account is no member of the project' : 'the role of the account does not push'
    return { name, state: 'missing', text, advice: 'give it the role Developer' }
  }
  if (level < MAINTAINER) return { name, state: 'ok', text: 'Developer' }
  const advice = 'the role Developer is enough, unless a protected pattern covers the branches of the bot'
  return { name, state: 'excess', text: level === MAINTAINER ? 'Maintainer' : 'Owner', advice }
}

function settings(body: unknown): Diagnosis[] {
  const found: Diagnosis[] = []
  const isOff =
    valueAt(body, 'merge_requests_enabled') === false || valueAt(body, 'merge_requests_access_level') === 'disabled'
  if (isOff) {
    const advice = 'switch them on in the settings of the project, General, Visibility'
    found.push({ name: 'merge requests', state: 'missing', text: 'they are switched off', advice })
  }
  if (valueAt(body, 'archived') === true) {
    found.push({ name: 'project', state: 'missing', text: 'it is archived', advice: 'unarchive it, or leave it out' })
  }
  return found
}

// Whether a token and a GitHub repository let the bot work, and what the token may do beyond that.

import type { Diagnosis } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import { asArray, member } from '../../yaml/value.ts'
import type { Answer } from '../errors.ts'
import { textAt, valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import type { TokenType } from './token-type.ts'

export interface Subject {
  readonly http: Http
  /** path of the repository below the API's address */
  readonly repository: string
  readonly token: TokenType
  readonly login: string
  /** whether commits are made through the API, which signs them */
  readonly isSigning: boolean
}

/** The login of the workflow token. */
const ACTIONS = 'github-actions[bot]'

export async function diagnose(subject: Subject): Promise<Diagnosis[]> {
  const { http, repository } = subject
  const answer = await http.request({ method: 'GET', path: repository })
  const base = textAt(answer.body, 'default_branch')
  return [
    archived(answer),
    role(answer, subject),
    ...scopes(answer, subject),
    await contents(subject),
    await pullRequests(subject, base),
    ...(await workflowSetting(subject)),
    await signatures(subject, base),
  ]
}

function archived({ body }: Answer): Diagnosis {
  const name = 'repository is open to changes'
  if (valueAt(body, 'archived') !== true) return { name, state: 'ok', text: 'it is not archived' }
  return { name, state: 'missing', text: 'it is archived', advice: 'unarchive it, or leave it out' }
}

/** `permissions` tells the role of the account, whatever the token itself was given. */
function role({ body }: Answer, { token, login }: Subject): Diagnosis {
  const name = 'role of the account'
  const may = (right: string) => valueAt(body, 'permissions', right) === true
  if (token === 'app') return { name, state: 'ok', text: `${login} has the permissions of its installation` }
  if (may('admin')) {
    const advice = 'use an account that has the role Write'
    return { name, state: 'excess', text: `${login} administers the repository`, advice }
  }
  if (may('push')) return { name, state: 'ok', text: `${login} may push` }
  const advice = `give ${login} the role Write in the settings of the repository, Collaborators`
  return { name, state: 'missing', text: `${login} may not push`, advice }
}

/** Only classic tokens have scopes; they stand in a header of every answer. */
function scopes({ headers, body }: Answer, { token }: Subject): Diagnosis[] {
  const header = headers.get('x-oauth-scopes')
  if (token !== 'classic' || header === null) return []
  const held = header
    .split(',')
    .map(scope => scope.trim())
    .filter(scope => /^[\w:]+$/.test(scope))
  const isPublic = valueAt(body, 'private') === false
  const enough = isPublic ? ['public_repo', 'repo'] : ['repo']
  const wanted = isPublic ? 'public_repo' : 'repo'
  const found: Diagnosis[] = []
  const name = 'scopes of the token'
  if (held.some(scope => enough.includes(scope))) found.push({ name, state: 'ok', text: held.join(', ') })
  else {
    const advice = `give the token the scope ${wanted}`
    found.push({ name, state: 'missing', text: `it has ${held.join(', ') || 'none'}`, advice })
  }
  const excess = held.filter(scope => scope !== wanted && scope !== 'read:org')
  if (excess.length > 0) {
    const advice =
      'use a fine-grained token or an App for this repository alone, with Contents and Pull requests: read and write'
    found.push({ name: 'further scopes', state: 'excess', text: excess.join(', '), advice })
  }
  return found
}

/** Asks for a ref at a commit that cannot exist: refused as invalid (422) where refs may be written. */
function contents({ http, repository }: Subject): Promise<Diagnosis> {
  const body = { ref: 'refs/heads/kubemend-doctor', sha: '0'.repeat(40) }
  return probe(http, 'Contents: write', `${repository}/git/refs`, body)
}

/** Asks for a pull request of a branch into itself: refused as invalid (422) where pull requests may be opened. */
function pullRequests({ http, repository }: Subject, base: string): Promise<Diagnosis> {
  const body = { title: 'kubemend bot doctor', head: base, base }
  return probe(http, 'Pull requests: write', `${repository}/pulls`, body)
}

/** A request that cannot succeed: what it fails by tells whether the token is let that far. */
async function probe(http: Http, name: string, path: string, body: unknown): Promise<Diagnosis> {
  try {
    await http.request({ method: 'POST', path, body, accept: [409, 422], idempotent: true })
    return { name, state: 'ok', text: 'granted' }
  } catch (error) {
    if (!(error instanceof RemoteError) || error.kind === 'temporary' || error.status === 401) throw error
    const { message, advice = `give the token the permission ${name}` } = error
    return {
      name,
      state: 'missing',
      text: message,
      advice: error.status === 404 ? `give the token the permission ${name}` : advice,
    }
  }
}

/** The setting itself is shown to administrators only. */
async function workflowSetting({ http, repository, login }: Subject): Promise<Diagnosis[]> {
  if (login !== ACTIONS) return []
  const name = 'GitHub Actions may create pull requests'
  const path = `${repository}/actions/permissions/workflow`
  const { status, body } = await http.request({ method: 'GET', path, accept: [403, 404] })
  const checks: Diagnosis = {
    name: 'checks run on the pull requests',
    state: 'unknown',
    text: 'what the workflow token pushes and opens starts no workflow',
    advice: 'use the token of an App where checks have to run',
  }
  if (status !== 200) return [{ name, state: 'unknown', text: 'only administrators are told' }, checks]
  if (valueAt(body, 'can_approve_pull_request_reviews') === true)
    return [{ name, state: 'ok', text: 'allowed' }, checks]
  const advice =
    'in the settings of the repository, Actions, General, Workflow permissions: tick "Allow GitHub Actions to create and approve pull requests"'
  return [{ name, state: 'missing', text: 'not allowed', advice }, checks]
}

/** Rules of the default branch also ask for signatures on what is merged into it. */
async function signatures({ http, repository, isSigning }: Subject, base: string): Promise<Diagnosis> {
  const name = 'signed commits'
  const path = `${repository}/rules/branches/${base.split('/').map(encodeURIComponent).join('/')}`
  const { status, body } = await http.request({ method: 'GET', path, accept: [403, 404] })
  if (status !== 200) return { name, state: 'unknown', text: 'the rules of the repository are not shown' }
  const isDemanded = asArray(body).some(rule => member(rule, 'type') === 'required_signatures')
  if (!isDemanded) return { name, state: 'ok', text: 'not demanded' }
  if (isSigning) return { name, state: 'ok', text: 'demanded, and made by GitHub for this token' }
  const advice = 'use the token of an App, whose commits GitHub signs'
  return { name, state: 'missing', text: `demanded on ${base}`, advice }
}

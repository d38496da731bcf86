// Which forge an address belongs to, where its API is, and what the repository is called there.

import type { ForgeKind } from '../bot/forge.ts'
import { RemoteError } from '../bot/remote-error.ts'
import { printable } from '../report/escape.ts'
import { checkedBase } from './url.ts'

export interface Place {
  readonly kind: ForgeKind
  /** without a final `/` */
  readonly apiUrl: string
  /** address for git, without credentials */
  readonly gitUrl: string
  /** account, organization or group; on GitLab with subgroups, parted by `/` */
  readonly owner: string
  readonly name: string
}

export interface PlaceOptions {
  /** needed for hosts that are not known */
  readonly kind?: ForgeKind | undefined
  /** needed where the API is not at its usual place */
  readonly apiUrl?: string | undefined
  /** a CI job says there which forge it runs on, and where its API is */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const KNOWN: Readonly<Record<string, ForgeKind>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'codeberg.org': 'forgejo',
  'gitea.com': 'gitea',
}

const API_PATH: Readonly<Record<ForgeKind, string>> = {
  github: '/api/v3',
  gitlab: '/api/v4',
  gitea: '/api/v1',
  forgejo: '/api/v1',
}

/** Throws a permanent `RemoteError` that says what is missing. */
export function findPlace(repository: string, options: PlaceOptions = {}): Place {
  const url = parse(repository)
  const job = jobOn(url.origin, options.environment ?? {})
  const kind = options.kind ?? knownKind(url.hostname) ?? job?.kind
  if (kind === undefined) {
    throw fault(
      `${url.hostname}: it is not known which forge this is`,
      'name it with --forge github|gitlab|gitea|forgejo',
    )
  }
  const apiUrl = checkedBase(options.apiUrl ?? (job?.kind === kind ? job.apiUrl : undefined) ?? usualApi(kind, url))
  const steps = pathBelow(url, new URL(apiUrl), kind)
  const name = steps.pop() ?? ''
  const isNested = kind === 'gitlab'
  if (steps.length < 1 || (steps.length > 1 && !isNested)) {
    const shape = isNested ? 'GROUP/PROJECT' : 'OWNER/NAME'
    throw fault(
      `${printable(repository)}: this is not the address of a repository`,
      `${url.origin}/${shape} is expected`,
    )
  }
  return { kind, apiUrl, gitUrl: `${url.origin}${url.pathname}.git`, owner: steps.join('/'), name }
}

/** The address of a page or of git, made one shape: no `.git`, no `/` at the end. */
function parse(repository: string): URL {
  const scp = /^(?:ssh:\/\/)?[\w.-]+@([\w.-]+)[:/](?!\d+\/)(.+)$/.exec(repository)
  if (scp !== null && !repository.startsWith('http')) {
    const [, host, path] = scp
    throw fault('a token works over https only', `give the address as https://${host}/${path}`)
  }
  // line breaks and tabs are left out where a URL is read, which would make another repository of it
  if (!URL.canParse(repository) || /[\t\n\r]/.test(repository.trim())) {
    throw fault(`${printable(repository)}: no address of a repository`, 'https://HOST/OWNER/NAME is expected')
  }
  const url = new URL(repository)
  // the address itself is not shown: it may hold a token
  if (url.username !== '' || url.password !== '') {
    throw fault('the address of the repository holds credentials', 'give the token by an environment variable')
  }
  if (url.search !== '' || url.hash !== '') {
    throw fault('the address of the repository has a query or fragment', 'https://HOST/OWNER/NAME is expected')
  }
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '')
  checkedBase(url.href)
  return url
}

function knownKind(hostname: string): ForgeKind | undefined {
  const host = hostname.replace(/^www\./, '')
  if (host.endsWith('.ghe.com')) return 'github'
  return Object.hasOwn(KNOWN, host) ? KNOWN[host] : undefined
}

/** The forge of a CI job, when the repository is on its server; Gitea and Forgejo name theirs as GitHub does. */
function jobOn(
  origin: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly kind: ForgeKind; readonly apiUrl: string | undefined } | undefined {
  const isServer = (value: string | undefined) =>
    value !== undefined && URL.canParse(value) && new URL(value).origin === origin
  if (isServer(environment.CI_SERVER_URL)) return { kind: 'gitlab', apiUrl: environment.CI_API_V4_URL }
  if (!isServer(environment.GITHUB_SERVER_URL)) return undefined
  const isGitea = environment.GITEA_ACTIONS === 'true'
  const isForgejo = environment.FORGEJO_ACTIONS === 'true'
  return { kind: isForgejo ? 'forgejo' : isGitea ? 'gitea' : 'github', apiUrl: environment.GITHUB_API_URL }
}

function usualApi(kind: ForgeKind, url: URL): string {
  const isHosted = kind === 'github' && knownKind(url.hostname) === 'github'
  if (isHosted) return `https://api.${url.hostname.replace(/^www\./, '')}`
  return `${url.origin}${API_PATH[kind]}`
}

/** Steps of a repository's path; a forge that does not stand at the root of its host shows that in its API's path. */
function pathBelow(url: URL, api: URL, kind: ForgeKind): string[] {
  const root = api.pathname.endsWith(API_PATH[kind]) ? api.pathname.slice(0, -API_PATH[kind].length) : ''
  const path = root !== '' && url.pathname.startsWith(`${root}/`) ? url.pathname.slice(root.length) : url.pathname
  const steps = path.split('/').filter(step => step !== '')
  for (const step of steps) {
    if (!/^[\w.-]+$/.test(step)) throw fault(`'${printable(step)}' is no name of a repository or its owner`)
  }
  return steps
}

function fault(text: string, advice?: string): RemoteError {
  return new RemoteError('permanent', text, advice === undefined ? {} : { advice })
}

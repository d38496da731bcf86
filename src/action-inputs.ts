// The inputs of the action: what `kubemend bot run` is asked with flags, a runner gives as variables.

import type { ForgeKind } from './bot/forge.ts'
import type { BotRunFlags } from './commands/bot/options.ts'
import { type Failure, failure, isFailure } from './commands/failure.ts'

export interface ActionInputs {
  readonly flags: BotRunFlags
  /** may be empty: then the variables that the command line asks are asked */
  readonly token: string
}

type Environment = Readonly<Record<string, string | undefined>>

const FORGES: readonly string[] = ['github', 'gitlab', 'gitea', 'forgejo'] satisfies readonly ForgeKind[]

/** Reads `INPUT_<NAME>`; an input that is not given is an empty text. The repository is the one of the workflow. */
export function readInputs(environment: Environment): ActionInputs | Failure {
  const text = (name: string): string => environment[`INPUT_${name.toUpperCase()}`]?.trim() ?? ''
  const lines = (name: string): string[] => {
    const entries = text(name).split('\n')
    return entries.map(entry => entry.trim()).filter(entry => entry !== '')
  }
  const dryRun = toBoolean('dry-run', text('dry-run'))
  const trustsRepository = toBoolean('trust-repository', text('trust-repository'))
  if (typeof dryRun !== 'boolean') return dryRun
  if (typeof trustsRepository !== 'boolean') return trustsRepository
  const forge = text('forge')
  if (forge !== '' && !isForge(forge)) return failure(`the input forge is "${forge}": give one of ${FORGES.join(', ')}`)
  if (trustsRepository && text('config') !== '') {
    return failure('the inputs config and trust-repository exclude each other: give one of them')
  }
  const repositories = repositoriesOf(lines('repo'), environment)
  if (isFailure(repositories)) return repositories
  const token = text('token') || (isOwnServer(repositories, environment) ? text('workflow-token') : '')
  return {
    token,
    flags: {
      ...{ repositories, trustsRepository, dryRun, paths: lines('paths') },
      ...{ format: 'text', quiet: false, isFull: true },
      ...(text('base') === '' ? {} : { base: text('base') }),
      ...(forge === '' ? {} : { forge }),
      ...(text('api-url') === '' ? {} : { apiUrl: text('api-url') }),
      ...(text('config') === '' ? {} : { config: text('config') }),
    },
  }
}

function repositoriesOf(given: readonly string[], environment: Environment): readonly string[] | Failure {
  if (given.length > 0) return given
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment
  if (server && repository) return [`${server}/${repository}`]
  return failure('it is not known which repository this is: name one with the input repo')
}

/** The workflow's token is for its own server: another one must never see it. */
function isOwnServer(repositories: readonly string[], { GITHUB_SERVER_URL: server = '' }: Environment): boolean {
  if (!URL.canParse(server)) return false
  const { origin } = new URL(server)
  return repositories.every(repository => URL.canParse(repository) && new URL(repository).origin === origin)
}

function isForge(text: string): text is ForgeKind {
  return FORGES.includes(text)
}

/** The words that YAML 1.2 has for it, as other actions take them. */
function toBoolean(name: string, text: string): boolean | Failure {
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)?$/.test(text)) return false
  return failure(`the input ${name} is "${text}": give true or false`)
}

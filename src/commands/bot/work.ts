// Works on one repository from the first question to the last pull request.

import { BaseMovedError } from '../../bot/publish.ts'
import { reconcile } from '../../bot/reconcile.ts'
import { type Call, rehearse } from '../../bot/rehearsal.ts'
import { explained, RemoteError, type RemoteErrorKind } from '../../bot/remote-error.ts'
import type { GroupResult } from '../../bot/result.ts'
import type { Configuration } from '../../config/configuration.ts'
import type { Report, Summary } from '../../report/model.ts'
import { isFailure } from '../failure.ts'
import type { Tooling } from '../tooling.ts'
import { shownAddress } from './address.ts'
import type { Connect, Connection } from './connect.ts'
import type { BotRunFlags } from './options.ts'
import { openSite } from './site.ts'

/** What became of one repository. */
export interface RepositoryResult {
  /** without credentials */
  readonly url: string
  readonly base?: { readonly branch: string; readonly commit: string }
  readonly groups: readonly GroupResult[]
  /** of a run over the whole base */
  readonly summary?: Summary
  /** files that could not be read */
  readonly refused: Report['inputs']['refused']
  /** what the repository's configuration asks for and does not get */
  readonly denied: readonly string[]
  /** what was asked for and is not there, one sentence for each path */
  readonly unmatched: readonly string[]
  /** what a real run would send; empty for a real run */
  readonly calls: readonly Call[]
  readonly failure?: RepositoryFailure
}

export interface RepositoryFailure {
  /** `usage`: the configuration is wrong, or the address or what goes for a token, so that no server was asked */
  readonly kind: RemoteErrorKind | 'usage'
  readonly text: string
}

export interface Work {
  readonly tooling: Tooling
  readonly flags: BotRunFlags
  readonly central: Configuration | undefined
  readonly connect: Connect
  readonly isStopped: () => boolean
}

/** Plans again so often when the base moves while the bot works; the last time it goes on with what it has. */
const MOST_ATTEMPTS = 3

/** Never throws for what a server answers or a repository holds: the others of a run go on. */
export async function workOn(work: Work, address: string): Promise<RepositoryResult> {
  let connection: Connection | undefined
  try {
    connection = work.connect(address)
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(work, connection, attempt < MOST_ATTEMPTS)
      } catch (error) {
        if (!(error instanceof BaseMovedError)) throw error
      }
    }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const failure = failureOf(error)
    if (connection !== undefined) return { ...NOTHING, url: connection.url, failure }
    return { ...NOTHING, url: shownAddress(address), failure: { ...failure, kind: 'usage' } }
  } finally {
    await connection?.close()
  }
}

const NOTHING = { groups: [], refused: [], denied: [], unmatched: [], calls: [] }

async function once(work: Work, connection: Connection, checksBase: boolean): Promise<RepositoryResult> {
  const { tooling, flags, central, isStopped } = work
  const { url } = connection
  const own = { forge: connection.forge, repository: await connection.repository() }
  const { forge, repository, calls } = flags.dryRun ? rehearse(own.forge, own.repository) : { ...own, calls: [] }
  const opened = await openSite(tooling, { forge, repository, flags, central, checksBase: checksBase && !flags.dryRun })
  if (isFailure(opened)) return { ...NOTHING, url, failure: { kind: 'usage', text: opened.messages.join('; ') } }
  const { site, whole } = opened
  const { results, interruption } = await reconcile(site, isStopped)
  return {
    url,
    base: { branch: site.baseBranch, commit: site.base.id },
    groups: results,
    summary: whole.summary,
    refused: whole.inputs.refused,
    denied: site.denied,
    unmatched: whole.warnings.filter(({ code }) => code === 'no-input').map(({ text }) => text),
    calls,
    ...(interruption === undefined ? {} : { failure: failureOf(interruption) }),
  }
}

function failureOf(error: RemoteError): RepositoryFailure {
  return { kind: error.kind, text: explained(error) }
}

// Connects to a repository: its forge over HTTP, its objects over git, both with one token that nobody sees.

import type { Forge } from '../../bot/forge.ts'
import { createRedactor } from '../../bot/redact.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import type { Repository } from '../../bot/repository.ts'
import { type Clock, SYSTEM_CLOCK } from '../../forge/clock.ts'
import { findPlace, type Place } from '../../forge/detect.ts'
import { createGitea, explainGitea, giteaHeaders } from '../../forge/gitea/index.ts'
import { createGithub, explainGithub, GITHUB_PACING, githubHeaders } from '../../forge/github/index.ts'
import { createGitlab, explainGitlab, gitlabHeaders } from '../../forge/gitlab/index.ts'
import { createHttp, type HttpOptions } from '../../forge/http.ts'
import { NO_PACING, Pacer, type Pacing } from '../../forge/pacing.ts'
import type { Budget } from '../../forge/retry.ts'
import { findToken } from '../../forge/token.ts'
import { errorText } from '../../io/errors.ts'
import { openRepository } from '../../io/git-remote/repository.ts'
import type { Host } from '../../io/host.ts'
import type { BotFlags } from './options.ts'

export interface Connection {
  /** address without credentials, for messages */
  readonly url: string
  readonly forge: Forge
  /** opened when first asked for: some verbs need the forge alone */
  repository(): Promise<Repository>
  close(): Promise<void>
}

/**
 * Answers the connection to a repository, of which nothing is asked yet; throws a `RemoteError` without a usable address
 * or token, which is wrong usage.
 */
export type Connect = (address: string) => Connection

/** What tests shorten. */
export interface ConnectorOptions {
  readonly pacing?: Pacing
  readonly clock?: Clock
  readonly budget?: Partial<Budget>
}

/** Connections that share the pace of each token on each forge. */
export function connector(
  host: Host,
  flags: BotFlags,
  { pacing = GITHUB_PACING, ...options }: ConnectorOptions = {},
): Connect {
  const clock = options.clock ?? SYSTEM_CLOCK
  const pacers = new Map<string, Pacer>()
  return address => {
    const place = findPlace(address, { kind: flags.forge, apiUrl: flags.apiUrl, environment: host.env })
    const token = findToken(place.kind, host.env, tokenText(host, flags.tokenFile)).value
    const redact = createRedactor([token])
    const pacer = pacers.get(place.apiUrl) ?? new Pacer(place.kind === 'github' ? pacing : NO_PACING, clock)
    pacers.set(place.apiUrl, pacer)
    const forge = createForge(place, token, { ...options, base: place.apiUrl, redact, pacer, clock })
    let opened: Promise<Repository> | undefined
    return {
      ...{ url: place.gitUrl, forge },
      repository: () => {
        opened ??= openRepository({ url: place.gitUrl, user: forge.gitUser, token })
        return opened
      },
      close: async () => (await opened?.catch(() => undefined))?.close(),
    }
  }
}

function createForge(place: Place, token: string, options: Omit<HttpOptions, 'headers'>): Forge {
  const { owner, name, kind } = place
  switch (kind) {
    case 'github': {
      const http = createHttp({ ...options, headers: githubHeaders(token), explain: explainGithub })
      return createGithub({ owner, name, http, token })
    }
    case 'gitlab': {
      const http = createHttp({ ...options, headers: gitlabHeaders(token), explain: explainGitlab })
      return createGitlab({ project: `${owner}/${name}`, http })
    }
    case 'gitea':
    case 'forgejo': {
      const http = createHttp({ ...options, headers: giteaHeaders(token), explain: explainGitea })
      return createGitea({ kind, owner, name, http })
    }
  }
}

function tokenText(host: Host, file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    const text = host.readFile(file)
    if (text !== undefined) return text
  } catch (error) {
    throw new RemoteError('permanent', `the token file cannot be read: ${errorText(error)}`)
  }
  throw new RemoteError('permanent', 'the token file is not there', {
    advice: 'correct the path given to --token-file',
  })
}

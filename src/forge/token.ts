// Where the token comes from: a file that the caller read, or the environment; never an argument.

import type { ForgeKind } from '../bot/forge.ts'
import { RemoteError } from '../bot/remote-error.ts'

const OWN = 'KUBEMEND_TOKEN'

/** Variables that are asked in this order, as the forge's own tools name them. */
const VARIABLES: Readonly<Record<ForgeKind, readonly string[]>> = {
  github: [OWN, 'GITHUB_TOKEN', 'GH_TOKEN'],
  gitlab: [OWN, 'GITLAB_TOKEN'],
  gitea: [OWN, 'GITEA_TOKEN', 'FORGEJO_TOKEN'],
  forgejo: [OWN, 'FORGEJO_TOKEN', 'GITEA_TOKEN'],
}

/** Every variable that may hold a token, to be taken from the environment of children. */
export const TOKEN_VARIABLES: readonly string[] = [...new Set(Object.values(VARIABLES).flat())]

export interface Token {
  readonly value: string
  /** name of the variable, or `file` */
  readonly source: string
}

/** The text of a token file goes before the environment. Throws a permanent `RemoteError` without a usable token. */
export function findToken(
  kind: ForgeKind,
  environment: Readonly<Record<string, string | undefined>>,
  fileText?: string,
): Token {
  if (fileText !== undefined) return checked(fileText, 'file')
  for (const name of VARIABLES[kind]) {
    const value = environment[name]
    if (value !== undefined && value.trim() !== '') return checked(value, name)
  }
  throw new RemoteError('permanent', `no token for ${kind}`, {
    advice: `set one of ${VARIABLES[kind].join(', ')}, or name a file that holds it`,
  })
}

/** What cannot stand in a header is no token, and must not be shown either. */
function checked(text: string, source: string): Token {
  const value = text.trim()
  if (/^[\x21-\x7e]{8,4096}$/.test(value)) return { value, source }
  const place = source === 'file' ? 'the token file' : source
  throw new RemoteError('permanent', `${place} holds no token: one line without spaces is expected`)
}

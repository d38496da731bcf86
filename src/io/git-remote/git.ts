// A bare repository of objects in a private folder, and git at work in it.

import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { createRedactor } from '../../bot/redact.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import { printable } from '../../report/escape.ts'
import { writeAskpass } from './askpass.ts'
import { complaints, failureOf } from './failure.ts'
import { locate } from './location.ts'
import { callGit, type GitReply } from './process.ts'
import { openScratch } from './scratch.ts'
import { gitEnvironment, gitOptions } from './settings.ts'

export interface RemoteAccess {
  /** `https://HOST/OWNER/NAME`; `http` on this machine alone */
  readonly url: string
  /** user that goes with the token */
  readonly user: string
  /** undefined: what everybody may read */
  readonly token: string | undefined
  /** limit of each call of git; default: ten minutes */
  readonly timeoutMs?: number
}

export interface CallOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

export interface Git {
  /** absolute; nobody else may look into it */
  readonly folder: string
  /** the bare repository, absolute */
  directory(): string
  /** text without credentials and control characters */
  clean(text: string): string
  /** The output of a command that needs no remote; throws a `RemoteError` when it fails. */
  local(args: readonly string[], options?: CallOptions): Promise<Buffer>
  /** A command that talks to the remote, however it ends; one at a time. */
  remote(args: readonly string[], options?: CallOptions): Promise<GitReply>
  /** What a failed command that talked to the remote means. */
  failure(args: readonly string[], reply: GitReply): RemoteError
  /** A second, empty repository of the same remote, whose objects do not mix with the first one's. */
  aside(): Promise<Git>
  close(): void
}

/** Name of the remote in the private repository. */
export const REMOTE = 'origin'

const TIMEOUT_MS = 600_000
const MAX_OUTPUT_BYTES = 2 ** 30

export async function openGit(access: RemoteAccess): Promise<Git> {
  const location = locate(access.url)
  const scratch = openScratch()
  try {
    const { user, token, timeoutMs = TIMEOUT_MS } = access
    const env = gitEnvironment(scratch.folder, writeAskpass(scratch.folder, location, user, token))
    const redact = createRedactor(token === undefined ? [] : [token])
    const clean = (text: string) => printable(redact(text))
    let repositories = 0
    let isClosed = false

    const makeRepository = async (format: string): Promise<string> => {
      repositories += 1
      const directory = path.join(scratch.folder, `repository-${repositories}.git`)
      const args = ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, directory]
      const reply = await callGit(scratch, { args, options: [], env, input: '', timeoutMs, maxBytes: MAX_OUTPUT_BYTES })
      if (reply.code !== 0) throw new RemoteError('permanent', `git init failed: ${clean(complaints(reply.stderr))}`)
      appendFileSync(path.join(directory, 'config'), partialClone(location.url, format))
      return directory
    }

    const openIn = async (wanted: string): Promise<Git> => {
      let format = wanted
      let directory = await makeRepository(format)
      let turn: Promise<unknown> = Promise.resolve()
      const call = (args: readonly string[], { input = '', env: more = {} }: CallOptions): Promise<GitReply> => {
        if (isClosed) throw new RemoteError('temporary', 'the run ended before git was done')
        const options = gitOptions(directory, location.protocol)
        const surroundings = { ...env, ...more }
        return callGit(scratch, { args, options, env: surroundings, input, timeoutMs, maxBytes: MAX_OUTPUT_BYTES })
      }
      const remote = async (args: readonly string[], options: CallOptions): Promise<GitReply> => {
        const reply = await call(args, options)
        if (format === 'sha256' || reply.code === 0 || !OTHER_FORMAT.test(reply.stderr)) return reply
        format = 'sha256'
        directory = await makeRepository(format)
        return call(args, options)
      }
      return {
        folder: scratch.folder,
        directory: () => directory,
        clean,
        local: async (args, options = {}) => {
          const env = { ...options.env, GIT_NO_LAZY_FETCH: '1' }
          const { code, stdout, stderr } = await call(args, { ...options, env })
          if (code === 0) return stdout
          throw new RemoteError('permanent', `git ${args[0]} failed: ${clean(complaints(stderr))}`)
        },
        remote: (args, options = {}) => {
          const answer = turn.then(() => remote(args, options))
          turn = answer.catch(() => {})
          return answer
        },
        failure: (args, { stderr }) => failureOf(args[0] ?? '', stderr, clean),
        aside: () => openIn(format),
        close: () => {
          isClosed = true
          scratch.remove()
        },
      }
    }

    return await openIn('sha1')
  } catch (error) {
    scratch.remove()
    throw error
  }
}

/** How git says that the remote's objects have longer names than those of a repository made without a wish. */
const OTHER_FORMAT = /mismatched (?:object format|algorithms)|object format/

/** Says that what is missing here is promised by the remote. */
function partialClone(url: string, format: string): string {
  return `[core]
\trepositoryformatversion = 1
[extensions]
\tpartialClone = ${REMOTE}
\tobjectFormat = ${format}
[remote "${REMOTE}"]
\turl = "${url}"
\tpromisor = true
\tpartialclonefilter = blob:none
`
}

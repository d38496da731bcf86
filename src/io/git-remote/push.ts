// Moves refs of the remote by compare-and-swap, and tells apart why it did not let them be moved.

import type { PushOutcome, RefUpdate } from '../../bot/repository.ts'
import { type Git, REMOTE } from './git.ts'
import type { GitReply } from './process.ts'

/** All refs or none, each only from where it is expected; blobs of the base are neither fetched nor sent. */
const PUSH: readonly string[] = [
  'push',
  '--atomic',
  '--porcelain',
  '--no-verify',
  '--no-thin',
  '--no-follow-tags',
  '--no-signed',
  '--recurse-submodules=no',
]

/** Throws a `RemoteError` when the remote could not be asked; it may have moved the refs even so. */
export async function push(git: Git, updates: readonly RefUpdate[]): Promise<PushOutcome> {
  if (updates.length === 0) return { type: 'pushed' }
  const leases = updates.map(({ ref, expected = '' }) => `--force-with-lease=${ref}:${expected}`)
  const refspecs = updates.map(({ ref, next = '' }) => `${next}:${ref}`)
  const args = [...PUSH, ...leases, REMOTE, ...refspecs]
  const reply = await git.remote(args)
  if (reply.code === 0) return { type: 'pushed' }
  return outcomeOf(reply, git.clean) ?? fail(git, args, reply)
}

function fail(git: Git, args: readonly string[], reply: GitReply): never {
  throw git.failure(args, reply)
}

/** Git's own rejection, or the ref moved between its question and the push: somebody else was faster. */
const STALE =
  /\[rejected\]|cannot lock ref|failed to (?:update ref|lock)|incorrect old value|reference already exists|shallow update not allowed/

/** Names of which one is a folder of the other exclude each other, however often it is tried. */
const TAKEN = /exists; cannot create/

/** What is said of refs that are kept back because of another one. */
const FOLLOWING = /atomic (?:push failed|push failure|transaction failed)/

function outcomeOf({ stdout, stderr }: GitReply, clean: (text: string) => string): PushOutcome | undefined {
  const refusals = stdout
    .toString('utf8')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.split('\t').slice(1).join(' '))
  const isGone = /unable to delete '[^']*': remote ref does not exist/.test(stderr)
  if (refusals.length === 0 && !isGone) return undefined
  const reasons = refusals.filter(reason => !FOLLOWING.test(reason))
  const said = remarks(stderr)
  const text = clean([...(reasons.length > 0 ? reasons : refusals), ...said].join('; '))
  const isMoved = reasons.some(reason => STALE.test(reason)) || (reasons.length === 0 && STALE.test(stderr))
  const isStale = isGone || (isMoved && !TAKEN.test(stderr))
  return { type: isStale ? 'stale' : 'denied', text }
}

/** What hooks and the forge say beside the refusal. */
function remarks(stderr: string): string[] {
  return stderr
    .split(/[\r\n]+/)
    .filter(line => /^(?:remote:|error: unable to delete)/.test(line))
    .map(line => line.replace(/^(?:remote|error):\s*/, '').trim())
    .filter(line => line !== '')
}

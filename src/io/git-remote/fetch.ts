// What the remote is asked for: refs, the base, the commits of a branch, blobs, subjects of the history.

import { RemoteError } from '../../bot/remote-error.ts'
import type { BranchCommits, Commit, ObjectId } from '../../bot/repository.ts'
import { type Git, REMOTE } from './git.ts'
import { readCommits } from './objects.ts'
import type { GitReply } from './process.ts'

/** Objects come without tags, submodules, housekeeping and blobs. */
const FETCH: readonly string[] = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--recurse-submodules=no',
  '--no-auto-maintenance',
]
const WITHOUT_BLOBS = '--filter=blob:none'

/** One request names at most so many objects. */
const MAX_WANTS = 10_000

export async function listRefs(git: Git, prefixes: readonly string[]): Promise<Map<string, ObjectId>> {
  // git sends no prefixes, but it can leave out tags and the refs of pull requests, of which there may be very many
  const areHeads = prefixes.every(prefix => prefix.startsWith('refs/heads/'))
  const args = ['ls-remote', '--quiet', '--refs', ...(areHeads ? ['--heads'] : []), REMOTE]
  const reply = await git.remote(args)
  if (reply.code !== 0) throw git.failure(args, reply)
  const refs = new Map<string, ObjectId>()
  for (const line of reply.stdout.toString('utf8').split('\n')) {
    const [id = '', ref = ''] = line.split('\t')
    if (ref !== '' && prefixes.some(prefix => ref.startsWith(prefix))) refs.set(ref, id)
  }
  return refs
}

export async function fetchTip(git: Git, branch: string): Promise<Commit> {
  const local = 'refs/kubemend/base'
  const reply = await fetch(git, ['--depth=1', WITHOUT_BLOBS, REMOTE, `+${fullName(branch)}:${local}`])
  if (isAbsent(reply)) {
    throw new RemoteError('permanent', `the remote has no branch ${git.clean(branch)}`, {
      advice: 'give the branch to work on with --base',
    })
  }
  return readCommit(git, await resolve(git, local))
}

/**
 * The branch and what it has that `base` has not. `local` is the name of a ref to keep it under.
 *
 * The server cuts the history where the base branch begins (`deepen-not`). It fails when nothing is left, and behind a
 * merge of the base it cuts too much: the other parents of merges are asked for one by one.
 */
export async function fetchBranch(
  git: Git,
  branch: string,
  base: { readonly branch: string; readonly id: ObjectId },
  local: string,
): Promise<BranchCommits | undefined> {
  const excluded = fullName(base.branch)
  const ask = (want: string) =>
    fetch(git, [`--shallow-exclude=${excluded}`, WITHOUT_BLOBS, REMOTE, `+${want}:${local}`])
  const reply = await ask(fullName(branch))
  if (isAbsent(reply)) return undefined
  let head: ObjectId
  if (isNothingLeft(reply)) {
    // which commit that was true of is not said, so it is found out for one that has a name
    const known = (await listRefs(git, [fullName(branch)])).get(fullName(branch))
    if (known === undefined) return undefined
    head = known
    if (head === base.id || isNothingLeft(await ask(head))) return { head, commits: [] }
  } else head = await resolve(git, local)

  const commits = new Map<ObjectId, Commit>()
  const isOfBase = new Set([base.id])
  const take = async (tip: ObjectId) => {
    const ids = await git.local(['rev-list', tip, '--not', base.id])
    for (const commit of await readCommits(git, lines(ids))) commits.set(commit.id, commit)
  }
  await take(head)
  for (let parent = cutOff(commits, isOfBase); parent !== undefined; parent = cutOff(commits, isOfBase)) {
    if (isNothingLeft(await ask(parent))) isOfBase.add(parent)
    else await take(parent)
  }
  return { head, commits: parentsFirst(head, commits) }
}

/** Answers replies that say that there is nothing to fetch; throws for other failures. */
async function fetch(git: Git, rest: readonly string[], input = ''): Promise<GitReply> {
  const args = [...FETCH, ...rest]
  const reply = await git.remote(args, { input })
  if (reply.code !== 0 && !isAbsent(reply) && !isNothingLeft(reply)) throw git.failure(args, reply)
  return reply
}

function isAbsent({ code, stderr }: GitReply): boolean {
  return code !== 0 && /couldn't find remote ref/.test(stderr)
}

function isNothingLeft({ code, stderr }: GitReply): boolean {
  return code !== 0 && /no commits selected for shallow requests/.test(stderr)
}

/** A parent of a merge of which nothing is known yet; the only parent of another commit is the base's when it is cut off. */
function cutOff(commits: ReadonlyMap<ObjectId, Commit>, isOfBase: ReadonlySet<ObjectId>): ObjectId | undefined {
  for (const { parents } of commits.values()) {
    const unknown = parents.find(parent => !commits.has(parent) && !isOfBase.has(parent))
    if (parents.length > 1 && unknown !== undefined) return unknown
  }
  return undefined
}

/** Commits in an order in which each stands behind its parents. */
function parentsFirst(head: ObjectId, commits: ReadonlyMap<ObjectId, Commit>): Commit[] {
  const ordered = new Map<ObjectId, Commit>()
  const waiting = [head]
  const seen = new Set<ObjectId>()
  for (let id = waiting.at(-1); id !== undefined; id = waiting.at(-1)) {
    const commit = commits.get(id)
    const open = commit === undefined || seen.has(id) ? [] : commit.parents.filter(parent => commits.has(parent))
    seen.add(id)
    const next = open.filter(parent => !seen.has(parent))
    if (next.length > 0) waiting.push(...next.reverse())
    else {
      waiting.pop()
      if (commit !== undefined) ordered.set(id, commit)
    }
  }
  return [...ordered.values()]
}

/** What is here has nothing to do with what is missing: there is nothing to negotiate. */
const WITHOUT_HAVES = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'fetch.negotiationAlgorithm',
  GIT_CONFIG_VALUE_0: 'noop',
}

/** Blobs that are not here yet. */
export async function fetchBlobs(git: Git, ids: readonly ObjectId[]): Promise<void> {
  for (let at = 0; at < ids.length; at += MAX_WANTS) {
    const input = ids
      .slice(at, at + MAX_WANTS)
      .map(id => `${id}\n`)
      .join('')
    const args = [...FETCH, WITHOUT_BLOBS, '--stdin', REMOTE]
    const reply = await git.remote(args, { input, env: WITHOUT_HAVES })
    if (reply.code !== 0) throw git.failure(args, reply)
  }
}

/** Subjects of the last commits up to one, newest first. Commits alone are fetched, apart from everything else. */
export async function fetchSubjects(git: Git, commit: ObjectId, count: number): Promise<string[]> {
  const local = 'refs/kubemend/history'
  const reply = await fetch(git, [`--depth=${count}`, '--filter=tree:0', REMOTE, `+${commit}:${local}`])
  if (reply.code !== 0) return []
  const output = await git.local(['log', `--max-count=${count}`, '--first-parent', '-z', '--format=%s', local])
  return output.toString('utf8').split('\0').filter(Boolean)
}

export async function readCommit(git: Git, id: ObjectId): Promise<Commit> {
  const [commit] = await readCommits(git, [id])
  if (commit === undefined) throw new RemoteError('temporary', `the remote did not send the commit ${id}`)
  return commit
}

async function resolve(git: Git, ref: string): Promise<ObjectId> {
  return (await git.local(['rev-parse', '--verify', '--end-of-options', ref])).toString('latin1').trim()
}

function lines(output: Buffer): string[] {
  return output
    .toString('latin1')
    .split('\n')
    .filter(line => line !== '')
}

/** Signs that mean something to git in a name; the name of no branch has them. */
const NO_BRANCH = /[\s\p{Cc}:*?[\\^~]|^[-/]|\.\.|@\{|\/\/|[/.]$|\.lock$|^$/u

function fullName(branch: string): string {
  if (NO_BRANCH.test(branch)) throw new RemoteError('permanent', 'the name of a branch holds signs that git refuses')
  return `refs/heads/${branch}`
}

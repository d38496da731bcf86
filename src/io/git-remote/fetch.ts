// What the remote is asked for: refs, the base, the commits of a branch, blobs, subjects of the history.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { RemoteError } from '../../bot/remote-error.ts'
import type { BranchCommits, Commit, ObjectId } from '../../bot/repository.ts'
import { type CallOptions, type Git, REMOTE } from './git.ts'
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
const WITHOUT_TREES = '--filter=tree:0'

/** What is here has nothing to do with what is missing: there is nothing to negotiate. */
const WITHOUT_HAVES = setting('fetch.negotiationAlgorithm', 'noop')

/** Old tools wrote commits that git's check refuses today; commits alone hold nothing that could do harm. */
const UNCHECKED = setting('fetch.fsckObjects', 'false')

const HISTORY_OF_BASE = 'refs/kubemend/base'

/** One request names at most so many objects. */
const MAX_WANTS = 10_000

export async function listRefs(git: Git, prefixes: readonly string[]): Promise<Map<string, ObjectId>> {
  // git sends no prefixes, but it can leave out tags and the refs of pull requests, of which there may be very many
  const areHeads = prefixes.every(prefix => prefix.startsWith('refs/heads/'))
  const args = ['ls-remote', '--quiet', '--refs', ...(areHeads ? ['--heads'] : []), REMOTE]
  const reply = await git.remote(args)
  if (reply.code !== 0) throw git.failure(args, reply)
  // an empty page, or one without line breaks, is to git a repository of an old kind that has no refs
  if (reply.stdout.length === 0) {
    throw new RemoteError('permanent', 'the remote shows no branch: it is empty, or no git repository', {
      advice: 'push a first commit, or check the address',
    })
  }
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
      advice: 'name one that is there with --base or in bot.base; an empty repository needs a first commit',
    })
  }
  return readCommit(git, await resolve(git, local))
}

/** Commits of a branch without their trees, in a repository of their own that holds nothing else. */
export interface History {
  readonly git: Git
  /** how many commits of each branch are here at least */
  depth: number
  /** commit whose history is here to that depth */
  base?: ObjectId
}

/** Depths that are tried, one after the other, until the branch is seen to leave the base. */
const DEPTHS: readonly number[] = [50, 400, 3200, 25_600]

/**
 * Branches and what each has that the commit `base` has not, by name; undefined when the remote lacks one of them.
 * `branches`: names with those of the refs to keep them under.
 *
 * A commit is left out only when it is seen to be an ancestor of the base; a branch that left the base before the last
 * of the depths seems to have more than it has. Asking the server to leave out what the base has (`deepen-not`) would be
 * one request, but a server that has nothing to send then ends its answer like one that broke down, and behind a merge
 * of the base it leaves out too much.
 */
export async function fetchBranches(
  history: History,
  branches: ReadonlyMap<string, string>,
  base: ObjectId,
): Promise<ReadonlyMap<string, BranchCommits> | undefined> {
  const { git } = history
  const names = [...branches]
  const wants = [`+${base}:${HISTORY_OF_BASE}`, ...names.map(([name, local]) => `+${fullName(name)}:${local}`)]
  const input = wants.map(want => `${want}\n`).join('')
  let found: ReadonlyMap<string, BranchCommits> = new Map()
  for (const depth of DEPTHS.filter(tried => tried >= history.depth)) {
    const options = [`--depth=${depth}`, WITHOUT_TREES, '--stdin', REMOTE]
    if (isAbsent(await fetch(git, options, { input, env: UNCHECKED }))) return undefined
    history.depth = depth
    history.base = base
    const graph = await readGraph(git, [base, ...branches.values()])
    const ofBase = ancestors(graph, base)
    const own = [...graph.keys()].filter(id => !ofBase.has(id))
    const commits = await readCommits(git, own)
    const heads = await localRefs(git)
    const cuts = new Set(readCuts(git))
    const seen = names.map(([name, local]): readonly [string, BranchCommits] => {
      const head = heads.get(local) ?? ''
      const reached = ancestors(graph, head)
      return [name, { head, commits: commits.filter(({ id }) => reached.has(id)) }]
    })
    found = new Map(seen)
    if (seen.every(([, branch]) => meetsBase(branch.commits, ofBase, cuts))) break
  }
  return found
}

/** One branch; undefined when the remote has no such branch. */
export async function fetchBranch(
  history: History,
  branch: string,
  base: ObjectId,
  local: string,
): Promise<BranchCommits | undefined> {
  const found = await fetchBranches(history, new Map([[branch, local]]), base)
  // throws when what answered was no repository
  if (found === undefined) await listRefs(history.git, [fullName(branch)])
  return found?.get(branch)
}

async function localRefs(git: Git): Promise<ReadonlyMap<string, ObjectId>> {
  const output = await git.local(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/kubemend/'])
  return new Map(lines(output).map(line => line.split(' ') as [string, ObjectId]))
}

/** Whether the commits end where the base's begin, rather than where the history that is here ends. */
function meetsBase(commits: readonly Commit[], ofBase: ReadonlySet<ObjectId>, cuts: ReadonlySet<ObjectId>): boolean {
  if (commits.some(({ id }) => cuts.has(id))) return false
  // a first commit may be the base's own, in a part of its history that is not here
  return commits.every(({ parents }) => parents.length > 0) || ![...ofBase].some(id => cuts.has(id))
}

/** Commits with their parents, as far as they are here; parents stand before their children. */
async function readGraph(git: Git, tips: readonly string[]): Promise<Map<ObjectId, readonly ObjectId[]>> {
  const output = await git.local(['rev-list', '--topo-order', '--reverse', '--parents', ...tips])
  return new Map(
    lines(output).map(line => {
      const [id = '', ...parents] = line.split(' ')
      return [id, parents]
    }),
  )
}

/** A commit and all that it goes back to. Git's own answer to this trusts the dates of commits. */
function ancestors(graph: ReadonlyMap<ObjectId, readonly ObjectId[]>, tip: ObjectId): Set<ObjectId> {
  const found = new Set([tip])
  // a set yields what is added while it is gone through
  for (const id of found) for (const parent of graph.get(id) ?? []) found.add(parent)
  return found
}

/** Commits whose parents were left out. */
function readCuts(git: Git): string[] {
  const file = path.join(git.directory(), 'shallow')
  return existsSync(file) ? lines(readFileSync(file)) : []
}

/** Subjects of the last commits up to `base`, newest first. */
export async function fetchSubjects(history: History, base: ObjectId, count: number): Promise<string[]> {
  const { git } = history
  if (history.base !== base) {
    const depth = Math.max(DEPTHS[0] ?? 1, history.depth)
    const args = [...FETCH, `--depth=${depth}`, WITHOUT_TREES, REMOTE, `+${base}:${HISTORY_OF_BASE}`]
    const reply = await git.remote(args, { env: UNCHECKED })
    if (reply.code !== 0) throw git.failure(args, reply)
    history.depth = depth
    history.base = base
  }
  const output = await git.local(['log', `--max-count=${count}`, '-z', '--format=%s', base])
  return output.toString('utf8').split('\0').filter(Boolean)
}

/** Brings a commit that the remote has with its trees, without its parents. */
export async function fetchCommit(git: Git, id: ObjectId): Promise<void> {
  const args = [...FETCH, '--depth=1', WITHOUT_BLOBS, REMOTE, `+${id}:refs/kubemend/${id}`]
  const reply = await git.remote(args)
  if (reply.code !== 0) throw git.failure(args, reply)
}

function setting(key: string, value: string): Readonly<Record<string, string>> {
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: value }
}

/** Answers also the reply that says that there is no such branch; throws for other failures. */
async function fetch(git: Git, rest: readonly string[], options: CallOptions = {}): Promise<GitReply> {
  const args = [...FETCH, ...rest]
  const reply = await git.remote(args, options)
  if (reply.code !== 0 && !isAbsent(reply)) throw git.failure(args, reply)
  return reply
}

function isAbsent({ code, stderr }: GitReply): boolean {
  return code !== 0 && /couldn't find remote ref refs\/heads\//.test(stderr)
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

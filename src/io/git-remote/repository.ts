// One remote repository as the bot sees it: a bare, shallow clone without blobs in a private folder.

import { RemoteError } from '../../bot/remote-error.ts'
import type { ObjectId, Repository } from '../../bot/repository.ts'
import { makeCommit } from './commit.ts'
import {
  fetchBlobs,
  fetchBranch,
  fetchBranches,
  fetchCommit,
  fetchSubjects,
  fetchTip,
  type History,
  listRefs,
  readCommit,
} from './fetch.ts'
import { openGit, type RemoteAccess } from './git.ts'
import { listFiles, readObjects } from './objects.ts'
import { push } from './push.ts'

/**
 * Opens a repository; nothing is sent to the remote yet. What it keeps on disk is removed by `close`, at the end of the
 * process, and by SIGINT, SIGTERM and SIGHUP; whoever listens for these signals has to call `close` or end the process.
 */
export async function openRepository(access: RemoteAccess): Promise<Repository> {
  const git = await openGit(access)
  /** blobs, and commits with their trees, that are here */
  const present = new Set<ObjectId>()
  const branches = new Map<string, string>()
  let base: ObjectId | undefined
  let history: Promise<History> | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let workshops = 0

  const baseOf = () => {
    if (base === undefined) throw new RemoteError('permanent', 'the base branch has to be fetched first')
    return base
  }
  const localName = (branch: string): string => {
    const local = branches.get(branch) ?? `refs/kubemend/branch-${branches.size}`
    branches.set(branch, local)
    return local
  }
  /** one at a time: each fetch decides anew where the history is cut */
  const inHistory = <T>(act: (history: History) => Promise<T>): Promise<T> => {
    history ??= git.aside().then(aside => ({ git: aside, depth: 0 }))
    const opened = history
    const answer = turn.then(async () => act(await opened))
    turn = answer.catch(() => {})
    return answer
  }
  /** git itself would fetch a missing commit with its whole history, and missing trees one by one */
  const need = async (id: ObjectId) => {
    if (!present.has(id)) await fetchCommit(git, id)
    present.add(id)
  }
  return {
    refs: prefixes => listRefs(git, prefixes),
    fetchBase: async branch => {
      const commit = await fetchTip(git, branch)
      base = commit.id
      present.add(base)
      return commit
    },
    fetchBranch: async branch => {
      const base = baseOf()
      return inHistory(history => fetchBranch(history, branch, base, localName(branch)))
    },
    fetchBranches: async names => {
      const base = baseOf()
      if (names.length === 0) return new Map()
      const wanted = new Map(names.map(name => [name, localName(name)]))
      return (await inHistory(history => fetchBranches(history, wanted, base))) ?? new Map()
    },
    files: async commit => {
      await need(commit)
      return listFiles(git, commit)
    },
    blobs: async ids => {
      const wanted = [...new Set(ids)]
      const missing = wanted.filter(id => !present.has(id))
      await fetchBlobs(git, missing)
      for (const id of missing) present.add(id)
      return readObjects(git, wanted)
    },
    subjects: async count => {
      const base = baseOf()
      return inHistory(history => fetchSubjects(history, base, count))
    },
    commit: async commit => {
      for (const id of [...commit.parents, commit.onto]) await need(id)
      workshops += 1
      const made = await readCommit(git, await makeCommit(git, commit, `commit-${workshops}`))
      present.add(made.id)
      return made
    },
    push: async updates => {
      for (const { next } of updates) if (next !== undefined) await need(next)
      return push(git, updates)
    },
    close: async () => git.close(),
  }
}

// One remote repository as the bot sees it: a bare, shallow clone without blobs in a private folder.

import { RemoteError } from '../../bot/remote-error.ts'
import type { Commit, ObjectId, Repository } from '../../bot/repository.ts'
import { makeCommit } from './commit.ts'
import { fetchBlobs, fetchBranch, fetchSubjects, fetchTip, listRefs, readCommit } from './fetch.ts'
import { openGit, type RemoteAccess } from './git.ts'
import { listFiles, readObjects } from './objects.ts'
import { push } from './push.ts'

/**
 * Opens a repository; nothing is sent to the remote yet. What it keeps on disk is removed by `close`, at the end of the
 * process, and by SIGINT, SIGTERM and SIGHUP; whoever listens for these signals has to call `close` or end the process.
 */
export async function openRepository(access: RemoteAccess): Promise<Repository> {
  const git = await openGit(access)
  const present = new Set<ObjectId>()
  const branches = new Map<string, string>()
  let base: { readonly branch: string; readonly commit: Commit } | undefined
  let workshops = 0

  const baseOf = () => {
    if (base === undefined) throw new RemoteError('permanent', 'the base branch has to be fetched first')
    return base
  }
  return {
    refs: prefixes => listRefs(git, prefixes),
    fetchBase: async branch => {
      const commit = await fetchTip(git, branch)
      base = { branch, commit }
      return commit
    },
    fetchBranch: async branch => {
      const { branch: name, commit } = baseOf()
      const local = branches.get(branch) ?? `refs/kubemend/branch-${branches.size}`
      branches.set(branch, local)
      return fetchBranch(git, branch, { branch: name, id: commit.id }, local)
    },
    files: commit => listFiles(git, commit),
    blobs: async ids => {
      const wanted = [...new Set(ids)]
      const missing = wanted.filter(id => !present.has(id))
      await fetchBlobs(git, missing)
      for (const id of missing) present.add(id)
      return readObjects(git, wanted)
    },
    subjects: async count => fetchSubjects(await git.aside(), baseOf().commit.id, count),
    commit: async commit => {
      workshops += 1
      return readCommit(git, await makeCommit(git, commit, `commit-${workshops}`))
    },
    push: updates => push(git, updates),
    close: async () => git.close(),
  }
}

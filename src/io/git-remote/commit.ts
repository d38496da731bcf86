// Makes a commit out of new file contents, without a work tree and without the blobs of everything else.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { RemoteError } from '../../bot/remote-error.ts'
import type { FileText, Identity, NewCommit, ObjectId } from '../../bot/repository.ts'
import type { Git } from './git.ts'
import { listFiles } from './objects.ts'

const PLAIN_FILE = '100644'
const FILE_MODES: ReadonlySet<string> = new Set([PLAIN_FILE, '100755'])

/** Answers the commit's id. `workshop` is the name of a folder for its making, unused so far. */
export async function makeCommit(git: Git, commit: NewCommit, workshop: string): Promise<ObjectId> {
  const folder = path.join(git.folder, workshop)
  mkdirSync(folder, { mode: 0o700 })
  try {
    const tree = await makeTree(git, commit, folder)
    const parents = commit.parents.flatMap(parent => ['-p', parent])
    const args = ['commit-tree', tree, ...parents, '-F', '-']
    const env = signature(commit.author, commit.date)
    return text(await git.local(args, { input: commit.message(tree), env }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function makeTree(git: Git, { onto, files }: NewCommit, folder: string): Promise<ObjectId> {
  const modes = new Map((await listFiles(git, onto)).map(({ path, mode }) => [path, mode]))
  const ids = await writeBlobs(git, files, folder)
  const entries = files.map((file, index) => {
    const mode = modes.get(file.path) ?? PLAIN_FILE
    if (!FILE_MODES.has(mode)) {
      throw new RemoteError('permanent', `${git.clean(file.path)} is a link or a submodule, which is never replaced`)
    }
    return `${mode} ${ids[index]} 0\t${file.path}\0`
  })
  const env = { GIT_INDEX_FILE: path.join(folder, 'index') }
  await git.local(['read-tree', onto], { env })
  await git.local(['update-index', '-z', '--index-info'], { env, input: entries.join('') })
  // asked to check, git would fetch every blob of the tree first
  return text(await git.local(['write-tree', '--missing-ok'], { env }))
}

async function writeBlobs(git: Git, files: readonly FileText[], folder: string): Promise<string[]> {
  const names = files.map((_, index) => path.join(folder, String(index)))
  for (const [index, file] of files.entries()) writeFileSync(names[index] ?? '', file.text, { flag: 'wx', mode: 0o600 })
  const output = await git.local(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input: names.join('\n') })
  return text(output).split('\n')
}

function signature({ name, email }: Identity, date: number): Record<string, string> {
  const when = `@${date} +0000`
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: when,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: when,
  }
}

function text(output: Buffer): string {
  return output.toString('latin1').trim()
}

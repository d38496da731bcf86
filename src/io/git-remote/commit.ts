// Makes a commit out of new file contents, without a work tree and without the blobs of everything else.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { RemoteError } from '../../bot/remote-error.ts'
import type { FileText, Identity, NewCommit, ObjectId, TreeFile } from '../../bot/repository.ts'
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
  const wanted = new Map((await listFiles(git, onto)).map(file => [file.path, file]))
  const ids = await writeBlobs(git, files, folder)
  const entries = files.map(({ path }, index): TreeFile => {
    const mode = wanted.get(path)?.mode ?? PLAIN_FILE
    if (!FILE_MODES.has(mode)) throw refusal(git, path, 'is a link or a submodule, which is never replaced')
    return { path, mode, id: ids[index] ?? '' }
  })
  const input = entries.map(({ path, mode, id }) => `${mode} ${id} 0\t${path}\0`).join('')
  const env = { GIT_INDEX_FILE: path.join(folder, 'index') }
  await git.local(['read-tree', onto], { env })
  await git.local(['update-index', '-z', '--index-info'], { env, input })
  // asked to check, git would fetch every blob of the tree first
  const tree = text(await git.local(['write-tree', '--missing-ok'], { env }))
  for (const entry of entries) wanted.set(entry.path, entry)
  await checkTree(git, tree, wanted)
  return tree
}

/** Git passes over a path that it does not like, and removes what stands in the way of one, without a word. */
async function checkTree(git: Git, tree: ObjectId, wanted: ReadonlyMap<string, TreeFile>): Promise<void> {
  const made = new Map((await listFiles(git, tree)).map(file => [file.path, file]))
  for (const { path, mode, id } of wanted.values()) {
    const file = made.get(path)
    if (file?.id !== id || file.mode !== mode) throw refusal(git, path, 'cannot stand in this tree')
  }
}

function refusal(git: Git, name: string, why: string): RemoteError {
  return new RemoteError('permanent', `${git.clean(name)} ${why}`)
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

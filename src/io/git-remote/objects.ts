// Git's own spelling of commits, trees and lists of objects.

import { RemoteError } from '../../bot/remote-error.ts'
import type { Commit, ObjectId, TreeFile } from '../../bot/repository.ts'
import type { Git } from './git.ts'

/** All files of a commit or tree, sorted by path; submodules count as files. */
export async function listFiles(git: Git, treeish: ObjectId): Promise<TreeFile[]> {
  const output = await git.local(['ls-tree', '-r', '-z', '--full-tree', treeish])
  const files = output
    .toString('utf8')
    .split('\0')
    .filter(entry => entry !== '')
    .map(entry => {
      const tab = entry.indexOf('\t')
      const [mode = '', , id = ''] = entry.slice(0, tab).split(' ')
      return { path: entry.slice(tab + 1), mode, id }
    })
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Contents of objects that are here; throws a `RemoteError` when one is not. */
export async function readObjects(git: Git, ids: readonly ObjectId[]): Promise<Map<ObjectId, Buffer>> {
  const found = new Map<ObjectId, Buffer>()
  if (ids.length === 0) return found
  const output = await git.local(['cat-file', '--batch'], { input: `${ids.join('\n')}\n` })
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf(0x0a, at)
    const [id = '', type = '', size = ''] = output.subarray(at, lineEnd).toString('latin1').split(' ')
    if (type === 'missing' || size === '') {
      throw new RemoteError('temporary', `the remote did not send the object ${id}`)
    }
    const start = lineEnd + 1
    const end = start + Number(size)
    found.set(id, output.subarray(start, end))
    at = end + 1
  }
  return found
}

export async function readCommits(git: Git, ids: readonly ObjectId[]): Promise<Commit[]> {
  const objects = await readObjects(git, ids)
  return [...objects].map(([id, bytes]) => parseCommit(id, bytes.toString('utf8')))
}

/** The parents are those that the commit names, also where the history is cut. */
function parseCommit(id: ObjectId, text: string): Commit {
  const blank = text.indexOf('\n\n')
  const headers = text.slice(0, blank).split('\n')
  const values = (name: string) =>
    headers.filter(line => line.startsWith(`${name} `)).map(line => line.slice(name.length + 1))
  const [committer = ''] = values('committer')
  const [, seconds = '0'] = / (\d+) [+-]\d+$/.exec(committer) ?? []
  return {
    id,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    message: text.slice(blank + 2),
    committedAt: Number(seconds),
  }
}

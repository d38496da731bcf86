// What the given paths and globs mean: files and folders that exist, and what does not.

import { lstatSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { FileSystemAdapter } from 'tinyglobby'
import { errorCode, errorText } from './errors.ts'
import { baseFolder, isInside } from './paths.ts'

export interface Target {
  readonly type: 'file' | 'folder'
  /** absolute, without symbolic links */
  readonly path: string
}

export interface Targets {
  readonly targets: readonly Target[]
  /** paths and globs that match nothing, as they were given */
  readonly unmatched: readonly string[]
  /** links that lead out, and paths that cannot be looked at, with the reason */
  readonly rejected: readonly {
    readonly given: string
    readonly reason: 'symbolic-link' | 'unreadable'
    readonly text: string
  }[]
  /** folder that reported paths are relative to */
  readonly base: string
}

/** Resolves paths and globs as given on the command line; nothing given means the current folder. */
export async function resolveTargets(cwd: string, given: readonly string[]): Promise<Targets> {
  const targets = new Map<string, Target>()
  const unmatched: string[] = []
  const rejected: Targets['rejected'][number][] = []
  for (const text of given.length === 0 ? ['.'] : given) {
    const matches = await expand(cwd, text)
    if (matches.length === 0) unmatched.push(text)
    for (const match of matches) {
      const target = lookAt(cwd, match)
      if (target === undefined) unmatched.push(text)
      else if ('reason' in target) rejected.push({ given: match, ...target })
      else targets.set(target.path, target)
    }
  }
  const found = [...targets.values()]
  return { targets: found, unmatched, rejected, base: baseFolder(cwd, found.map(contextOf)) }
}

/** The folder whose tree is read along with a target. */
export function contextOf(target: Target): string {
  return target.type === 'folder' ? target.path : path.dirname(target.path)
}

async function expand(cwd: string, text: string): Promise<string[]> {
  const exists = lstatSync(path.resolve(cwd, text), { throwIfNoEntry: false }) !== undefined
  return exists || !isGlob(text) ? [text] : expandGlob(cwd, text)
}

export function isGlob(text: string): boolean {
  return /[*?[\]{}()!]/.test(text)
}

/** Files that fit a glob, relative to `cwd`; `fs` takes the place of the disk. */
export async function expandGlob(cwd: string, text: string, fs?: FileSystemAdapter): Promise<string[]> {
  const { glob } = await import('tinyglobby')
  const options = { cwd, dot: true, followSymbolicLinks: false, ignore: ['**/node_modules/**', '**/.git/**'] }
  return (await glob(text.split(path.sep).join('/'), { ...options, ...(fs === undefined ? {} : { fs }) })).sort()
}

type Rejection = Pick<Targets['rejected'][number], 'reason' | 'text'>

/** A link is followed only within the folder it was named in, so that no checkout can point out of itself. */
function lookAt(cwd: string, text: string): Target | Rejection | undefined {
  const named = path.resolve(cwd, text)
  try {
    const real = realpathSync(named)
    const allowed = isInside(cwd, named) ? cwd : realpathSync(path.dirname(named))
    if (!isInside(allowed, real)) {
      return { reason: 'symbolic-link', text: `the link leads out, to ${real}: give that path itself` }
    }
    return { type: statSync(real).isDirectory() ? 'folder' : 'file', path: real }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    return { reason: 'unreadable', text: `cannot be read: ${errorText(error)}` }
  }
}

// Git, asked without a shell and without letting the repository run anything or take a lock.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** Variables that would point git at another repository than that of the folder. */
const REDIRECTIONS = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR']

/** Root of the work tree that holds a folder, found without starting git; undefined outside of any. */
export function repositoryOf(folder: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    if (existsSync(path.join(current, '.git'))) return current
    if (path.dirname(current) === current) return undefined
  }
}

/** Answers git's output, undefined when git is missing or fails (an unsafe owner, a broken repository). */
function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
  for (const name of REDIRECTIONS) delete env[name]
  const options = { cwd: folder, env, encoding: 'utf8', maxBuffer: 2 ** 30, windowsHide: true } as const
  return new Promise(resolve => {
    execFile('git', ['-c', 'core.fsmonitor=false', ...args], options, (error, stdout) => {
      resolve(error === null ? stdout : undefined)
    })
  })
}

async function gitList(folder: string, args: readonly string[]): Promise<string[] | undefined> {
  const output = await git(folder, args)
  return output?.split('\0').filter(entry => entry !== '')
}

export interface GitListing {
  /** tracked and untracked files, and nested repositories with a final `/`; relative to the folder */
  readonly entries: readonly string[]
  /** ignored files, and ignored folders with a final `/` */
  readonly ignored: readonly string[]
}

/** What git knows of a folder and all below it; undefined when git cannot tell. */
export async function listRepository(folder: string): Promise<GitListing | undefined> {
  const [entries, ignored] = await Promise.all([
    gitList(folder, ['ls-files', '-z', '-c', '-o', '--exclude-standard', '--', '.']),
    gitList(folder, ['ls-files', '-z', '-o', '-i', '--exclude-standard', '--directory', '--', '.']),
  ])
  return entries === undefined || ignored === undefined ? undefined : { entries, ignored }
}

/** Which of the files (absolute) have changes that are not committed, or are unknown to git; undefined without git. */
export async function uncommitted(folder: string, files: readonly string[]): Promise<string[] | undefined> {
  const root = repositoryOf(folder)
  if (root === undefined) return undefined
  const status = await gitList(root, ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all'])
  if (status === undefined) return undefined
  const changed = new Set(status.map(entry => path.join(root, entry.slice(3))))
  return files.filter(file => changed.has(file))
}

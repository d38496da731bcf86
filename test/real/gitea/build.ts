// Finds a Gitea server to test against, or builds one from the Go module beside this file into the user's cache.

import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheHome } from '../build.ts'

const GO = 'go'
const MODULE = path.dirname(fileURLToPath(import.meta.url))
const PACKAGE = 'code.gitea.io/gitea'
const TAGS = 'sqlite sqlite_unlock_notify'

export interface Program {
  readonly file: string
  /** folder with the server's templates; undefined when they are in the program */
  readonly staticRoot: string | undefined
  /** where it comes from, in words */
  readonly origin: string
}

export type FindResult = { readonly ok: true; readonly program: Program } | { readonly ok: false; reason: string }

/**
 * `gitea` on the path, else the one in the cache, else, when `KUBEMEND_TEST_GITEA_BUILD` is set, one that is built:
 * about five minutes on two cores, once. Go's own caches stay where they are.
 */
export async function findGitea(tell: (line: string) => void): Promise<FindResult> {
  const installed = await onPath('gitea')
  if (installed !== undefined) {
    return { ok: true, program: { file: installed, staticRoot: undefined, origin: 'from the path' } }
  }
  const goVersion = await output(['env', 'GOVERSION'])
  if (goVersion === undefined) return { ok: false, reason: 'neither gitea nor Go is on the path' }
  const version = await moduleVersion()
  if (version === undefined) return { ok: false, reason: `go.mod names no version of ${PACKAGE}` }
  const file = path.join(cacheHome(), 'kubemend', `gitea-${version}-${await fingerprint(goVersion)}`, 'gitea')
  const isBuilt = await isProgram(file)
  if (!isBuilt) {
    if (!process.env.KUBEMEND_TEST_GITEA_BUILD) {
      return { ok: false, reason: `${version} is not built yet: set KUBEMEND_TEST_GITEA_BUILD=1 to have it built` }
    }
    tell(`building Gitea ${version}: takes minutes, once`)
    const fault = await build(version, path.dirname(file))
    if (fault !== undefined) return { ok: false, reason: `go build failed: ${fault}` }
  }
  const staticRoot = await moduleFolder()
  if (staticRoot === undefined) return { ok: false, reason: `Go cannot get the module ${PACKAGE}` }
  return { ok: true, program: { file, staticRoot, origin: isBuilt ? 'from the cache' : 'just built' } }
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name)
    if (folder !== '' && (await isProgram(file))) return file
  }
  return undefined
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function moduleVersion(): Promise<string | undefined> {
  const text = await readFile(path.join(MODULE, 'go.mod'), 'utf8')
  return /^\s*code\.gitea\.io\/gitea v(\S+)/m.exec(text)?.[1]
}

/** Folder of the module's files in Go's own cache, fetched there when they are missing. */
async function moduleFolder(): Promise<string | undefined> {
  const answer = await output(['mod', 'download', '-json', PACKAGE])
  const folder: unknown = answer === undefined ? undefined : JSON.parse(answer).Dir
  return typeof folder === 'string' ? folder : undefined
}

/** Changes with everything that the program is made of. */
async function fingerprint(goVersion: string): Promise<string> {
  const hash = createHash('sha256').update(goVersion).update(TAGS)
  for (const source of ['go.mod', 'go.sum']) hash.update(await readFile(path.join(MODULE, source)))
  return hash.digest('hex').slice(0, 12)
}

/** Builds beside the target and renames, so that an interrupted build leaves no half-filled cache. */
async function build(version: string, target: string): Promise<string | undefined> {
  await mkdir(path.dirname(target), { recursive: true })
  const folder = await mkdtemp(`${target}.`)
  const fault = await goBuild(version, path.join(folder, 'gitea'))
  if (fault === undefined) {
    await rm(target, { recursive: true, force: true })
    await rename(folder, target)
  }
  await rm(folder, { recursive: true, force: true })
  return fault
}

/** Answers the last line that the compiler printed when it failed. SQLite is C, so a C compiler is needed. */
function goBuild(version: string, file: string): Promise<string | undefined> {
  const flags = `-s -w -X main.Version=${version}`
  const go = spawn(GO, ['build', '-trimpath', '-tags', TAGS, '-ldflags', flags, '-o', file, PACKAGE], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  go.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4096)
  })
  return new Promise(resolve => {
    go.on('error', error => resolve(error.message))
    go.on('close', code => resolve(code === 0 ? undefined : (errors.trim().split('\n').at(-1) ?? `exit code ${code}`)))
  })
}

async function output(args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(GO, args, { cwd: MODULE })).stdout.trim()
  } catch {
    return undefined
  }
}

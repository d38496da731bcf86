// Finds a Gitea server to test against, or builds one from the Go module beside this file into the user's cache.

import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheHome } from '../build.ts'
import { build as buildModule, fingerprint, goVersion, output, requiredVersion } from '../go-module.ts'

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
  const go = await goVersion()
  if (go === undefined) return { ok: false, reason: 'neither gitea nor Go is on the path' }
  const version = await requiredVersion(MODULE, PACKAGE)
  if (version === undefined) return { ok: false, reason: `go.mod names no version of ${PACKAGE}` }
  const file = path.join(
    cacheHome(),
    'kubemend',
    `gitea-${version}-${await fingerprint(MODULE, ['go.mod', 'go.sum'], [go, TAGS])}`,
    'gitea',
  )
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

/** Folder of the module's files in Go's own cache, fetched there when they are missing. */
async function moduleFolder(): Promise<string | undefined> {
  const answer = await output('go', ['mod', 'download', '-json', PACKAGE], MODULE)
  const folder: unknown = answer === undefined ? undefined : JSON.parse(answer).Dir
  return typeof folder === 'string' ? folder : undefined
}

/** SQLite is C, so a C compiler is needed. */
function build(version: string, target: string): Promise<string | undefined> {
  return buildModule(MODULE, target, {
    argsFor: folder => [
      ...['-tags', TAGS, '-ldflags', `-s -w -X main.Version=${version}`],
      ...['-o', path.join(folder, 'gitea'), PACKAGE],
    ],
    env: { CGO_ENABLED: '1' },
  })
}

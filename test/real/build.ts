// Finds kube-apiserver and etcd, or builds them once from the Go module beside this file into the user's cache.

import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const GO = 'go'
const MODULE = path.join(path.dirname(fileURLToPath(import.meta.url)), 'kubernetes')
const SOURCES = ['go.mod', 'go.sum', 'cmd/etcd/main.go', 'cmd/kube-apiserver/main.go']
const PROGRAMS = ['etcd', 'kube-apiserver'] as const

export interface Binaries {
  readonly etcd: string
  readonly apiserver: string
  /** as `kube-apiserver --version` tells it, without the `v` */
  readonly version: string
  /** where they come from, in words */
  readonly origin: string
}

export type BuildResult = { readonly ok: true; readonly binaries: Binaries } | { readonly ok: false; reason: string }

/**
 * `$KUBEBUILDER_ASSETS` when it holds both programs, else the cache folder of this Kubernetes version, which is filled
 * when it is not there: about four minutes on two cores, once. Go's own caches stay where they are.
 */
export async function findBinaries(tell: (line: string) => void): Promise<BuildResult> {
  const assets = process.env.KUBEBUILDER_ASSETS
  if (assets !== undefined && (await holdsBoth(assets))) return described(assets, 'from $KUBEBUILDER_ASSETS')
  const goVersion = await output(GO, ['env', 'GOVERSION'])
  if (goVersion === undefined)
    return { ok: false, reason: 'Go is not installed, and $KUBEBUILDER_ASSETS has no servers' }
  const version = await moduleVersion()
  if (version === undefined) return { ok: false, reason: 'go.mod names no version of k8s.io/kubernetes' }
  const cache = path.join(cacheHome(), 'kubemend', `kubernetes-${version}-${await fingerprint(goVersion)}`)
  if (await holdsBoth(cache)) return described(cache, 'from the cache')
  tell(`building kube-apiserver and etcd for Kubernetes ${version}: takes minutes, once`)
  const fault = await build(version, cache)
  return fault === undefined ? described(cache, 'just built') : { ok: false, reason: `go build failed: ${fault}` }
}

/** Folder for what is kept from one run to the next, outside the repository. */
export function cacheHome(): string {
  const home = process.env.XDG_CACHE_HOME
  return home === undefined || home === '' ? path.join(homedir(), '.cache') : home
}

async function moduleVersion(): Promise<string | undefined> {
  const text = await readFile(path.join(MODULE, 'go.mod'), 'utf8')
  return /^\s*k8s\.io\/kubernetes v(\S+)$/m.exec(text)?.[1]
}

/** Changes with everything that the programs are made of. */
async function fingerprint(goVersion: string): Promise<string> {
  const hash = createHash('sha256').update(goVersion)
  for (const source of SOURCES) hash.update(await readFile(path.join(MODULE, source)))
  return hash.digest('hex').slice(0, 12)
}

/** Builds beside the target and renames, so that an interrupted build leaves no half-filled cache. */
async function build(version: string, target: string): Promise<string | undefined> {
  await mkdir(path.dirname(target), { recursive: true })
  const folder = await mkdtemp(`${target}.`)
  const fault = await goBuild(version, folder)
  if (fault === undefined) {
    await rm(target, { recursive: true, force: true })
    await rename(folder, target)
  }
  await rm(folder, { recursive: true, force: true })
  return fault
}

/** Answers the last line that the compiler printed when it failed. */
function goBuild(version: string, folder: string): Promise<string | undefined> {
  const [major, minor] = version.split('.')
  const stamp = 'k8s.io/component-base/version.git'
  const flags = `-s -w -X ${stamp}Version=v${version} -X ${stamp}Major=${major} -X ${stamp}Minor=${minor}`
  const go = spawn(GO, ['build', '-trimpath', '-ldflags', flags, '-o', `${folder}${path.sep}`, './cmd/...'], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0' },
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

async function holdsBoth(folder: string): Promise<boolean> {
  const checks = PROGRAMS.map(program => access(path.join(folder, program), constants.X_OK))
  return (await Promise.allSettled(checks)).every(check => check.status === 'fulfilled')
}

async function described(folder: string, origin: string): Promise<BuildResult> {
  const apiserver = path.join(folder, 'kube-apiserver')
  const version = /v(\d+\.\d+\.\d+)/.exec((await output(apiserver, ['--version'])) ?? '')?.[1]
  if (version === undefined) return { ok: false, reason: `the kube-apiserver ${origin} does not run` }
  return { ok: true, binaries: { etcd: path.join(folder, 'etcd'), apiserver, version, origin } }
}

async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(program, args)).stdout.trim()
  } catch {
    return undefined
  }
}

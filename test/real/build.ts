// Finds kube-apiserver and etcd, or builds them once from the Go module beside this file into the user's cache.

import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as buildModule, fingerprint, goVersion, output, requiredVersion } from './go-module.ts'

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
  const go = await goVersion()
  if (go === undefined) return { ok: false, reason: 'Go is not installed, and $KUBEBUILDER_ASSETS has no servers' }
  const version = await requiredVersion(MODULE, 'k8s.io/kubernetes')
  if (version === undefined) return { ok: false, reason: 'go.mod names no version of k8s.io/kubernetes' }
  const cache = path.join(cacheHome(), 'kubemend', `kubernetes-${version}-${await fingerprint(MODULE, SOURCES, [go])}`)
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

function build(version: string, target: string): Promise<string | undefined> {
  const [major, minor] = version.split('.')
  const stamp = 'k8s.io/component-base/version.git'
  const flags = `-s -w -X ${stamp}Version=v${version} -X ${stamp}Major=${major} -X ${stamp}Minor=${minor}`
  return buildModule(MODULE, target, {
    argsFor: folder => ['-ldflags', flags, '-o', `${folder}${path.sep}`, './cmd/...'],
    env: { CGO_ENABLED: '0' },
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

// Runs the built program as a user does, in folders made for one test.

import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

export const PROGRAM = path.resolve('dist/cli.cjs')

/** A build that is older than a source would let a test pass or fail for another program than the one at hand. */
let isFresh = false
export function assertFresh(): void {
  if (isFresh) return
  const built = statSync(PROGRAM, { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined) throw new Error('dist/ is missing: run `npm run build`')
  const sources = ['src', 'transforms'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => path.join(folder, name)),
  )
  const newer = sources.find(file => file.endsWith('.ts') && statSync(file).mtimeMs > built)
  if (newer !== undefined) throw new Error(`${newer} is newer than dist/: run \`npm run build\``)
  isFresh = true
}

const temporary = realpathSync(mkdtempSync(path.join(tmpdir(), 'kubemend-')))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

let count = 0

/** A new folder with the given files: text by path. */
export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  count += 1
  const root = path.join(temporary, `case-${count}`)
  mkdirSync(root)
  for (const [name, content] of Object.entries(files)) put(root, name, content)
  return root
}

export function put(root: string, name: string, content: string | Uint8Array): void {
  const file = path.join(root, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
}

export function read(root: string, name: string): string {
  return readFileSync(path.join(root, name), 'utf8')
}

/** Names of everything in a folder, folders left out. */
export function names(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  /** runs without the rights of root, which would read and write everything */
  readonly unprivileged?: boolean
}

/** Surroundings of every run: no colours, no compiled code kept in a home folder, no configuration of git's user. */
export function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...rest } = process.env
  return { ...rest, XDG_CACHE_HOME: path.join(temporary, 'cache'), GIT_CONFIG_GLOBAL: '/dev/null', ...extra }
}

export function kubemend(root: string, args: readonly string[], options: SpawnOptions = {}): Finished {
  assertFresh()
  const nobody = options.unprivileged === true && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: environment(options.env),
    input: options.input ?? '',
    maxBuffer: 2 ** 28,
    ...nobody,
  })
  return { code: status, stdout, stderr }
}

export function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main']
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: environment(),
  })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** A repository in which everything is committed. */
export function repository(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = folder(files)
  git(root, 'init', '-q')
  git(root, 'add', '-A')
  git(root, 'commit', '-q', '-m', 'start')
  return root
}

/** A Deployment that is sound but for its pull policy, which `image-pull-policy` fixes. */
export function deployment(name = 'api', extra = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: { app: api }
  template:
    metadata:
      labels: { app: api }
    spec:
      containers:
        - name: api  # the only one
          image: registry.example.com/api:1.4.2
          imagePullPolicy: Never
${extra}`
}

export const FIXED = (text: string): string => text.replace('imagePullPolicy: Never', 'imagePullPolicy: IfNotPresent')

/** Arguments that leave only what the sample deployment is about. */
export const ONLY = ['--only', 'image-pull-policy'] as const

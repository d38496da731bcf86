// Builds programs of a Go module of ours into the user's cache, whole or not at all.

import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const GO = 'go'

/** Version of Go; undefined when it is not installed. */
export function goVersion(): Promise<string | undefined> {
  return output(GO, ['env', 'GOVERSION'])
}

/** Changes with everything that the programs are made of: 12 hex digits over files of the module and other facts. */
export async function fingerprint(
  module: string,
  sources: readonly string[],
  facts: readonly string[],
): Promise<string> {
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(fact)
  for (const source of sources) hash.update(await readFile(path.join(module, source)))
  return hash.digest('hex').slice(0, 12)
}

/** Version of a module that the `go.mod` of another requires. */
export async function requiredVersion(module: string, required: string): Promise<string | undefined> {
  const text = await readFile(path.join(module, 'go.mod'), 'utf8')
  const line = text.split('\n').find(candidate => candidate.trim().startsWith(`${required} v`))
  return line?.trim().split(/\s+/)[1]?.slice(1)
}

/**
 * Builds beside the target folder and renames, so that an interrupted build leaves no half-filled cache. `argsFor`
 * answers what follows `go build -trimpath` for a folder. Answers the last line of the compiler when it failed.
 */
export async function build(
  module: string,
  target: string,
  { argsFor, env }: { readonly argsFor: (folder: string) => readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<string | undefined> {
  await mkdir(path.dirname(target), { recursive: true })
  const folder = await mkdtemp(`${target}.`)
  const fault = await goBuild(module, argsFor(folder), env)
  if (fault === undefined) {
    await rm(target, { recursive: true, force: true })
    await rename(folder, target)
  }
  await rm(folder, { recursive: true, force: true })
  return fault
}

function goBuild(module: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const go = spawn(GO, ['build', '-trimpath', ...args], {
    cwd: module,
    env: { ...process.env, ...env },
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

/** What a program prints; undefined when it fails or is not there. */
export async function output(program: string, args: readonly string[], cwd?: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(program, args, { cwd })).stdout.trim()
  } catch {
    return undefined
  }
}

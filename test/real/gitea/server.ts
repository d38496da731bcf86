// Runs Gitea on loopback with SQLite, in a private temporary folder, and ends it by its id.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Program } from './build.ts'

const START_MILLISECONDS = 120_000
const STOP_MILLISECONDS = 10_000

export interface RunningGitea {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** of an administrator, with all scopes */
  readonly token: string
  readonly version: string
  stop(): Promise<void>
}

/** Answers when the API does; rejects with the end of the server's log when it does not. */
export async function startGitea(program: Program): Promise<RunningGitea> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kubemend-gitea-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const config = path.join(folder, 'app.ini')
  await mkdir(path.join(folder, 'log'))
  await writeFile(config, configuration(folder, port, program.staticRoot), { mode: 0o600 })
  const child = launch(program.file, ['--config', config, 'web'], folder)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    await end(child)
    process.off('exit', kill)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const version = await ready(url, child)
    return { url, version, token: await makeAdministrator(program.file, config, folder), stop }
  } catch (error) {
    const log = (await readFile(path.join(folder, 'web.log'), 'utf8').catch(() => '')).trim()
    await stop()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${reason}; the log ends with: ${log.split('\n').slice(-3).join(' | ')}`)
  }
}

function configuration(folder: string, port: number, staticRoot: string | undefined): string {
  return `RUN_MODE = prod
WORK_PATH = ${folder}
${process.getuid?.() === 0 ? 'I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true' : ''}
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
${staticRoot === undefined ? '' : `STATIC_ROOT_PATH = ${staticRoot}`}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${path.join(folder, 'gitea.db')}
[repository]
ROOT = ${path.join(folder, 'repositories')}
[security]
INSTALL_LOCK = true
SECRET_KEY = only-for-tests
PASSWORD_HASH_ALGO = pbkdf2_v2
[service]
DISABLE_REGISTRATION = true
[mailer]
ENABLED = false
[log]
MODE = console
LEVEL = warn
`
}

function surroundings(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, USER: process.env.USER ?? 'root', LC_ALL: 'C' }
}

function launch(program: string, args: readonly string[], folder: string): ChildProcess {
  const child = spawn(program, args, { cwd: folder, env: surroundings(folder), stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(path.join(folder, 'web.log'))
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  child.on('close', () => log.end())
  return child
}

/** What the program prints is the token on its last line, after warnings. */
async function makeAdministrator(program: string, config: string, folder: string): Promise<string> {
  const account = ['--username', 'administrator']
  const run = async (args: readonly string[]) =>
    (await promisify(execFile)(program, ['--config', config, 'admin', 'user', ...args], { env: surroundings(folder) }))
      .stdout
  const details = [
    '--admin',
    '--random-password',
    '--email',
    'administrator@example.com',
    '--must-change-password=false',
  ]
  await run(['create', ...account, ...details])
  const printed = await run(['generate-access-token', ...account, '--scopes', 'all', '--raw'])
  return printed.trim().split('\n').at(-1) ?? ''
}

/** A port that was free a moment ago; the server fails to start when another program was faster. */
async function freePort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  await new Promise(resolve => listener.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function ready(url: string, child: ChildProcess): Promise<string> {
  for (const limit = Date.now() + START_MILLISECONDS; Date.now() < limit; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`gitea ended with code ${child.exitCode}`)
    const version = await versionOf(url)
    if (version !== undefined) return version
  }
  throw new Error('gitea does not answer')
}

/** Version of the server at an address; undefined when none answers. */
export async function versionOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/api/v1/version`, { signal: AbortSignal.timeout(5_000) })
    const body = (await answer.json()) as { readonly version?: string }
    return answer.ok ? body.version : undefined
  } catch {
    return undefined
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
  await ended
  clearTimeout(timer)
}

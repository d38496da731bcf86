// Runs etcd and kube-apiserver on loopback, in a private temporary folder, and ends them by their ids.

import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './build.ts'
import { type Address, Client } from './client.ts'

const START_ATTEMPTS = 240
const STOP_MILLISECONDS = 5_000

export interface RunningServer {
  readonly address: Address
  readonly version: string
  stop(): Promise<void>
}

/** Answers when `/readyz` does; rejects with the end of the server's log when it does not within about a minute. */
export async function startServer({ apiserver, etcd, version }: Binaries): Promise<RunningServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kubemend-apiserver-'))
  const [etcdPort = 0, peerPort = 0, securePort = 0] = await freePorts(3)
  const token = randomUUID()
  const keys = await writeKeys(folder, token)
  const store = `http://127.0.0.1:${etcdPort}`
  const processes = [
    launch(etcd, etcdFlags(folder, store, peerPort), folder),
    launch(apiserver, apiserverFlags(folder, store, securePort, keys), folder),
  ]
  const killAll = () => {
    for (const child of processes) child.kill('SIGKILL')
  }
  process.once('exit', killAll)
  const stop = async () => {
    await Promise.all(processes.reverse().map(end))
    process.off('exit', killAll)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const ca = await certificate(folder, processes)
    const address = { host: '127.0.0.1', port: securePort, ca, token }
    await ready(new Client(address), processes)
    return { address, version, stop }
  } catch (error) {
    const log = (await readFile(path.join(folder, 'kube-apiserver.log'), 'utf8').catch(() => '')).trim()
    await stop()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${reason}; the log ends with: ${log.split('\n').slice(-3).join(' | ')}`)
  }
}

function etcdFlags(folder: string, store: string, peerPort: number): string[] {
  return [
    `--data-dir=${path.join(folder, 'etcd')}`,
    `--listen-client-urls=${store}`,
    `--advertise-client-urls=${store}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ]
}

function apiserverFlags(folder: string, store: string, port: number, keys: Keys): string[] {
  return [
    `--etcd-servers=${store}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${keys.tokens}`,
    '--authorization-mode=AlwaysAllow',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${keys.serviceAccount}`,
    `--service-account-signing-key-file=${keys.serviceAccount}`,
    // both families: a Service that asks for IPv6 would be refused for the server's sake, not for its own
    '--service-cluster-ip-range=10.0.0.0/24,fd00:10::/112',
    '--endpoint-reconciler-type=none',
    '--allow-privileged=true',
    '--runtime-config=api/all=true',
    // no controller makes service accounts, takes the protection of claims away, or keeps the counts of quotas
    '--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection,ResourceQuota',
  ]
}

interface Keys {
  readonly serviceAccount: string
  readonly tokens: string
}

async function writeKeys(folder: string, token: string): Promise<Keys> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const serviceAccount = path.join(folder, 'service-account.pem')
  const tokens = path.join(folder, 'tokens.csv')
  await writeFile(serviceAccount, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  await writeFile(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 })
  return { serviceAccount, tokens }
}

function launch(program: string, flags: readonly string[], folder: string): ChildProcess {
  const child = spawn(program, flags, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(path.join(folder, `${path.basename(program)}.log`))
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  child.on('close', () => log.end())
  return child
}

/** Ports that were free a moment ago; the servers fail to start when another program was faster. */
async function freePorts(count: number): Promise<number[]> {
  const listeners = await Promise.all(
    Array.from({ length: count }, () => {
      const listener = createServer()
      return new Promise<typeof listener>((resolve, reject) => {
        listener.once('error', reject)
        listener.listen(0, '127.0.0.1', () => resolve(listener))
      })
    }),
  )
  return Promise.all(
    listeners.map(listener => {
      const address = listener.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      return new Promise<number>(resolve => listener.close(() => resolve(port)))
    }),
  )
}

/** The certificate that the server signs for itself when it starts. */
async function certificate(folder: string, processes: readonly ChildProcess[]): Promise<string> {
  return poll(processes, () => readFile(path.join(folder, 'apiserver.crt'), 'utf8').catch(() => undefined))
}

async function ready(client: Client, processes: readonly ChildProcess[]): Promise<void> {
  await poll(processes, async () => {
    const answer = await client.send('GET', '/readyz').catch(() => undefined)
    return answer?.status === 200 ? answer : undefined
  })
}

async function poll<T>(processes: readonly ChildProcess[], ask: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const answer = await ask()
    if (answer !== undefined && answer !== '') return answer
    if (processes.some(hasEnded)) throw new Error('etcd or kube-apiserver ended while it started')
    await sleep(250)
  }
  throw new Error('kube-apiserver is not ready after a minute')
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
  await ended
  clearTimeout(timer)
}

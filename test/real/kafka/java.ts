// Runs Java programs on the servers' class path: their logs go to files, and they are ended by their ids.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Artifacts } from './artifacts.ts'

export const SOURCES = path.dirname(fileURLToPath(import.meta.url))
const JAVA = 'java'
const STOP_MILLISECONDS = 30_000

/** Options for a short life on few cores; what makes a server fast in the long run costs seconds here. */
const SHORT_LIVED = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']

export interface JavaSettings {
  readonly artifacts: Artifacts
  /** names and addresses, in place of a cluster's DNS */
  readonly hostsFile: string
  readonly heapMegabytes: number
}

/** Arguments of `java` before the main class. */
export function javaOptions({ artifacts, hostsFile, heapMegabytes }: JavaSettings): string[] {
  return [
    ...SHORT_LIVED,
    `-Xmx${heapMegabytes}m`,
    `-Djdk.net.hosts.file=${hostsFile}`,
    `-Dlog4j.configuration=file:${path.join(SOURCES, 'log4j.properties')}`,
    '-Dzookeeper.admin.enableServer=false',
    ...['-cp', artifacts.jars.join(path.delimiter)],
  ]
}

/** A running server or program. */
export class Process {
  readonly name: string
  readonly child: ChildProcess
  readonly #log: string
  /** bytes of the log that are of earlier runs */
  readonly #earlier: number

  constructor(name: string, child: ChildProcess, log: string, earlier: number) {
    this.name = name
    this.child = child
    this.#log = log
    this.#earlier = earlier
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  async log(): Promise<string> {
    return (await readFile(this.#log)).subarray(this.#earlier).toString()
  }

  /** The last lines that it wrote, for the text of an error. */
  async tail(lines = 15): Promise<string> {
    const text = (await this.log().catch(() => '')).trimEnd()
    return `${this.name} wrote last:\n${text.split('\n').slice(-lines).join('\n')}`
  }

  /** Asks it to end, as a kubelet does, and resolves when it has. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.hasEnded) return
    const ended = new Promise<void>(resolve => this.child.once('exit', () => resolve()))
    this.child.kill(signal)
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MILLISECONDS)
    await ended
    clearTimeout(timer)
  }
}

/** Processes that must not outlive this one, however it ends. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts `java` with the error stream, and unless it is piped the output too, added to the log file. */
export async function startJava(name: string, args: readonly string[], log: string, piped = false): Promise<Process> {
  await mkdir(path.dirname(log), { recursive: true })
  const descriptor = openSync(log, 'a')
  const earlier = fstatSync(descriptor).size
  const stdio: SpawnOptions['stdio'] = piped ? ['pipe', 'pipe', descriptor] : ['ignore', descriptor, descriptor]
  const child = spawn(JAVA, args, { stdio, cwd: path.dirname(log) })
  closeSync(descriptor)
  running.add(child)
  child.once('exit', () => running.delete(child))
  return new Process(name, child, log, earlier)
}

/** Asks again until there is an answer; throws with `what`, the process's last words too, when it ends or time is up. */
export async function waitFor<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
  processes: readonly Process[] = [],
): Promise<T> {
  for (let attempt = 0; attempt < seconds * 5; attempt += 1) {
    const answer = await ask()
    if (answer !== undefined) return answer
    const ended = processes.find(({ hasEnded }) => hasEnded)
    if (ended !== undefined) throw new Error(`${ended.name} ended before ${what}\n${await ended.tail()}`)
    await sleep(200)
  }
  const tails = await Promise.all(processes.map(one => one.tail()))
  throw new Error([`${what}: not within ${seconds} s`, ...tails].join('\n'))
}

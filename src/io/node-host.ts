// The host of a real run: this process, its terminal, the disk and git.

import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { WriteStream } from 'node:tty'
import { errorCode } from './errors.ts'
import { repositoryOf, uncommitted } from './git.ts'
import type { Host, Output } from './host.ts'
import { readInputs } from './inputs.ts'
import { isInside } from './paths.ts'
import { resolveTargets } from './targets.ts'
import { stageChanges } from './write.ts'

export function createNodeHost(): Host {
  const cwd = realpathSync(process.cwd())
  return {
    cwd,
    env: process.env,
    stdout: toOutput(process.stdout),
    stderr: toOutput(process.stderr),
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    readStdin,
    ask,
    resolveTargets: given => resolveTargets(cwd, given),
    readInputs,
    findConfiguration: (folder, names) => findConfiguration(cwd, folder, names),
    readFile,
    writeFile: (file, text) => writeFileSync(file, text),
    stageChanges,
    uncommitted,
    holdInterrupts,
    uptime: () => process.uptime() * 1000,
  }
}

function toOutput(stream: WriteStream): Output {
  return { isTerminal: stream.isTTY === true, write: text => void stream.write(text) }
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  return new Promise(resolve => {
    terminal.once('close', () => resolve(undefined))
    const close = (answer?: string): void => {
      resolve(answer)
      terminal.close()
    }
    terminal.question(question).then(close, () => close())
  })
}

function findConfiguration(cwd: string, folder: string, names: readonly string[]): string | undefined {
  const top = repositoryOf(folder) ?? (isInside(cwd, folder) ? cwd : folder)
  for (let current = folder; ; current = path.dirname(current)) {
    const found = names.map(name => path.join(current, name)).find(isFile)
    if (found !== undefined) return found
    if (current === top || path.dirname(current) === current) return undefined
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const NO_FILE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (NO_FILE.has(errorCode(error))) return undefined
    throw error
  }
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first interrupt asks to stop, a second one ends the process at once. */
async function holdInterrupts<T>(action: (isInterrupted: () => boolean) => Promise<T>): Promise<T> {
  let isInterrupted = false
  const note = (): void => {
    if (isInterrupted) process.exit(130)
    isInterrupted = true
  }
  for (const signal of INTERRUPTS) process.on(signal, note)
  try {
    return await action(() => isInterrupted)
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, note)
  }
}

// Runs a built program beside the forge that it talks to, which lives in the process of the test.

import { spawn } from 'node:child_process'
import path from 'node:path'
import { assertFresh, type Finished } from './program.ts'

export interface Started {
  /** default: `cli.cjs` of dist/ */
  readonly program?: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Only the given variables are set, besides those that a program cannot do without. */
export function runBuilt(args: readonly string[], { program, cwd, env }: Started): Promise<Finished> {
  assertFresh()
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [program ?? path.resolve('dist/cli.cjs'), ...args], {
    cwd,
    env: { PATH, HOME: cwd, NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, stdout, stderr }))
  })
}

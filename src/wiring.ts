// What every command is given: this machine and all transforms; and how its failure is told.

import transforms from '../transforms/index.ts'
import { EXIT } from './commands/exit-code.ts'
import type { Failure } from './commands/failure.ts'
import type { Tooling } from './commands/tooling.ts'
import { errorCode, errorText } from './io/errors.ts'
import type { Host } from './io/host.ts'
import { createNodeHost } from './io/node-host.ts'
import { printable } from './report/escape.ts'

/** Runs a command and answers its exit code. */
export async function withTooling(
  version: string,
  command: (tooling: Tooling) => Promise<number | Failure> | number | Failure,
): Promise<number> {
  const host = openHost()
  if (typeof host === 'string') {
    process.stderr.write(`kubemend: the current folder cannot be used: ${host}\n`)
    return EXIT.usage
  }
  const outcome = await command({ host, transforms, version })
  if (typeof outcome === 'number') return outcome
  for (const message of outcome.messages) host.stderr.write(`kubemend: ${printable(message)}\n`)
  return EXIT.usage
}

/** The machine, or why the current folder is no place to work in. */
function openHost(): Host | string {
  try {
    return createNodeHost()
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'it is gone: change to one that exists' : errorText(error)
  }
}

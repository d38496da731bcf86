// A process of its own that runs the bot on the repositories given as arguments, without the pauses that a forge asks
// for. Prints what it used as JSON. Needs --expose-gc, and TMPDIR for itself alone.

import childProcess from 'node:child_process'
import { readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { connector } from '../src/commands/bot/connect.ts'
import type { BotRunFlags } from '../src/commands/bot/options.ts'
import { botRun } from '../src/commands/bot/run.ts'
import { NO_PACING } from '../src/forge/pacing.ts'
import { createNodeHost } from '../src/io/node-host.ts'
import transforms from '../transforms/index.ts'

export interface Footprint {
  /** in MB after a collection of garbage, behind every tenth repository and the last */
  readonly samples: readonly { readonly done: number; readonly heap: number; readonly rss: number }[]
  /** processes of git that were started */
  readonly gits: number
  /** most folders that the bot had in use at one time, seen behind each repository */
  readonly folders: number
}

const EVERY = 10

async function main(repositories: readonly string[]): Promise<Footprint> {
  let gits = 0
  const { spawn } = childProcess
  childProcess.spawn = ((command: string, ...rest: []) => {
    if (command === 'git') gits += 1
    return spawn(command, ...rest)
  }) as typeof spawn
  syncBuiltinESMExports()

  const samples: Footprint['samples'][number][] = []
  let done = 0
  let folders = 0
  const host = { ...createNodeHost(), stdout: { isTerminal: false, write: () => {} } }
  const flags: BotRunFlags = {
    repositories,
    forge: 'github',
    trustsRepository: false,
    paths: [],
    format: 'text',
    quiet: true,
    dryRun: false,
    isFull: false,
  }
  const connect = connector(host, flags, { pacing: NO_PACING })
  const code = await botRun({ host, transforms, version: '0.0.0' }, flags, address => {
    const connection = connect(address)
    return {
      ...connection,
      close: async () => {
        await connection.close()
        done += 1
        folders = Math.max(folders, readdirSync(tmpdir()).filter(name => name.startsWith('kubemend-git-')).length)
        if (done % EVERY === 0 || done === repositories.length) samples.push({ done, ...memory() })
      },
    }
  })
  if (typeof code !== 'number') throw new Error(code.messages.join('; '))
  if (code !== 0) throw new Error(`the bot ended with ${code}`)
  return { samples, gits, folders }
}

function memory(): { heap: number; rss: number } {
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 }
}

console.log(JSON.stringify(await main(process.argv.slice(2))))

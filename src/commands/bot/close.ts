// `bot close`: closes the bot's pull requests and deletes its branches, as far as they are its own.

import { DUPLICATE } from '../../bot/memory.ts'
import { withdrawnNotice } from '../../bot/notice.ts'
import { observe } from '../../bot/observe.ts'
import { dismiss } from '../../bot/present.ts'
import { retire } from '../../bot/publish.ts'
import type { Ground } from '../../bot/site.ts'
import { printable } from '../../report/escape.ts'
import { EXIT } from '../exit-code.ts'
import { type Failure, failure, isFailure } from '../failure.ts'
import type { Tooling } from '../tooling.ts'
import { type Connect, connector } from './connect.ts'
import { onEach } from './each.ts'
import { openGround, ownBranches } from './ground.ts'
import type { BotCloseFlags } from './options.ts'
import { centralConfiguration } from './site.ts'

/** Branches that hold commits of people stay, with their pull requests. */
export async function botClose(
  tooling: Tooling,
  flags: BotCloseFlags,
  connect: Connect = connector(tooling.host, flags),
): Promise<number | Failure> {
  if (!flags.all && flags.branches.length === 0) {
    return failure('bot close: name branches with --branch, or give --all; `kubemend bot status` lists them')
  }
  const central = centralConfiguration(tooling, flags)
  if (central !== undefined && isFailure(central)) return central
  const { host } = tooling
  return onEach(host, flags, connect, async connection => {
    const ground = await openGround(connection, flags, central)
    const own = ownBranches(ground)
    for (const name of flags.branches.filter(branch => !own.includes(branch))) {
      host.stderr.write(`kubemend: ${printable(`${connection.url}: ${name} is no branch of kubemend there`)}\n`)
    }
    for (const name of own.filter(branch => flags.all || flags.branches.includes(branch))) {
      const line = await closeOne(ground, name)
      if (!flags.quiet) host.stdout.write(`${printable(`${connection.url}  ${name}  ${line}`)}\n`)
    }
    return flags.branches.every(branch => own.includes(branch)) ? EXIT.ok : EXIT.findings
  })
}

async function closeOne(ground: Ground, name: string): Promise<string> {
  const { current, branch } = await observe(ground, name)
  if ((branch?.foreign.length ?? 0) > 0) return 'left alone: it holds commits of people'
  if (current !== undefined) {
    const notice = withdrawnNotice('somebody asked for it with `kubemend bot close`')
    await dismiss(ground, current, notice, { withdrawnAt: DUPLICATE })
  }
  if (branch !== undefined) await retire(ground, name, branch.head)
  return current === undefined ? 'branch deleted' : `closed ${current.url}`
}

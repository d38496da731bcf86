// `bot status`: the bot's branches of repositories, their pull requests, and whose they are by now.

import { type Observation, observe } from '../../bot/observe.ts'
import { jsonText, printable } from '../../report/escape.ts'
import { plural } from '../../report/words.ts'
import { EXIT } from '../exit-code.ts'
import { type Failure, isFailure } from '../failure.ts'
import type { Tooling } from '../tooling.ts'
import { type Connect, connector } from './connect.ts'
import { onEach } from './each.ts'
import { openGround, ownBranches } from './ground.ts'
import type { BotFlags } from './options.ts'
import { centralConfiguration } from './site.ts'

export async function botStatus(
  tooling: Tooling,
  flags: BotFlags,
  connect: Connect = connector(tooling.host, flags),
): Promise<number | Failure> {
  const central = centralConfiguration(tooling, flags)
  if (central !== undefined && isFailure(central)) return central
  const { host } = tooling
  const found: { readonly url: string; readonly branches: readonly BranchStatus[] }[] = []
  const code = await onEach(host, flags, connect, async connection => {
    const ground = await openGround(connection, flags, central)
    const branches: BranchStatus[] = []
    for (const name of ownBranches(ground)) branches.push(statusOf(await observe(ground, name)))
    found.push({ url: connection.url, branches })
    if (flags.format === 'text') host.stdout.write(toText(connection.url, branches))
    return EXIT.ok
  })
  if (flags.format === 'json') host.stdout.write(jsonText({ schemaVersion: 1, repositories: found }))
  return code
}

interface BranchStatus {
  readonly branch: string
  readonly pullRequest?: { readonly number: number; readonly url: string; readonly isDraft: boolean }
  readonly state: 'open' | 'paused' | 'taken over' | 'conflicts' | 'queued' | 'no pull request'
  /** commits of people on the branch */
  readonly foreign: readonly string[]
  /** changes that people turned down by closing earlier pull requests */
  readonly rejected: number
}

function statusOf({ name, branch, current, state, controls, memory }: Observation): BranchStatus {
  const foreign = (branch?.foreign ?? []).map(({ id }) => id)
  const word = (): BranchStatus['state'] => {
    if (current === undefined) return 'no pull request'
    if (foreign.length > 0) return 'taken over'
    if (controls.pause) return 'paused'
    if (state?.isQueued === true) return 'queued'
    return state?.mergeability === 'conflicts' ? 'conflicts' : 'open'
  }
  return {
    branch: name,
    ...(current === undefined
      ? {}
      : { pullRequest: { number: current.number, url: current.url, isDraft: current.isDraft } }),
    state: word(),
    foreign,
    rejected: memory.rejected.length,
  }
}

function toText(url: string, branches: readonly BranchStatus[]): string {
  const width = Math.max(0, ...branches.map(({ branch }) => branch.length))
  const lines = branches.map(({ branch, pullRequest, state, foreign, rejected }) =>
    [
      `  ${branch.padEnd(width)}`,
      pullRequest?.isDraft ? `${state} (draft)` : state,
      ...(pullRequest === undefined ? [] : [pullRequest.url]),
      ...(foreign.length === 0 ? [] : [`${plural(foreign.length, 'commit')} of people`]),
      ...(rejected === 0 ? [] : [`${plural(rejected, 'change')} turned down before`]),
    ].join('  '),
  )
  const body = lines.length === 0 ? ['  no branch of kubemend'] : lines
  return `${[url, ...body].map(printable).join('\n')}\n`
}

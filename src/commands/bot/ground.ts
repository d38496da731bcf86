// What the verbs that plan nothing need of a repository: its base, its branches and the account that works on it.

import { isBranchOfPrefix } from '../../bot/branch-name.ts'
import { BOT } from '../../bot/settings.ts'
import type { Ground } from '../../bot/site.ts'
import type { Configuration } from '../../config/configuration.ts'
import { EffectiveSettings } from '../../config/settings.ts'
import type { Connection } from './connect.ts'
import { headsOf } from './heads.ts'
import type { BotFlags } from './options.ts'

/** Throws a `RemoteError` when a server refuses. */
export async function openGround(
  { forge, repository: open }: Connection,
  flags: BotFlags,
  central: Configuration | undefined,
): Promise<Ground> {
  const repository = await open()
  const [project, account] = await Promise.all([forge.project(), forge.account()])
  const settings = new EffectiveSettings(central).get(BOT)
  const baseBranch = flags.base ?? settings.base ?? project.defaultBranch
  const base = await repository.fetchBase(baseBranch)
  const branches = await headsOf(repository, settings.branchPrefix)
  const fetched = await repository.fetchBranches(ownBranches({ branches, settings }))
  const now = Math.floor(Date.now() / 1000)
  return { repository, forge, account, settings, baseBranch, base, branches, fetched, now }
}

/** Names of the bot's branches, sorted. */
export function ownBranches({ branches, settings }: Pick<Ground, 'branches' | 'settings'>): string[] {
  return [...branches.keys()].filter(name => isBranchOfPrefix(settings.branchPrefix, name)).sort()
}

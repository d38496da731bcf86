// What every verb needs of a repository: its base, its branches and the account that works on it.

import { freePrefix, isBranchOfPrefix } from '../../bot/branch-name.ts'
import type { Account, Forge, Project } from '../../bot/forge.ts'
import { headsOf } from '../../bot/heads.ts'
import type { Commit, Repository } from '../../bot/repository.ts'
import { BOT, type BotSettings } from '../../bot/settings.ts'
import type { Ground } from '../../bot/site.ts'
import type { Configuration } from '../../config/configuration.ts'
import { EffectiveSettings } from '../../config/settings.ts'
import type { Connection } from './connect.ts'
import type { BotFlags } from './options.ts'

export interface Base {
  readonly project: Project
  readonly account: Account
  readonly baseBranch: string
  readonly base: Commit
}

/** Throws a `RemoteError` when a server refuses. `settings` are those that are known before the base is read. */
export async function fetchBase(
  forge: Forge,
  repository: Repository,
  flags: BotFlags,
  settings: BotSettings,
): Promise<Base> {
  const [project, account] = await Promise.all([forge.project(), forge.account()])
  const baseBranch = flags.base ?? settings.base ?? project.defaultBranch
  return { project, account, baseBranch, base: await repository.fetchBase(baseBranch) }
}

/** The bot's branches, with a prefix that no other branch stands in the way of; the base has been fetched. */
export async function fetchBranches(
  repository: Repository,
  settings: BotSettings,
): Promise<Pick<Ground, 'settings' | 'branches' | 'fetched'>> {
  const branches = await headsOf(repository, settings.branchPrefix)
  const own = { ...settings, branchPrefix: freePrefix(settings.branchPrefix, branches.keys()) }
  const fetched = await repository.fetchBranches(ownBranches({ branches, settings: own }))
  return { settings: own, branches, fetched }
}

/** For the verbs that plan nothing. */
export async function openGround(
  { forge, repository: open }: Connection,
  flags: BotFlags,
  central: Configuration | undefined,
): Promise<Ground> {
  const repository = await open()
  const settings = centralSettings(central)
  const { account, baseBranch, base } = await fetchBase(forge, repository, flags, settings)
  const branches = await fetchBranches(repository, settings)
  return { ...{ repository, forge, account, baseBranch, base }, ...branches, now: secondsNow() }
}

export function centralSettings(central: Configuration | undefined): BotSettings {
  return new EffectiveSettings(central).get(BOT)
}

export function secondsNow(): number {
  return Math.floor(Date.now() / 1000)
}

/** Names of the bot's branches, sorted. */
export function ownBranches({ branches, settings }: Pick<Ground, 'branches' | 'settings'>): string[] {
  return [...branches.keys()].filter(name => isBranchOfPrefix(settings.branchPrefix, name)).sort()
}

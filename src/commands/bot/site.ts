// Puts a site together: the base of a repository, what its findings are, and the settings that hold for it.

import { appFinder } from '../../bot/app.ts'
import { CODEOWNERS_PLACES, type CodeOwners, parseCodeowners } from '../../bot/codeowners.ts'
import { conventionOf, SUBJECTS } from '../../bot/convention.ts'
import type { Forge, ForgeKind } from '../../bot/forge.ts'
import { narrow } from '../../bot/narrow.ts'
import { relocate } from '../../bot/relocate.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import type { Repository, TreeFile } from '../../bot/repository.ts'
import { isOpen, scheduleError } from '../../bot/schedule.ts'
import { BOT } from '../../bot/settings.ts'
import type { Site } from '../../bot/site.ts'
import type { Configuration } from '../../config/configuration.ts'
import type { Host } from '../../io/host.ts'
import { toReportPath } from '../../io/paths.ts'
import { openCommitTree } from '../../io/tree-files.ts'
import { createTreeHost } from '../../io/tree-host.ts'
import type { Report } from '../../report/model.ts'
import { type Configure, findConfiguration } from '../configuration.ts'
import { type Failure, isFailure } from '../failure.ts'
import { createProgress } from '../progress.ts'
import { openSession } from '../session.ts'
import type { Tooling } from '../tooling.ts'
import { centralSettings, fetchBase, fetchBranches, secondsNow } from './ground.ts'
import type { BotFlags } from './options.ts'
import { createPlanner } from './planner.ts'

/** What the people who run the bot configured; undefined without --config. */
export function centralConfiguration(
  { host, transforms }: Tooling,
  { config }: BotFlags,
): Configuration | undefined | Failure {
  if (config === undefined) return undefined
  const found = findConfiguration(host, transforms, host.cwd, { config, isolated: true })
  return isFailure(found) ? found : found.configuration
}

export interface OpenSite {
  readonly site: Site
  /** the run over the whole base */
  readonly whole: Report
}

export interface SiteRequest {
  readonly forge: Forge
  readonly repository: Repository
  readonly flags: BotFlags
  readonly central: Configuration | undefined
  /** whether nothing is pushed once the base moved on */
  readonly checksBase: boolean
}

/** Reads the base and plans it. Throws a `RemoteError` when a server refuses; a `Failure` is a wrong configuration. */
export async function openSite(tooling: Tooling, request: SiteRequest): Promise<OpenSite | Failure> {
  const { forge, repository, flags, central, checksBase } = request
  const { project, account, baseBranch, base } = await fetchBase(forge, repository, flags, centralSettings(central))
  if (project.isArchived) {
    throw new RemoteError('permanent', 'the repository is archived', { advice: 'take it off the list' })
  }
  const tree = await openCommitTree(repository, base.id)
  const { files } = tree
  const host = createTreeHost(tooling.host, tree)
  const denied: string[] = []
  const progress = createProgress(tooling.host, flags.quiet)
  const session = await openSession({ ...tooling, host }, inputFlags(flags), progress, {
    configure: configureBy(host, flags, central, denied),
    keepsInput: true,
  })
  progress.clear()
  if (isFailure(session)) return session
  const settings = session.settings.get(BOT)
  const problem = scheduleError(settings.schedule)
  if (problem !== undefined) return { isFailure: true, messages: [`bot.schedule: ${problem}`] }

  const context = {
    appOf: appFinder(files.map(({ path }) => path)),
    ...(settings.groupBy === 'owner' ? { owners: await ownersIn(repository, files, forge.kind) } : {}),
  }
  const { whole, ...planner } = createPlanner({ ...tooling, host }, session, settings, context)
  // before the subjects, whose commits come along
  const branches = await fetchBranches(repository, settings)
  const site: Site = {
    ...{ repository, forge, account, planner, baseBranch, base, denied, checksBase },
    ...branches,
    scope: `${JSON.stringify([baseBranch, [...flags.paths].sort()])} `,
    convention: conventionOf(
      settings.convention,
      settings.convention === 'auto' || settings.convention === 'conventional'
        ? await repository.subjects(SUBJECTS)
        : [],
    ),
    rules: tooling.transforms,
    version: tooling.version,
    now: secondsNow(),
    isOpen: isOpen(settings.schedule, new Date()),
  }
  return { site, whole }
}

function inputFlags({ paths }: BotFlags) {
  return { paths, isolated: false, schemaLocations: [], only: [], skip: [] }
}

/** The repository's own file may ask for less than those who run the bot; what it asks for beyond goes to `denied`. */
function configureBy(host: Host, flags: BotFlags, central: Configuration | undefined, denied: string[]): Configure {
  return found => {
    const own =
      found.configuration.file === undefined
        ? undefined
        : relocate(found.configuration, toReportPath(host.cwd, found.folder))
    if (flags.trustsRepository && central === undefined) return found
    const { configuration, notTaken } = narrow(central, own)
    denied.push(...notTaken)
    return { configuration, folder: host.cwd }
  }
}

async function ownersIn(repository: Repository, files: readonly TreeFile[], kind: ForgeKind): Promise<CodeOwners> {
  const id = CODEOWNERS_PLACES[kind]
    .map(place => files.find(({ path, mode }) => path === place && mode.startsWith('100'))?.id)
    .find(found => found !== undefined)
  const bytes = id === undefined ? undefined : (await repository.blobs([id])).get(id)
  return parseCodeowners(Buffer.from(bytes ?? []).toString(), kind)
}

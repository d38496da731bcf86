// `bot run` and `bot plan`: brings the pull requests of repositories to what is to be proposed, or shows what it would do.

import type { GroupOutcome, GroupResult } from '../../bot/result.ts'
import { EXIT } from '../exit-code.ts'
import { type Failure, failure, isFailure } from '../failure.ts'
import type { Tooling } from '../tooling.ts'
import { type Connect, connector } from './connect.ts'
import type { BotRunFlags } from './options.ts'
import { printRepository, printRun } from './print.ts'
import { centralConfiguration } from './site.ts'
import { type RepositoryResult, workOn } from './work.ts'

/**
 * One repository after the other, so that what one needs of memory and connections is all that is needed. `observe` is
 * given what became of all of them, for outputs beside the printed ones.
 */
export async function botRun(
  tooling: Tooling,
  flags: BotRunFlags,
  connect: Connect = connector(tooling.host, flags),
  observe: (results: readonly RepositoryResult[], code: number) => void = () => {},
): Promise<number | Failure> {
  if (flags.paths.includes('-')) return failure('- is no path of a repository: name files, folders or globs')
  const central = centralConfiguration(tooling, flags)
  if (central !== undefined && isFailure(central)) return central
  const { host } = tooling
  return host.holdInterrupts(async isStopped => {
    const results: RepositoryResult[] = []
    for (const address of new Set(flags.repositories)) {
      if (isStopped()) break
      const result = await workOn({ tooling, flags, central, connect, isStopped }, address)
      printRepository(host, flags, result)
      results.push(withoutTexts(result))
    }
    printRun(host, flags, results)
    const code = isStopped() ? EXIT.interrupted : exitCodeOf(results, flags)
    observe(results, code)
    return code
  })
}

/** Texts of files and bodies are shown when their repository is done: a long run does not hold them all. */
function withoutTexts(result: RepositoryResult): RepositoryResult {
  const groups = result.groups.map(({ pullRequest, ...group }) => ({
    ...group,
    files: [],
    ...(pullRequest === undefined ? {} : { pullRequest: { ...pullRequest, body: '' } }),
  }))
  return { ...result, groups }
}

/** Outcomes that mean that a run has something to do. */
const WORK: ReadonlySet<GroupOutcome> = new Set(['create', 'rewrite', 'append', 'open', 'reopen', 'withdraw'])

/** Whether a run did something to the repository, or a dry run would. */
export function hasWork({ groups, calls }: RepositoryResult): boolean {
  return calls.length > 0 || groups.some(({ outcome }) => WORK.has(outcome))
}

/**
 * Wrong usage before a refusal, that before what passes; a dry run answers 1 when there is work; a path that matches no
 * file comes last.
 */
function exitCodeOf(results: readonly RepositoryResult[], { dryRun }: BotRunFlags): number {
  const kinds = new Set(results.flatMap(({ failure, groups }) => [failure?.kind, ...groups.map(kindOf)]))
  if (kinds.has('usage')) return EXIT.usage
  if (kinds.has('permanent')) return EXIT.refused
  if (kinds.has('temporary')) return EXIT.temporary
  if (dryRun && results.some(hasWork)) return EXIT.findings
  return results.some(({ unmatched }) => unmatched.length > 0) ? EXIT.noInput : EXIT.ok
}

function kindOf({ outcome, why }: GroupResult): string | undefined {
  return outcome === 'failed' ? why : undefined
}

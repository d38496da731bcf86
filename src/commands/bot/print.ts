// What the bot says of its work: a few lines for each repository, everything in a dry run, or JSON for programs.

import type { GroupResult } from '../../bot/result.ts'
import type { Host } from '../../io/host.ts'
import { jsonText, printable, printableLines } from '../../report/escape.ts'
import { createPatch } from '../../report/patch.ts'
import { plural } from '../../report/words.ts'
import { complaintsOf } from './complaints.ts'
import type { BotRunFlags } from './options.ts'
import type { RepositoryResult } from './work.ts'

export const DONE: Readonly<Record<GroupResult['outcome'], string>> = {
  create: 'opened',
  rewrite: 'rebuilt',
  append: 'extended',
  open: 'opened',
  reopen: 'opened again',
  keep: 'up to date',
  withdraw: 'closed',
  leave: 'left alone',
  sidestep: 'left alone',
  none: 'nothing to do',
  limited: 'waits',
  failed: 'failed',
}

export const WOULD: Readonly<Record<GroupResult['outcome'], string>> = {
  ...DONE,
  create: 'would open',
  rewrite: 'would rebuild',
  append: 'would extend',
  open: 'would open',
  reopen: 'would open again',
  withdraw: 'would close',
}

/** Printed when a repository is done; failures go to standard error. */
export function printRepository(host: Host, flags: BotRunFlags, result: RepositoryResult): void {
  for (const { text } of complaintsOf(result)) host.stderr.write(`kubemend: ${printable(text)}\n`)
  if (flags.format === 'json' || flags.quiet || result.base === undefined) return
  host.stdout.write(printableLines(`${repositoryLines(result, flags).join('\n')}\n`))
  if (flags.dryRun && flags.isFull) host.stdout.write(details(result))
}

/** Printed once all are done. */
export function printRun(host: Host, flags: BotRunFlags, results: readonly RepositoryResult[]): void {
  if (flags.format !== 'json') return
  const value = { schemaVersion: 1, isDryRun: flags.dryRun, repositories: results.map(toJson) }
  host.stdout.write(jsonText(value))
}

function repositoryLines({ url, base, groups, denied }: RepositoryResult, { dryRun }: BotRunFlags): string[] {
  const words = dryRun ? WOULD : DONE
  const shown = groups.filter(({ outcome }) => outcome !== 'none')
  const width = Math.max(0, ...shown.map(group => nameOf(group).length))
  const at = base === undefined ? '' : ` (${printable(base.branch)} at ${base.commit.slice(0, 10)})`
  return [
    `${printable(url)}${at}`,
    ...shown.map(group => `  ${nameOf(group).padEnd(width)}  ${[words[group.outcome], ...tail(group)].join('  ')}`),
    ...(shown.length === 0 && base !== undefined ? ['  nothing to propose'] : []),
    ...denied.map(text => `  the repository's configuration: ${printable(text)}`),
  ]
}

function nameOf({ group, branch }: GroupResult): string {
  if (group === undefined) return printable(branch)
  return printable(group.risk === 'unsafe' ? `${group.label} (unsafe)` : group.label)
}

function tail({ pullRequest, findings, why, outcome }: GroupResult): string[] {
  const place = pullRequest === undefined ? '' : pullRequest.url || `#${pullRequest.number || 'new'}`
  const what = outcome === 'keep' || findings === 0 ? '' : plural(findings, 'finding')
  return [place, what, why].filter(text => text !== '').map(printable)
}

/** Titles, bodies and diffs of what would be proposed, and every call that would be sent. */
function details({ groups, calls }: RepositoryResult): string {
  const parts = groups
    .filter(({ pullRequest, outcome }) => pullRequest !== undefined && outcome !== 'keep' && outcome !== 'leave')
    .flatMap(({ branch, pullRequest, files }) => [
      `\n${printable(`--- ${branch}: ${pullRequest?.title ?? ''}`)}\n\n`,
      printableLines(`${pullRequest?.body ?? ''}\n\n`),
      printableLines(createPatch(files)),
    ])
  const sent = calls.map(({ verb, text }) => `  ${verb}: ${printable(text)}\n`)
  return [...parts, ...(sent.length === 0 ? [] : ['\nwould send:\n', ...sent])].join('')
}

function toJson({ groups, ...rest }: RepositoryResult) {
  return {
    ...rest,
    groups: groups.map(({ pullRequest, files: _, ...group }) => ({
      ...group,
      ...(pullRequest === undefined
        ? {}
        : { pullRequest: { number: pullRequest.number, url: pullRequest.url, title: pullRequest.title } }),
    })),
  }
}

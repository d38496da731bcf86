// What the action tells of its run: values for later steps, a page for people, and messages for what went wrong.

import type { GroupOutcome, GroupResult } from './bot/result.ts'
import { complaintsOf } from './commands/bot/complaints.ts'
import { DONE, WOULD } from './commands/bot/print.ts'
import { hasWork } from './commands/bot/run.ts'
import type { RepositoryResult } from './commands/bot/work.ts'
import { markdownCode, markdownText } from './report/escape.ts'

/** Outcomes after which a pull request of the group is open. */
const OPEN: ReadonlySet<GroupOutcome> = new Set(['create', 'rewrite', 'append', 'open', 'reopen', 'keep'])

/** The outputs of the action, by name. Lists are JSON. */
export function outputsOf(results: readonly RepositoryResult[], code: number): Readonly<Record<string, string>> {
  const groups = results.flatMap(({ url, groups }) => groups.map(group => ({ repo: url, group })))
  const open = groups.filter(({ group: { outcome, pullRequest } }) => OPEN.has(outcome) && isReal(pullRequest))
  const findings = sum(results.map(({ summary }) => (summary === undefined ? 0 : found(summary))))
  const proposed = sum(groups.map(({ group }) => (OPEN.has(group.outcome) ? group.findings : 0)))
  const signed = groups.flatMap(({ group }) => group.isVerified ?? [])
  return {
    changed: String(results.some(hasWork)),
    findings: String(findings),
    proposed: String(proposed),
    remaining: String(Math.max(0, findings - proposed)),
    'pr-numbers': JSON.stringify(open.map(({ group }) => group.pullRequest?.number)),
    'pr-urls': JSON.stringify(open.map(({ group }) => group.pullRequest?.url)),
    groups: JSON.stringify(groups.map(({ repo, group }) => toValue(repo, group))),
    verified: signed.length === 0 ? '' : String(signed.every(Boolean)),
    'exit-code': String(code),
  }
}

function found({ applied, partial, held, refused }: NonNullable<RepositoryResult['summary']>): number {
  return applied + partial + held + refused
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function isReal(pullRequest: GroupResult['pullRequest']): boolean {
  return pullRequest !== undefined && pullRequest.number > 0
}

function toValue(repo: string, { branch, outcome, why, findings, head, isVerified, pullRequest }: GroupResult) {
  return {
    ...{ repo, branch, operation: outcome, why, findings },
    ...(isReal(pullRequest) ? { 'pr-number': pullRequest?.number, 'pr-url': pullRequest?.url } : {}),
    ...(head === undefined ? {} : { 'head-sha': head }),
    ...(isVerified === undefined ? {} : { verified: isVerified }),
  }
}

/** The runner takes no more than 1 MiB of a step's page, and drops all of a longer one. */
const MOST_CHARACTERS = 250_000

/** Markdown in which nothing of a repository is markup. */
export function summaryOf(results: readonly RepositoryResult[], isDryRun: boolean): string {
  const parts = ['## kubemend', ...(isDryRun ? ['Nothing was written: this is a dry run.'] : [])]
  let left = MOST_CHARACTERS
  for (const [index, result] of results.entries()) {
    const part = section(result, isDryRun)
    if (part.length > left) {
      parts.push(`The log of the step holds the other ${results.length - index}.`)
      break
    }
    left -= part.length
    parts.push(part)
  }
  return `${parts.join('\n\n')}\n`
}

function section(result: RepositoryResult, isDryRun: boolean): string {
  const { url, base, groups, denied } = result
  const words = isDryRun ? WOULD : DONE
  const shown = groups.filter(({ outcome }) => outcome !== 'none')
  const rows = shown.map(group => {
    const { group: about, branch, outcome, why, findings } = group
    const cells = [markdownCode(about?.label ?? branch), words[outcome], linkTo(group), String(findings)]
    return `| ${[...cells, markdownText(why)].join(' | ')} |`
  })
  const at = base === undefined ? '' : `, ${markdownCode(base.branch)} at ${markdownCode(base.commit.slice(0, 10))}`
  const table = ['| group | outcome | pull request | findings | why |', '| --- | --- | --- | --- | --- |', ...rows]
  const notes = [
    ...complaintsOf(result).map(({ text }) => text),
    ...denied.map(text => `the repository's configuration: ${text}`),
  ]
  return [
    `### ${markdownText(url)}${at}`,
    ...(rows.length > 0 ? [table.join('\n')] : base === undefined ? [] : ['Nothing to propose.']),
    ...(notes.length > 0 ? [notes.map(text => `- ${markdownText(text)}`).join('\n')] : []),
  ].join('\n\n')
}

function linkTo({ pullRequest }: GroupResult): string {
  if (pullRequest === undefined) return ''
  const title = markdownText(pullRequest.title)
  const { url } = pullRequest
  const isLink = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  return isLink ? `[${title}](${new URL(url).href.replace(/[()|]/g, encodeURIComponent)})` : title
}

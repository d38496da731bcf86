// The report as a Markdown page, for a pull request or a job summary.

import type { Instruction } from '../engine/transform.ts'
import { markdownCode, markdownText } from './escape.ts'
import type { PlacedFinding, Report } from './model.ts'
import type { RunbookStep } from './steps.ts'
import { aboutLabel, groupFindings, placeLabel, plural, skippedCount, targetLabel, warningPlace } from './words.ts'

export interface MarkdownOptions {
  /** whether the changes were written, or would be */
  readonly isWritten: boolean
}

export function toMarkdown(report: Report, { isWritten }: MarkdownOptions): string {
  const { changed, held, open, refused } = groupFindings(report.findings)
  const { inputs } = report
  const blocks = [
    '# kubemend',
    summaryLine(report, isWritten),
    section(
      isWritten ? 'Fixed' : 'Would fix',
      table('risk', changed, entry => entry.finding.risks.join(', ')),
    ),
    section('Held back', table('allow with', held, allowCell)),
    section('Left open', table('next', open, nextCell)),
    section('Refused', table('next', refused, nextCell)),
    section('Runbook', report.runbook.map(runbookItem)),
    section(
      'Could not be read',
      inputs.refused.map(({ file, text }) => `- ${markdownCode(file)}: ${markdownText(text)}`),
    ),
    section(
      'Warnings',
      report.warnings.map(warning => `- ${markdownText(`${warningPlace(warning)}${warning.text}`)}`),
    ),
    inputs.skipped.length === 0 ? '' : `Passed over: ${markdownText(skippedCount(inputs.skipped))}.`,
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function summaryLine({ inputs, summary, findings }: Report, isWritten: boolean): string {
  const { changed, held, open, refused } = groupFindings(findings)
  const parts = [
    `${isWritten ? 'fixed' : 'would fix'} ${plural(changed.length, 'finding')} in ${plural(summary.filesChanged, 'file')}`,
    `${held.length} held back`,
    `${open.length} left open`,
    `${refused.length} refused`,
  ]
  return `${plural(inputs.read, 'manifest')} read: ${parts.join(', ')}.`
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}`
}

function table(last: string, entries: readonly PlacedFinding[], lastCell: (entry: PlacedFinding) => string): string[] {
  if (entries.length === 0) return []
  return [
    `| place | rule | resource | why | ${last} |`,
    '| --- | --- | --- | --- | --- |',
    ...entries.map(entry => {
      const { finding } = entry
      const cells = [
        markdownCode(placeLabel(entry)),
        markdownCode(finding.rule),
        markdownText(targetLabel(finding)),
        markdownText(finding.reason.text),
        lastCell(entry),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  ]
}

function allowCell({ finding }: PlacedFinding): string {
  const { flag, config } = finding.allow ?? {}
  return [flag, config].flatMap(text => (text === undefined ? [] : [markdownCode(text)])).join(' or ')
}

function nextCell({ finding }: PlacedFinding): string {
  return finding.followUps.map(stepText).join('; ')
}

function stepText({ text, commands = [] }: Instruction): string {
  return [markdownText(text), ...commands.map(markdownCode)].join(' ')
}

function runbookItem(step: RunbookStep): string {
  const { check, back, about } = step
  const subject = about.length === 0 ? '' : ` (${aboutLabel(about)})`
  const parts = [
    stepText({ text: `${step.stage === 'later' ? 'refused: ' : ''}${step.text}${subject}`, commands: step.commands }),
    ...(check === undefined ? [] : [`Check: ${stepText(check)}`]),
    ...(back === undefined ? [] : [`To go back: ${stepText(back)}`]),
  ]
  return `1. ${parts.join('. ')}`
}

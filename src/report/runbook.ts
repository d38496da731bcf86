// The steps that files alone cannot do, in order, as a Markdown page to follow.

import { markdownText, printableLines } from './escape.ts'
import type { Report, RunbookStep } from './model.ts'

/** One numbered step after the other; commands stand in blocks, to be pasted. */
export function toRunbook({ runbook }: Pick<Report, 'runbook'>): string {
  const steps = runbook.length === 0 ? ['Nothing is left to do.'] : runbook.map(stepOf)
  return `# Runbook\n\n${steps.join('\n\n')}\n`
}

function stepOf({ text, commands }: RunbookStep, index: number): string {
  const number = `${index + 1}. `
  const head = number + markdownText(text)
  if (commands.length === 0) return head
  const lines = commands.flatMap(command => printableLines(command).split('\n'))
  const fence = '`'.repeat(Math.max(3, ...lines.map(line => longestRun(line) + 1)))
  const block = [`${fence}sh`, ...lines, fence]
  // a block belongs to its step only when it stands as far in as the step's text
  return [head, '', ...block.map(line => (line === '' ? '' : ' '.repeat(number.length) + line))].join('\n')
}

function longestRun(line: string): number {
  return Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
}

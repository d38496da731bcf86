// The steps that a person takes around the merge, each with what shows that it worked and the way back.

import type { Instruction } from '../engine/transform.ts'
import type { Report } from '../report/model.ts'
import { plural } from '../report/words.ts'
import { list, type Part } from './budget.ts'
import { bodyText, fenced } from './escape.ts'

const HEAD = '## Steps\n\nIn this order; go on when the check of a step holds.\n\n'

export function runbookPart(runbook: Report['runbook']): Part {
  return list({
    head: HEAD,
    items: runbook.map(stepItem),
    separator: '\n\n',
    more: left => `${plural(left, 'step')} not shown: \`kubemend fix --dry-run --runbook FILE\` writes them all.`,
    brief: `## Steps\n\n${plural(runbook.length, 'step')}: \`kubemend fix --dry-run --runbook FILE\` writes them.`,
  })
}

function stepItem(step: Report['runbook'][number], index: number): string {
  const number = `${index + 1}. `
  const paragraphs = [
    ...instruction('', step),
    ...(step.check === undefined ? [] : instruction('Check: ', step.check)),
    ...(step.back === undefined ? [] : instruction('To go back: ', step.back)),
  ]
  // what belongs to a step stands as far in as its text
  const margin = ' '.repeat(number.length)
  return number + paragraphs.map(paragraph => paragraph.replace(/\n(?=[^\n])/g, `\n${margin}`)).join(`\n\n${margin}`)
}

function instruction(lead: string, { text, commands = [] }: Instruction): string[] {
  return [lead + bodyText(text), ...(commands.length === 0 ? [] : [fenced('sh', commands.join('\n'))])]
}

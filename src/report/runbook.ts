// The steps that files alone cannot do, in order, as a Markdown page to follow.

import type { Stage } from '../engine/stage.ts'
import type { Instruction } from '../engine/transform.ts'
import { markdownText, printableLines } from './escape.ts'
import type { Report } from './model.ts'
import type { RunbookStep } from './steps.ts'
import { aboutLabel } from './words.ts'

const HOW_TO_READ =
  'Take the steps in this order, from the folder in which kubemend ran, and go on when the check of a step holds.'

const TITLES: Readonly<Record<Stage, string>> = {
  check: 'Before anything changes',
  'stop-brokers': 'Stop what is replaced',
  stop: 'Stop what is replaced',
  data: 'Bring the data over',
  secrets: 'Certificates and Secrets',
  coordination: 'ZooKeeper',
  'before-brokers': 'Kafka',
  brokers: 'Kafka',
  databases: 'MongoDB',
  topics: 'Topics',
  clients: 'Clients',
  rest: 'The rest',
  later: 'Not part of this change',
}

const LATER = 'What follows leads to what was refused. Nothing of it is in the files yet: decide first, and run again.'

/** One numbered step after the other below the titles of their stages; commands stand in blocks, to be pasted. */
export function toRunbook({ runbook }: Pick<Report, 'runbook'>): string {
  if (runbook.length === 0) return '# Runbook\n\nNothing is left to do.\n'
  const blocks = runbook.flatMap((step, index) => {
    const isNew = TITLES[step.stage] !== TITLES[runbook[index - 1]?.stage ?? 'later'] || index === 0
    return [...(isNew ? titleOf(step.stage) : []), stepOf(step, index)]
  })
  return `${['# Runbook', HOW_TO_READ, ...blocks].join('\n\n')}\n`
}

function titleOf(stage: Stage): string[] {
  return [`## ${TITLES[stage]}`, ...(stage === 'later' ? [LATER] : [])]
}

function stepOf(step: RunbookStep, index: number): string {
  const number = `${index + 1}. `
  const about = step.about.length === 0 ? '' : ` (${markdownText(aboutLabel(step.about))})`
  const paragraphs = [
    markdownText(step.text) + about,
    ...blockOf(step.commands),
    ...partOf('Check', step.check),
    ...partOf('To go back', step.back),
  ]
  // a paragraph belongs to its step only when it stands as far in as the step's text
  const margin = ' '.repeat(number.length)
  const inset = paragraphs.map(paragraph => paragraph.replace(/\n(?=[^\n])/g, `\n${margin}`))
  return number + inset.join(`\n\n${margin}`)
}

function partOf(title: string, part: Instruction | undefined): string[] {
  return part === undefined ? [] : [`${title}: ${markdownText(part.text)}`, ...blockOf(part.commands ?? [])]
}

function blockOf(commands: readonly string[]): string[] {
  if (commands.length === 0) return []
  const lines = commands.flatMap(command => printableLines(command).split('\n'))
  const fence = '`'.repeat(Math.max(3, ...lines.map(line => longestRun(line) + 1)))
  return [[`${fence}sh`, ...lines, fence].join('\n')]
}

function longestRun(line: string): number {
  return Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
}

// The report as a person reads it in a terminal.

import pc from 'picocolors'
import type { Finding } from '../engine/outcome.ts'
import type { FollowUp, Instruction } from '../engine/transform.ts'
import { printable, printableLines, printableName } from './escape.ts'
import type { PlacedFinding, Report } from './model.ts'
import {
  groupFindings,
  placeLabel,
  plural,
  resourceLabel,
  sentence,
  skippedCount,
  skipWord,
  warningPlace,
} from './words.ts'

export interface TextOptions {
  /** whether the changes were written, or would be */
  readonly isWritten: boolean
  readonly verbose: boolean
  readonly color: boolean
  /** files that the user named: it is said of each why it was passed over */
  readonly given: ReadonlySet<string>
  /** how to take the changes back, one line each */
  readonly undo: readonly string[]
}

/** Reasons for passing over that a person should not have to ask for. */
const NOTABLE: ReadonlySet<string> = new Set(['template', 'too-large', 'symbolic-link'])
const MAX_NOTABLE = 5

export function toText(report: Report, options: TextOptions): string {
  return new TextReport(report, options).render()
}

class TextReport {
  readonly #report: Report
  readonly #options: TextOptions
  readonly #colors: ReturnType<typeof pc.createColors>
  readonly #blocks: string[][] = []

  constructor(report: Report, options: TextOptions) {
    this.#report = report
    this.#options = options
    this.#colors = pc.createColors(options.color)
  }

  render(): string {
    const { changed, held, open, refused } = groupFindings(this.#report.findings)
    const { green, yellow, red } = this.#colors
    const done = this.#options.isWritten ? 'fixed' : 'would fix'
    this.#block(
      '',
      changed.flatMap(entry => this.#changed(entry, green(isPartial(entry) ? `${done} in part` : done))),
    )
    this.#block(
      'held back:',
      held.flatMap(entry => this.#held(entry, yellow('held'))),
    )
    this.#block(
      'left open:',
      open.flatMap(entry => this.#open(entry, yellow('open'))),
    )
    this.#block(
      'refused:',
      refused.flatMap(entry => this.#open(entry, red('refused'))),
    )
    this.#block('could not be read:', this.#unread())
    this.#block('warnings:', this.#warnings())
    if (this.#options.verbose) this.#block('suppressed:', this.#suppressed())
    this.#block('', [...this.#passedOver(), this.#summary(), ...this.#course(), ...this.#options.undo])
    return `${this.#blocks.map(lines => lines.join('\n')).join('\n\n')}\n`
  }

  #block(title: string, lines: readonly string[]): void {
    if (lines.length > 0) this.#blocks.push(title === '' ? [...lines] : [this.#colors.bold(title), ...lines])
  }

  #line({ finding, ...place }: PlacedFinding, status: string): string {
    const { bold } = this.#colors
    return `${placeLabel(place)}  ${status}  ${bold(finding.rule)}  ${sentence(finding)}`
  }

  #changed(entry: PlacedFinding, status: string): string[] {
    const { finding } = entry
    const restarts = finding.risks.filter(risk => risk !== 'none')
    const risk = restarts.length === 0 ? '' : ` (${restarts.join(', ')})`
    return [
      `${this.#line(entry, status)}${risk}`,
      ...this.#details(finding),
      ...finding.followUps.flatMap(step => this.#step('then', step)),
    ]
  }

  #held(entry: PlacedFinding, status: string): string[] {
    const { finding } = entry
    return [`${this.#line(entry, status)} ${this.#id(finding)}`, ...this.#details(finding), ...this.#allow(finding)]
  }

  #open(entry: PlacedFinding, status: string): string[] {
    const { finding } = entry
    return [
      `${this.#line(entry, status)} ${this.#id(finding)}`,
      ...finding.followUps.flatMap(step => this.#step('next', step)),
      ...this.#allow(finding),
      ...this.#details(finding),
    ]
  }

  /** Lets the reader ask `explain` for the rest. */
  #id(finding: Finding): string {
    return this.#colors.dim(`[${finding.id}]`)
  }

  #details(finding: Finding): string[] {
    const notes = finding.warnings.map(warning => `    note: ${printable(warning)}`)
    if (!this.#options.verbose) return notes
    const preconditions = finding.preconditions.flatMap(({ text, state, command }) => [
      `    ${state}: ${printable(text)}`,
      ...(command === undefined ? [] : [`      $ ${printable(command)}`]),
    ])
    const edits = finding.edits.map(edit => `    ${editLabel(edit)}`)
    const snippet = finding.snippet === undefined ? [] : indent(printableLines(finding.snippet))
    return [...edits, ...preconditions, ...notes, ...snippet]
  }

  #step(word: string, step: FollowUp): string[] {
    const { check, back } = this.#options.verbose ? step : {}
    return [
      ...this.#instruction(word, step),
      ...(check === undefined ? [] : this.#instruction('check', check, '  ')),
      ...(back === undefined ? [] : this.#instruction('to go back', back, '  ')),
    ]
  }

  #instruction(word: string, { text, commands = [] }: Instruction, margin = ''): string[] {
    return [
      `${margin}    ${word}: ${printable(text)}`,
      ...commands.map(command => `${margin}      $ ${printable(command)}`),
    ]
  }

  #allow({ allow }: Finding): string[] {
    if (allow === undefined) return []
    const { flag, config } = allow
    const file = 'kubemend.yaml'
    if (flag === undefined) return config === undefined ? [] : [`    allow: in ${file}  ${printable(config)}`]
    const either = config === undefined ? '' : `   or in ${file}  ${printable(config)}`
    return [`    allow: ${printable(flag)}${either}`]
  }

  #unread(): string[] {
    return this.#report.inputs.refused.map(({ file, line, column, text }) => {
      const place = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`
      return `${printableName(file)}${place}  ${this.#colors.red('refused')}  ${printable(text)}`
    })
  }

  #warnings(): string[] {
    return this.#report.warnings.map(warning => `${warningPlace(warning)}${printable(warning.text)}`)
  }

  #suppressed(): string[] {
    return this.#report.suppressed.map(
      ({ rule, resource, by }) => `${rule}  ${resourceLabel(resource)}: ${printable(by)}`,
    )
  }

  #passedOver(): string[] {
    const { skipped } = this.#report.inputs
    if (skipped.length === 0) return []
    const { verbose, given } = this.#options
    const notable = skipped.filter(({ file, reason }) => verbose || NOTABLE.has(reason) || given.has(file))
    const shown = verbose ? notable : notable.slice(0, MAX_NOTABLE)
    const lines = shown.map(
      ({ file, reason, text }) => `  ${printableName(file)}: ${printable(text ?? skipWord(reason))}`,
    )
    const rest = notable.length - shown.length
    const more = rest > 0 ? [`  and ${rest} more: -v lists all`] : []
    return [`passed over: ${skippedCount(skipped)}`, ...lines, ...more]
  }

  /** Steps stand below their findings; where they belong together, their order does not. */
  #course(): string[] {
    const staged = this.#report.runbook.filter(
      ({ stage }) => stage !== 'check' && stage !== 'rest' && stage !== 'later',
    )
    return staged.length === 0 ? [] : ['the steps in their order, with checks and ways back: --runbook FILE']
  }

  #summary(): string {
    const { summary, inputs } = this.#report
    const { applied, partial, held, refused, suppressed, filesChanged } = summary
    const { changed } = groupFindings(this.#report.findings)
    const verb = this.#options.isWritten ? 'fixed' : 'would fix'
    const parts = [
      changed.length > 0 ? `${verb} ${plural(changed.length, 'finding')} in ${plural(filesChanged, 'file')}` : '',
      partial > 0 ? `${partial} in part` : '',
      held > 0 ? `${held} held back` : '',
      refused > 0 ? `${refused} refused` : '',
      suppressed > 0 ? `${suppressed} suppressed` : '',
      inputs.refused.length > 0 ? `${inputs.refused.length} not readable` : '',
    ].filter(part => part !== '')
    const read = `${plural(inputs.read, 'manifest')} read`
    if (applied + partial + held + refused === 0) return [`nothing to fix: ${read}`, ...parts].join(', ')
    return `${this.#colors.bold(parts.join(', '))}; ${read}`
  }
}

function isPartial({ finding }: PlacedFinding): boolean {
  return finding.outcome === 'partial'
}

function editLabel({ op, path, before, after }: Finding['edits'][number]): string {
  const values = [before, after].filter(value => value !== undefined).map(value => shorten(JSON.stringify(value)))
  return printable(`${op} ${path || '/'} ${values.join(' → ')}`)
}

const MAX_VALUE = 100

function shorten(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text
}

function indent(text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => `    | ${line}`)
}

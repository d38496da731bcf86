// What a runner reads: commands on standard output, files of outputs and of the summary (GitHub: "Workflow commands").

import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'

/** Text as the value of a command. */
function commandText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** A message that is shown with the run. */
export function annotation(level: 'error' | 'warning', message: string): string {
  return `::${level} title=kubemend::${commandText(message)}\n`
}

/** Has the runner replace a secret wherever it would be shown. */
export function masked(secret: string): string {
  return `::add-mask::${commandText(secret)}\n`
}

export interface Quotation {
  readonly begin: string
  readonly end: string
}

/** Between both nothing that is printed is a command: what a repository holds reaches the log as it is. */
export function quotation(): Quotation {
  const token = randomUUID()
  return { begin: `::stop-commands::${token}\n`, end: `::${token}::\n` }
}

/** Values that later steps can read. The delimiter cannot be foreseen, so that no value can end itself early. */
export function outputText(values: Readonly<Record<string, string>>): string {
  const delimiter = `kubemend_${randomUUID()}`
  const lines = Object.entries(values).map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
  return lines.join('')
}

/** Appends to a file that the runner names, where it names one. */
export function appendTo(file: string | undefined, text: string): void {
  if (file) appendFileSync(file, text)
}

// Renders a report in the formats asked for and sends each where it belongs.

import path from 'node:path'
import type { Transform } from '../engine/transform.ts'
import { errorCode, errorText } from '../io/errors.ts'
import type { Host, Output } from '../io/host.ts'
import { printableName } from '../report/escape.ts'
import { toJson } from '../report/json.ts'
import { toMarkdown } from '../report/markdown.ts'
import type { Report } from '../report/model.ts'
import { toRunbook } from '../report/runbook.ts'
import { toText } from '../report/text.ts'
import { colored, isColored } from './color.ts'
import { type Failure, failure } from './failure.ts'
import type { Format, FormatTarget, OutputFlags } from './options.ts'

export interface EmitOptions {
  /** whether the changes were written, or would be */
  readonly isWritten: boolean
  readonly undo: readonly string[]
  readonly given: ReadonlySet<string>
}

/** Two reports cannot share standard output. */
export function checkFormats(formats: readonly FormatTarget[], isStdoutTaken: boolean): Failure | undefined {
  const onStdout = formats.filter(({ file }) => file === undefined)
  if (isStdoutTaken && onStdout.length > 0) {
    const [first] = onStdout
    return failure(`standard output carries the fixed text: give the report a file, as --format ${first?.format}=FILE`)
  }
  if (onStdout.length < 2) return undefined
  return failure('only one format can go to standard output: give the others a file, as --format json=FILE')
}

/** Writes every report; answers what could not be written. `fallback` is where a report without a file goes. */
export async function emit(
  host: Host,
  report: Report,
  transforms: readonly Transform[],
  flags: Pick<OutputFlags, 'formats' | 'color' | 'verbose'>,
  options: EmitOptions,
  fallback: Output = host.stdout,
): Promise<string[]> {
  const problems: string[] = []
  for (const { format, file } of flags.formats) {
    const output = file === undefined ? fallback : undefined
    const text = await render(report, transforms, format, {
      ...options,
      verbose: flags.verbose,
      color: output !== undefined && isColored(output, flags.color, host.env),
      isTerminal: output?.isTerminal ?? false,
    })
    if (file === undefined) fallback.write(text)
    else problems.push(...writeReport(host, file, text))
  }
  return problems
}

function writeReport(host: Host, file: string, text: string): string[] {
  try {
    host.writeFile(path.resolve(host.cwd, file), text)
    return []
  } catch (error) {
    const cause = errorCode(error) === 'ENOENT' ? 'its folder does not exist: make it first' : errorText(error)
    return [`${printableName(file)}: the report cannot be written: ${cause}`]
  }
}

interface RenderOptions extends EmitOptions {
  readonly verbose: boolean
  readonly color: boolean
  readonly isTerminal: boolean
}

async function render(
  report: Report,
  transforms: readonly Transform[],
  format: Format,
  options: RenderOptions,
): Promise<string> {
  switch (format) {
    case 'text':
      return toText(report, options)
    case 'json':
      return toJson(report)
    case 'markdown':
      return toMarkdown(report, options)
    case 'runbook':
      return toRunbook(report)
    case 'sarif': {
      const { toSarif } = await import('../report/sarif.ts')
      return toSarif(report, transforms)
    }
    case 'patch': {
      const { createPatch } = await import('../report/patch.ts')
      const patch = createPatch(report.files)
      return options.isTerminal ? colored(patch, options.color) : patch
    }
  }
}

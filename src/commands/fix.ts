// `fix`, and `diff` as its dry half: judges the input, writes or shows the changes, reports.

import path from 'node:path'
import type { Skip } from '../engine/loop.ts'
import type { RunResult } from '../engine/outcome.ts'
import { printableName, STDIN_NAME } from '../report/escape.ts'
import { checkFormats, emit } from './emit.ts'
import { EXIT } from './exit-code.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import { chooseChanges } from './interactive.ts'
import { type FailWhen, reportOf } from './judge.ts'
import type { FixFlags, FormatTarget } from './options.ts'
import { createProgress } from './progress.ts'
import { openSession, type Session } from './session.ts'
import type { Tooling } from './tooling.ts'
import { undoHint } from './undo.ts'
import { type WriteOutcome, writeChanges } from './write.ts'

/** Applies the allowed changes; with --diff, --check or --dry-run it only says what it would do. */
export async function fix(tooling: Tooling, flags: FixFlags): Promise<number | Failure> {
  const problem = checkFlags(tooling, flags)
  if (problem !== undefined) return problem
  const progress = createProgress(tooling.host, flags.quiet)
  const session = await openSession(tooling, flags, progress)
  if (isFailure(session)) return session
  const planned = session.judge()
  progress.clear()
  if (flags.diff || flags.check || flags.dryRun) return preview(tooling, session, flags, planned)
  if (session.stdin !== undefined) return filter(tooling, session, flags, planned)
  return write(tooling, session, flags, planned)
}

/** Prints the changes as a patch that `git apply` takes; what was held back or refused goes to standard error. */
export async function diff(tooling: Tooling, flags: FixFlags): Promise<number | Failure> {
  const progress = createProgress(tooling.host, flags.quiet)
  const problem = checkFormats(flags.formats, false)
  if (problem !== undefined) return problem
  const session = await openSession(tooling, flags, progress)
  if (isFailure(session)) return session
  const result = session.judge()
  progress.clear()
  return show(tooling, session, { ...flags, diff: true }, result, { type: 'nothing' })
}

function checkFlags({ host }: Tooling, flags: FixFlags): Failure | undefined {
  const isDry = flags.diff || flags.check || flags.dryRun
  const isFilter = flags.paths.includes('-') && !isDry
  if (flags.interactive && isDry)
    return failure('--interactive writes what is chosen: leave out --diff, --check and --dry-run')
  if (flags.interactive && isFilter)
    return failure('--interactive needs the terminal: it cannot read the text from there')
  if (flags.interactive && !host.isInteractive) {
    return failure('--interactive asks questions and there is no terminal to answer them: use --diff to look, then fix')
  }
  return checkFormats(flags.formats, isFilter)
}

function preview(tooling: Tooling, session: Session, flags: FixFlags, result: RunResult): Promise<number> {
  const failWhen: FailWhen =
    flags.diff || flags.check ? { type: 'changes' } : { type: 'remaining', failOn: flags.failOn }
  return show(tooling, session, flags, result, failWhen)
}

/** Shows what would change. With a patch on standard output, the text for people goes to standard error. */
async function show(
  tooling: Tooling,
  session: Session,
  flags: FixFlags,
  result: RunResult,
  failWhen: FailWhen,
): Promise<number> {
  const { host, transforms } = tooling
  const isPatch = flags.diff && !hasStdout(flags.formats)
  const formats: readonly FormatTarget[] = isPatch ? [...flags.formats, { format: 'patch' }] : withDefault(flags)
  const report = reportOf(tooling, session, result, failWhen, { isPrinted: formats.length > 0 })
  const options = { isWritten: false, undo: [], given: session.inputs.given }
  noteBase(tooling, session, flags)
  const problems = await emit(host, report, transforms, { ...flags, formats }, options)
  if (flags.diff && !flags.quiet) {
    await emit(host, report, transforms, { ...flags, formats: [{ format: 'text' }] }, options, host.stderr)
  }
  return finish(tooling, report.exitCode, problems)
}

/** Standard input to standard output; the report goes to standard error. What cannot be fixed passes unchanged. */
async function filter(tooling: Tooling, session: Session, flags: FixFlags, result: RunResult): Promise<number> {
  const { host, transforms } = tooling
  const name = [...session.inputs.given][0] ?? STDIN_NAME
  const own = result.files.find(change => change.file === name)
  const added = result.files.filter(change => change.before === undefined).map(change => `---\n${change.after}`)
  if (own === undefined && added.length === 0) host.stdout.write(session.stdin ?? '')
  else
    host.stdout.write(joinDocuments(own?.after ?? session.inputs.sources.find(s => s.path === name)?.text ?? '', added))
  const report = reportOf(tooling, session, result, { type: 'remaining', failOn: flags.failOn })
  const formats: readonly FormatTarget[] = flags.quiet ? flags.formats : [...flags.formats, { format: 'text' }]
  const options = { isWritten: true, undo: [], given: session.inputs.given }
  const problems = await emit(host, report, transforms, { ...flags, formats }, options, host.stderr)
  return finish(tooling, report.exitCode, problems)
}

function joinDocuments(text: string, added: readonly string[]): string {
  if (added.length === 0) return text
  return `${text.endsWith('\n') ? text : `${text}\n`}${added.join('')}`
}

async function write(tooling: Tooling, session: Session, flags: FixFlags, planned: RunResult): Promise<number> {
  const { host, transforms } = tooling
  const { base, given } = session.inputs
  let result = planned
  let skip: Skip | undefined
  if (flags.interactive) {
    skip = await chooseChanges(tooling, session, planned, flags)
    result = session.judge({ skip })
  }
  const paths = result.files.filter(change => change.before !== undefined).map(change => path.join(base, change.file))
  const uncommitted = paths.length === 0 ? [] : await host.uncommitted(base, paths)
  if (!flags.quiet && uncommitted !== undefined && uncommitted.length > 0) {
    host.stderr.write(`kubemend: ${dirtyWarning(host.cwd, uncommitted)}\n`)
  }
  noteBase(tooling, session, flags)
  const outcome = await writeChanges(host, session, result, {
    backup: flags.backup,
    ...(skip === undefined ? {} : { skip }),
  })
  const isWritten = new Set(outcome.written)
  const written = result.files.filter(change => isWritten.has(change.file))
  const undo = undoHint({ host, base, written, backups: outcome.backups, uncommitted })
  const failWhen: FailWhen = { type: 'remaining', failOn: flags.failOn }
  const formats = withDefault(flags)
  const isIncomplete = outcome.failures.length > 0
  const report = reportOf(tooling, session, outcome.result, failWhen, { isIncomplete, isPrinted: formats.length > 0 })
  const problems = await emit(host, report, transforms, { ...flags, formats }, { isWritten: true, undo, given })
  problems.push(...outcome.failures.map(({ file, text }) => `${printableName(file)}: ${text}`))
  if (outcome.isInterrupted) return interrupted(tooling, outcome, result)
  return finish(tooling, report.exitCode, problems)
}

function dirtyWarning(cwd: string, files: readonly string[]): string {
  const names = files.slice(0, 3).map(file => printableName(path.relative(cwd, file)))
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : ''
  return `changes that no commit holds are mixed with these: ${names.join(', ')}${more}`
}

function interrupted({ host }: Tooling, { written }: WriteOutcome, planned: RunResult): number {
  const done = new Set(written)
  const left = planned.files.filter(change => !done.has(change.file)).map(change => printableName(change.file))
  host.stderr.write(
    `kubemend: interrupted: ${written.length} files written${list(written.map(printableName))}; not written${list(left)}\n`,
  )
  return EXIT.interrupted
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${names.join(', ')}`
}

/** Paths are relative to the current folder unless the input lies outside of it. */
function noteBase({ host }: Tooling, { inputs }: Session, flags: FixFlags): void {
  if (inputs.base === host.cwd || flags.quiet) return
  host.stderr.write(`kubemend: paths are relative to ${printableName(inputs.base)}\n`)
}

function hasStdout(formats: readonly FormatTarget[]): boolean {
  return formats.some(({ file }) => file === undefined)
}

/** Text for a person, unless another report takes its place or nobody wants it. */
export function withDefault({ formats, quiet }: Pick<FixFlags, 'formats' | 'quiet'>): readonly FormatTarget[] {
  return quiet || hasStdout(formats) ? formats : [...formats, { format: 'text' }]
}

/** Says what went wrong and settles the exit code. */
export function finish({ host }: Tooling, code: number, problems: readonly string[]): number {
  for (const problem of problems) host.stderr.write(`kubemend: ${problem}\n`)
  return problems.length > 0 && code !== EXIT.incomplete ? EXIT.incomplete : code
}

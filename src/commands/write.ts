// Writes what a run changed; an input that is no longer as it was read drops every change that touches it.

import type { Skip } from '../engine/loop.ts'
import type { Finding, RunResult } from '../engine/outcome.ts'
import type { Host } from '../io/host.ts'
import type { WriteFailure } from '../io/write.ts'
import { isWritten } from '../report/model.ts'
import type { Session } from './session.ts'

/** Inputs that keep changing are given up after so many attempts. */
const MAX_ATTEMPTS = 5

export interface WriteOutcome {
  /** the result with the findings refused whose changes were not written */
  readonly result: RunResult
  readonly written: readonly string[]
  readonly backups: readonly string[]
  readonly failures: readonly WriteFailure[]
  readonly isInterrupted: boolean
}

interface WriteOptions {
  readonly backup: boolean
  readonly skip?: Skip
}

/** An interrupt is held from the first temporary file on, so that none of them is left behind. */
export function writeChanges(
  host: Host,
  session: Session,
  planned: RunResult,
  options: WriteOptions,
): Promise<WriteOutcome> {
  return host.holdInterrupts(isInterrupted => stageAndCommit(host, session, planned, { ...options, isInterrupted }))
}

async function stageAndCommit(
  host: Host,
  session: Session,
  planned: RunResult,
  options: WriteOptions & { isInterrupted(): boolean },
): Promise<WriteOutcome> {
  const failed = new Map<string, WriteFailure>()
  let result = planned
  for (let attempt = 1; ; attempt += 1) {
    const staging = host.stageChanges(session.inputs.base, result.files, session.inputs.stamps)
    for (const failure of staging.failures) failed.set(failure.file, failure)
    if (staging.failures.length === 0) {
      const committed = await staging.commit(options)
      for (const failure of committed.failures) failed.set(failure.file, failure)
      const { written, backups, isInterrupted } = committed
      const done = new Set(written)
      const left = isInterrupted ? result.files.filter(({ file }) => !done.has(file)) : []
      const lost = new Map([...left.map(({ file }) => [file, interrupted(file)] as const), ...failed])
      return {
        result: withoutLost(planned, result, lost),
        written,
        backups,
        failures: [...failed.values()],
        isInterrupted,
      }
    }
    staging.discard()
    const isHopeless = attempt === MAX_ATTEMPTS || staging.failures.some(failure => failure.fatal)
    if (isHopeless) return { ...nothing(planned, failed), failures: [...failed.values()] }
    const sources = session.inputs.sources.map(source =>
      failed.has(source.path) ? { ...source, selected: false } : source,
    )
    result = session.judge({ sources, ...(options.skip === undefined ? {} : { skip: options.skip }) })
  }
}

function interrupted(file: string): WriteFailure {
  return { file, code: 'interrupted', text: 'not written, because the run was interrupted: run again', fatal: true }
}

function nothing(planned: RunResult, failed: ReadonlyMap<string, WriteFailure>): Omit<WriteOutcome, 'failures'> {
  const first = [...failed.values()].find(failure => failure.fatal) ?? [...failed.values()][0]
  const findings = planned.findings.map(finding => (isWritten(finding) ? refused(finding, first) : finding))
  return { result: { ...planned, findings, files: [] }, written: [], backups: [], isInterrupted: false }
}

/** The planned findings, those refused that the written result no longer fixes. */
function withoutLost(planned: RunResult, written: RunResult, failed: ReadonlyMap<string, WriteFailure>): RunResult {
  if (failed.size === 0) return written
  const kept = new Map(written.findings.map(finding => [keyOf(finding), finding]))
  const findings = planned.findings.map(finding => {
    const now = kept.get(keyOf(finding))
    const failure = finding.edits.map(edit => failed.get(edit.file)).find(found => found !== undefined)
    if (isWritten(finding) && failure !== undefined) return refused(finding, failure)
    return now ?? finding
  })
  return { ...planned, findings, files: written.files.filter(change => !failed.has(change.file)) }
}

function refused(finding: Finding, failure: WriteFailure | undefined): Finding {
  const reason = {
    code: `file-${failure?.code ?? 'failed'}`,
    text: `${failure?.file ?? 'the file'}: ${failure?.text ?? 'not written'}`,
  }
  return { ...finding, outcome: 'refused', reason, edits: [], followUps: [] }
}

function keyOf({ id, resource }: Finding): string {
  return `${id} ${resource.origin.file} ${resource.origin.document} ${resource.origin.path.join('/')}`
}

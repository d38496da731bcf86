// What fix, diff and check share: a run, its report, and the exit code.

import { SKIP_ANNOTATION, skipAnnotation } from '../config/settings.ts'
import type { RunResult } from '../engine/outcome.ts'
import { describe } from '../kube/resource.ts'
import { buildReport, isWritten, type Report, type Warning } from '../report/model.ts'
import { exitCode } from './exit-code.ts'
import type { FailOn } from './options.ts'
import { type Session, unknownRule } from './session.ts'
import type { Tooling } from './tooling.ts'

/** What a command fails on, once it has done its work. */
export type FailWhen =
  /** `check`: findings as asked */
  | { readonly type: 'findings'; readonly failOn: FailOn }
  /** `fix`: findings that remain once its changes are made */
  | { readonly type: 'remaining'; readonly failOn: FailOn }
  /** `fix --diff` and `fix --check`: anything that would change */
  | { readonly type: 'changes' }
  | { readonly type: 'nothing' }

export function reportOf(
  tooling: Tooling,
  session: Session,
  result: RunResult,
  failWhen: FailWhen,
  { isIncomplete = false, isPrinted = true } = {},
): Report {
  const { inputs, kubernetesVersion, notes } = session
  return buildReport({
    toolVersion: tooling.version,
    kubernetesVersion,
    result,
    sources: inputs.sources,
    skipped: inputs.skipped,
    refused: inputs.refused,
    warnings: [
      ...unmatchedWarnings(inputs.unmatched),
      ...[...notes, ...inputs.warnings].map(text => ({ code: 'note', text })),
      ...misspeltSkips(tooling, result),
    ],
    isPrinted,
    exitCode: report =>
      exitCode({
        isIncomplete: isIncomplete || report.inputs.refused.length > 0,
        hasFindings: hasFindings(report, failWhen),
        isUnmatched: inputs.unmatched.length > 0,
      }),
  })
}

/** Names in annotations that silence nothing, of the resources that have findings. */
function misspeltSkips({ transforms }: Tooling, { findings }: RunResult): Warning[] {
  const annotated = [...new Set(findings.map(({ resource }) => resource))]
  const warnings = annotated.flatMap(resource =>
    skipAnnotation(resource)
      .flatMap(rule => unknownRule(rule, transforms))
      .map(text => ({
        code: 'unknown-rule',
        text: `${describe(resource)}: annotation ${SKIP_ANNOTATION}: ${text}`,
        file: resource.origin.file,
      })),
  )
  return [...new Map(warnings.map(warning => [`${warning.file} ${warning.text}`, warning])).values()]
}

function unmatchedWarnings(unmatched: readonly string[]): Warning[] {
  return unmatched.map(given => ({
    code: 'no-input',
    text: `${given} matches no file: correct the path, or quote the glob`,
  }))
}

function hasFindings({ findings, files }: Omit<Report, 'exitCode'>, failWhen: FailWhen): boolean {
  switch (failWhen.type) {
    case 'nothing':
      return false
    case 'changes':
      return files.length > 0
    case 'findings':
      return findings.some(({ finding }) =>
        failWhen.failOn === 'fixable' ? isWritten(finding) : finding.outcome !== 'already-ok',
      )
    case 'remaining':
      return (
        failWhen.failOn === 'any' &&
        findings.some(({ finding }) => finding.outcome !== 'applied' && finding.outcome !== 'already-ok')
      )
  }
}

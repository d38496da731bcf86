// The report of a run: one model that every format renders.

import type { FileChange, Finding, Outcome, RefusedFile, RunResult, SkippedFile } from '../engine/outcome.ts'
import type { Resource } from '../kube/resource.ts'
import { toPointer } from '../yaml/path.ts'
import type { Location } from '../yaml/types.ts'
import { Places } from './places.ts'
import { type RunbookStep, runbookOf } from './steps.ts'

export { isWritten } from './written.ts'

/** A finding and where it stands in the input. */
export interface PlacedFinding {
  readonly finding: Finding
  readonly file: string
  readonly document: number
  /** RFC 6901 pointer in the document */
  readonly pointer: string
  /** undefined for a resource that the run itself created, and in a report that nobody prints */
  readonly location: Location | undefined
}

export interface Warning {
  readonly code: string
  readonly text: string
  readonly file?: string
  readonly line?: number
}

export interface Suppressed {
  readonly id: string
  readonly rule: string
  readonly resource: Resource
  readonly by: string
}

export interface Summary {
  readonly applied: number
  readonly partial: number
  readonly held: number
  readonly refused: number
  readonly alreadyOk: number
  readonly suppressed: number
  readonly filesChanged: number
}

export interface Report {
  readonly toolVersion: string
  readonly kubernetesVersion: string
  readonly inputs: {
    /** manifests that were read and could be changed */
    readonly read: number
    readonly skipped: readonly SkippedFile[]
    readonly refused: readonly RefusedFile[]
  }
  readonly findings: readonly PlacedFinding[]
  readonly suppressed: readonly Suppressed[]
  readonly warnings: readonly Warning[]
  readonly runbook: readonly RunbookStep[]
  readonly files: readonly FileChange[]
  readonly summary: Summary
  readonly exitCode: number
}

export interface ReportInput {
  readonly toolVersion: string
  readonly kubernetesVersion: string
  readonly result: RunResult
  readonly sources: readonly { readonly path: string; readonly text: string; readonly selected: boolean }[]
  /** what the enumeration passed over or could not read, besides what the run says */
  readonly skipped: readonly SkippedFile[]
  readonly refused: readonly RefusedFile[]
  readonly warnings: readonly Warning[]
  readonly exitCode: (report: Omit<Report, 'exitCode'>) => number
  /** false when only the exit code is asked for: then no places are looked up */
  readonly isPrinted: boolean
}

export function buildReport(input: ReportInput): Report {
  const { result, sources, toolVersion, kubernetesVersion } = input
  const texts = new Map(sources.map(source => [source.path, source.text]))
  const places = new Places(file => (input.isPrinted ? texts.get(file) : undefined))
  const { refused, templates } = withoutTemplates(result.refused)
  const report = {
    toolVersion,
    kubernetesVersion,
    inputs: {
      read: sources.filter(source => source.selected).length,
      skipped: [...input.skipped, ...result.skipped, ...templates].sort(byFile),
      refused: [...input.refused, ...refused].sort(byFile),
    },
    findings: result.findings.map(finding => placed(finding, places)),
    suppressed: result.suppressed,
    warnings: [...input.warnings, ...result.warnings.map(warning => placedWarning(warning, places))],
    runbook: runbookOf(result.findings, result.files),
    files: result.files,
    summary: summarise(result),
  }
  return { ...report, exitCode: input.exitCode(report) }
}

/** A template is no fault of its own: it is passed over, with the reason. */
export function withoutTemplates(files: readonly RefusedFile[]): {
  readonly refused: readonly RefusedFile[]
  readonly templates: readonly SkippedFile[]
} {
  const isTemplate = ({ code }: RefusedFile) => code === 'template'
  return {
    refused: files.filter(file => !isTemplate(file)),
    templates: files.filter(isTemplate).map(({ file, text, line }) => {
      return { file, reason: 'template', text: line === undefined ? text : `line ${line}: ${text}` }
    }),
  }
}

function byFile(a: { readonly file: string }, b: { readonly file: string }): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0
}

function placed(finding: Finding, places: Places): PlacedFinding {
  const { file, document, path } = finding.resource.origin
  const full = [...path, ...finding.path]
  return { finding, file, document, pointer: toPointer(full), location: places.locate(file, document, full) }
}

function placedWarning(warning: RunResult['warnings'][number], places: Places): Warning {
  const { code, text, file, document } = warning
  const line = document === undefined ? undefined : places.locate(file, document, [])?.startLine
  return { code, text, file, ...(line === undefined ? {} : { line }) }
}

function summarise(result: RunResult): Summary {
  const count = (outcome: Outcome) => result.findings.filter(finding => finding.outcome === outcome).length
  return {
    applied: count('applied'),
    partial: count('partial'),
    held: count('held'),
    refused: count('refused'),
    alreadyOk: count('already-ok'),
    suppressed: result.suppressed.length,
    filesChanged: result.files.length,
  }
}

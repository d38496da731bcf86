// `validate`: the schema validator alone, with the rules that no schema can say.

import type { RefusedFile, SkippedFile } from '../engine/outcome.ts'
import { isKustomizationFile } from '../kube/kustomization.ts'
import { isKubernetesObject, type Resource } from '../kube/resource.ts'
import { type LoadedFile, Workspace } from '../kube/workspace.ts'
import { jsonText, printable, printableName } from '../report/escape.ts'
import { withoutTemplates } from '../report/model.ts'
import { Places } from '../report/places.ts'
import { plural, resourceLabel, skippedCount } from '../report/words.ts'
import { semanticErrors } from '../schema/semantics.ts'
import type { SchemaError, Validation, Validator } from '../schema/types.ts'
import { type Path, toPointer } from '../yaml/path.ts'
import { readText } from '../yaml/read.ts'
import { exitCode } from './exit-code.ts'
import { type Failure, isFailure } from './failure.ts'
import { finish } from './fix.ts'
import type { InputFlags } from './options.ts'
import { createProgress } from './progress.ts'
import { openSession, type Session } from './session.ts'
import type { Tooling } from './tooling.ts'

export interface ValidateFlags extends InputFlags {
  readonly format: 'text' | 'json'
  readonly quiet: boolean
  readonly verbose: boolean
}

interface Verdict {
  readonly resource: Resource
  readonly status: Validation['status']
  readonly reason?: string
  readonly errors: readonly PlacedError[]
}

interface PlacedError extends SchemaError {
  readonly line: number
  readonly column: number
}

export async function validate(tooling: Tooling, flags: ValidateFlags): Promise<number | Failure> {
  const { host } = tooling
  const progress = createProgress(host, flags.quiet)
  const session = await openSession(tooling, { ...flags, only: [], skip: [] }, progress)
  if (isFailure(session)) return session
  progress.show(`validating: ${session.inputs.sources.length} manifests`)
  const judged = judgeAll(session)
  progress.clear()
  const code = exitCode({
    isIncomplete: judged.refused.length > 0,
    hasFindings: judged.verdicts.some(verdict => verdict.errors.length > 0 || verdict.status === 'removed'),
    isUnmatched: session.inputs.unmatched.length > 0,
  })
  if (flags.format === 'json') host.stdout.write(toJson(judged, code))
  else if (!flags.quiet) host.stdout.write(toText(session, judged, flags.verbose))
  return finish(tooling, code, [])
}

interface Judged {
  readonly verdicts: readonly Verdict[]
  readonly refused: readonly RefusedFile[]
  readonly skipped: readonly SkippedFile[]
}

function judgeAll(session: Session): Judged {
  const files: LoadedFile[] = []
  const unread: RefusedFile[] = [...session.inputs.refused]
  for (const { path, text, selected } of session.inputs.sources) {
    if (!selected) continue
    const read = readText(text)
    if (read.ok) files.push({ path, text, selected, documents: read.documents })
    else unread.push({ file: path, ...read.refusal })
  }
  const texts = new Map(files.map(file => [file.path, file.text]))
  const places = new Places(file => texts.get(file))
  const workspace = new Workspace(files, { kubernetesVersion: session.kubernetesVersion })
  const validator = session.validator()
  const verdicts = workspace.resources
    .filter(({ value }) => isKubernetesObject(value))
    .map(resource => judge(resource, validator, places))
  const { refused, templates } = withoutTemplates(unread)
  return { verdicts, refused, skipped: [...session.inputs.skipped, ...templates] }
}

function judge(resource: Resource, validator: Validator, places: Places): Verdict {
  const { file, document, path } = resource.origin
  if (isKustomizationFile(file)) return { resource, status: 'not-validated', reason: 'a kustomization', errors: [] }
  if (resource.partial) {
    return { resource, status: 'not-validated', reason: 'a patch, complete only with its base', errors: [] }
  }
  const validation = validator.validate(resource.value)
  const schemaErrors = validation.status === 'invalid' ? validation.errors : []
  const errors = [...schemaErrors, ...semanticErrors(resource.value)].map(error => {
    const location = places.locate(file, document, [...path, ...error.path])
    return { ...error, line: location?.startLine ?? 1, column: location?.startColumn ?? 1 }
  })
  const status = errors.length > 0 ? 'invalid' : validation.status
  return { resource, status, ...reasonOf(validation), errors }
}

function reasonOf(validation: Validation): { reason?: string } {
  if (validation.status === 'not-validated') return { reason: validation.reason }
  if (validation.status !== 'removed') return {}
  const use = validation.replacement === undefined ? '' : `; use ${validation.replacement}`
  return { reason: `the API version was removed in Kubernetes ${validation.removedIn}${use}` }
}

function toText(session: Session, { verdicts, refused, skipped }: Judged, verbose: boolean): string {
  const lines: string[] = []
  for (const { resource, status, reason, errors } of verdicts) {
    const file = printableName(resource.origin.file)
    for (const { line, column, path, message } of errors) {
      lines.push(`${file}:${line}:${column}  ${resourceLabel(resource)}  ${spellPath(path)}: ${printable(message)}`)
    }
    if (status === 'removed' || (verbose && reason !== undefined)) {
      lines.push(`${file}  ${resourceLabel(resource)}: ${printable(reason ?? status)}`)
    }
  }
  for (const { file, line, column, text } of refused) {
    const place = line === undefined ? '' : `:${line}:${column ?? 1}`
    lines.push(`${printableName(file)}${place}  ${printable(text)}`)
  }
  const { unmatched } = session.inputs
  for (const given of unmatched)
    lines.push(`${printableName(given)} matches no file: correct the path, or quote the glob`)
  for (const note of session.notes) lines.push(note)
  if (skipped.length > 0) lines.push(`passed over: ${skippedCount(skipped)}`)
  const count = (status: Verdict['status']) => verdicts.filter(verdict => verdict.status === status).length
  const parts = [
    `${count('valid')} valid`,
    `${count('invalid')} invalid`,
    `${count('removed')} of removed versions`,
    `${count('not-validated')} not validated`,
  ]
  lines.push(`${plural(verdicts.length, 'resource')} for Kubernetes ${session.kubernetesVersion}: ${parts.join(', ')}`)
  return `${lines.join('\n')}\n`
}

function spellPath(path: Path): string {
  return printable(toPointer(path) || '/')
}

function toJson({ verdicts, refused, skipped }: Judged, code: number): string {
  const resources = verdicts.map(({ resource, status, reason, errors }) => ({
    file: resource.origin.file,
    document: resource.origin.document,
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    ...(resource.namespace === undefined ? {} : { namespace: resource.namespace }),
    name: resource.name,
    status,
    ...(reason === undefined ? {} : { reason }),
    errors: errors.map(({ path, keyword, message, line, column }) => ({
      pointer: toPointer(path),
      keyword,
      message,
      line,
      column,
    })),
  }))
  return jsonText({ schemaVersion: 1, resources, skipped, refused, exitCode: code })
}

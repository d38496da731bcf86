// Words that several formats share: how a finding, a resource and what was passed over are called.

import type { Finding, SkippedFile } from '../engine/outcome.ts'
import type { Resource } from '../kube/resource.ts'
import { printable, printableName } from './escape.ts'
import type { PlacedFinding, Warning } from './model.ts'
import { isWritten } from './written.ts'

/** `Deployment platform/kafka`, with odd names quoted and escaped. */
export function resourceLabel(resource: Pick<Resource, 'kind' | 'namespace' | 'name'>): string {
  const { kind, namespace, name } = resource
  return `${printableName(kind)} ${namespace === undefined ? '' : `${printableName(namespace)}/`}${printableName(name)}`
}

export function targetLabel(finding: Finding): string {
  const container = finding.container === undefined ? '' : ` container ${printableName(finding.container)}`
  return `${resourceLabel(finding.resource)}${container}`
}

const MAX_ABOUT = 3

/** `Deployment shop/web, Deployment shop/cart and 4 others`. */
export function aboutLabel(about: readonly string[]): string {
  const rest = about.length - MAX_ABOUT
  return `${about.slice(0, MAX_ABOUT).join(', ')}${rest > 0 ? ` and ${plural(rest, 'other')}` : ''}`
}

/** The reason on one line, led by what it is about unless it says so itself. */
export function sentence(finding: Finding): string {
  const reason = printable(finding.reason.text)
  return reason.includes(resourceLabel(finding.resource)) ? reason : `${targetLabel(finding)}: ${reason}`
}

/** `k8s/kafka.yaml:12:3`; without line where the place is not known. */
export function placeLabel({ file, location }: Pick<PlacedFinding, 'file' | 'location'>): string {
  const name = printableName(file)
  return location === undefined ? name : `${name}:${location.startLine}:${location.startColumn}`
}

export function warningPlace({ file, line }: Warning): string {
  if (file === undefined) return ''
  return line === undefined ? `${printableName(file)}: ` : `${printableName(file)}:${line}: `
}

const SKIP_WORDS: Readonly<Record<string, string>> = {
  ignored: 'ignored by git',
  node_modules: 'node_modules',
  'not-kubernetes': 'not Kubernetes',
  binary: 'binary',
  empty: 'empty',
  template: 'templates',
  'too-large': 'too large',
  'symbolic-link': 'symbolic links',
  'not-a-file': 'no regular files',
  excluded: 'excluded by the configuration',
}

/** `14 (9 not Kubernetes, 3 ignored by git)`, most frequent first. */
export function skippedCount(skipped: readonly SkippedFile[]): string {
  const counts = new Map<string, number>()
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const parts = [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${SKIP_WORDS[reason] ?? reason}`)
  return `${skipped.length} (${parts.join(', ')})`
}

export function skipWord(reason: string): string {
  return SKIP_WORDS[reason] ?? reason
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** What a report shows together: what is changed, what waits for a flag, what stays open. */
export interface Groups {
  readonly changed: readonly PlacedFinding[]
  readonly held: readonly PlacedFinding[]
  /** partial without an edit: what was done before, with a rest that a person has to do */
  readonly open: readonly PlacedFinding[]
  readonly refused: readonly PlacedFinding[]
}

export function groupFindings(findings: readonly PlacedFinding[]): Groups {
  const of = (test: (finding: Finding) => boolean) => findings.filter(({ finding }) => test(finding))
  return {
    changed: of(isWritten),
    held: of(finding => finding.outcome === 'held'),
    open: of(finding => finding.outcome === 'partial' && !isWritten(finding)),
    refused: of(finding => finding.outcome === 'refused'),
  }
}

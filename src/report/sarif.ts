// The report as SARIF 2.1.0: real regions, fixes with exact replacements, fingerprints that survive line moves.

import type { ArtifactChange, Fix, Location, Log, ReportingDescriptor, Result } from 'sarif'
import type { Finding } from '../engine/outcome.ts'
import type { Transform } from '../engine/transform.ts'
import { jsonText } from './escape.ts'
import { type FileFix, fixesOf } from './fixes.ts'
import type { PlacedFinding, Report } from './model.ts'
import { sentence } from './words.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/** Severity that code scanning shows, by what a rule is about; only security rules have one. */
const SECURITY_SEVERITY = '5.5'

export function toSarif(report: Report, transforms: readonly Transform[]): string {
  return jsonText(toLog(report, transforms))
}

function toLog(report: Report, transforms: readonly Transform[]): Log {
  const ruleIndex = new Map(transforms.map((transform, index) => [transform.id, index]))
  const fixes = fixesOf(report)
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kubemend',
            semanticVersion: report.toolVersion,
            rules: transforms.map(toRule),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: report.inputs.refused.length === 0,
            exitCode: report.exitCode,
            toolExecutionNotifications: report.inputs.refused.map(({ file, code, text, line, column }) => ({
              level: 'error' as const,
              descriptor: { id: code },
              message: { text },
              locations: [
                toLocation(file, line === undefined ? undefined : { startLine: line, startColumn: column ?? 1 }),
              ],
            })),
          },
        ],
        results: [
          ...report.findings.map(entry => toResult(entry, ruleIndex, fixes.get(entry) ?? [])),
          ...report.suppressed.map(({ id, rule, resource, by }) => ({
            ruleId: rule,
            ...indexOf(ruleIndex, rule),
            message: { text: `silenced by ${by}` },
            locations: [toLocation(resource.origin.file, undefined)],
            partialFingerprints: { 'kubemendFinding/v1': id },
            suppressions: [{ kind: 'inSource' as const, justification: by }],
          })),
        ],
      },
    ],
  }
}

function toRule(transform: Transform): ReportingDescriptor {
  const { id, title, rationale, category, references, refusals, aliases } = transform
  const refused = refusals.map(refusal => `- Refused when ${refusal.when}: ${refusal.why} ${refusal.next}`)
  const [helpUri] = references
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: rationale },
    ...(helpUri === undefined ? {} : { helpUri }),
    help: {
      text: [rationale, ...refused].join('\n'),
      markdown: [rationale, '', ...refused, '', ...references.map(reference => `<${reference}>`)].join('\n').trim(),
    },
    defaultConfiguration: { level: 'warning' },
    properties: {
      tags: [category, 'kubernetes', ...aliases],
      ...(category === 'security' ? { 'security-severity': SECURITY_SEVERITY } : {}),
    },
  }
}

function toResult(entry: PlacedFinding, ruleIndex: ReadonlyMap<string, number>, fixes: readonly FileFix[]): Result {
  const { finding, file, location } = entry
  return {
    ruleId: finding.rule,
    ...indexOf(ruleIndex, finding.rule),
    kind: finding.outcome === 'already-ok' ? 'pass' : 'fail',
    level: finding.outcome === 'already-ok' ? 'none' : 'warning',
    message: { text: messageOf(finding) },
    locations: [{ ...toLocation(file, location), logicalLocations: [logicalLocation(finding)] }],
    partialFingerprints: { 'kubemendFinding/v1': finding.id },
    ...(fixes.length === 0 ? {} : { fixes: [toFix(finding, fixes)] }),
    properties: {
      outcome: finding.outcome,
      risks: [...finding.risks],
      code: finding.reason.code,
      pointer: entry.pointer,
    },
  }
}

function indexOf(ruleIndex: ReadonlyMap<string, number>, rule: string): { ruleIndex?: number } {
  const index = ruleIndex.get(rule)
  return index === undefined ? {} : { ruleIndex: index }
}

function messageOf(finding: Finding): string {
  const steps = finding.followUps.map(step => ` Next: ${step.text}`)
  const allow = finding.allow?.flag === undefined ? '' : ` Allow with: ${finding.allow.flag}`
  return `${sentence(finding)}${steps.join('')}${allow}`
}

function logicalLocation({ resource, container }: Finding) {
  const path = [resource.kind, resource.namespace, resource.name, container].filter(part => part !== undefined)
  return { name: container ?? resource.name, fullyQualifiedName: path.join('/'), kind: 'resource' }
}

interface RegionLike {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine?: number
  readonly endColumn?: number
}

function toLocation(file: string, region: RegionLike | undefined): Location {
  return { physicalLocation: { artifactLocation: { uri: toUri(file) }, ...(region && { region: toRegion(region) }) } }
}

function toRegion({ startLine, startColumn, endLine, endColumn }: RegionLike) {
  if (endLine === undefined || endColumn === undefined) return { startLine, startColumn }
  return { startLine, startColumn, endLine, endColumn }
}

function toFix(finding: Finding, files: readonly FileFix[]): Fix {
  return { description: { text: finding.reason.text }, artifactChanges: files.map(toArtifactChange) }
}

function toArtifactChange({ file, replacements }: FileFix): ArtifactChange {
  return {
    artifactLocation: { uri: toUri(file) },
    replacements: replacements.map(({ text, ...region }) => ({ deletedRegion: region, insertedContent: { text } })),
  }
}

/** A relative URI reference. */
function toUri(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}

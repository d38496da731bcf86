// Properties of the splicer over generated documents in many styles: value, untouched bytes, comments, inverses.

import fc from 'fast-check'
import jsonpatch from 'fast-json-patch'
import { expect, test } from 'vitest'
import { lostComments } from '../src/yaml/comments.ts'
import { editText } from '../src/yaml/edit.ts'
import { createLocator } from '../src/yaml/locate.ts'
import { type Path, toPointer } from '../src/yaml/path.ts'
import { readText } from '../src/yaml/read.ts'
import type { Operation, SourceDocument } from '../src/yaml/types.ts'
import { define, isObject, type Json, type JsonObject } from '../src/yaml/value.ts'

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 400) }

interface Scalar {
  readonly kind: 'scalar'
  readonly token: string
  readonly value: Json
}
interface Collection {
  readonly kind: 'map' | 'sequence'
  readonly flow: boolean
  readonly children: readonly Child[]
}
interface Child {
  readonly key: string
  readonly lead: string | undefined
  readonly trail: string | undefined
  readonly blank: boolean
  readonly node: Node
}
type Node = Scalar | Collection

interface Layout {
  readonly step: number
  readonly offset: number
  readonly lineEnding: string
  readonly finalNewline: boolean
  readonly head: string
  readonly foot: string
}

const word = fc.stringMatching(/^[a-z][a-zA-Z]{2,6}$/).filter(text => !/^(true|false|null|yes|off)$/i.test(text))
const comment = fc.option(
  word.map(text => `# ${text}`),
  { nil: undefined, freq: 3 },
)

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  word.map(text => ({ kind: 'scalar' as const, token: text, value: text })),
  word.map(text => ({ kind: 'scalar' as const, token: `"${text}: x"`, value: `${text}: x` })),
  word.map(text => ({ kind: 'scalar' as const, token: `'it''s ${text} # no'`, value: `it's ${text} # no` })),
  fc.nat(9999).map(value => ({ kind: 'scalar' as const, token: String(value), value })),
  fc.constantFrom(
    { kind: 'scalar' as const, token: '', value: null },
    { kind: 'scalar' as const, token: 'yes', value: true },
    { kind: 'scalar' as const, token: '0644', value: 420 },
    { kind: 'scalar' as const, token: '~', value: null },
  ),
)

const { node } = fc.letrec<{ node: Node; collection: Collection; child: Child }>(tie => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('collection')),
  child: fc.record({ key: word, lead: comment, trail: comment, blank: fc.boolean(), node: tie('node') }),
  collection: fc.record({
    kind: fc.constantFrom<'map' | 'sequence'>('map', 'map', 'sequence'),
    flow: fc.integer({ min: 0, max: 4 }).map(n => n === 0),
    children: fc.uniqueArray(tie('child'), { maxLength: 4, selector: ({ key }) => key }),
  }),
}))

const root: fc.Arbitrary<Collection> = fc
  .uniqueArray(fc.record({ key: word, lead: comment, trail: comment, blank: fc.boolean(), node }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ key }) => key,
  })
  .map(children => ({ kind: 'map', flow: false, children }))

const layout: fc.Arbitrary<Layout> = fc.record({
  step: fc.constantFrom(2, 4),
  offset: fc.constantFrom(0, 2, 4),
  lineEnding: fc.constantFrom('\n', '\n', '\r\n'),
  finalNewline: fc.integer({ min: 0, max: 3 }).map(n => n > 0),
  head: fc.constantFrom('', '---\n', '# head\n\n', 'other: 1\n---\n', '\ufeff', '%YAML 1.2\n---\n'),
  foot: fc.constantFrom('', '# foot\n', '\n', '---\nother: [2]\n', '...\n'),
})

function plainValue(node: Node): Json {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'sequence') return node.children.map(child => plainValue(child.node))
  const map: JsonObject = {}
  for (const child of node.children) define(map, child.key, plainValue(child.node))
  return map
}

function flowText(node: Node): string {
  if (node.kind === 'scalar') return node.token === '' ? 'null' : node.token
  const items = node.children.map(child => (node.kind === 'map' ? `${child.key}: ` : '') + flowText(child.node))
  return node.kind === 'map' ? `{${items.join(', ')}}` : `[${items.join(', ')}]`
}

function blockLines(node: Collection, column: number, style: Layout): string[] {
  const spaces = ' '.repeat(column)
  return node.children.flatMap(child => {
    const above = [...(child.blank ? [''] : []), ...(child.lead === undefined ? [] : [spaces + child.lead])]
    const trail = child.trail === undefined ? '' : ` ${child.trail}`
    const mark = node.kind === 'map' ? `${spaces}${child.key}:` : `${spaces}-`
    const inner = child.node
    if (inner.kind === 'scalar' || inner.flow || inner.children.length === 0) {
      const text = inner.kind === 'scalar' ? inner.token : flowText(inner)
      return [...above, `${mark}${text === '' ? '' : ' '}${text}${trail}`]
    }
    if (node.kind === 'sequence') {
      const [first = '', ...rest] = blockLines(
        filled({ ...inner, children: inner.children.map(bare) }),
        column + 2,
        style,
      )
      return [...above, `${mark} ${first.trimStart()}`, ...rest]
    }
    const deeper = column + (inner.kind === 'map' ? style.step : style.offset)
    return [...above, mark + trail, ...blockLines(filled(inner), deeper, style)]
  })
}

/** The first child behind a dash has neither a comment nor a blank line above it. */
function bare(child: Child, position: number): Child {
  return position === 0 ? { ...child, lead: undefined, blank: false } : child
}

/** Sequences within sequences have no empty items: the reader refuses an empty last one. */
function filled(node: Collection): Collection {
  if (node.kind === 'map') return node
  const token = (child: Child): Child =>
    child.node.kind === 'scalar' && child.node.token === '' ? { ...child, node: { ...child.node, token: '~' } } : child
  return { ...node, children: node.children.map(token) }
}

function render(document: Collection, style: Layout): string {
  const body = `${blockLines(document, 0, style).join('\n')}\n`
  const text = (style.head + body + style.foot).replaceAll('\n', style.lineEnding)
  return style.finalNewline ? text : text.slice(0, text.length - style.lineEnding.length)
}

const source = fc.tuple(root, layout).map(([document, style]) => {
  const text = render(document, style)
  return { text, value: plainValue(document), index: style.head.includes('other') ? 1 : 0 }
})

const newValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    12345,
    true,
    null,
    '',
    'yes',
    '0644',
    '12:30',
    'a: b',
    '# x',
    "it's",
    'one\ntwo\n',
    '{{ x }}',
    '-',
    'é 🎉',
  ),
  fc.constantFrom<Json>({}, [], { a: 1 }, ['x', { b: [] }], { on: 'off', deep: { list: [1, [2]] } }),
)

interface Choice {
  readonly kind: 'add' | 'insert' | 'replace' | 'remove' | 'rename'
  readonly at: number
  readonly position: number
  readonly value: Json
}

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.constantFrom('add', 'insert', 'replace', 'remove', 'rename'),
  at: fc.nat(1000),
  position: fc.nat(3),
  value: newValue,
})

function* paths(value: Json, path: Path = []): Generator<{ path: Path; value: Json }> {
  yield { path, value }
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* paths(item, [...path, index])
  else if (isObject(value)) for (const key of Object.keys(value)) yield* paths(value[key] as Json, [...path, key])
}

function toOperation(root: Json, { kind, at, position, value }: Choice): Operation | undefined {
  const all = [...paths(root)]
  const pick = <T>(list: readonly T[]): T | undefined => list[at % Math.max(list.length, 1)]
  const below = all.filter(({ path }) => path.length > 0)
  if (kind === 'add') {
    const map = pick(all.filter(entry => isObject(entry.value)))
    if (map === undefined || !isObject(map.value)) return undefined
    const path = toPointer([...map.path, `new${at}`])
    return { op: 'add', path, value, after: Object.keys(map.value).slice(0, position) }
  }
  if (kind === 'insert') {
    const sequence = pick(all.filter(entry => Array.isArray(entry.value)))
    if (sequence === undefined || !Array.isArray(sequence.value)) return undefined
    // an item like one that another edit takes away would look like that item moved past a comment
    const item = isEmpty(value) ? `item${at}` : value
    return { op: 'add', path: toPointer([...sequence.path, Math.min(position, sequence.value.length)]), value: item }
  }
  const target = pick(kind === 'rename' ? below.filter(({ path }) => typeof path.at(-1) === 'string') : below)
  if (target === undefined) return undefined
  const path = toPointer(target.path)
  if (kind === 'replace') return { op: 'replace', path, value }
  if (kind === 'remove') return { op: 'remove', path }
  const to = toPointer([...target.path.slice(0, -1), `renamed${at}`])
  return all.some(entry => toPointer(entry.path) === to) ? undefined : { op: 'move', from: path, path: to }
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function plan(value: Json, choices: readonly Choice[]): { operations: Operation[]; value: Json } {
  const operations: Operation[] = []
  let current = structuredClone(value)
  for (const next of choices) {
    const operation = toOperation(current, next)
    if (operation === undefined) continue
    operations.push(operation)
    current = applyPlain(current, operation)
  }
  return { operations, value: current }
}

function applyPlain(value: Json, operation: Operation): Json {
  return jsonpatch.applyPatch(value, [structuredClone(operation)], false, false).newDocument as Json
}

function documentOf(text: string, index: number): SourceDocument {
  const result = readText(text)
  if (!result.ok) throw new Error(result.refusal.text)
  const document = result.documents[index]
  if (document === undefined) throw new Error('the document is gone')
  return document
}

function edit(text: string, index: number, operations: readonly Operation[]) {
  const result = editText(text, [{ document: documentOf(text, index), operations }])
  if (!result.ok) throw new Error(`${result.refusal.code}: ${result.refusal.text}`)
  return result
}

test('the generator writes what it means', () => {
  fc.assert(
    fc.property(source, ({ text, value, index }) => {
      expect(documentOf(text, index).value).toEqual(value)
    }),
    RUNS,
  )
})

test('any edits give the value of the same edits on plain data, and lose no comment', () => {
  fc.assert(
    fc.property(source, fc.array(choice, { minLength: 1, maxLength: 4 }), ({ text, value, index }, choices) => {
      const planned = plan(value, choices)
      const result = edit(text, index, planned.operations)
      expect(documentOf(result.text, index).value).toEqual(planned.value)
      expect(lostComments(text, result.text, result.removedComments, result.renamedKeys)).toEqual([])
      expect(/[^\n]$/.test(result.text)).toBe(/[^\n]$/.test(text))
      if (text.includes('\r\n')) expect(result.text).not.toMatch(/[^\r]\n/)
    }),
    RUNS,
  )
})

test('an edit leaves every byte outside of its place alone', () => {
  fc.assert(
    fc.property(source, choice, ({ text, value, index }, next) => {
      const operation = toOperation(value, next)
      if (operation === undefined) return
      const place = placeOf(text, documentOf(text, index), operation)
      const after = edit(text, index, [operation]).text
      expect(after.slice(0, place.start)).toBe(text.slice(0, place.start))
      const suffix = text.slice(place.end)
      expect(after.slice(after.length - suffix.length)).toBe(suffix)
    }),
    RUNS,
  )
})

/** The lines an edit may touch: those of the map or sequence it changes, with the comments beside them. */
function placeOf(text: string, document: SourceDocument, operation: Operation): { start: number; end: number } {
  const pointer = operation.op === 'move' ? operation.from : operation.path
  const steps = pointer.split('/').slice(1)
  const { start, end } = createLocator(text, document)(steps.slice(0, -1))
  let from = text.lastIndexOf('\n', start - 1) + 1
  for (let above = lineAbove(text, from); above !== undefined && isQuiet(text, above); above = lineAbove(text, from)) {
    from = above
  }
  let to = nextLine(text, end)
  while (to < text.length && isQuiet(text, to)) to = nextLine(text, to)
  return { start: Math.max(from, document.start), end: to }
}

function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline + 1
}

function lineAbove(text: string, start: number): number | undefined {
  return start < 2 ? undefined : text.lastIndexOf('\n', start - 2) + 1
}

/** Whether a line is blank or a comment. */
function isQuiet(text: string, start: number): boolean {
  return /^\s*(#.*)?$/.test(text.slice(start, nextLine(text, start)).trimEnd())
}

test('adding to a collection that has children and removing again gives the text back', () => {
  fc.assert(
    fc.property(source, choice, ({ text, value, index }, next) => {
      const operation = toOperation(value, { ...next, kind: next.at % 2 === 0 ? 'add' : 'insert' })
      if (operation?.op !== 'add') return
      const holder = documentValueAt(value, operation.path)
      if (Object.keys(holder as object).length === 0) return
      const added = edit(text, index, [operation]).text
      const removed = edit(added, index, [{ op: 'remove', path: operation.path }])
      // a comment at the end of a collection leads what is added below it, and then goes with it
      if (removed.removedComments.length === 0) expect(removed.text).toBe(text)
    }),
    RUNS,
  )
})

function documentValueAt(value: Json, pointer: string): unknown {
  return jsonpatch.getValueByPointer(value, pointer.slice(0, pointer.lastIndexOf('/')))
}

test('replacing a string by another word and back gives the text back', () => {
  fc.assert(
    fc.property(source, fc.nat(1000), word, ({ text, value, index }, at, other) => {
      const strings = [...paths(value)].filter(entry => typeof entry.value === 'string')
      const target = strings[at % Math.max(strings.length, 1)]
      if (target === undefined) return
      const path = toPointer(target.path)
      const replaced = edit(text, index, [{ op: 'replace', path, value: other }]).text
      expect(edit(replaced, index, [{ op: 'replace', path, value: target.value }]).text).toBe(text)
    }),
    RUNS,
  )
})

test('renaming a key and back gives the text back', () => {
  fc.assert(
    fc.property(source, choice, ({ text, value, index }, next) => {
      const operation = toOperation(value, { ...next, kind: 'rename' })
      if (operation?.op !== 'move') return
      const renamed = edit(text, index, [operation]).text
      expect(edit(renamed, index, [{ op: 'move', from: operation.path, path: operation.from }]).text).toBe(text)
    }),
    RUNS,
  )
})

test('no operations give the same text', () => {
  fc.assert(
    fc.property(source, ({ text, index }) => {
      expect(edit(text, index, []).text).toBe(text)
    }),
    RUNS,
  )
})

// The reader: guards, YAML 1.1 scalars, document boundaries, and its agreement with the second parser.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { editText, renderDocuments } from '../src/yaml/edit.ts'
import { createLocator } from '../src/yaml/locate.ts'
import type { Path } from '../src/yaml/path.ts'
import { readText } from '../src/yaml/read.ts'
import { resolvePlain } from '../src/yaml/scalar.ts'
import type { Refusal, SourceDocument } from '../src/yaml/types.ts'
import type { Json } from '../src/yaml/value.ts'

function documentsOf(text: string): readonly SourceDocument[] {
  const result = readText(text)
  if (!result.ok) throw new Error(result.refusal.text)
  return result.documents
}

function valuesOf(text: string): Json[] {
  return documentsOf(text).map(({ value }) => value)
}

function refusalOf(text: string): Refusal {
  const result = readText(text)
  if (result.ok) throw new Error('the text was read')
  return result.refusal
}

describe('a plain scalar means what Kubernetes reads', () => {
  test.each<[string, Json]>([
    ['', null],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['y', true],
    ['N', false],
    ['Yes', true],
    ['yEs', 'yEs'],
    ['OFF', false],
    ['on', true],
    ['0', 0],
    ['-0', 0],
    ['+12', 12],
    ['0644', 420],
    ['-010', -8],
    ['0o17', 15],
    ['089', 89],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['_1', '_1'],
    ['1.10', 1.1],
    ['.5', 0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['1e999', '1e999'],
    ['0x1FFFFFFFFFFFFFFFFFF', '0x1FFFFFFFFFFFFFFFFFF'],
    ['-.INF', Number.NEGATIVE_INFINITY],
    ['.NaN', Number.NaN],
    ['12:30:45', '12:30:45'],
    ['2026-01-01', '2026-01-01'],
    ['1.2.3', '1.2.3'],
    ['10Mi', '10Mi'],
    ['-', '-'],
    ['.', '.'],
    ['nginx', 'nginx'],
    ['null-safe', 'null-safe'],
  ])('%j', (source, value) => {
    expect(resolvePlain(source)).toEqual(value)
    if (source !== '-') expect(valuesOf(`a: ${source}\nb: 1\n`)).toEqual([{ a: value, b: 1 }])
  })
})

describe('values', () => {
  test('quoted scalars are strings and tags are honoured', () => {
    expect(
      valuesOf(
        `a: "yes"\nb: '1'\nc: !!str 1\nd: !!int "7"\ne: !!binary aGk=\nf: !custom x\ng: !custom {h: !list [1]}\n`,
      ),
    ).toEqual([{ a: 'yes', b: '1', c: '1', d: 7, e: 'aGk=', f: 'x', g: { h: [1] } }])
  })

  test('keys are strings, resolved as Kubernetes does', () => {
    expect(valuesOf('8080: a\n0644: b\non: c\n"on": d\n__proto__: e\n')).toEqual([
      JSON.parse('{"8080": "a", "420": "b", "true": "c", "on": "d", "__proto__": "e"}'),
    ])
  })

  test('merge keys are resolved and what stands there itself wins', () => {
    expect(valuesOf('a: &a {x: 1, v: 2}\nb: {<<: *a, v: 3}\nc:\n  <<: [*a, {z: 4}]\n')).toEqual([
      { a: { x: 1, v: 2 }, b: { x: 1, v: 3 }, c: { x: 1, v: 2, z: 4 } },
    ])
  })

  test('shared references can be cloned', () => {
    const [value] = valuesOf('a: &a [1, 2]\nb: *a\nc: [*a, *a]\n')
    expect(structuredClone(value)).toEqual({
      a: [1, 2],
      b: [1, 2],
      c: [
        [1, 2],
        [1, 2],
      ],
    })
  })

  test('JSON is read, also when tabs indent it', () => {
    expect(valuesOf('{\n\t"a": [1, {"b": "\\u00e9"}],\n\t"c": null\n}\n')).toEqual([{ a: [1, { b: 'é' }], c: null }])
  })
})

describe('documents', () => {
  test('a text without content has none', () => {
    for (const text of ['', '\n', '# only a comment\n', '---\n---\n# x\n...\n', '\ufeff', '--- ~\n']) {
      expect(documentsOf(text), JSON.stringify(text)).toEqual([])
    }
  })

  test('each has its offsets and its first line', () => {
    const text = '\ufeff# head\n%YAML 1.2\n---\na: 1\n---\n# nothing\n--- # note\nb: 2\n...\n--- {c: 3}\n'
    const documents = documentsOf(text)
    expect(documents.map(({ index, line, value }) => ({ index, line, value }))).toEqual([
      { index: 0, line: 4, value: { a: 1 } },
      { index: 1, line: 8, value: { b: 2 } },
      { index: 2, line: 10, value: { c: 3 } },
    ])
    expect(documents.map(({ start, end }) => text.slice(start, end))).toEqual(['a: 1\n', 'b: 2\n', ' {c: 3}\n'])
  })

  test('a byte-order mark is no part of the first document', () => {
    expect(documentsOf('\ufeffa: 1\n')[0]).toMatchObject({ start: 1, line: 1, value: { a: 1 } })
  })

  test('a marker ends a block scalar and a longer line of dashes does not', () => {
    expect(valuesOf('a: |\n  x\n  ---\n  ----\n---\nb: 1\n')).toEqual([{ a: 'x\n---\n----\n' }, { b: 1 }])
  })

  test('markers count with windows line endings and at the end of the text', () => {
    expect(valuesOf('a: 1\r\n---\r\nb: 2\r\n---')).toEqual([{ a: 1 }, { b: 2 }])
  })
})

describe('a refusal names its code and place', () => {
  test.each<[string, string, string, number, number | undefined]>([
    ['template', 'an unquoted template', 'a: 1\nb: {{ .Values.b }}\n', 2, 4],
    ['template', 'a template inside a plain scalar', 'image: repo:{{ tag }}\n', 1, 13],
    ['template', 'a template statement', 'a: 1\n{% if x %}\n', 2, 1],
    ['template', 'a template line between keys', 'a:\n  {{- toYaml . | nindent 2 }}\n', 2, 3],
    ['duplicate-key', 'a key twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', 4, 3],
    ['duplicate-key', 'a key twice in flow', 'a: {b: 1, "b": 2}\n', 1, 11],
    ['tab', 'a tab as indentation', 'a:\n\tb: 1\n', 2, 1],
    ['binary', 'a NUL byte', 'a: 1\nb: \0\n', 2, 4],
    ['syntax', 'an open bracket', 'a: [1\n', 2, 1],
    ['syntax', 'broken indentation', 'a:\n  b: 1\n c: 2\n', 3, 2],
    ['syntax', 'an unknown alias in the second document', 'a: 1\n---\nb: *x\n', 3, 6],
    ['recursive-alias', 'an alias within its own node', 'a: &a [*a]\n', 1, undefined],
    ['empty-item', 'an empty item before a shallower one', 'a:\n- b:\n  -\n- c\n', 3, undefined],
  ])('%s: %s', (code, _, text, line, column) => {
    expect(refusalOf(text)).toMatchObject({ code, line, ...(column === undefined ? {} : { column }) })
  })

  test('the text of a duplicate names the key', () => {
    expect(refusalOf('"x y": 1\n"x y": 2\n').text).toBe('the key "x y" stands twice in one map; remove one')
  })

  test('braces in quotes, comments and block scalars are no template', () => {
    const text = `a: "{{ x }}" # {{ y }}\nb: '{% z %}'\nc: |\n  {{ w }}\nd: >-\n  {% v %}\ne: "two\n  {{ lines }}"\n`
    expect(valuesOf(text)).toHaveLength(1)
  })

  test('nesting is bounded in block and flow, without overflowing', () => {
    expect(valuesOf(`${'['.repeat(500)}${']'.repeat(500)}\n`)).toHaveLength(1)
    for (const text of ['['.repeat(100_000), '- '.repeat(100_000), `${'{a: '.repeat(2000)}1`]) {
      expect(refusalOf(text).code).toBe('too-deep')
    }
    expect(readText('a: {b: {c: {d: 1}}}\n', { maxDepth: 2 })).toMatchObject({
      ok: false,
      refusal: { code: 'too-deep' },
    })
  })

  test('aliases that multiply are counted, not expanded', () => {
    let bomb = 'a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n'
    for (let level = 1; level < 30; level++) {
      bomb += `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]\n`
    }
    expect(refusalOf(bomb).code).toBe('too-many-nodes')
    expect(readText('a: &a [1, 2]\nb: *a\n', { maxNodes: 6 })).toMatchObject({ ok: false })
    expect(readText('a: &a [1, 2]\nb: *a\n', { maxNodes: 7 })).toMatchObject({ ok: true })
  })

  test('aliases that deepen are measured', () => {
    let text = `a0: &a0 ${'['.repeat(200)}${']'.repeat(200)}\n`
    for (let level = 1; level < 5; level++) {
      text += `a${level}: &a${level} ${'['.repeat(200)}*a${level - 1}${']'.repeat(200)}\n`
    }
    expect(refusalOf(text).code).toBe('too-deep')
  })
})

describe('both readers agree', () => {
  const root = join(import.meta.dirname, '../fixtures/editor')
  const texts = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /^(before|after)\./.test(entry.name))
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))

  test('about every fixture that both can read', () => {
    let documents = 0
    for (const text of texts) {
      const result = readText(text)
      if (!result.ok) continue
      for (const document of result.documents) {
        // an insert makes the second parser read the document and compare
        const edited = editText(text, [], [{ after: document, values: [{ a: 1 }] }])
        if (!edited.ok)
          expect(edited.refusal.code).toMatch(/^(json-document|complex-key|parse-error|readers-disagree)$/)
        documents++
      }
    }
    expect(documents).toBeGreaterThan(300)
  })

  test('and a difference is named with its place', () => {
    const text = "a:\n  b: '  \n    '\nc: 1\n"
    const [document] = documentsOf(text)
    if (document === undefined) throw new Error('no document')
    const result = editText(text, [{ document, operations: [{ op: 'replace', path: '/c', value: 2 }] }])
    expect(result).toMatchObject({ ok: false, refusal: { code: 'readers-disagree' } })
    if (!result.ok) expect(result.refusal.text).toContain('/a/b')
  })
})

describe('a location', () => {
  const text = `# head
kind: List # c
items:
  - name: "é🎉"
    ports: [{port: 80}, {port: 443, name: x}]
    empty:
    text: |
      one
      two

  -
  - plain
    goes on
last: ~
`
  const locate = createLocator(text, documentsOf(text)[0] as SourceDocument)
  const taken = (path: Path): string => {
    const { start, end } = locate(path)
    return text.slice(start, end)
  }

  test.each<[Path, string]>([
    [['kind'], 'kind: List'],
    [['items', 0, 'name'], 'name: "é🎉"'],
    [['items', 0, 'ports', 1], '{port: 443, name: x}'],
    [['items', 0, 'ports', 1, 'name'], 'name: x'],
    [['items', 0, 'empty'], 'empty:'],
    [['items', 0, 'text'], 'text: |\n      one\n      two'],
    [['items', 1], '-'],
    [['items', 2], 'plain\n    goes on'],
    [['last'], 'last: ~'],
  ])('of %j covers its text', (path, expected) => {
    expect(taken(path)).toBe(expected)
  })

  test('counts lines and columns from 1, in UTF-16 units', () => {
    expect(locate(['items', 0, 'name'])).toMatchObject({ startLine: 4, startColumn: 5, endLine: 4, endColumn: 16 })
    expect(locate(['items', 0, 'ports', 1, 'name'])).toMatchObject({ startLine: 5, startColumn: 37 })
  })

  test('of a missing path is that of its deepest ancestor', () => {
    expect(locate(['items', 0, 'nothing', 'below'])).toEqual(locate(['items', 0]))
    expect(locate(['items', 9])).toEqual(locate(['items']))
  })

  test('of the root starts at the first key', () => {
    expect(locate([])).toMatchObject({ startLine: 2, startColumn: 1, endLine: 14 })
  })

  test('in a later document counts in the file, and reads JSON', () => {
    const file = '\ufeff---\na: 1\n---\n{"b": {"c": 2}}\n--- {"d": 3}\n'
    const [, second, third] = documentsOf(file)
    if (second === undefined || third === undefined) throw new Error('no document')
    expect(createLocator(file, second)(['b', 'c'])).toMatchObject({ startLine: 4, startColumn: 8, endColumn: 14 })
    expect(createLocator(file, third)(['d'])).toMatchObject({ startLine: 5, startColumn: 6 })
  })

  test('follows aliases, merges and directives without failing', () => {
    const file = '%TAG !e! tag:example,2000:\n---\na: &x !e!map\n  b: 1\nc: *x # d\ne:\n  <<: *x\n  f: 1\n'
    const at = createLocator(file, documentsOf(file)[0] as SourceDocument)
    expect(at(['c']).startLine).toBeGreaterThan(0)
    const plain = 'a: &x {b: 1}\nc: *x # d\ne:\n  <<: *x\n  f: 1\n'
    const locatePlain = createLocator(plain, documentsOf(plain)[0] as SourceDocument)
    expect(locatePlain(['c'])).toMatchObject({ startLine: 2, endColumn: 6 })
    expect(locatePlain(['e', 'f'])).toMatchObject({ startLine: 5, startColumn: 3 })
    expect(locatePlain(['e', 'b'])).toMatchObject({ startLine: 3 })
  })
})

describe('a rendered file', () => {
  const values: Json[] = [
    { apiVersion: 'v1', list: [{ a: 'yes', b: ['0644', 420, null] }, []], text: 'one\ntwo\n', empty: {} },
    { '8080': 'x' },
  ]

  test('reads back as its values in every style', () => {
    for (const style of [{}, { indent: 4 }, { sequenceOffset: 0 as const }, { lineEnding: '\r\n' as const }]) {
      expect(valuesOf(renderDocuments(values, style))).toEqual(values)
    }
  })

  test('looks like a manifest', () => {
    expect(renderDocuments(values)).toBe(`apiVersion: v1
list:
  - a: "yes"
    b:
      - "0644"
      - 420
      - null
  - []
text: |
  one
  two
empty: {}
---
"8080": x
`)
  })
})

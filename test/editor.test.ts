// Runs every case of fixtures/editor: text byte for byte, value by an independent oracle, comments by the gate.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import jsonpatch from 'fast-json-patch'
import yaml from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { lostComments } from '../src/yaml/comments.ts'
import { type DocumentInsert, editText } from '../src/yaml/edit.ts'
import { readText } from '../src/yaml/read.ts'
import type { Operation, SourceDocument, SpliceResult } from '../src/yaml/types.ts'
import type { Json } from '../src/yaml/value.ts'

type Edit =
  | (Operation & { readonly document?: number })
  | {
      readonly op: 'insert-documents'
      readonly after: number
      readonly values: readonly Json[]
      readonly comment?: string
    }

interface Case {
  readonly name: string
  readonly before: string
  readonly edits: readonly Edit[]
  readonly after: string | undefined
  readonly refused: { readonly code: string; readonly line?: number } | undefined
}

const ROOT = join(import.meta.dirname, '../fixtures/editor')

function readCase(operation: string, situation: string): Case {
  const folder = join(ROOT, operation, situation)
  const text = (name: string): string | undefined => {
    const file = ['yaml', 'json'].map(extension => join(folder, `${name}.${extension}`)).find(existsSync)
    return file && readFileSync(file, 'utf8')
  }
  const before = text('before')
  if (before === undefined) throw new Error(`${folder} has no before`)
  return {
    name: `${operation}/${situation}`,
    before,
    edits: yaml.load(text('operations') ?? '') as Edit[],
    after: text('after'),
    refused: yaml.load(text('refused') ?? '') as Case['refused'],
  }
}

const CASES = readdirSync(ROOT, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(ROOT, name)).map(situation => readCase(name, situation)))

function documentsOf(text: string): readonly SourceDocument[] {
  const result = readText(text)
  if (!result.ok) throw new Error(result.refusal.text)
  return result.documents
}

function isInsert(edit: Edit): edit is Extract<Edit, { op: 'insert-documents' }> {
  return edit.op === 'insert-documents'
}

function apply({ before, edits }: Case): SpliceResult {
  const result = readText(before)
  if (!result.ok) return result
  const { documents } = result
  const edited = edits
    .filter(edit => !isInsert(edit))
    .map(({ document = 0, ...operation }) => ({
      document: documents[document] as SourceDocument,
      operations: [operation],
    }))
  const inserts: DocumentInsert[] = edits.filter(isInsert).map(({ op: _, after, ...insert }) => ({
    ...insert,
    after: documents[after] as SourceDocument,
  }))
  return editText(before, edited, inserts)
}

/** The values that the documents must have: the operations applied to plain copies. */
function oracle({ before, edits }: Case): Json[] {
  const values = documentsOf(before).map(({ value }) => [structuredClone(value)])
  for (const edit of edits) {
    if (isInsert(edit)) values[edit.after]?.push(...structuredClone(edit.values))
    else {
      const { document = 0, ...operation } = structuredClone(edit)
      const target = values[document]
      if (target !== undefined)
        target[0] = jsonpatch.applyPatch(target[0], [operation], false, true).newDocument as Json
    }
  }
  return values.flat()
}

test('there are cases for every operation', () => {
  expect(new Set(CASES.map(({ name }) => name.split('/')[0]))).toEqual(
    new Set(['add-item', 'add-key', 'insert-documents', 'refuse', 'remove', 'rename', 'replace']),
  )
})

describe('a refused edit names its code and line', () => {
  test.each(CASES.filter(({ refused }) => refused !== undefined))('$name', fixture => {
    const result = apply(fixture)
    if (result.ok) throw new Error(`not refused: ${result.text}`)
    const { code, line, text } = result.refusal
    expect({ code, ...(line === undefined ? {} : { line }) }).toEqual(fixture.refused)
    expect(text).toMatch(/^\S.*[^.!]$/)
  })
})

describe('an edit gives the text byte for byte, the right value and every comment', () => {
  test.each(CASES.filter(({ refused }) => refused === undefined))('$name', fixture => {
    const result = apply(fixture)
    if (!result.ok) throw new Error(result.refusal.text)
    expect(result.text).toBe(fixture.after)
    expect(documentsOf(result.text).map(({ value }) => value)).toEqual(oracle(fixture))
    expect(lostComments(fixture.before, result.text, result.removedComments, result.renamedKeys)).toEqual([])
  })
})

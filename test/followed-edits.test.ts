// The harness's own view of edits: several changes that edit one list, told by the places of the input.

import { expect, test } from 'vitest'
import type { EditRecord } from '../src/engine/outcome.ts'
import type { Json } from '../src/yaml/value.ts'
import { followEdits } from './support/followed-edits.ts'

const record = (op: EditRecord['op'], path: string, rest: { before?: Json; after?: Json } = {}): EditRecord => {
  return { op, path, file: 'a.yaml', document: 0, ...rest }
}

test('places in a list are those of the input, whatever was put before or taken away', () => {
  const first = [record('add', '/list/0', { after: 'new' }), record('remove', '/list/2', { before: 'b' })]
  const second = [
    record('replace', '/list/2', { before: 'c', after: 'C' }),
    record('remove', '/list/0', { before: 'new' }),
  ]
  expect(followEdits({ list: ['a', 'b', 'c'] }, [first, second])).toEqual({
    taken: [
      ['list', 1],
      ['list', 2],
    ],
    grown: [['list']],
  })
})

test('a change that another one made possible comes behind it, in whichever order they are given', () => {
  const later = [record('replace', '/a/0/b', { before: 2, after: 3 })]
  const earlier = [record('replace', '/a/0/b', { before: 1, after: 2 }), record('rename', '/a/0/b', { after: 'c' })]
  const value = { a: [{ b: 1 }] }
  expect(followEdits(value, [later, earlier]).taken).toEqual([
    ['a', 0, 'b'],
    ['a', 0, 'b'],
    ['a', 0, 'b'],
  ])
})

test('an edit of a value that was never there is no edit of this document', () => {
  expect(() => followEdits({ a: 1 }, [[record('replace', '/a', { before: 2, after: 3 })]])).toThrow('replace /a')
})

// Lowering: intents to RFC 6902 operations, in sequence, and nothing for what already stands.

import jsonpatch from 'fast-json-patch'
import { describe, expect, test } from 'vitest'
import { LoweringError, lower } from '../src/yaml/lower.ts'
import type { Intent, Operation } from '../src/yaml/types.ts'
import type { Json } from '../src/yaml/value.ts'

const DOCUMENT: Json = {
  spec: { replicas: 1, empty: null, list: ['a', { b: 1 }], map: { 'x/y': 1, 'a~b': 2 } },
}

describe('an intent lowers to operations that give the wanted value', () => {
  test.each<[string, Intent[], Operation[]]>([
    [
      'set of another value replaces',
      [{ op: 'set', path: ['spec', 'replicas'], value: 2 }],
      [{ op: 'replace', path: '/spec/replicas', value: 2 }],
    ],
    ['set of the same value is nothing', [{ op: 'set', path: ['spec', 'list', 1], value: { b: 1 } }], []],
    [
      'set of an absent key adds it in its place',
      [{ op: 'set', path: ['spec', 'new'], value: 1, after: ['replicas'] }],
      [{ op: 'add', path: '/spec/new', value: 1, after: ['replicas'] }],
    ],
    [
      'missing parents are made, without the place of the last key',
      [{ op: 'set', path: ['spec', 'a', 'b', 0, 'c'], value: true, after: ['x'] }],
      [{ op: 'add', path: '/spec/a', value: { b: [{ c: true }] } }],
    ],
    [
      'a null parent becomes a map',
      [{ op: 'set', path: ['spec', 'empty', 'a', 'b'], value: 1 }],
      [{ op: 'replace', path: '/spec/empty', value: { a: { b: 1 } } }],
    ],
    [
      'set of the index behind the end appends',
      [{ op: 'set', path: ['spec', 'list', 2], value: 'c' }],
      [{ op: 'add', path: '/spec/list/-', value: 'c' }],
    ],
    [
      'append to a sequence',
      [{ op: 'append', path: ['spec', 'list'], value: 'c' }],
      [{ op: 'add', path: '/spec/list/-', value: 'c' }],
    ],
    [
      'append to nothing makes the sequence',
      [
        { op: 'append', path: ['spec', 'empty'], value: 1 },
        { op: 'append', path: ['spec', 'absent', 'deep'], value: 2 },
      ],
      [
        { op: 'replace', path: '/spec/empty', value: [1] },
        { op: 'add', path: '/spec/absent', value: { deep: [2] } },
      ],
    ],
    [
      'insert at an index, and at the end',
      [
        { op: 'insert', path: ['spec', 'list'], index: 0, value: 'z' },
        { op: 'insert', path: ['spec', 'list'], index: 3, value: 'y' },
      ],
      [
        { op: 'add', path: '/spec/list/0', value: 'z' },
        { op: 'add', path: '/spec/list/-', value: 'y' },
      ],
    ],
    [
      'remove of what is there, once',
      [
        { op: 'remove', path: ['spec', 'map', 'x/y'] },
        { op: 'remove', path: ['spec', 'map', 'x/y'] },
        { op: 'remove', path: ['spec', 'nothing', 'below'] },
      ],
      [{ op: 'remove', path: '/spec/map/x~1y' }],
    ],
    [
      'rename moves, and the next intent sees the new name',
      [
        { op: 'rename', path: ['spec', 'map', 'a~b'], to: 'c/d' },
        { op: 'set', path: ['spec', 'map', 'c/d'], value: 3 },
        { op: 'rename', path: ['spec', 'absent'], to: 'x' },
      ],
      [
        { op: 'move', from: '/spec/map/a~0b', path: '/spec/map/c~1d' },
        { op: 'replace', path: '/spec/map/c~1d', value: 3 },
      ],
    ],
    [
      'indexes follow the removals before them',
      [
        { op: 'remove', path: ['spec', 'list', 0] },
        { op: 'set', path: ['spec', 'list', 0, 'b'], value: 2 },
      ],
      [
        { op: 'remove', path: '/spec/list/0' },
        { op: 'replace', path: '/spec/list/0/b', value: 2 },
      ],
    ],
  ])('%s', (_, intents, operations) => {
    const before = structuredClone(DOCUMENT)
    const lowered = lower(DOCUMENT, intents)
    expect(lowered).toEqual(operations)
    expect(DOCUMENT).toEqual(before)
    const patched = jsonpatch.applyPatch(structuredClone(DOCUMENT), structuredClone(lowered), true, false)
    expect(lower(patched.newDocument as Json, intents.filter(isIdempotent))).toEqual([])
  })
})

/** Appending and inserting again adds again; all else settles. */
function isIdempotent({ op, path }: Intent): boolean {
  return op !== 'append' && op !== 'insert' && !(op === 'remove' && typeof path.at(-1) === 'number')
}

describe('an intent that meets the wrong kind of value throws a LoweringError', () => {
  test.each<[string, Intent, string]>([
    [
      'a scalar where a map must be',
      { op: 'set', path: ['spec', 'replicas', 'a'], value: 1 },
      'a map was expected and a scalar stands at /spec/replicas',
    ],
    [
      'a sequence where a map must be',
      { op: 'set', path: ['spec', 'list', 'a'], value: 1 },
      'a map was expected and a sequence stands at /spec/list',
    ],
    [
      'append to a map',
      { op: 'append', path: ['spec', 'map'], value: 1 },
      'a sequence was expected and another value stands at /spec/map',
    ],
    ['an index too far', { op: 'set', path: ['spec', 'list', 5], value: 1 }, 'there is no such item at /spec/list/5'],
    ['an insert too far', { op: 'insert', path: ['spec', 'list'], index: 5, value: 1 }, 'no index 5 at /spec/list'],
    [
      'a name that is taken',
      { op: 'rename', path: ['spec', 'replicas'], to: 'list' },
      'the key list stands already, so no other can take its name at /spec/replicas',
    ],
    [
      'the name of an item',
      { op: 'rename', path: ['spec', 'list', 0], to: 'x' },
      'only a key of a map can be renamed at /spec/list/0',
    ],
  ])('%s', (_, intent, message) => {
    expect(() => lower(DOCUMENT, [intent])).toThrow(LoweringError)
    expect(() => lower(DOCUMENT, [intent])).toThrow(message)
  })
})

// The marker of a body: it round-trips, its size is bounded, and hostile text in its place is nothing.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashOf, type Marker, markedBody, readMarker, withMarker, writeMarker } from '../src/bot/marker.ts'
import { packMarks } from '../src/bot/marks.ts'
import { anyId, anyMark, bodyOf, markOf, objectId, planOf } from './support/bot-facts.ts'

const MARKER: Marker = {
  group: 'replicas',
  plan: planOf('a'),
  head: objectId('head'),
  marks: [markOf('one'), markOf('two')],
  title: hashOf('title'),
  body: hashOf('body'),
  considered: 42,
  isPaused: false,
  isSplit: false,
  ignore: ['replicas', '0123456789ab'],
  isDecorated: true,
  withdrawnAt: undefined,
}

const anyHash = fc.stringMatching(/^[0-9a-f]{16}$/)
const anyMarker: fc.Arbitrary<Marker> = fc.record({
  group: fc.string({ unit: 'binary', maxLength: 200 }),
  plan: fc.stringMatching(/^[0-9a-f]{32}$/),
  head: anyId,
  marks: fc.array(anyMark),
  title: anyHash,
  body: anyHash,
  considered: fc.maxSafeNat(),
  isPaused: fc.boolean(),
  isSplit: fc.boolean(),
  isDecorated: fc.boolean(),
  ignore: fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9./-]{0,30}$/), { maxLength: 100 }),
  withdrawnAt: fc.option(fc.maxSafeNat(), { nil: undefined }),
})

/** A marker line with any JSON in it. */
function lineOf(value: unknown, packed = packMarks(MARKER.marks, 2)): string {
  return `<!-- kubemend:state ${Buffer.from(JSON.stringify(value)).toString('base64url')} ${packed} -->`
}

/** What `writeMarker` puts into its line. */
function storedIn(line: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(line.split(' ')[2] ?? '', 'base64url').toString())
}

describe('a marker', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyMarker, marker => {
        expect(readMarker(writeMarker(marker))).toEqual(marker)
      }),
    )
  })

  test('is one line that ends no comment', () => {
    fc.assert(
      fc.property(anyMarker, marker => {
        expect(writeMarker({ ...marker, group: `${marker.group}\n--> <b>` })).toMatch(/^<!-- [\w: -]+ -->$/)
      }),
    )
  })

  test('is found below other lines and between line ends of any kind', () => {
    const line = writeMarker(MARKER)
    expect(readMarker(`A note.\r\n\r\n${line}\r\nText.\r\n`)).toEqual(MARKER)
    expect(readMarker(`A note.\n${line}\nText.\n`)).toEqual(MARKER)
  })

  test('keeps 4,000 marks and 100 ignored rules at most', () => {
    const marks = Array.from({ length: 4_001 }, (_, index) => markOf(`finding ${index}`))
    const ignore = Array.from({ length: 101 }, (_, index) => `rule-${index}`)
    const line = writeMarker({ ...MARKER, marks, ignore })
    expect(line.length).toBeLessThan(46_000)
    expect(readMarker(line)).toEqual({ ...MARKER, marks: marks.slice(0, 4_000), ignore: ignore.slice(0, 100) })
  })

  test('takes 11 characters for a finding, rounded up', () => {
    const marks = (count: number) => Array.from({ length: count }, (_, index) => markOf(`${index}`))
    const length = (count: number) => writeMarker({ ...MARKER, marks: marks(count) }).length
    expect(length(300) - length(0)).toBe(3_200)
  })
})

describe('no marker is', () => {
  const stored = storedIn(writeMarker(MARKER))

  test('but the real one is', () => {
    expect(readMarker(lineOf(stored))).toEqual(MARKER)
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['a plain body', '## Summary\n\nText.\n'],
    ['one within a line', `Text ${writeMarker(MARKER)}`],
    ['one in a quote', `> ${writeMarker(MARKER)}`],
    ['one in a diff', `+${writeMarker(MARKER)}`],
    ['one far below', `${'Text.\n'.repeat(200)}${writeMarker(MARKER)}`],
    ['another schema', lineOf({ ...stored, schema: 2 })],
    ['null', lineOf(null)],
    ['a list', lineOf([stored])],
    ['a number', lineOf(1)],
    ['no JSON', '<!-- kubemend:state AAAA  -->'],
    ['marks that are cut', lineOf(stored, 'AAAA')],
    ['a plan that is no hash', lineOf({ ...stored, plan: '../../etc' })],
    ['a head that is none', lineOf({ ...stored, head: 'main' })],
    ['an id below zero', lineOf({ ...stored, considered: -1 })],
    ['an id that is no integer', lineOf({ ...stored, considered: 1.5 })],
    ['a date that is text', lineOf({ ...stored, withdrawnAt: 'today' })],
    ['ignored rules that are none', lineOf({ ...stored, ignore: ['@everyone'] })],
    ['ignored rules that are no list', lineOf({ ...stored, ignore: 'replicas' })],
    ['too many ignored rules', lineOf({ ...stored, ignore: Array(101).fill('a') })],
    ['a prototype', lineOf(JSON.parse(`{"__proto__":${JSON.stringify(stored)}}`))],
    ['too much JSON', lineOf({ ...stored, group: 'x'.repeat(30_000) })],
    ['too many marks', lineOf(stored, Buffer.alloc(4_001 * 8).toString('base64url'))],
  ])('%s', (_, body) => {
    expect(readMarker(body)).toBeUndefined()
  })

  test.each(Object.keys(stored))('one without %s', key => {
    const { [key]: _, ...rest } = stored
    expect(readMarker(lineOf(rest))).toBeUndefined()
  })

  test('any other text', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
        expect([readMarker(text), readMarker(lineOf(json)), readMarker(lineOf(stored, text))]).toEqual([
          undefined,
          undefined,
          text === '' ? { ...MARKER, marks: [] } : undefined,
        ])
      }),
    )
  })
})

describe('a marked body', () => {
  const { body: _, ...facts } = MARKER

  test('holds the hash of its text without the marker', () => {
    const body = markedBody(facts, marker => `${marker}\n\nText.\n`)
    expect(readMarker(body)).toEqual({ ...MARKER, body: hashOf('\n\nText.\n') })
  })

  test('is as long as it was when it was laid out', () => {
    let length = 0
    const body = markedBody(facts, marker => {
      const text = `${marker}\nText with $& and $1.\n`
      length = text.length
      return text
    })
    expect(body.length).toBe(length)
  })

  test('has the same hash whatever the marker remembers', () => {
    const hash = (change: Partial<Marker>) => readMarker(bodyOf({ ...MARKER, ...change }))?.body
    expect(hash({ head: objectId('other'), considered: 7, marks: [] })).toBe(hash({}))
  })

  test('takes other facts and keeps the rest, whatever a person wrote around it', () => {
    const body = `A person's note.\r\n${bodyOf(MARKER)}`
    const withdrawn = withMarker(body, { withdrawnAt: 1_767_225_600 })
    expect(readMarker(withdrawn)).toEqual({ ...readMarker(body), withdrawnAt: 1_767_225_600 })
    expect(withdrawn.replace(/<!--.*-->/, '')).toBe(body.replace(/<!--.*-->/, ''))
  })

  test('without a marker stays as it is', () => {
    expect(withMarker('Text.', { isPaused: true })).toBe('Text.')
  })
})

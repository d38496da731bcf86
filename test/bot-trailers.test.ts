// Trailers of the bot's commits: they are read as they were written, and every change to the message breaks their seal.

import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTrailers, type TrailerFacts, withTrailers } from '../src/bot/trailers.ts'
import { anyId, anyMark, markOf, objectId, planOf } from './support/bot-facts.ts'

const FACTS: TrailerFacts = {
  plan: planOf('a'),
  base: objectId('base'),
  version: '0.1.0',
  tree: objectId('tree'),
  marks: [markOf('one'), markOf('two')],
}
const BODY = 'fix(k8s): run two replicas\n\nOne pod is no service.\n'
const MESSAGE = withTrailers(BODY, FACTS)

const anyFacts: fc.Arbitrary<TrailerFacts> = fc.record({
  plan: fc.stringMatching(/^[0-9a-f]{32}$/),
  base: anyId,
  version: fc.stringMatching(/^[0-9]\.[0-9]{1,3}\.[0-9](?:-[a-z.]{1,8})?$/),
  tree: anyId,
  marks: fc.array(anyMark, { maxLength: 64 }),
})

describe('what was written', () => {
  test('is read again, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), anyFacts, (message, facts) => {
        expect(readTrailers(withTrailers(`subject ${message}`, facts))).toEqual({ facts, isSealed: true })
      }),
    )
  })

  test('is read after forges and git changed line ends and the end of the message', () => {
    const trailers = { facts: FACTS, isSealed: true }
    expect(readTrailers(MESSAGE.trimEnd())).toEqual(trailers)
    expect(readTrailers(`${MESSAGE}\n\n`)).toEqual(trailers)
    expect(readTrailers(MESSAGE.replaceAll('\n', '\r\n'))).toEqual(trailers)
  })

  test('is the same for the same facts', () => {
    expect(withTrailers(BODY, FACTS)).toBe(MESSAGE)
    expect(withTrailers(BODY.trimEnd(), FACTS)).toBe(MESSAGE)
  })

  test('is what git takes for trailers', () => {
    const { stdout } = spawnSync('git', ['interpret-trailers', '--parse'], { input: MESSAGE, encoding: 'utf8' })
    const lines = stdout.trim().split('\n')
    expect(lines.map(line => line.split(':')[0])).toEqual(
      ['Plan', 'Base', 'Version', 'Tree', 'Findings', 'Seal'].map(key => `Kubemend-${key}`),
    )
    expect(lines[0]).toBe(`Kubemend-Plan: ${FACTS.plan}`)
  })

  test('joins trailers that the message has already', () => {
    const signed = withTrailers(`${BODY}\nSigned-off-by: A Bot <bot@example.com>\n`, FACTS)
    expect(signed).toContain('<bot@example.com>\nKubemend-Plan: ')
    expect(readTrailers(signed)).toEqual({ facts: FACTS, isSealed: true })
  })

  test('stands apart from a subject that looks like a trailer', () => {
    expect(withTrailers('Fix: replicas', FACTS)).toMatch(/^Fix: replicas\n\nKubemend-Plan: /)
  })

  test('keeps 64 findings at most', () => {
    const marks = Array.from({ length: 70 }, (_, index) => markOf(`finding ${index}`))
    expect(readTrailers(withTrailers(BODY, { ...FACTS, marks }))?.facts.marks).toEqual(marks.slice(0, 64))
  })
})

describe('a message without trailers', () => {
  test.each([
    ['of a person', BODY],
    ['that is empty', ''],
    ['that mentions some of them in its text', `${BODY}\nKubemend-Plan: ${FACTS.plan}\n\nAnd so on.\n`],
    ['that has some of them', `${BODY}\nKubemend-Plan: ${FACTS.plan}\nKubemend-Base: ${FACTS.base}\n`],
    ['with values of another kind', MESSAGE.replace(/^(Kubemend-Tree): .*$/m, '$1: HEAD')],
    ['with text behind them', `${MESSAGE}\nThis was not enough.\n`],
    ['of a revert', `Revert "fix(k8s): run two replicas"\n\nThis reverts commit ${objectId('own')}.\n`],
  ])('%s is nothing', (_, message) => {
    expect(readTrailers(message)).toBeUndefined()
  })
})

describe('the seal does not hold', () => {
  test.each([
    ['another subject', MESSAGE.replace('two', 'three')],
    ['another body', MESSAGE.replace('One pod', 'A single pod')],
    ['another plan', MESSAGE.replace(FACTS.plan, planOf('b'))],
    ['another tree', MESSAGE.replace(FACTS.tree, objectId('other'))],
    ['another finding', MESSAGE.replace(/^(Kubemend-Findings): .*$/m, '$1: AAAAAAAAAAA')],
    ['findings that cannot be read', MESSAGE.replace(/^(Kubemend-Findings): .*$/m, '$1: AAA')],
    ['no findings', MESSAGE.replace(/^Kubemend-Findings: .*\n/m, '')],
    ['a line behind it', `${MESSAGE.trimEnd()}\n(cherry picked from commit ${objectId('own')})\n`],
    ['a signature behind it', `${MESSAGE.trimEnd()}\nSigned-off-by: A Person <person@example.com>\n`],
    ['two messages squashed into one', `Fix it all\n\n${BODY}\n${MESSAGE}`],
    ['no seal', MESSAGE.replace(/^Kubemend-Seal: .*\n/m, '')],
  ])('with %s', (_, message) => {
    expect(readTrailers(message)).toMatchObject({ isSealed: false })
  })

  test('after any change of a character', () => {
    fc.assert(
      fc.property(fc.nat(MESSAGE.trimEnd().length - 1), fc.stringMatching(/^[a-z0-9]$/), (index, character) => {
        fc.pre(MESSAGE[index] !== character)
        const changed = MESSAGE.slice(0, index) + character + MESSAGE.slice(index + 1)
        expect(readTrailers(changed)?.isSealed ?? false).toBe(false)
      }),
    )
  })
})

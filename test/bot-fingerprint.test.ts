// Fingerprints of plans and marks of findings: equal for equal changes, different for different ones.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf, marksOf } from '../src/bot/fingerprint.ts'
import { packMarks, unpackMarks } from '../src/bot/marks.ts'
import type { EditRecord, FileChange, Finding } from '../src/engine/outcome.ts'
import type { Resource } from '../src/kube/resource.ts'
import { anyMark } from './support/bot-facts.ts'

const A: FileChange = { file: 'a.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n', findings: ['one'] }
const B: FileChange = { file: 'b.yaml', before: undefined, after: 'kind: PodDisruptionBudget\n', findings: ['two'] }

describe('the fingerprint', () => {
  test('is the same in any order of files, and whichever findings changed them', () => {
    expect(fingerprintOf([A, B])).toMatch(/^[0-9a-f]{32}$/)
    expect(fingerprintOf([B, { ...A, findings: [] }])).toBe(fingerprintOf([A, B]))
  })

  test.each<[string, FileChange[]]>([
    ['another path', [{ ...A, file: 'c.yaml' }, B]],
    ['another text before', [{ ...A, before: 'replicas: 0\n' }, B]],
    ['another text after', [{ ...A, after: 'replicas: 3\n' }, B]],
    ['a file that was there, empty', [A, { ...B, before: '' }]],
    ['one file less', [A]],
    ['texts that swap places', [{ ...A, before: A.after, after: 'replicas: 1\n' }, B]],
  ])('differs with %s', (_, files) => {
    expect(fingerprintOf(files)).not.toBe(fingerprintOf([A, B]))
  })
})

const RESOURCE: Resource = {
  apiVersion: 'apps/v1',
  group: 'apps',
  kind: 'Deployment',
  namespace: undefined,
  name: 'web',
  value: {},
  origin: { file: 'a.yaml', document: 0, path: [] },
} as unknown as Resource
const EDIT: EditRecord = { op: 'replace', file: 'a.yaml', document: 0, path: '/spec/replicas', before: 1, after: 2 }

function finding(edit: Partial<EditRecord>, id = '0123456789ab'): Finding {
  const text = { reason: { code: 'single', text: 'one replica' }, preconditions: [], followUps: [], warnings: [] }
  const common = { id, rule: 'replicas', resource: RESOURCE, path: [], outcome: 'applied', risks: ['none'], ties: [] }
  return { ...common, ...text, edits: [{ ...EDIT, ...edit }] } as unknown as Finding
}

describe('the mark of a finding', () => {
  const [plain] = marksOf([finding({})])

  test('holds its id and 4 hex digits of its change', () => {
    expect(plain).toEqual({ id: '0123456789ab', change: expect.stringMatching(/^[0-9a-f]{4}$/) })
  })

  test.each<[string, Partial<EditRecord>]>([
    ['the file moved', { file: 'moved/b.yaml' }],
    ['the document has another number', { document: 3 }],
  ])('is the same when %s', (_, edit) => {
    expect(marksOf([finding(edit)])).toEqual([plain])
  })

  test('is the same whatever the order of keys', () => {
    const one = finding({ after: { requests: { cpu: '1', memory: '1Gi' }, limits: {} } })
    const other = finding({ after: { limits: {}, requests: { memory: '1Gi', cpu: '1' } } })
    expect(marksOf([one])).toEqual(marksOf([other]))
  })

  test.each<[string, Partial<EditRecord>]>([
    ['another value is written', { after: 3 }],
    ['another value stood there', { before: 0 }],
    ['it is written elsewhere', { path: '/spec/other' }],
    ['the kind of value differs', { after: '2' }],
    ['nothing stood there', { op: 'add' }],
  ])('differs when %s', (_, edit) => {
    expect(marksOf([finding(edit)])).not.toEqual([plain])
  })

  test('tells a map from a list of its pairs', () => {
    expect(marksOf([finding({ after: { a: 1 } })])).not.toEqual(marksOf([finding({ after: [['a', 1]] })]))
  })

  test('stands once for variants with one change, and in one order', () => {
    const [a, b] = [finding({}, 'aaaaaaaaaaaa'), finding({}, 'bbbbbbbbbbbb')]
    const marks = marksOf([b, a, finding({ file: 'prod/a.yaml' }, 'bbbbbbbbbbbb')])
    expect(marks.map(({ id }) => id)).toEqual(['aaaaaaaaaaaa', 'bbbbbbbbbbbb'])
  })
})

describe('packed marks', () => {
  test('are read again, 8 bytes each', () => {
    fc.assert(
      fc.property(fc.array(anyMark), marks => {
        const text = packMarks(marks, marks.length)
        expect(text.length).toBe(Math.ceil((marks.length * 8 * 4) / 3))
        expect(unpackMarks(text)).toEqual(marks)
      }),
    )
  })

  test('hold no more than the limit, and nothing that is no mark', () => {
    const mark = { id: '0123456789ab', change: '0000' }
    expect(packMarks([{ ...mark, id: 'oddly named!' }, mark, mark, mark], 2)).toBe(packMarks([mark, mark], 2))
  })

  test.each(['A', 'AAAA', '?', 'AAAAAAAAAAB', 'AAAAAAAAAAA=', 'AAAAAAAAAA\n'])('%j is none', text => {
    expect(unpackMarks(text)).toBeUndefined()
  })
})

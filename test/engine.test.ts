// The engine with transforms made for the test: atomic changes, risks, gates, units, convergence, clashes.

import { expect, test } from 'vitest'
import { RISKS, type Risk, SAFE_RISKS } from '../src/engine/risk.ts'
import { type RunOptions, run } from '../src/engine/run.ts'
import type { Proposal } from '../src/engine/transform.ts'
import { createValidator } from '../src/schema/validator.ts'
import {
  append,
  change,
  create,
  decline,
  type Json,
  type Resource,
  remove,
  set,
  type Transform,
  type Workspace,
} from '../src/sdk.ts'

const options = {
  settings: { get: section => section.defaults },
  allowed: () => new Set(SAFE_RISKS),
  validator: () => createValidator({ kubernetesVersion: '1.36' }),
  kubernetesVersion: '1.36',
} satisfies Omit<RunOptions, 'transforms'>

function transform(id: string, plan: (workspace: Workspace) => Iterable<Proposal>): Transform {
  return {
    ...{ id, title: id, rationale: '', category: 'availability', since: '0', kinds: [], risks: RISKS },
    ...{ aliases: [], references: [], refusals: [], sections: [] },
    plan,
  }
}

function fix(
  files: Readonly<Record<string, string>>,
  transforms: readonly Transform[],
  more: Partial<RunOptions> = {},
) {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text, selected: true }))
  return run(sources, { ...options, transforms, ...more })
}

function textOf(result: ReturnType<typeof run>, file: string): string | undefined {
  return result.files.find(change => change.file === file)?.after
}

const target = (resource: Resource) => ({ resource, path: ['data'] })

const label = (key: string, value: string, risks: RunOptions extends never ? never : 'none' | 'access' = 'none') =>
  transform(`label-${key}`, function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      const edits = [set(resource, ['data', key], value)]
      yield change({ target: target(resource), code: 'label', why: 'a label is missing', risks, edits })
    }
  })

const configMap = (name: string, data = 'a: "1" # kept') => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  ${data}
`

test('a change is applied once, proved, and the second run has nothing to do', () => {
  const result = fix({ 'a.yaml': configMap('a') }, [label('b', '2')])
  expect(textOf(result, 'a.yaml')).toBe(configMap('a', 'a: "1" # kept\n  b: "2"'))
  expect(result.findings).toMatchObject([
    { rule: 'label-b', outcome: 'applied', edits: [{ op: 'add', path: '/data/b' }] },
  ])
  const again = fix({ 'a.yaml': textOf(result, 'a.yaml') ?? '' }, [label('b', '2')])
  expect(again.files).toEqual([])
  expect(again.findings).toEqual([])
})

test('a change whose risk is not allowed is held, and says which flag would let it through', () => {
  const result = fix({ 'a.yaml': configMap('a') }, [label('b', '2', 'access')])
  expect(result.files).toEqual([])
  expect(result.findings).toMatchObject([
    { outcome: 'held', risks: ['access'], allow: { flag: '--risk none,restart,access' } },
  ])
})

test('a later transform sees what an earlier one changed', () => {
  const copies = transform('copy', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      const value = (resource.value.data as { b?: string }).b
      if (value === undefined) continue
      const edits = [set(resource, ['data', 'copy'], value)]
      yield change({ target: { resource, path: ['data', 'copy'] }, code: 'copy', why: 'copy', risks: 'none', edits })
    }
  })
  const result = fix({ 'a.yaml': configMap('a') }, [copies, label('b', '2')])
  expect(textOf(result, 'a.yaml')).toBe(configMap('a', 'a: "1" # kept\n  b: "2"\n  copy: "2"'))
})

test('a change over two files is refused whole when one of them cannot be edited', () => {
  const anchored = configMap('b', 'a: &x\n    c: "1"\n  d: *x')
  const both = transform('both', function* (workspace) {
    const [a, b] = workspace.ofKind('ConfigMap')
    if (a === undefined || b === undefined) return
    const edits = [set(a, ['data', 'n'], '1'), set(b, ['data', 'a', 'c'], '2')]
    yield change({ target: target(a), code: 'both', why: 'both', risks: 'none', edits })
  })
  const other = transform('other', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      const edits = [set(resource, ['metadata', 'namespace'], 'prod')]
      yield change({ target: { resource, path: ['metadata'] }, code: 'ns', why: 'ns', risks: 'none', edits })
    }
  })
  const files = { 'a.yaml': configMap('a'), 'b.yaml': anchored }
  const result = fix(files, [both, other])
  expect(result.findings.map(({ rule, outcome }) => [rule, outcome])).toEqual([
    ['both', 'refused'],
    ['other', 'applied'],
    ['other', 'applied'],
  ])
  expect(textOf(result, 'a.yaml')).toBe(configMap('a').replace('name: a\n', 'name: a\n  namespace: prod\n'))
  expect(textOf(result, 'b.yaml')).toBe(anchored.replace('name: b\n', 'name: b\n  namespace: prod\n'))
})

test('a failed proof refuses the whole unit of its change', () => {
  const anchored = configMap('b', 'a: &x\n    c: "1"\n  d: *x')
  const unit = transform('unit', function* (workspace) {
    const [a, b] = workspace.ofKind('ConfigMap')
    if (a === undefined || b === undefined) return
    const common = { code: 'unit', why: 'unit', risks: 'none', unit: 'kafka' } as const
    yield change({ ...common, target: target(a), edits: [set(a, ['data', 'n'], '1')] })
    yield change({ ...common, target: target(b), edits: [set(b, ['data', 'a', 'c'], '2')] })
  })
  const result = fix({ 'a.yaml': configMap('a'), 'b.yaml': anchored }, [unit])
  expect(result.findings.map(finding => finding.outcome)).toEqual(['refused', 'refused'])
  expect(result.files).toEqual([])
})

test('a unit of which one change is held back or refused is not changed at all', () => {
  const unit = (risks: Risk, value: Json) =>
    transform('unit', function* (workspace) {
      const [a, b] = workspace.ofKind('ConfigMap')
      if (a === undefined || b === undefined) return
      const common = { code: 'unit', why: 'unit', unit: 'kafka' }
      yield change({ ...common, risks: 'none', target: target(a), edits: [set(a, ['data', 'n'], '1')] })
      yield change({ ...common, risks, target: target(b), edits: [set(b, ['data', 'n'], value)] })
    })
  const files = { 'a.yaml': configMap('a'), 'b.yaml': configMap('b') }
  const held = fix(files, [unit('topology', '2')])
  expect(held.files).toEqual([])
  expect(held.findings.map(({ outcome, allow }) => [outcome, allow?.flag])).toEqual([
    ['held', '--risk none,restart,topology'],
    ['held', '--risk none,restart,topology'],
  ])
  const refused = fix(files, [unit('none', 2)])
  expect(refused.files).toEqual([])
  expect(refused.findings.map(({ reason }) => reason.code)).toEqual(['unit-refused', 'gate-type'])
})

test('a change that would break the schema is refused and names the place', () => {
  const wrong = transform('wrong', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      const edits = [set(resource, ['data', 'n'], 1)]
      yield change({ target: target(resource), code: 'x', why: 'x', risks: 'none', edits })
    }
  })
  const result = fix({ 'a.yaml': configMap('a') }, [wrong])
  expect(result.findings).toMatchObject([{ outcome: 'refused', reason: { code: 'gate-type' } }])
  expect(result.findings[0]?.reason.text).toContain('/data/n')
  expect(result.files).toEqual([])
})

test('an error that the input had already does not stop a change', () => {
  const result = fix({ 'a.yaml': configMap('a', 'a: 1') }, [label('b', '2')])
  expect(textOf(result, 'a.yaml')).toBe(configMap('a', 'a: 1\n  b: "2"'))
})

test('an edit that meets a scalar where a map must be is refused', () => {
  const result = fix({ 'a.yaml': configMap('a').replace(/\ndata:[\s\S]*/, '\ndata: nothing\n') }, [label('b', '2')])
  expect(result.findings).toMatchObject([{ outcome: 'refused', reason: { code: 'cannot-apply' } }])
})

test('a transform that never settles is refused after five passes, and nothing of it is written', () => {
  let count = 0
  const restless = transform('restless', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      count += 1
      const edits = [set(resource, ['data', 'count'], String(count))]
      yield change({ target: target(resource), code: 'x', why: 'x', risks: 'none', edits })
    }
  })
  const result = fix({ 'a.yaml': configMap('a') }, [restless, label('b', '2')])
  expect(result.findings.map(({ rule, outcome, reason }) => [rule, outcome, reason.code])).toEqual([
    ['restless', 'refused', 'no-convergence'],
    ['label-b', 'applied', 'label'],
  ])
  expect(textOf(result, 'a.yaml')).toBe(configMap('a', 'a: "1" # kept\n  b: "2"'))
})

const pair = transform('pair', function* (workspace) {
  for (const resource of workspace.ofKind('ConfigMap')) {
    if (resource.name.endsWith('-twin')) continue
    const name = `${resource.name}-twin`
    if (workspace.named(resource, 'ConfigMap', name) !== undefined) continue
    const edits = [
      create(resource, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { of: resource.name } }),
    ]
    yield change({ target: target(resource), code: 'twin', why: 'no twin', risks: 'none', edits })
  }
})

test('a new resource follows its owner in the file, and later edits reach it', () => {
  const text = `${configMap('a')}---\n${configMap('b')}`
  const result = fix({ 'a.yaml': text }, [pair, label('z', '9')])
  const twin = (name: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}-twin\ndata:\n  of: ${name}\n  z: "9"\n`
  const kept = (name: string) => configMap(name, 'a: "1" # kept\n  z: "9"')
  expect(textOf(result, 'a.yaml')).toBe([kept('a'), twin('a'), kept('b'), twin('b')].join('---\n'))
  expect(fix({ 'a.yaml': textOf(result, 'a.yaml') ?? '' }, [pair, label('z', '9')]).files).toEqual([])
})

test('a new resource of an owner in a List becomes its next item', () => {
  const list = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n'
  const result = fix({ 'list.yaml': list }, [pair])
  const item = '- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a-twin\n  data:\n    of: a\n'
  expect(textOf(result, 'list.yaml')).toBe(list + item)
  expect(fix({ 'list.yaml': list + item }, [pair]).files).toEqual([])
})

test('a new resource may have a new file of its own', () => {
  const apart = transform('apart', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      if (resource.name !== 'a' || workspace.named(resource, 'ConfigMap', 'apart') !== undefined) continue
      const edits = [create(resource, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'apart' } }, 'new.yaml')]
      yield change({ target: target(resource), code: 'n', why: 'n', risks: 'none', edits })
    }
  })
  const result = fix({ 'a.yaml': configMap('a') }, [apart])
  expect(result.files).toMatchObject([{ file: 'new.yaml', before: undefined }])
  expect(textOf(result, 'new.yaml')).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: apart\n')
})

test('a new resource that is not strictly valid, or whose name is taken, is refused', () => {
  const make = (metadata: { name: string }, extra: object) =>
    transform('make', function* (workspace) {
      const [resource] = workspace.ofKind('ConfigMap')
      if (resource === undefined) return
      const edits = [create(resource, { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...extra })]
      yield change({ target: target(resource), code: 'n', why: 'n', risks: 'none', edits })
    })
  const codes = [make({ name: 'n' }, { dta: {} }), make({ name: 'a' }, {})].map(
    maker => fix({ 'a.yaml': configMap('a') }, [maker]).findings[0]?.reason.code,
  )
  expect(codes).toEqual(['gate-additionalProperties', 'name-taken'])
})

test('two resources of one identity in one file are reported and neither is edited; in two folders they are variants', () => {
  const twice = fix({ 'a.yaml': `${configMap('a')}---\n${configMap('a')}` }, [label('b', '2')])
  expect(twice.files).toEqual([])
  expect(twice.warnings).toMatchObject([{ code: 'identity-clash' }])
  expect(twice.findings.map(finding => finding.reason.code)).toEqual(['identity-clash', 'identity-clash'])
  const variants = fix({ 'dev/a.yaml': configMap('a'), 'prod/a.yaml': configMap('a') }, [label('b', '2')])
  expect(variants.files.map(file => file.file)).toEqual(['dev/a.yaml', 'prod/a.yaml'])
})

test('what is only context is judged with and never changed', () => {
  const sources = [{ path: 'a.yaml', text: configMap('a'), selected: false }]
  const result = run(sources, { ...options, transforms: [label('b', '2')] })
  expect(result.files).toEqual([])
  expect(result.findings).toMatchObject([{ outcome: 'refused', reason: { code: 'not-selected' } }])
})

test('a silenced rule is counted and does nothing', () => {
  const skip = (_: Resource, rule: string) => (rule === 'label-b' ? 'an annotation' : undefined)
  const result = fix({ 'a.yaml': configMap('a') }, [label('b', '2')], { skip })
  expect(result.files).toEqual([])
  expect(result.suppressed).toMatchObject([{ rule: 'label-b', by: 'an annotation' }])
})

test('a decline is a refused finding with its next step', () => {
  const declines = transform('declines', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      yield decline({ target: target(resource), code: 'no', why: 'it cannot be', next: 'do it by hand' })
    }
  })
  const result = fix({ 'a.yaml': configMap('a') }, [declines])
  expect(result.findings).toMatchObject([{ outcome: 'refused', followUps: [{ text: 'do it by hand' }] }])
})

test('one file that cannot be read is reported and the others are fixed', () => {
  const result = fix({ 'a.yaml': configMap('a'), 'bad.yaml': 'a: [1\n' }, [label('b', '2')])
  expect(result.refused).toMatchObject([{ file: 'bad.yaml', code: 'syntax' }])
  expect(result.files.map(file => file.file)).toEqual(['a.yaml'])
})

test('edits of one change that undo each other leave the text alone', () => {
  const idle = transform('idle', function* (workspace) {
    for (const resource of workspace.ofKind('ConfigMap')) {
      const edits = [append(resource, ['data', 'list'], 'x'), remove(resource, ['data', 'list'])]
      yield change({ target: target(resource), code: 'x', why: 'x', risks: 'none', edits })
    }
  })
  const result = fix({ 'a.yaml': configMap('a') }, [idle])
  expect(result.files).toEqual([])
})

test('the id of a finding does not depend on where the file or the line is', () => {
  const ids = ['a.yaml', 'b/c.yaml'].map(
    path => fix({ [path]: `# moved\n${configMap('a')}` }, [label('b', '2')]).findings[0]?.id,
  )
  expect(ids[0]).toMatch(/^[0-9a-f]{12}$/)
  expect(ids[0]).toBe(ids[1])
})

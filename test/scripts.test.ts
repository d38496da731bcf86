// The scripts that contributors run: the sweep over our own fixtures, the scaffold of a transform, the catalogue.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { catalogue } from '../scripts/docs.ts'
import { manifestsBelow } from '../scripts/manifests.ts'
import { scaffold } from '../scripts/new.ts'
import { type Sweep, sweep } from '../scripts/sweep.ts'
import { RISKS } from '../src/engine/risk.ts'
import { run } from '../src/engine/run.ts'
import { createValidator } from '../src/schema/validator.ts'
import type { Transform } from '../src/sdk.ts'
import transforms from '../transforms/index.ts'

/** Folders of fixtures that one project could hold; together they would be a cluster of a thousand Kafkas. */
const FOLDERS = ['fixtures/editor', 'fixtures/platform', ...transforms.map(({ id }) => `fixtures/transforms/${id}`)]

test('the sweep over all fixtures finds nothing lost, wrong, unasked for or changed twice', {
  timeout: 600_000,
}, () => {
  const found = FOLDERS.map(folder => sweep(manifestsBelow(folder)))
  const count = (of: (figures: Sweep) => number) => found.reduce((sum, figures) => sum + of(figures), 0)
  const documents = count(figures => figures.documents)
  expect(documents).toBeGreaterThan(500)
  expect(count(({ changed }) => changed)).toBeGreaterThan(100)
  for (const figures of found) {
    const { crashes, wrongValues, collateralLines, lostComments, secondRun, withoutReason } = figures
    expect({ crashes, wrongValues, collateralLines, lostComments, secondRun, withoutReason }).toEqual({
      ...{ crashes: [], wrongValues: [], collateralLines: [], lostComments: [], secondRun: [], withoutReason: [] },
    })
  }
  expect(count(({ refusedByEditor }) => refusedByEditor.length) / documents).toBeLessThan(0.01)
})

test('the catalogue in docs is what the transforms declare', () => {
  expect(readFileSync('docs/transforms.md', 'utf8')).toBe(catalogue(transforms))
})

const index = readFileSync('transforms/index.ts', 'utf8')

test.each(['My-Rule', 'rule_1', '-x', ''])('the scaffold does not take %j for an id', id => {
  expect(scaffold(id, index, '1.0.0')).toBeUndefined()
})

test('the scaffold lists the new transform last, and changes no other line of the list', () => {
  const files = scaffold('topology-spread', index, '1.0.0')
  const list = files?.get('transforms/index.ts') ?? ''
  expect(list).toContain("import topologySpread from './topology-spread.ts'\n")
  expect(list).toContain('  topologySpread,\n]')
  expect(
    list.replace("import topologySpread from './topology-spread.ts'\n", '').replace('  topologySpread,\n', ''),
  ).toBe(index)
})

const scratch = mkdtempSync('transforms/.scaffold-')
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('the scaffolded transform runs, and its fixtures say what it does', async () => {
  const files = scaffold('topology-spread', index, '1.0.0') ?? new Map<string, string>()
  const source = files.get('transforms/topology-spread.ts') ?? ''
  const file = join(scratch, 'topology-spread.ts')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, source.replace('../src/sdk.ts', '../../src/sdk.ts'))
  const { default: transform } = (await import(pathToFileURL(file).href)) as { default: Transform }
  const fixed = (text: string) => {
    const result = run([{ path: 'deployment.yaml', text, selected: true }], {
      transforms: [transform],
      settings: { get: section => section.defaults },
      allowed: () => new Set(RISKS),
      validator: () => createValidator({ kubernetesVersion: '1.36' }),
      kubernetesVersion: '1.36',
    })
    return result.files[0]?.after
  }
  const fixture = (name: string) => files.get(`fixtures/transforms/topology-spread/${name}/deployment.yaml`) ?? ''
  expect(fixed(fixture('container-without-the-field/before'))).toBe(fixture('container-without-the-field/after'))
  expect(fixed(fixture('container-with-the-field/same'))).toBeUndefined()
})

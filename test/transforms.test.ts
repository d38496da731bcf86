// The fixtures of all transforms, and what every transform declares about itself.

import { existsSync, readdirSync } from 'node:fs'
import { expect, describe as group, test } from 'vitest'
import { RISKS } from '../src/engine/risk.ts'
import transforms from '../transforms/index.ts'
import { apply, asExpected, runCase, undeclaredRemovals } from './support/fixture-run.ts'
import { caseNames, fixtureFolders, readCase } from './support/fixtures.ts'

for (const transform of transforms) {
  const declared = new Set(transform.refusals.map(refusal => refusal.id))
  const names = caseNames(transform.id)
  const read = (name: string) => readCase(transform.id, name)

  group(transform.id, () => {
    test.each(names)('%s: the files become what the fixture says, and stay so', name => {
      const fixture = read(name)
      const result = runCase(fixture, fixture.before, [transform])
      expect(result.refused).toEqual([])
      const after = apply(fixture.before, result)
      expect(Object.fromEntries(after)).toEqual(Object.fromEntries(fixture.after))
      expect(runCase(fixture, after, [transform]).files).toEqual([])
    })

    test.each(names)('%s: the findings are those of the fixture', name => {
      const fixture = read(name)
      const { findings } = runCase(fixture, fixture.before, [transform])
      for (const finding of findings) {
        const { outcome, reason } = finding
        if (outcome === 'refused') expect([...declared], reason.text).toContain(reason.code)
        for (const risk of finding.risks) expect(transform.risks).toContain(risk)
      }
      if (fixture.outcomes === undefined) {
        const untold = fixture.same ? findings : findings.filter(finding => finding.outcome !== 'applied')
        expect(untold.map(finding => asExpected(finding, undefined))).toEqual([])
        return
      }
      const told = findings.map((finding, index) => asExpected(finding, fixture.outcomes?.[index]))
      expect(told).toEqual(fixture.outcomes)
    })

    test.each(names)('%s: only lines that an edit speaks of are taken away', name => {
      const fixture = read(name)
      expect(undeclaredRemovals(fixture.before, runCase(fixture, fixture.before, [transform]))).toEqual([])
    })

    test.each(names)('%s: all transforms together come to rest', name => {
      const fixture = read(name)
      const after = apply(fixture.before, runCase(fixture, fixture.before, transforms))
      expect(runCase(fixture, after, transforms).files).toEqual([])
    })

    test('has fixtures, more of them without a change than with one', () => {
      const cases = names.map(read)
      expect(cases.filter(fixture => fixture.before.size === 0)).toEqual([])
      const same = cases.filter(fixture => fixture.same).length
      expect(same).toBeGreaterThan(cases.length - same)
    })

    test('every refusal that it declares is shown by a fixture', () => {
      const shown = names.map(read).flatMap(fixture => {
        const { findings } = runCase(fixture, fixture.before, [transform])
        return findings.map(finding => finding.reason.code)
      })
      expect([...declared].filter(code => !shown.includes(code))).toEqual([])
    })

    test('declares itself completely', () => {
      expect(transform.id).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(transform.title).toMatch(/^[A-Z][^.\n]{9,70}$/)
      expect(transform.rationale).toMatch(/^[A-Z].{39,}\.$/)
      expect(transform.since).toMatch(/^\d+\.\d+\.\d+$/)
      expect(transform.kinds.length).toBeGreaterThan(0)
      expect(new Set(transform.kinds).size).toBe(transform.kinds.length)
      expect(transform.risks.length).toBeGreaterThan(0)
      for (const risk of transform.risks) expect(RISKS).toContain(risk)
      for (const alias of transform.aliases)
        expect(alias).toMatch(/^(?:kube-linter|kube-score|polaris|checkov|kubescape|trivy):\S+$/)
      for (const link of transform.references) expect(link).toMatch(/^https:\/\/\S+$/)
      expect(declared.size).toBe(transform.refusals.length)
      for (const refusal of transform.refusals) {
        expect(refusal.id).toMatch(/^[a-z]+(-[a-z]+)*$/)
        for (const text of [refusal.when, refusal.why, refusal.next]) expect(text).toMatch(/^\S.{9,}[^.]$/)
      }
    })
  })
}

test('a transform is the default export of the file or folder of its name, and each of them is listed', async () => {
  const paths = readdirSync('transforms').map(name => (name.endsWith('.ts') ? name : `${name}/index.ts`))
  const modules = paths.filter(path => path !== 'index.ts' && existsSync(`transforms/${path}`))
  const found = new Map<string, unknown>()
  for (const path of modules) {
    const module: unknown = await import(`../transforms/${path}`)
    found.set(path.replace(/(?:\/index)?\.ts$/, ''), (module as { default: unknown }).default)
  }
  expect(found).toEqual(new Map(transforms.map(transform => [transform.id, transform])))
})

test('no two transforms share an id, an alias or a configuration key with another meaning', () => {
  const ids = transforms.map(transform => transform.id)
  expect(new Set(ids).size).toBe(ids.length)
  const aliases = transforms.flatMap(transform => transform.aliases)
  expect(aliases.filter((alias, index) => aliases.indexOf(alias) !== index)).toEqual([])
  const sections = new Map<string, unknown>()
  for (const section of transforms.flatMap(transform => transform.sections)) {
    expect(sections.get(section.name) ?? section).toBe(section)
    sections.set(section.name, section)
  }
})

test('every folder of fixtures belongs to a transform', () => {
  const ids = transforms.map(transform => transform.id)
  expect(fixtureFolders().filter(folder => !ids.includes(folder))).toEqual([])
})

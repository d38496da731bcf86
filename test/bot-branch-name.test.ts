// Names of the bot's branches: good for git and every forge, one for each group, known again.

import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { branchName, freePrefix, isBranchOfPrefix } from '../src/bot/branch-name.ts'

const anyPrefix = fc.oneof(fc.constant('kubemend/'), fc.stringMatching(/^(?:[a-z0-9][a-z0-9_-]{0,8}\/){1,4}$/))
const anyVariant = fc.integer({ min: 1, max: 99 })

describe('a name', () => {
  test.each([
    ['replicas', 'kubemend/replicas-'],
    ['apps/Web Shop', 'kubemend/apps-web-shop-'],
    ['@acme/platform-team', 'kubemend/acme-platform-team-'],
    ['Überwachung', 'kubemend/uberwachung-'],
    ['..', 'kubemend/fixes-'],
    ['名前', 'kubemend/fixes-'],
    ['', 'kubemend/fixes-'],
    ['prod.lock', 'kubemend/prod-lock-'],
  ])('of %j begins with %s', (label, start) => {
    const name = branchName('kubemend/', 'key', label)
    expect(name.slice(0, -8)).toBe(start)
    expect(name.slice(-8)).toMatch(/^[0-9a-f]{8}$/)
  })

  test('is the same at every run, and differs with the key', () => {
    expect(branchName('kubemend/', 'key', 'replicas')).toBe(branchName('kubemend/', 'key', 'replicas'))
    expect(branchName('kubemend/', 'other', 'replicas')).not.toBe(branchName('kubemend/', 'key', 'replicas'))
  })

  test('has variants that differ', () => {
    const name = branchName('kubemend/', 'key', 'replicas')
    expect([1, 2, 10].map(variant => branchName('kubemend/', 'key', 'replicas', variant))).toEqual([
      name,
      `${name}-2`,
      `${name}-10`,
    ])
  })

  test('is short, in lower case, and known again', () => {
    fc.assert(
      fc.property(anyPrefix, fc.string(), fc.string({ unit: 'binary', maxLength: 200 }), anyVariant, (...given) => {
        const [prefix, key, label, variant] = given
        const name = branchName(prefix, key, label, variant)
        expect(name.length).toBeLessThan(100)
        expect(name).toBe(name.toLowerCase())
        expect(name).not.toMatch(/^[.-]|[./]$|\.\.|\/[.-]|\/\//)
        expect(isBranchOfPrefix(prefix, name)).toBe(true)
      }),
    )
  })

  test('is one that git takes', () => {
    const labels = fc.sample(fc.string({ unit: 'binary', maxLength: 120 }), 25)
    for (const label of [...labels, 'a.lock', '-x', '@{', 'a..b', 'HEAD']) {
      const name = branchName('kubemend/', label, label, 2)
      expect([name, spawnSync('git', ['check-ref-format', '--branch', name]).status]).toEqual([name, 0])
    }
  })
})

describe('a branch is none of the bot', () => {
  test.each([
    'main',
    'kubemend',
    'kubemend/',
    'kubemend/my-own-work',
    'kubemend/0a1b2c3d',
    'kubemend/replicas-0a1b2c3',
    'kubemend/replicas-0a1b2c3d-1',
    'kubemend/replicas-0a1b2c3d-2/x',
    'kubemend/Replicas-0a1b2c3d',
    'other/replicas-0a1b2c3d',
    'x/kubemend/replicas-0a1b2c3d',
  ])('%s', branch => {
    expect(isBranchOfPrefix('kubemend/', branch)).toBe(false)
  })
})

describe('a prefix', () => {
  test.each([
    ['nothing', 'kubemend/', []],
    ['other branches', 'kubemend/', ['main', 'kubemend-next', 'kubemender', 'kubemend/replicas-0a1b2c3d']],
    ['a branch of another case', 'kubemend/', ['Kubemend']],
  ])('stays beside %s', (_, prefix, branches) => {
    expect(freePrefix(prefix, branches)).toBe(prefix)
  })

  test('has dashes where a branch stands in its way', () => {
    expect(freePrefix('kubemend/', ['kubemend'])).toBe('kubemend-')
    expect(freePrefix('bots/kubemend/', ['main', 'bots'])).toBe('bots-kubemend-')
    expect(isBranchOfPrefix('kubemend-', branchName('kubemend-', 'key', 'replicas'))).toBe(true)
  })
})

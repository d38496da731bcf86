// CODEOWNERS: the files of each forge, as the forge reads them.

import { describe, expect, test } from 'vitest'
import { CODEOWNERS_PLACES, parseCodeowners } from '../src/bot/codeowners.ts'
import { ownerPattern } from '../src/bot/owner-pattern.ts'

describe('GitHub', () => {
  const owners = parseCodeowners(
    [
      '# all that nobody else owns',
      '*       @acme/all',
      '*.yaml  @yaml # and a comment',
      '/k8s/   @acme/platform ops@acme.example',
      'docs/*  @docs',
      '/k8s/free.yaml',
      '!k8s/kafka.yaml @nobody',
      'a\\ b.txt @blank',
      'k8s/typo @@ not-an-owner',
    ].join('\n'),
    'github',
  )
  test.each([
    ['README.md', ['@acme/all']],
    ['deep/in/x.yaml', ['@yaml']],
    ['k8s/kafka.yaml', ['@acme/platform', 'ops@acme.example']],
    ['other/k8s/kafka.yaml', ['@yaml']],
    ['docs/a.md', ['@docs']],
    ['docs/more/a.md', ['@acme/all']],
    ['k8s/free.yaml', []],
    ['a b.txt', ['@blank']],
    ['k8s/typo', []],
    ['../outside', []],
  ])('%s is owned by %j', (path, expected) => {
    expect(owners.of(path)).toEqual(expected)
  })

  test('tells upper case from lower case', () => {
    expect(parseCodeowners('/K8s/ @a', 'github').of('k8s/x')).toEqual([])
  })
})

test('GitLab has sections with owners of their own, and exclusions', () => {
  const owners = parseCodeowners(
    [
      '* @all',
      '[Platform][2] @platform',
      'k8s/',
      '!k8s/vendor/',
      'k8s/kafka.yaml @kafka',
      '^[Docs]',
      '*.md @docs',
      '[PLATFORM]',
      'helm/',
    ].join('\n'),
    'gitlab',
  )
  expect(owners.of('x')).toEqual(['@all'])
  expect(owners.of('k8s/a.yaml')).toEqual(['@all', '@platform'])
  expect(owners.of('k8s/kafka.yaml')).toEqual(['@all', '@kafka'])
  expect(owners.of('k8s/vendor/a.yaml')).toEqual(['@all'])
  expect(owners.of('k8s/README.md')).toEqual(['@all', '@docs', '@platform'])
  expect(owners.of('helm/a.yaml')).toEqual(['@all', '@platform'])
})

test('Gitea and Forgejo have regular expressions over whole paths, all of which count', () => {
  const text = [
    '.*\\\\.yaml @yaml # comment',
    'k8s/(kafka|zookeeper)/[^/]*\\\\.yaml @acme/streams',
    '!k8s/.* @others',
    '/helm/.* @helm',
    'path\\ with\\ space @blank',
    '(a+)+$ @slow',
  ].join('\n')
  for (const kind of ['gitea', 'forgejo'] as const) {
    const owners = parseCodeowners(text, kind)
    expect(owners.of('k8s/kafka/a.yaml')).toEqual(['@acme/streams', '@yaml'])
    expect(owners.of('k8s/kafka/deep/a.yaml')).toEqual(['@yaml'])
    expect(owners.of('helm/x')).toEqual(['@helm', '@others'])
    expect(owners.of('path with space')).toEqual(['@blank', '@others'])
    expect(owners.of('aaaa')).toEqual(['@others'])
  }
})

describe('a pattern of a repository is run only where it cannot run for ever:', () => {
  test.each(['(a+)+', '(a|a)*', '.*.*.*.*', 'a{1,9}', '(?=a)b', '[a-z]+', '\\\\1', '', 'x'.repeat(300), '(a|(b|c))'])(
    '%s is not',
    pattern => {
      expect(ownerPattern(pattern)).toBeUndefined()
    },
  )

  test.each(['a', '.*', 'k8s/[^/]+/.*\\\\.yaml', '(dev|prod)/.*'])('%s is', pattern => {
    expect(ownerPattern(pattern)).toBeDefined()
  })

  test('a path that is too long fits none', () => {
    expect(ownerPattern('.*')?.('a'.repeat(2_000))).toBe(false)
  })
})

test('each forge has its places', () => {
  expect(CODEOWNERS_PLACES.github[0]).toBe('.github/CODEOWNERS')
  expect(CODEOWNERS_PLACES.gitlab.at(-1)).toBe('.gitlab/CODEOWNERS')
  expect(CODEOWNERS_PLACES.gitea.at(-1)).toBe('.gitea/CODEOWNERS')
})

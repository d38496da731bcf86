// Which forge an address belongs to, and where its token comes from.

import { describe, expect, test } from 'vitest'
import { RemoteError } from '../src/bot/remote-error.ts'
import { findPlace } from '../src/forge/detect.ts'
import { findToken, TOKEN_VARIABLES } from '../src/forge/token.ts'

function failure(work: () => unknown): RemoteError {
  try {
    work()
  } catch (error) {
    if (error instanceof RemoteError) return error
  }
  throw new Error('a RemoteError was expected')
}

describe('an address', () => {
  test.each([
    ['https://github.com/acme/shop', 'github', 'https://api.github.com', 'acme', 'shop'],
    ['https://github.com/acme/shop.git', 'github', 'https://api.github.com', 'acme', 'shop'],
    ['https://www.github.com/acme/shop/', 'github', 'https://api.github.com', 'acme', 'shop'],
    ['https://octo.ghe.com/acme/shop', 'github', 'https://api.octo.ghe.com', 'acme', 'shop'],
    ['https://gitlab.com/acme/web/team/shop', 'gitlab', 'https://gitlab.com/api/v4', 'acme/web/team', 'shop'],
    ['https://codeberg.org/acme/shop', 'forgejo', 'https://codeberg.org/api/v1', 'acme', 'shop'],
    ['https://gitea.com/acme/my.shop', 'gitea', 'https://gitea.com/api/v1', 'acme', 'my.shop'],
  ])('%s is known', (address, kind, apiUrl, owner, name) => {
    expect(findPlace(address)).toMatchObject({ kind, apiUrl, owner, name })
  })

  test.each([
    ['github', 'https://git.example/acme/shop', undefined, 'https://git.example/api/v3', 'acme'],
    ['gitlab', 'https://git.example/a/b/shop', undefined, 'https://git.example/api/v4', 'a/b'],
    [
      'gitlab',
      'https://git.example/lab/a/shop',
      'https://git.example/lab/api/v4/',
      'https://git.example/lab/api/v4',
      'a',
    ],
    ['gitea', 'http://127.0.0.1:3000/acme/shop', undefined, 'http://127.0.0.1:3000/api/v1', 'acme'],
    [
      'forgejo',
      'https://git.example/tea/acme/shop',
      'https://git.example/tea/api/v1',
      'https://git.example/tea/api/v1',
      'acme',
    ],
  ] as const)("of a server of one's own is that of %s: %s", (kind, address, apiUrl, expected, owner) => {
    expect(findPlace(address, { kind, apiUrl })).toMatchObject({ kind, apiUrl: expected, owner, name: 'shop' })
  })

  const own = 'https://git.example'
  test.each([
    ['github', { GITHUB_SERVER_URL: own, GITHUB_API_URL: `${own}/api/v3` }, `${own}/api/v3`],
    ['gitea', { GITHUB_SERVER_URL: own, GITEA_ACTIONS: 'true' }, `${own}/api/v1`],
    ['forgejo', { GITHUB_SERVER_URL: own, FORGEJO_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, `${own}/api/v1`],
    ['gitlab', { CI_SERVER_URL: own, CI_API_V4_URL: `${own}/lab/api/v4` }, `${own}/lab/api/v4`],
  ] as const)('of the server that a job of %s runs on is known', (kind, environment, apiUrl) => {
    expect(findPlace(`${own}/acme/shop`, { environment })).toMatchObject({ kind, apiUrl })
  })

  test('of another server has nothing to do with the job', () => {
    const environment = { GITHUB_SERVER_URL: own, GITHUB_API_URL: `${own}/api/v3` }
    expect(() => findPlace('https://other.example/acme/shop', { environment })).toThrow('not known which forge')
    expect(findPlace('https://gitlab.com/a/b', { environment }).apiUrl).toBe('https://gitlab.com/api/v4')
    // what is said outright counts more
    expect(findPlace(`${own}/a/b`, { environment, kind: 'gitea' }).apiUrl).toBe(`${own}/api/v1`)
  })

  test('for git keeps the path and ends with .git once', () => {
    expect(findPlace('https://github.com/acme/shop/').gitUrl).toBe('https://github.com/acme/shop.git')
    const own = { kind: 'gitlab', apiUrl: 'https://git.example/lab/api/v4' } as const
    expect(findPlace('https://git.example/lab/a/shop.git', own).gitUrl).toBe('https://git.example/lab/a/shop.git')
  })

  test.each([
    ['https://git.example/acme/shop', 'name it with --forge'],
    ['git@github.com:acme/shop.git', 'give the address as https://github.com/acme/shop.git'],
    ['ssh://git@github.com/acme/shop', 'give the address as https://github.com/acme/shop'],
    ['https://github.com/acme', 'https://github.com/OWNER/NAME is expected'],
    ['https://github.com/acme/shop/tree/main', 'https://github.com/OWNER/NAME is expected'],
    ['https://gitlab.com/shop', 'https://gitlab.com/GROUP/PROJECT is expected'],
    ['shop', 'https://HOST/OWNER/NAME is expected'],
    ['https://github.com/acme/shop?x=1', 'https://HOST/OWNER/NAME is expected'],
  ])('%s is refused with advice', (address, advice) => {
    expect(failure(() => findPlace(address))).toMatchObject({
      kind: 'permanent',
      advice: expect.stringContaining(advice),
    })
  })

  test.each([
    'https://github.com/acme/%2e%2e%2fshop',
    'https://github.com/acme/a b',
    'https://github.com/ac%00me/shop',
  ])('%s is no name of a repository', address => {
    expect(failure(() => findPlace(address)).message).toContain('is no name')
  })

  test.each(['https://github.com/acme/shop\n-other', 'https://github.com/ac\tme/shop'])(
    '%j is refused: without its line breaks and tabs it would be another one',
    address => {
      expect(() => findPlace(address)).toThrow('no address of a repository')
    },
  )

  test('with a token in it is refused without showing it', () => {
    const { message, advice } = failure(() => findPlace('https://x:ghp_canary@github.com/acme/shop'))
    expect(`${message}${advice}`).not.toContain('canary')
    expect(message).toContain('holds credentials')
  })

  test.each(['http://github.com/acme/shop', 'http://git.example/acme/shop'])(
    '%s is refused: a token goes over https',
    address => {
      expect(failure(() => findPlace(address, { kind: 'github' })).message).toContain('over https only')
    },
  )
})

describe('a token', () => {
  test.each([
    ['github', { KUBEMEND_TOKEN: 'own-token', GITHUB_TOKEN: 'other-token' }, 'KUBEMEND_TOKEN'],
    ['github', { GH_TOKEN: 'own-token' }, 'GH_TOKEN'],
    ['gitlab', { GITLAB_TOKEN: 'own-token', GITHUB_TOKEN: 'other-token' }, 'GITLAB_TOKEN'],
    ['gitea', { FORGEJO_TOKEN: 'other-token', GITEA_TOKEN: 'own-token' }, 'GITEA_TOKEN'],
    ['forgejo', { FORGEJO_TOKEN: 'own-token', GITEA_TOKEN: 'other-token' }, 'FORGEJO_TOKEN'],
    ['github', { KUBEMEND_TOKEN: ' ', GITHUB_TOKEN: 'own-token' }, 'GITHUB_TOKEN'],
  ] as const)('for %s is found in the environment', (kind, environment, source) => {
    expect(findToken(kind, environment)).toEqual({ value: 'own-token', source })
    expect(TOKEN_VARIABLES).toContain(source)
  })

  test('in a file goes before the environment, without its line break', () => {
    expect(findToken('github', { GITHUB_TOKEN: 'other-token' }, 'own-token\n')).toEqual({
      value: 'own-token',
      source: 'file',
    })
  })

  test('of another forge is not taken', () => {
    const error = failure(() => findToken('gitlab', { GITHUB_TOKEN: 'some-token' }))
    expect(error).toMatchObject({ kind: 'permanent', advice: expect.stringContaining('GITLAB_TOKEN') })
  })

  test.each(['two lines\nof-canary', 'canary\u0000', 'short', 'cänary-token', ''])(
    '%j is none, and is not shown',
    text => {
      expect(failure(() => findToken('github', {}, text)).message).toBe(
        'the token file holds no token: one line without spaces is expected',
      )
    },
  )
})

// What the doctor says of a token and a repository on GitHub.

import { describe, expect, test } from 'vitest'
import { githubFace } from './support/forge/github.ts'
import { forge, startWorld, TOKEN, useWorld, world } from './support/forge/github-world.ts'

useWorld()

describe('the doctor', () => {
  async function diagnoses(token: string) {
    const found = await forge({ token }).diagnose()
    return Object.fromEntries(
      found.map(({ name, state, advice }) => [name, advice === undefined ? state : `${state}: ${advice}`]),
    )
  }

  test('finds nothing wrong with least privileges', async () => {
    expect(await diagnoses(TOKEN)).toEqual({
      'repository is open to changes': 'ok',
      'role of the account': 'ok',
      'scopes of the token': 'ok',
      'Contents: write': 'ok',
      'Pull requests: write': 'ok',
      'signed commits': 'ok',
    })
    expect(world.repository.pulls).toEqual([])
    expect([...world.repository.git.refs().keys()]).toEqual(['refs/heads/main'])
  })

  test('names what is missing', async () => {
    world.double.account('reader', { token: 'ghp_reader0123456789', role: 'read', scopes: ['gist'] })
    world.repository.isArchived = true
    world.repository.needsSignatures = true
    expect(await diagnoses('ghp_reader0123456789')).toMatchObject({
      'repository is open to changes': 'missing: unarchive it, or leave it out',
      'role of the account': expect.stringContaining('missing: give reader the role Write'),
      'scopes of the token': 'missing: give the token the scope public_repo',
      'Contents: write': expect.stringContaining('missing: give the token the permission contents=write'),
      'Pull requests: write': expect.stringContaining('missing: give the token the permission pull_requests=write'),
      'signed commits': 'missing: use the token of an App, whose commits GitHub signs',
    })
  })

  test('names what is more than needed', async () => {
    world.double.account('boss', {
      token: 'ghp_boss0123456789',
      role: 'admin',
      scopes: ['repo', 'read:org', 'admin:org', 'workflow'],
    })
    world.repository.isPrivate = true
    const found = await forge({ token: 'ghp_boss0123456789' }).diagnose()
    expect(found.filter(({ state }) => state === 'excess').map(({ text }) => text)).toEqual([
      'boss administers the repository',
      'admin:org, workflow',
    ])
  })

  test('knows what the workflow token is kept from', async () => {
    await world.double.stop()
    await startWorld(githubFace({ actionsMayOpen: false }))
    world.double.account('github-actions[bot]', { token: 'ghs_workflow01234', isBot: true })
    const found = await diagnoses('ghs_workflow01234')
    expect(found['Pull requests: write']).toContain('Allow GitHub Actions to create and approve pull requests')
    expect(found['GitHub Actions may create pull requests']).toBe('unknown')
    expect(found['checks run on the pull requests']).toContain('use the token of an App')
  })
})

// The other verbs of the bot, signed commits, and runs over several repositories.

import { afterEach, describe, expect, test } from 'vitest'
import { APP_TOKEN, createWorld, SHOP, snapshot, type World } from './support/bot-world.ts'

let world: World
afterEach(() => world.stop())

const branchOf = (label: string) => world.repository.pulls.find(({ branch }) => branch.includes(label))?.branch ?? ''

describe.each(['github', 'gitlab', 'gitea'] as const)('on %s', kind => {
  test('status tells open pull requests from those that a person took over', async () => {
    world = await createWorld(kind)
    await world.run()
    world.repository.git.commit(branchOf('replicas'), { 'NOTES.md': 'mine\n' })
    const { out, code } = await world.status()
    expect(code).toBe(0)
    expect(out).toMatch(/kubemend\/replicas-\w+ +taken over {2}\S+ {2}1 commit of people\n/)
    expect(out).toMatch(/kubemend\/resources-\w+ +open {2}\S+\n/)
    const { out: json } = await world.status({ format: 'json' })
    expect(JSON.parse(json)).toMatchObject({
      schemaVersion: 1,
      repositories: [{ branches: [{ state: 'open' }, { state: 'taken over' }, { state: 'open' }] }],
    })
  })

  test('close ends what is the bot’s own, and nothing else', async () => {
    world = await createWorld(kind)
    await world.run()
    const theirs = world.repository.git.commit(branchOf('replicas'), { 'NOTES.md': 'mine\n' })
    await expect(world.close({})).rejects.toThrow('--branch')
    const { out, code } = await world.close({ all: true })
    expect(code).toBe(0)
    expect(out).toMatch(/replicas-\w+ {2}left alone: it holds commits of people/)
    expect(world.repository.git.head(branchOf('replicas'))).toBe(theirs)
    expect(world.repository.openPulls().map(({ branch }) => branch)).toEqual([branchOf('replicas')])
    expect([...world.repository.git.refs().keys()]).toEqual([`refs/heads/${branchOf('replicas')}`, 'refs/heads/main'])
  })

  test('close names a branch that is not there', async () => {
    world = await createWorld(kind)
    const { code, err } = await world.close({ branches: ['kubemend/none-00000000'] })
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('is no branch of kubemend there') })
  })

  test('doctor is content with what the bot needs, and writes nothing', async () => {
    world = await createWorld(kind)
    const before = snapshot(world)
    const { code, out } = await world.doctor()
    expect(out).not.toContain('MISSING')
    expect(code).toBe(0)
    expect(snapshot(world)).toEqual(before)
  })

  test('one repository that cannot be reached does not stop the others', async () => {
    world = await createWorld(kind)
    const good = `${world.double.url}/acme/shop`
    const { code, err, out } = await world.run({ repositories: [`${world.double.url}/acme/gone`, good] })
    expect(code).toBe(5)
    expect(err).toContain('acme/gone')
    expect(out).toContain('replicas')
    expect(world.repository.openPulls()).toHaveLength(3)
  })
})

test('a branch in the way of the prefix moves the names, and every verb knows the new ones', async () => {
  world = await createWorld('github')
  world.repository.git.move('kubemend', world.repository.git.head('main') ?? '')
  await world.run()
  expect(branchOf('replicas')).toMatch(/^kubemend-replicas-/)
  expect((await world.status()).out).toContain(branchOf('replicas'))
  await world.close({ all: true })
  expect([...world.repository.git.refs().keys()]).toEqual(['refs/heads/kubemend', 'refs/heads/main'])
})

test('a repository that is trusted has branches of its own prefix, and a second run leaves them as they are', async () => {
  world = await createWorld('github', { ...SHOP, 'kubemend.yaml': 'bot: { branchPrefix: mending/ }\n' })
  await world.run({ trustsRepository: true })
  expect(branchOf('replicas')).toMatch(/^mending\/replicas-/)
  const before = snapshot(world)
  const { out } = await world.run({ trustsRepository: true })
  expect(snapshot(world)).toEqual(before)
  expect(out).toContain('up to date')
})

test('doctor names scopes that are missing or not needed', async () => {
  world = await createWorld('github', SHOP, { scopes: ['repo', 'admin:org'] })
  const { out } = await world.doctor()
  expect(out).toMatch(/excess {2}.*admin:org/)
  await world.stop()
  world = await createWorld('gitea', SHOP, { scopes: ['read:repository', 'read:user'] })
  const { out: less, code } = await world.doctor()
  expect(code).toBe(5)
  expect(less).toContain('MISSING')
})

test('with the token of an App commits are made and signed by the forge, each ref from where it was seen', async () => {
  world = await createWorld('github', SHOP, { token: APP_TOKEN })
  const { out, code, err } = await world.run({ format: 'json' })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const groups: { outcome: string; isVerified?: boolean }[] = JSON.parse(out).repositories[0].groups
  const opened = groups.filter(({ outcome }) => outcome === 'create')
  expect(opened.map(({ isVerified }) => isVerified)).toEqual([true, true, true])
  expect(world.requests().filter(line => line.includes('receive-pack'))).toEqual([])
  const before = snapshot(world)
  await world.run()
  expect(snapshot(world)).toEqual(before)
})

// Gitea as a forge, against a double that holds every request and reply to Gitea's own description.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Forge } from '../src/bot/forge.ts'
import { createGitea, explainGitea, giteaHeaders } from '../src/forge/gitea/index.ts'
import { failure } from './support/failure.ts'
import { describeBot } from './support/forge/bot-scenario.ts'
import { type DoubleStage, emptied, openDouble } from './support/forge/double-stage.ts'
import { giteaFace } from './support/forge/gitea.ts'
import type { GiteaFaceOptions } from './support/forge/gitea-operations.ts'
import { branchIn, NEW } from './support/forge/new-branch.ts'
import { describeForge } from './support/forge/scenario.ts'

const SCOPES = ['write:repository', 'write:issue', 'read:user']

function open(options: GiteaFaceOptions = {}, scopes: readonly string[] = SCOPES): Promise<DoubleStage> {
  return openDouble({
    ...{ kind: 'gitea', face: giteaFace(options), place: 'acme/shop', api: '/api/v1', scopes },
    ...{ headers: giteaHeaders, explain: explainGitea },
    create: (http, clock) => createGitea({ kind: 'gitea', owner: 'acme', name: 'shop', http, clock }),
  })
}

describeForge('Gitea', open)
describeBot('Gitea', () => emptied(open()))

let stage: DoubleStage
let forge: Forge

async function restart(options: GiteaFaceOptions, scopes?: readonly string[]): Promise<void> {
  await stage.stop()
  stage = await open(options, scopes)
  forge = stage.forge()
}

beforeEach(async () => {
  stage = await open()
  forge = stage.forge()
})
afterEach(() => stage.stop())

const branch = (name?: string) => branchIn(stage.repository, name)

function openPulls(count: number): void {
  for (let number = 1; number <= count; number += 1) {
    branch(`kubemend/${number}`)
    stage.repository.open(stage.accounts.bot, { ...NEW, branch: `kubemend/${number}` })
  }
}

describe('the pull requests of a branch', () => {
  test('are read from all pages of the list once, then from what changed', async () => {
    await restart({ pageSize: 5 })
    openPulls(12)
    expect((await forge.pullRequests('kubemend/3')).map(({ number }) => number)).toEqual([3])
    // the settings, the recent ones, then three pages in the order of their making
    expect(stage.requests()).toHaveLength(5)
    for (let number = 1; number <= 12; number += 1) {
      expect(await forge.pullRequests(`kubemend/${number}`)).toHaveLength(1)
    }
    expect(stage.requests()).toHaveLength(5 + 12)
  })

  test('are seen as a person left them meanwhile', async () => {
    await restart({ pageSize: 3 })
    openPulls(8)
    await forge.pullRequests('kubemend/1')
    for (let number = 1; number <= 7; number += 1) stage.repository.close(number)
    stage.repository.label(8, ['kubemend'])
    for (let number = 1; number <= 7; number += 1) {
      expect((await forge.pullRequests(`kubemend/${number}`))[0]?.state).toBe('closed')
    }
    expect((await forge.pullRequests('kubemend/8'))[0]?.labels).toEqual(['kubemend'])
  })

  test('asked for at once do not mix', async () => {
    openPulls(6)
    const found = await Promise.all([1, 2, 3, 4, 5, 6].map(number => forge.pullRequests(`kubemend/${number}`)))
    expect(found.map(list => list.map(({ number }) => number))).toEqual([[1], [2], [3], [4], [5], [6]])
  })

  test('are not those of forks', async () => {
    branch()
    stage.repository.open(stage.accounts.ann, { ...NEW, fork: 'ann' })
    expect(await forge.pullRequests(NEW.branch)).toEqual([])
  })
})

describe('opening', () => {
  test('waits for a branch that the server does not know yet', async () => {
    const options = { branchLag: 2 }
    await restart(options)
    branch()
    expect(await forge.open(NEW)).toMatchObject({ number: 1, state: 'open' })
    expect(stage.clock.slept.length).toBeGreaterThan(0)
    expect(stage.repository.pulls).toHaveLength(1)
  })

  test('is a permanent error where the branch is there and the server still says not found', async () => {
    branch()
    const error = await failure(forge.open({ ...NEW, base: 'no-such-base' }))
    expect(error).toMatchObject({ kind: 'permanent', status: 404, advice: expect.stringContaining('base branch') })
  })

  test('finds what a lost answer left behind', async () => {
    branch()
    let isLost = false
    stage.double.onRequest = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/pulls') || isLost) return undefined
      isLost = true
      return 'lose'
    }
    expect((await forge.open(NEW)).number).toBe(1)
    expect(stage.repository.pulls).toHaveLength(1)
  })

  test('of an archived repository says what to do', async () => {
    branch()
    stage.repository.isArchived = true
    expect(await failure(forge.open(NEW))).toMatchObject({ status: 423, advice: expect.stringContaining('unarchive') })
  })
})

describe('mergeability', () => {
  async function opened() {
    branch()
    return forge.open(NEW)
  }

  test('is asked for again while the server checks', async () => {
    const pull = await opened()
    stage.repository.git.commit('main', { 'README.md': 'hello\n' })
    stage.repository.mergeChecks = 2
    expect((await forge.state(pull)).mergeability).toBe('clean')
  })

  test('of a draft is clean on its base, and not known beside a newer one', async () => {
    const pull = await forge.edit(await opened(), { isDraft: true })
    expect((await forge.state(pull)).mergeability).toBe('clean')
    stage.repository.git.commit('main', { 'k8s/web.yaml': 'replicas: 3\n' })
    expect((await forge.state(pull)).mergeability).toBe('unknown')
  })

  test('comes with the merge that waits for checks', async () => {
    const pull = await opened()
    stage.repository.edit(pull.number, { isQueued: true })
    expect((await forge.state(pull)).isQueued).toBe(true)
  })
})

describe('labels', () => {
  test('are made once when the repository lacks them, and not asked for when they are there', async () => {
    branch()
    const pull = await forge.open(NEW)
    await forge.label(pull, { add: ['a', 'b'], remove: [] })
    await forge.label(pull, { add: ['a', 'b'], remove: [] })
    expect([...stage.repository.labels]).toEqual(['a', 'b'])
    const [labelled] = await forge.pullRequests(NEW.branch)
    const before = stage.requests().length
    if (labelled !== undefined) await forge.label(labelled, { add: ['b'], remove: ['c'] })
    expect(stage.requests()).toHaveLength(before)
  })
})

describe('people', () => {
  test('who are not taken are told, teams among them', async () => {
    await restart({ teams: { devs: true } })
    branch()
    const pull = await forge.open(NEW)
    const reviewers = ['ann', 'nobody', 'acme/devs', 'acme/none', 'mender']
    const refused = await forge.invite(pull, { reviewers, assignees: ['rob', 'nobody'] })
    expect(refused).toEqual(['nobody', 'acme/none', 'mender'])
    expect(stage.repository.pull(1)).toMatchObject({ reviewers: ['ann', '/devs'], assignees: ['rob'] })
  })

  test('who are there already are not asked again, and those whom a person assigned stay', async () => {
    branch()
    const pull = await forge.open(NEW)
    stage.repository.pull(1).assignees = ['rob']
    await forge.invite(pull, { reviewers: ['ann'], assignees: ['ann'] })
    expect(stage.repository.pull(1).assignees).toEqual(['rob', 'ann'])
    const before = stage.requests().length
    expect(await forge.invite(pull, { reviewers: ['Ann'], assignees: ['rob', 'ann'] })).toEqual([])
    expect(stage.requests()).toHaveLength(before + 1)
  })

  test('of an organization may push when the server tells it of all its teams', async () => {
    await restart({ teams: { devs: true } })
    expect(await forge.canWrite('ann')).toBe(true)
  })

  test('of an organization with readers are not believed', async () => {
    await restart({ teams: { devs: true, readers: false } })
    expect(await forge.canWrite('ann')).toBe(false)
    expect(await forge.canWrite('rob')).toBe(false)
    expect(await forge.canWrite('mender')).toBe(true)
  })
})

describe('the diagnosis', () => {
  const found = async () => (await forge.diagnose()).map(({ name, state }) => `${name}: ${state}`)

  test('names missing and excess scopes, as the server lists them', async () => {
    await restart({}, ['read:repository', 'write:organization', 'read:user'])
    expect(await found()).toEqual([
      'scope write:repository: missing',
      'scope write:issue: missing',
      'scope read:user: ok',
      'excess scopes: excess',
      'push: ok',
      'commands in comments: ok',
    ])
  })

  test('tells of a server that lists no scopes only what it can see', async () => {
    await restart({ tellsScopes: false }, ['write:repository', 'read:user'])
    expect((await found()).slice(0, 3)).toEqual([
      'scope read:user: ok',
      'scope write:repository: unknown',
      'scope write:issue: missing',
    ])
    branch()
    const pull = await forge.open(NEW)
    const error = await failure(forge.comment(pull, 'Hello.'))
    expect(error).toMatchObject({ status: 403, advice: 'give the token the scope read:issue' })
  })

  test('says when nobody can be obeyed', async () => {
    await restart({ teams: { devs: true, readers: false } })
    expect(await found()).toContain('commands in comments: unknown')
  })

  test('takes a token that may do everything for excess', async () => {
    await restart({}, ['all'])
    expect(await found()).toContain('excess scopes: excess')
  })

  test('names what the account and the repository lack', async () => {
    await stage.stop()
    stage = await open()
    stage.repository.isArchived = true
    Object.assign(stage.accounts.bot, { role: 'read' })
    forge = stage.forge()
    expect(await found()).toEqual(expect.arrayContaining(['push: missing', 'repository: missing']))
  })
})

test('what failed once is asked for again', async () => {
  stage.double.onRequest = () => ({ status: 503 })
  expect((await failure(forge.pullRequests(NEW.branch))).kind).toBe('temporary')
  expect((await failure(forge.account())).kind).toBe('temporary')
  stage.double.onRequest = undefined
  expect(await forge.pullRequests(NEW.branch)).toEqual([])
  expect((await forge.account()).login).toBe('mender')
})

test('an error names the scope that is missing and never the token', async () => {
  await restart({}, ['read:repository', 'read:user'])
  branch()
  const error = await failure(forge.open(NEW))
  expect(error).toMatchObject({ kind: 'permanent', status: 403, advice: 'give the token the scope write:repository' })
  expect(`${error.message}${error.stack}`).not.toContain('canary')
})

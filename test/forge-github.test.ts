// GitHub as a forge, against a double that holds every request and reply to GitHub's own descriptions.

import { beforeEach, describe, expect, test } from 'vitest'
import type { Exchange } from '../src/forge/http.ts'
import { failure } from './support/failure.ts'
import { githubFace } from './support/forge/github.ts'
import {
  APP_TOKEN,
  branch,
  disturb,
  forge,
  requests,
  startWorld,
  TOKEN,
  useWorld,
  world,
} from './support/forge/github-world.ts'
import { NEW } from './support/forge/new-branch.ts'

useWorld()

describe('who and where', () => {
  test('an account has the address that GitHub links to it', async () => {
    expect(await forge().account()).toEqual({
      login: 'mender',
      identity: { name: 'Mender', email: `${world.bot.id}+mender@users.noreply.127.0.0.1` },
    })
  })

  test('an App, which has no name and no page of its own, has one, too', async () => {
    const { login, identity } = await forge({ token: APP_TOKEN }).account()
    expect({ login, name: identity.name }).toEqual({ login: 'kubemend[bot]', name: 'kubemend[bot]' })
  })

  test('the project tells its default branch and whether it is archived', async () => {
    world.repository.isArchived = true
    expect(await forge().project()).toEqual({
      defaultBranch: 'main',
      url: `${world.double.url}/acme/shop`,
      isArchived: true,
    })
  })

  test('an unknown repository is a permanent error', async () => {
    expect(await failure(forge({ name: 'other' }).project())).toMatchObject({ kind: 'permanent', status: 404 })
    expect((await failure(forge({ name: 'other' }).pullRequests('x'))).kind).toBe('permanent')
  })

  test('a wrong token is a permanent error that does not show it', async () => {
    const error = await failure(forge({ token: 'ghp_wrong0123456789' }).account())
    expect(error).toMatchObject({ kind: 'permanent', status: 401, advice: expect.stringContaining('expired') })
    expect(error.message).not.toContain('ghp_wrong')
  })
})

describe('pull requests of a branch', () => {
  test('are there in every state, newest first, with all that is told of them', async () => {
    const head = branch()
    world.repository.open(world.bot, { ...NEW, title: 'first' })
    world.repository.close(1)
    world.repository.open(world.bot, { ...NEW, title: 'second', isDraft: true })
    world.repository.label(2, ['kubemend'])
    expect(await forge().pullRequests(NEW.branch)).toEqual([
      {
        ...{ number: 2, url: 'https://forge.invalid/acme/shop/pull/2', state: 'open', title: 'second', body: 'Why.' },
        ...{ isDraft: true, labels: ['kubemend'], branch: NEW.branch, head, base: 'main', author: 'mender' },
        createdAt: world.repository.pull(2).createdAt,
      },
      expect.objectContaining({ number: 1, state: 'closed', title: 'first' }),
    ])
  })

  test('are found on many pages', async () => {
    branch()
    for (let number = 1; number <= 12; number += 1) {
      world.repository.open(world.bot, NEW)
      world.repository.close(number)
    }
    const found = await forge().pullRequests(NEW.branch)
    expect(found.map(({ number }) => number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(requests()).toHaveLength(3)
  })

  test('are not those of forks, nor of branches that begin alike', async () => {
    branch()
    branch('kubemend/replicas-2')
    world.repository.open(world.ann, { ...NEW, fork: 'ann' })
    world.repository.open(world.bot, { ...NEW, branch: 'kubemend/replicas-2' })
    expect(await forge().pullRequests(NEW.branch)).toEqual([])
  })

  test('are still found once merged and without their branch', async () => {
    const head = branch()
    world.repository.open(world.bot, NEW)
    world.repository.merge(1, { deleteBranch: true })
    expect(world.repository.git.files('main')['k8s/web.yaml']).toBe('replicas: 2\n')
    const [found] = await forge().pullRequests(NEW.branch)
    expect(found).toMatchObject({ state: 'merged', branch: NEW.branch, head })
  })

  test('of an App carry the login that REST gives it', async () => {
    branch()
    world.repository.open(world.app, NEW)
    expect((await forge().pullRequests(NEW.branch))[0]?.author).toBe('kubemend[bot]')
  })
})

describe('the state of a pull request', () => {
  async function state() {
    const github = forge()
    const [pullRequest] = await github.pullRequests(NEW.branch)
    if (pullRequest === undefined) throw new Error('no pull request')
    return github.state(pullRequest)
  }

  beforeEach(() => {
    branch()
    world.repository.open(world.bot, NEW)
  })

  test('is clean when nothing happened', async () => {
    expect(await state()).toEqual({ mergeability: 'clean', isReviewed: false, isQueued: false })
  })

  test('shows conflicts', async () => {
    world.repository.git.commit('main', { 'k8s/web.yaml': 'replicas: 3\n' })
    expect((await state()).mergeability).toBe('conflicts')
  })

  test('is behind only where the repository demands more', async () => {
    world.repository.git.commit('main', { 'README.md': 'hello\n' })
    expect((await state()).mergeability).toBe('clean')
    world.repository.needsUpToDate = true
    expect((await state()).mergeability).toBe('behind')
  })

  test('is asked for again while GitHub computes it', async () => {
    world.repository.mergeChecks = 2
    expect((await state()).mergeability).toBe('clean')
    expect(world.clock.slept).toEqual([1500, 1500])
  })

  test('stays unknown when GitHub takes too long', async () => {
    world.repository.mergeChecks = 99
    expect((await state()).mergeability).toBe('unknown')
    expect(requests()).toHaveLength(4)
  })

  test.each(['approved', 'changes', 'comment'] as const)('knows a review that %s', async verdict => {
    world.repository.review(1, world.ann, verdict)
    expect((await state()).isReviewed).toBe(true)
  })

  test('does not count reviews of Apps, nor of who opened it', async () => {
    world.repository.review(1, world.app, 'comment')
    world.repository.review(1, world.bot, 'comment')
    expect((await state()).isReviewed).toBe(false)
  })

  test('knows a merge queue', async () => {
    world.repository.edit(1, { isQueued: true })
    expect((await state()).isQueued).toBe(true)
  })
})

describe('opening', () => {
  test('makes a pull request', async () => {
    const head = branch()
    const opened = await forge().open({ ...NEW, isDraft: true })
    expect(opened).toMatchObject({ number: 1, state: 'open', isDraft: true, head, base: 'main', author: 'mender' })
    expect(world.repository.pull(1)).toMatchObject({ title: NEW.title, body: NEW.body, isDraft: true })
  })

  test('answers the one that is open, unchanged', async () => {
    branch()
    world.repository.open(world.ann, { ...NEW, title: 'theirs' })
    expect(await forge().open(NEW)).toMatchObject({ number: 1, title: 'theirs' })
    expect(world.repository.pulls).toHaveLength(1)
  })

  test('makes a further one for another base', async () => {
    branch()
    world.repository.git.move('release', world.repository.git.head('main') ?? '')
    world.repository.open(world.bot, { ...NEW, base: 'release' })
    expect(await forge().open(NEW)).toMatchObject({ number: 2, base: 'main' })
  })

  test.each([
    ['lost', 'lose' as const],
    ['dropped', 'drop' as const],
    ['repeated', 'repeat' as const],
    ['answered by a server error', { status: 502 }],
    ['limited', { status: 429, body: '{}' }],
  ])('makes one only when the request is %s', async (_, answer) => {
    branch()
    disturb(answer, /^POST .*\/pulls /)
    expect(await forge().open(NEW)).toMatchObject({ number: 1, title: NEW.title })
    expect(world.repository.pulls).toHaveLength(1)
  })

  test('waits for a branch that GitHub does not see yet', async () => {
    const invalid = {
      message: 'Validation Failed',
      errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }],
    }
    branch()
    disturb({ status: 422, body: JSON.stringify(invalid) }, /^POST .*\/pulls /, 2)
    expect(await forge().open(NEW)).toMatchObject({ number: 1 })
  })

  test('is refused for good when there is nothing to merge', async () => {
    world.repository.git.move(NEW.branch, world.repository.git.head('main') ?? '')
    const error = await failure(forge().open(NEW))
    expect(error).toMatchObject({
      kind: 'permanent',
      status: 422,
      message: expect.stringContaining('No commits between'),
    })
    expect(requests()).toHaveLength(2)
  })

  test('goes without a draft where there are none', async () => {
    branch()
    world.repository.hasDrafts = false
    expect(await forge().open({ ...NEW, isDraft: true })).toMatchObject({ number: 1, isDraft: false })
  })

  test('names the setting that keeps Actions from it', async () => {
    await world.double.stop()
    await startWorld(githubFace({ actionsMayOpen: false }))
    branch()
    const workflow = world.double.account('github-actions[bot]', { token: 'ghs_workflow01234', isBot: true })
    const error = await failure(forge({ token: workflow.token ?? '' }).open(NEW))
    expect(error).toMatchObject({ kind: 'permanent', status: 403 })
    expect(error.advice).toContain('Allow GitHub Actions to create and approve pull requests')
  })

  test('names the missing permission', async () => {
    branch()
    world.double.account('reader', { token: 'github_pat_reader0123', role: 'read' })
    const error = await failure(forge({ token: 'github_pat_reader0123' }).open(NEW))
    expect(error).toMatchObject({ kind: 'permanent', advice: 'give the token the permission pull_requests=write' })
  })
})

describe('editing', () => {
  async function opened() {
    branch()
    world.repository.open(world.bot, NEW)
    const github = forge()
    const [pullRequest] = await github.pullRequests(NEW.branch)
    if (pullRequest === undefined) throw new Error('no pull request')
    return { github, pullRequest }
  }

  test('changes what is given and nothing else', async () => {
    const { github, pullRequest } = await opened()
    expect(await github.edit(pullRequest, { body: 'New.' })).toEqual({
      ...pullRequest,
      body: 'New.',
      url: `${world.double.url}/acme/shop/pull/1`,
    })
    expect(requests().at(-1)).toBe('PATCH /api/v3/repos/acme/shop/pulls/1')
  })

  test('closes and opens again', async () => {
    const { github, pullRequest } = await opened()
    const closed = await github.edit(pullRequest, { state: 'closed' })
    expect(closed.state).toBe('closed')
    expect((await github.edit(closed, { state: 'open' })).state).toBe('open')
  })

  test('cannot open one again whose branch is gone', async () => {
    const { github, pullRequest } = await opened()
    world.repository.git.remove(NEW.branch)
    const error = await failure(github.edit(pullRequest, { state: 'open' }))
    expect(error).toMatchObject({ kind: 'permanent', message: expect.stringContaining('has been deleted') })
  })

  test('makes a draft of it, and takes that back', async () => {
    const { github, pullRequest } = await opened()
    const draft = await github.edit(pullRequest, { isDraft: true })
    expect([draft.isDraft, world.repository.pull(1).isDraft]).toEqual([true, true])
    const ready = await github.edit(draft, { isDraft: false, title: 'Now' })
    expect([ready.isDraft, ready.title, world.repository.pull(1).isDraft]).toEqual([false, 'Now', false])
  })

  test('asks for no draft where it is one, nor once it is closed', async () => {
    const { github, pullRequest } = await opened()
    await github.edit(pullRequest, { isDraft: false })
    await github.edit(pullRequest, { isDraft: true, state: 'closed' })
    expect(requests().filter(request => request.includes('graphql'))).toHaveLength(1)
  })

  test('leaves it ready where there are no drafts', async () => {
    const { github, pullRequest } = await opened()
    world.repository.hasDrafts = false
    expect((await github.edit(pullRequest, { isDraft: true })).isDraft).toBe(false)
  })

  test('leaves it as it is where the token may not change that', async () => {
    const { github, pullRequest } = await opened()
    const error = { type: 'FORBIDDEN', message: 'Resource not accessible by integration' }
    const headers = { 'content-type': 'application/json' }
    disturb({ status: 200, headers, body: JSON.stringify({ data: null, errors: [error] }) }, /ToDraft/)
    expect(await github.edit(pullRequest, { isDraft: true, title: 'New' })).toMatchObject({
      isDraft: false,
      title: 'New',
    })
  })

  test.each(['lose', 'repeat', 'drop'] as const)('converges when a request meets %s', async answer => {
    const { github, pullRequest } = await opened()
    disturb(answer, /^PATCH/)
    expect(await github.edit(pullRequest, { title: 'Once' })).toMatchObject({ title: 'Once' })
  })
})

describe('labels and people', () => {
  async function opened() {
    branch()
    world.repository.open(world.bot, NEW)
    const github = forge()
    return { github, pullRequest: (await github.pullRequests(NEW.branch))[0] as never }
  }

  test('labels are added and removed, whatever their names hold', async () => {
    const { github, pullRequest } = await opened()
    world.repository.label(1, ['a/b c?', 'stays'])
    await github.label(pullRequest, { add: ['kubemend', 'safe'], remove: ['a/b c?', 'not there'] })
    expect(world.repository.pull(1).labels).toEqual(['stays', 'kubemend', 'safe'])
  })

  test('nothing to do sends nothing', async () => {
    const { github, pullRequest } = await opened()
    const before = requests().length
    await github.label(pullRequest, { add: [], remove: [] })
    expect(await github.invite(pullRequest, { reviewers: [], assignees: [] })).toEqual([])
    expect(requests()).toHaveLength(before)
  })

  test('people and teams are invited in one request each', async () => {
    const { github, pullRequest } = await opened()
    expect(await github.invite(pullRequest, { reviewers: ['ann', 'acme/platform'], assignees: ['ann'] })).toEqual([])
    expect(world.repository.pull(1)).toMatchObject({ reviewers: ['ann', 'acme/platform'], assignees: ['ann'] })
    expect(requests()).toHaveLength(3)
  })

  test('those that GitHub does not take are named, the others invited', async () => {
    const { github, pullRequest } = await opened()
    const people = { reviewers: ['nobody', 'ann', 'acme/none', 'mender'], assignees: ['ghost', 'Ann'] }
    world.double.account('Ann')
    expect(await github.invite(pullRequest, people)).toEqual(['nobody', 'acme/none', 'mender', 'ghost'])
    expect(world.repository.pull(1).reviewers).toEqual(['ann'])
  })
})

describe('comments', () => {
  async function opened() {
    branch()
    world.repository.open(world.bot, NEW)
    const github = forge()
    return { github, pullRequest: (await github.pullRequests(NEW.branch))[0] as never }
  }

  test('are all there, oldest first, with who wrote them', async () => {
    const { github, pullRequest } = await opened()
    for (let count = 1; count <= 205; count += 1)
      world.repository.comment(1, count % 2 === 0 ? world.ann : world.app, `comment ${count}`)
    const found = await github.comments(pullRequest)
    expect(found.map(({ body }) => body)).toEqual(Array.from({ length: 205 }, (_, index) => `comment ${index + 1}`))
    expect(found.slice(0, 2).map(({ author }) => author)).toEqual(['kubemend[bot]', 'ann'])
    expect(requests().filter(request => request.includes('comments'))).toHaveLength(3)
  })

  test('are written and edited', async () => {
    const { github, pullRequest } = await opened()
    const comment = await github.comment(pullRequest, 'Hello.')
    expect(comment).toMatchObject({ author: 'mender', body: 'Hello.' })
    await github.editComment(pullRequest, comment, 'Bye.')
    expect(world.repository.pull(1).comments).toMatchObject([{ id: comment.id, body: 'Bye.' }])
  })

  test('stand beside others of the same account', async () => {
    const { github, pullRequest } = await opened()
    for (const body of ['One.', 'Two.', 'One.']) await github.comment(pullRequest, body)
    expect(world.repository.pull(1).comments.map(({ body }) => body)).toEqual(['One.', 'Two.'])
  })

  test.each([
    ['lost', 'lose' as const],
    ['dropped', 'drop' as const],
    ['answered by a server error', { status: 500 }],
  ])('are written once when the request is %s', async (_, answer) => {
    const { github, pullRequest } = await opened()
    disturb(answer, /^POST .*comments/)
    expect(await github.comment(pullRequest, 'Hello.')).toMatchObject({ body: 'Hello.' })
    expect(world.repository.pull(1).comments).toHaveLength(1)
  })
})

test.each([
  ['write', true],
  ['admin', true],
  ['read', false],
  ['none', false],
] as const)('an account with the role %s may write: %s', async (role, may) => {
  world.double.account('somebody', { role })
  expect(await forge().canWrite('somebody')).toBe(may)
})

test.each(['', 'unknown'])('the account %j may not write', async login => {
  expect(await forge().canWrite(login)).toBe(false)
})

describe('GraphQL, whose errors come with status 200,', () => {
  const headers = { 'content-type': 'application/json' }
  const answer = (body: object) => ({ status: 200, headers, body: JSON.stringify(body) })

  test.each([
    ['a limit', { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }],
    ['a secondary limit', { message: 'You have exceeded a secondary rate limit' }],
    ['an inner failure', { data: null, errors: [{ message: 'Something went wrong while executing your query' }] }],
  ])('is asked again after %s', async (_, body) => {
    disturb(answer(body), /graphql/)
    expect((await forge().account()).login).toBe('mender')
    expect(requests()).toHaveLength(2)
  })

  test.each([
    ['a refusal', { type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
    [
      'a field that an older server lacks',
      { extensions: { code: 'undefinedField' }, message: "Field 'x' doesn't exist" },
    ],
  ])('is final after %s', async (_, error) => {
    disturb(answer({ data: null, errors: [error] }), /graphql/)
    expect(await failure(forge().account())).toMatchObject({
      kind: 'permanent',
      message: expect.stringContaining(error.message),
    })
    expect(requests()).toHaveLength(1)
  })
})

test('nothing that is traced holds the token', async () => {
  const trace: Exchange[] = []
  branch()
  const github = forge({}, trace)
  await github.open(NEW)
  await failure(forge({ name: TOKEN }, trace).project())
  expect(trace.length).toBeGreaterThan(2)
  expect(JSON.stringify(trace)).not.toContain(TOKEN)
})

// GitHub as a forge, against a double that holds every request and reply to GitHub's own descriptions.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Forge } from '../src/bot/forge.ts'
import { createRedactor } from '../src/bot/redact.ts'
import { RemoteError } from '../src/bot/remote-error.ts'
import { createGithub, explainGithub, type GithubOptions, githubHeaders } from '../src/forge/github/index.ts'
import { createHttp, type Exchange } from '../src/forge/http.ts'
import { type TestClock, testClock } from './support/forge/clock.ts'
import { githubFace } from './support/forge/github.ts'
import type { RepositoryState } from './support/forge/repository-state.ts'
import { type ForgeDouble, startForge } from './support/forge/server.ts'
import type { Account } from './support/forge/state.ts'

const TOKEN = 'ghp_canary0123456789'
const APP_TOKEN = 'ghs_canary0123456789'
const ZERO = '0'.repeat(40)

let double: ForgeDouble
let repository: RepositoryState
let bot: Account
let app: Account
let ann: Account
let clock: TestClock

async function start(face = githubFace()): Promise<void> {
  double = await startForge({ faces: [face] })
  repository = double.create('acme/shop', {
    'k8s/web.yaml': 'replicas: 1\n',
    'run.sh': { mode: '100755', content: 'x' },
  })
  bot = double.account('mender', { token: TOKEN, name: 'Mender', scopes: ['public_repo'] })
  app = double.account('kubemend[bot]', { token: APP_TOKEN, isBot: true })
  ann = double.account('ann')
  clock = testClock()
}

beforeEach(() => start())
afterEach(() => double.stop())

function forge({ token = TOKEN, ...options }: Partial<GithubOptions> = {}, trace: Exchange[] = []): Forge {
  const http = createHttp({
    base: `${double.url}/api/v3`,
    headers: githubHeaders(token),
    redact: createRedactor([token]),
    explain: explainGithub,
    trace: exchange => trace.push(exchange),
    clock,
  })
  return createGithub({ owner: 'acme', name: 'shop', http, token, clock, ...options })
}

/** A branch with a change to merge. */
function branch(name = 'kubemend/replicas', text = 'replicas: 2\n'): string {
  repository.git.move(name, repository.git.head('main') ?? '')
  return repository.git.commit(name, { 'k8s/web.yaml': text })
}

const NEW = { branch: 'kubemend/replicas', base: 'main', title: 'Raise replicas', body: 'Why.', isDraft: false }

/** Answers every API request from the `n`-th on, `times` times. */
function disturb(answer: 'drop' | 'lose' | 'repeat' | { status: number; body?: string }, matching: RegExp, times = 1) {
  let left = times
  double.onRequest = ({ method, path, body }) => {
    const text = `${method} ${path} ${JSON.stringify(body)}`
    if (!matching.test(text) || left === 0) return undefined
    left -= 1
    return answer
  }
}

const requests = () =>
  double.log.filter(({ channel }) => channel === 'api').map(({ method, path }) => `${method} ${path}`)

async function failure(work: Promise<unknown>): Promise<RemoteError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof RemoteError) return error
  throw new Error(`a RemoteError was expected, not ${error}`)
}

describe('who and where', () => {
  test('an account has the address that GitHub links to it', async () => {
    expect(await forge().account()).toEqual({
      login: 'mender',
      identity: { name: 'Mender', email: `${bot.id}+mender@users.noreply.127.0.0.1` },
    })
  })

  test('an App, which has no name and no page of its own, has one, too', async () => {
    const { login, identity } = await forge({ token: APP_TOKEN }).account()
    expect({ login, name: identity.name }).toEqual({ login: 'kubemend[bot]', name: 'kubemend[bot]' })
  })

  test('the project tells its default branch and whether it is archived', async () => {
    repository.isArchived = true
    expect(await forge().project()).toEqual({
      defaultBranch: 'main',
      url: `${double.url}/acme/shop`,
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
    repository.open(bot, { ...NEW, title: 'first' })
    repository.close(1)
    repository.open(bot, { ...NEW, title: 'second', isDraft: true })
    repository.label(2, ['kubemend'])
    expect(await forge().pullRequests(NEW.branch)).toEqual([
      {
        ...{ number: 2, url: 'https://forge.invalid/acme/shop/pull/2', state: 'open', title: 'second', body: 'Why.' },
        ...{ isDraft: true, labels: ['kubemend'], branch: NEW.branch, head, base: 'main', author: 'mender' },
        createdAt: repository.pull(2).createdAt,
      },
      expect.objectContaining({ number: 1, state: 'closed', title: 'first' }),
    ])
  })

  test('are found on many pages', async () => {
    branch()
    for (let number = 1; number <= 12; number += 1) {
      repository.open(bot, NEW)
      repository.close(number)
    }
    const found = await forge().pullRequests(NEW.branch)
    expect(found.map(({ number }) => number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(requests()).toHaveLength(3)
  })

  test('are not those of forks, nor of branches that begin alike', async () => {
    branch()
    branch('kubemend/replicas-2')
    repository.open(ann, { ...NEW, fork: 'ann' })
    repository.open(bot, { ...NEW, branch: 'kubemend/replicas-2' })
    expect(await forge().pullRequests(NEW.branch)).toEqual([])
  })

  test('are still found once merged and without their branch', async () => {
    const head = branch()
    repository.open(bot, NEW)
    repository.merge(1, { deleteBranch: true })
    expect(repository.git.files('main')['k8s/web.yaml']).toBe('replicas: 2\n')
    const [found] = await forge().pullRequests(NEW.branch)
    expect(found).toMatchObject({ state: 'merged', branch: NEW.branch, head })
  })

  test('of an App carry the login that REST gives it', async () => {
    branch()
    repository.open(app, NEW)
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
    repository.open(bot, NEW)
  })

  test('is clean when nothing happened', async () => {
    expect(await state()).toEqual({ mergeability: 'clean', isReviewed: false, isQueued: false })
  })

  test('shows conflicts', async () => {
    repository.git.commit('main', { 'k8s/web.yaml': 'replicas: 3\n' })
    expect((await state()).mergeability).toBe('conflicts')
  })

  test('is behind only where the repository demands more', async () => {
    repository.git.commit('main', { 'README.md': 'hello\n' })
    expect((await state()).mergeability).toBe('clean')
    repository.needsUpToDate = true
    expect((await state()).mergeability).toBe('behind')
  })

  test('is asked for again while GitHub computes it', async () => {
    repository.mergeChecks = 2
    expect((await state()).mergeability).toBe('clean')
    expect(clock.slept).toEqual([1500, 1500])
  })

  test('stays unknown when GitHub takes too long', async () => {
    repository.mergeChecks = 99
    expect((await state()).mergeability).toBe('unknown')
    expect(requests()).toHaveLength(4)
  })

  test.each(['approved', 'changes', 'comment'] as const)('knows a review that %s', async verdict => {
    repository.review(1, ann, verdict)
    expect((await state()).isReviewed).toBe(true)
  })

  test('does not count reviews of Apps, nor of who opened it', async () => {
    repository.review(1, app, 'comment')
    repository.review(1, bot, 'comment')
    expect((await state()).isReviewed).toBe(false)
  })

  test('knows a merge queue', async () => {
    repository.edit(1, { isQueued: true })
    expect((await state()).isQueued).toBe(true)
  })
})

describe('opening', () => {
  test('makes a pull request', async () => {
    const head = branch()
    const opened = await forge().open({ ...NEW, isDraft: true })
    expect(opened).toMatchObject({ number: 1, state: 'open', isDraft: true, head, base: 'main', author: 'mender' })
    expect(repository.pull(1)).toMatchObject({ title: NEW.title, body: NEW.body, isDraft: true })
  })

  test('answers the one that is open, unchanged', async () => {
    branch()
    repository.open(ann, { ...NEW, title: 'theirs' })
    expect(await forge().open(NEW)).toMatchObject({ number: 1, title: 'theirs' })
    expect(repository.pulls).toHaveLength(1)
  })

  test('makes a further one for another base', async () => {
    branch()
    repository.git.move('release', repository.git.head('main') ?? '')
    repository.open(bot, { ...NEW, base: 'release' })
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
    expect(repository.pulls).toHaveLength(1)
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
    repository.git.move(NEW.branch, repository.git.head('main') ?? '')
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
    repository.hasDrafts = false
    expect(await forge().open({ ...NEW, isDraft: true })).toMatchObject({ number: 1, isDraft: false })
  })

  test('names the setting that keeps Actions from it', async () => {
    await double.stop()
    await start(githubFace({ actionsMayOpen: false }))
    branch()
    const workflow = double.account('github-actions[bot]', { token: 'ghs_workflow01234', isBot: true })
    const error = await failure(forge({ token: workflow.token ?? '' }).open(NEW))
    expect(error).toMatchObject({ kind: 'permanent', status: 403 })
    expect(error.advice).toContain('Allow GitHub Actions to create and approve pull requests')
  })

  test('names the missing permission', async () => {
    branch()
    double.account('reader', { token: 'github_pat_reader0123', role: 'read' })
    const error = await failure(forge({ token: 'github_pat_reader0123' }).open(NEW))
    expect(error).toMatchObject({ kind: 'permanent', advice: 'give the token the permission pull_requests=write' })
  })
})

describe('editing', () => {
  async function opened() {
    branch()
    repository.open(bot, NEW)
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
      url: `${double.url}/acme/shop/pull/1`,
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
    repository.git.remove(NEW.branch)
    const error = await failure(github.edit(pullRequest, { state: 'open' }))
    expect(error).toMatchObject({ kind: 'permanent', message: expect.stringContaining('has been deleted') })
  })

  test('makes a draft of it, and takes that back', async () => {
    const { github, pullRequest } = await opened()
    const draft = await github.edit(pullRequest, { isDraft: true })
    expect([draft.isDraft, repository.pull(1).isDraft]).toEqual([true, true])
    const ready = await github.edit(draft, { isDraft: false, title: 'Now' })
    expect([ready.isDraft, ready.title, repository.pull(1).isDraft]).toEqual([false, 'Now', false])
  })

  test('asks for no draft where it is one, nor once it is closed', async () => {
    const { github, pullRequest } = await opened()
    await github.edit(pullRequest, { isDraft: false })
    await github.edit(pullRequest, { isDraft: true, state: 'closed' })
    expect(requests().filter(request => request.includes('graphql'))).toHaveLength(1)
  })

  test('leaves it ready where there are no drafts', async () => {
    const { github, pullRequest } = await opened()
    repository.hasDrafts = false
    expect((await github.edit(pullRequest, { isDraft: true })).isDraft).toBe(false)
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
    repository.open(bot, NEW)
    const github = forge()
    return { github, pullRequest: (await github.pullRequests(NEW.branch))[0] as never }
  }

  test('labels are added and removed, whatever their names hold', async () => {
    const { github, pullRequest } = await opened()
    repository.label(1, ['a/b c?', 'stays'])
    await github.label(pullRequest, { add: ['kubemend', 'safe'], remove: ['a/b c?', 'not there'] })
    expect(repository.pull(1).labels).toEqual(['stays', 'kubemend', 'safe'])
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
    expect(repository.pull(1)).toMatchObject({ reviewers: ['ann', 'acme/platform'], assignees: ['ann'] })
    expect(requests()).toHaveLength(3)
  })

  test('those that GitHub does not take are named, the others invited', async () => {
    const { github, pullRequest } = await opened()
    const people = { reviewers: ['nobody', 'ann', 'acme/none', 'mender'], assignees: ['ghost', 'Ann'] }
    double.account('Ann')
    expect(await github.invite(pullRequest, people)).toEqual(['nobody', 'acme/none', 'mender', 'ghost'])
    expect(repository.pull(1).reviewers).toEqual(['ann'])
  })
})

describe('comments', () => {
  async function opened() {
    branch()
    repository.open(bot, NEW)
    const github = forge()
    return { github, pullRequest: (await github.pullRequests(NEW.branch))[0] as never }
  }

  test('are all there, oldest first, with who wrote them', async () => {
    const { github, pullRequest } = await opened()
    for (let count = 1; count <= 205; count += 1) repository.comment(1, count % 2 === 0 ? ann : app, `comment ${count}`)
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
    expect(repository.pull(1).comments).toMatchObject([{ id: comment.id, body: 'Bye.' }])
  })

  test.each([
    ['lost', 'lose' as const],
    ['dropped', 'drop' as const],
    ['answered by a server error', { status: 500 }],
  ])('are written once when the request is %s', async (_, answer) => {
    const { github, pullRequest } = await opened()
    disturb(answer, /^POST .*comments/)
    expect(await github.comment(pullRequest, 'Hello.')).toMatchObject({ body: 'Hello.' })
    expect(repository.pull(1).comments).toHaveLength(1)
  })
})

test.each([
  ['write', true],
  ['admin', true],
  ['read', false],
  ['none', false],
] as const)('an account with the role %s may write: %s', async (role, may) => {
  double.account('somebody', { role })
  expect(await forge().canWrite('somebody')).toBe(may)
})

test.each(['', 'unknown'])('the account %j may not write', async login => {
  expect(await forge().canWrite(login)).toBe(false)
})

describe('signing', () => {
  const signing = () => {
    const { signer } = forge({ token: APP_TOKEN })
    if (signer === undefined) throw new Error('no signer')
    return signer
  }
  const author = { name: 'x', email: 'x@example.com' }

  /** A commit as git would make it, whose tree is to be matched. */
  function planned(files: Record<string, string>) {
    const onto = repository.git.head('main') ?? ''
    const entries = Object.entries(files).map(([path, content]) => {
      const mode = repository.git.git(['ls-tree', onto, path]).split(' ')[0] || '100644'
      return [path, { mode, content }] as const
    })
    const made = repository.git.commit('refs/scratch/planned', Object.fromEntries(entries), { parents: [onto] })
    const tree = repository.git.git(['rev-parse', `${made}^{tree}`]).trim()
    repository.git.remove('refs/scratch/planned')
    const list = Object.entries(files).map(([path, text]) => ({ path, text }))
    return { parents: [onto], onto, files: list, author, date: 0, message: 'Fix\n\nTree: x', tree }
  }

  test('is for the tokens that GitHub signs for, unless said otherwise', () => {
    const has = (options: Partial<GithubOptions>) => forge(options).signer !== undefined
    expect([has({}), has({ token: APP_TOKEN })]).toEqual([false, true])
    expect([has({ signing: 'always' }), has({ token: APP_TOKEN, signing: 'never' })]).toEqual([true, false])
  })

  test('makes the planned tree and a verified commit', async () => {
    const commit = planned({ 'k8s/web.yaml': 'replicas: 2\n', 'k8s/new.yaml': 'ünïcode: "€"\n' })
    const { id, isVerified } = await signing().commit(commit)
    expect(isVerified).toBe(true)
    const shown = repository.git.git(['log', '-1', '--format=%T %P %s', id]).trim()
    expect(shown).toBe(`${commit.tree} ${commit.onto} Fix`)
    expect(requests()).toHaveLength(4)
  })

  test('keeps the modes of files that are executable', async () => {
    const { id } = await signing().commit(planned({ 'run.sh': 'y' }))
    expect(repository.git.git(['ls-tree', id, 'run.sh'])).toMatch(/^100755/)
  })

  test('sends many files in few requests', async () => {
    const files = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`k8s/${index}.yaml`, `a: ${index}\n`]))
    await signing().commit(planned(files))
    expect(requests().filter(request => request.endsWith('/git/trees'))).toHaveLength(3)
  })

  test('makes no commit with another tree', async () => {
    const error = await failure(signing().commit({ ...planned({ a: 'b' }), tree: ZERO }))
    expect(error.message).toContain('another tree')
    expect(requests().some(request => request.endsWith('/git/commits'))).toBe(false)
  })

  test('says when a commit is not signed', async () => {
    const { signer } = forge({ signing: 'always' })
    expect((await signer?.commit(planned({ a: 'b' })))?.isVerified).toBe(false)
  })

  describe('moves refs', () => {
    const ref = 'refs/heads/kubemend/replicas'
    let before: string
    let next: string

    beforeEach(() => {
      before = repository.git.head('main') ?? ''
      next = branch('kubemend/replicas')
      repository.git.move(ref, before)
    })

    test('from where they are expected', async () => {
      expect(await signing().update([{ ref, expected: before, next }])).toEqual({ type: 'pushed' })
      expect(repository.git.head(ref)).toBe(next)
    })

    test('into being and out of it', async () => {
      repository.git.remove(ref)
      expect(await signing().update([{ ref, expected: undefined, next }])).toEqual({ type: 'pushed' })
      expect(await signing().update([{ ref, expected: next, next: undefined }])).toEqual({ type: 'pushed' })
      expect(repository.git.head(ref)).toBeUndefined()
    })

    test('all or none', async () => {
      const updates = [
        { ref: 'refs/heads/kubemend/other', expected: undefined, next },
        { ref, expected: next, next: before },
      ]
      const outcome = await signing().update(updates)
      expect(outcome).toMatchObject({ type: 'stale', text: expect.stringContaining(ref) })
      expect(repository.git.head('kubemend/other')).toBeUndefined()
    })

    test('never over what a person pushed in between', async () => {
      const seen = { theirs: '' }
      double.onRequest = ({ body }) => {
        if (!JSON.stringify(body)?.includes('UpdateRefs')) return undefined
        seen.theirs = repository.git.commit(ref, { 'k8s/web.yaml': 'replicas: 5\n' })
        return undefined
      }
      expect(await signing().update([{ ref, expected: before, next }])).toMatchObject({ type: 'stale' })
      expect(repository.git.head(ref)).toBe(seen.theirs)
    })

    test('never over a branch that a person made in between', async () => {
      repository.git.remove(ref)
      double.onRequest = ({ body }) => {
        if (JSON.stringify(body)?.includes('UpdateRefs')) repository.git.move(ref, before)
        return undefined
      }
      expect(await signing().update([{ ref, expected: undefined, next }])).toMatchObject({ type: 'stale' })
      expect(repository.git.head(ref)).toBe(before)
    })

    test.each([
      ['lose', 1],
      ['drop', 2],
      ['repeat', 1],
    ] as const)('once when the request meets %s', async (answer, sent) => {
      disturb(answer, /UpdateRefs/)
      expect(await signing().update([{ ref, expected: before, next }])).toEqual({ type: 'pushed' })
      expect(repository.git.head(ref)).toBe(next)
      expect(double.log.filter(({ body }) => JSON.stringify(body)?.includes('UpdateRefs'))).toHaveLength(sent)
    })

    test('not through a rule', async () => {
      repository.lockedRefs.add(ref)
      const outcome = await signing().update([{ ref, expected: before, next }])
      expect(outcome).toMatchObject({ type: 'denied', text: expect.stringContaining('rule violations') })
    })
  })
})

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
    expect(repository.pulls).toEqual([])
    expect([...repository.git.refs().keys()]).toEqual(['refs/heads/main'])
  })

  test('names what is missing', async () => {
    double.account('reader', { token: 'ghp_reader0123456789', role: 'read', scopes: ['gist'] })
    repository.isArchived = true
    repository.needsSignatures = true
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
    double.account('boss', { token: 'ghp_boss0123456789', role: 'admin', scopes: ['repo', 'admin:org', 'workflow'] })
    repository.isPrivate = true
    const found = await forge({ token: 'ghp_boss0123456789' }).diagnose()
    expect(found.filter(({ state }) => state === 'excess').map(({ text }) => text)).toEqual([
      'boss administers the repository',
      'admin:org, workflow',
    ])
  })

  test('knows what the workflow token is kept from', async () => {
    await double.stop()
    await start(githubFace({ actionsMayOpen: false }))
    double.account('github-actions[bot]', { token: 'ghs_workflow01234', isBot: true })
    const found = await diagnoses('ghs_workflow01234')
    expect(found['Pull requests: write']).toContain('Allow GitHub Actions to create and approve pull requests')
    expect(found['GitHub Actions may create pull requests']).toBe('unknown')
    expect(found['checks run on the pull requests']).toContain('use the token of an App')
  })
})

describe('GraphQL, whose errors come with status 200,', () => {
  const answer = (body: object) => ({ status: 200, body: JSON.stringify(body) })
  const json = { 'content-type': 'application/json' }

  test.each([
    ['a limit', { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }],
    ['a secondary limit', { message: 'You have exceeded a secondary rate limit' }],
    ['an inner failure', { data: null, errors: [{ message: 'Something went wrong while executing your query' }] }],
  ])('is asked again after %s', async (_, body) => {
    disturb({ ...answer(body), headers: json } as never, /graphql/)
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
    disturb({ ...answer({ data: null, errors: [error] }), headers: json } as never, /graphql/)
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

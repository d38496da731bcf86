// GitLab as a forge, against a double that holds every request and reply to what GitLab documents.

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Forge } from '../src/bot/forge.ts'
import { createGitlab, explainGitlab, gitlabHeaders } from '../src/forge/gitlab/index.ts'
import { withoutQuickActions } from '../src/forge/gitlab/quick-actions.ts'
import { failure } from './support/failure.ts'
import { describeBot } from './support/forge/bot-scenario.ts'
import { type DoubleStage, emptied, openDouble } from './support/forge/double-stage.ts'
import { type GitlabFaceOptions, gitlabFace } from './support/forge/gitlab.ts'
import { branchIn, NEW } from './support/forge/new-branch.ts'
import { describeForge } from './support/forge/scenario.ts'

/** A server below a path of its host, and a project in a group of a group. */
const FOLDER = '/gitlab'

function open(options: GitlabFaceOptions = {}, scopes: readonly string[] = ['api']): Promise<DoubleStage> {
  const { folder = FOLDER } = options
  return openDouble({
    ...{ kind: 'gitlab', face: gitlabFace({ ...options, folder }), place: 'acme/web/shop', scopes },
    api: `${folder}/api/v4`,
    ...{ headers: gitlabHeaders, explain: explainGitlab },
    create: (http, clock) => createGitlab({ project: 'acme/web/shop', http, clock }),
  })
}

describeForge('GitLab', open)
describeBot('GitLab', () => emptied(open({ folder: '' })))

let stage: DoubleStage
let forge: Forge

async function restart(options: GitlabFaceOptions, scopes?: readonly string[]): Promise<void> {
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

async function opened() {
  branch()
  return forge.open(NEW)
}

describe('merge requests of a branch', () => {
  test('are found in one request below the encoded path of the project', async () => {
    await opened()
    const before = stage.requests().length
    await forge.pullRequests(NEW.branch)
    const [request, ...more] = stage.requests().slice(before)
    expect(request).toMatch(/^GET \/projects\/acme%2Fweb%2Fshop\/merge_requests\?state=all/)
    expect(more).toEqual([])
  })

  test('are found on many pages', async () => {
    await restart({ pageSize: 2 })
    branch()
    for (let number = 1; number <= 5; number += 1) {
      stage.repository.open(stage.accounts.bot, NEW)
      stage.repository.close(number)
    }
    expect((await forge.pullRequests(NEW.branch)).map(({ number }) => number)).toEqual([5, 4, 3, 2, 1])
  })

  test('are not those of forks', async () => {
    branch()
    stage.repository.open(stage.accounts.ann, { ...NEW, fork: 'ann' })
    expect(await forge.pullRequests(NEW.branch)).toEqual([])
  })

  test('are opened once when an answer is lost', async () => {
    branch()
    let isLost = false
    stage.double.onRequest = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/merge_requests') || isLost) return undefined
      isLost = true
      return 'lose'
    }
    expect((await forge.open(NEW)).number).toBe(1)
    expect(stage.repository.pulls).toHaveLength(1)
  })

  test('opened by somebody else at the same moment are answered', async () => {
    branch()
    stage.double.onRequest = ({ method }) => {
      if (method === 'POST' && stage.repository.pulls.length === 0) stage.repository.open(stage.accounts.ann, NEW)
      return undefined
    }
    expect(await forge.open(NEW)).toMatchObject({ number: 1, author: 'ann' })
  })
})

describe('the state of a merge request', () => {
  test('is asked for again while GitLab computes it', async () => {
    const pull = await opened()
    stage.repository.mergeChecks = 2
    expect((await forge.state(pull)).mergeability).toBe('clean')
  })

  test('is not known when GitLab does not get to it', async () => {
    const pull = await opened()
    stage.repository.mergeChecks = 100
    expect((await forge.state(pull)).mergeability).toBe('unknown')
  })

  test('shows the conflicts of a draft, too', async () => {
    const pull = await forge.edit(await opened(), { isDraft: true })
    stage.repository.git.commit('main', { 'k8s/web.yaml': 'replicas: 3\n' })
    expect((await forge.state(pull)).mergeability).toBe('conflicts')
  })

  test('is behind where the project wants a rebase', async () => {
    const pull = await opened()
    stage.repository.git.commit('main', { 'README.md': 'hello\n' })
    expect((await forge.state(pull)).mergeability).toBe('clean')
    stage.repository.needsUpToDate = true
    expect((await forge.state(pull)).mergeability).toBe('behind')
  })

  test.each(['approved', 'changes', 'comment'] as const)('is reviewed after a verdict: %s', async verdict => {
    const pull = await opened()
    stage.repository.review(pull.number, stage.accounts.ann, verdict)
    expect((await forge.state(pull)).isReviewed).toBe(true)
  })

  test('is not reviewed by plain notes, and queued when it merges by itself', async () => {
    const pull = await opened()
    stage.repository.comment(pull.number, stage.accounts.ann, 'hello')
    stage.repository.edit(pull.number, { isQueued: true })
    expect(await forge.state(pull)).toEqual({ mergeability: 'clean', isReviewed: false, isQueued: true })
  })
})

describe('people', () => {
  test('beyond the one of the free tier are told', async () => {
    const pull = await opened()
    const people = { reviewers: ['ann', 'rob'], assignees: ['rob', 'ann', 'nobody'] }
    expect(await forge.invite(pull, people)).toEqual(['rob', 'ann', 'nobody'])
    expect(stage.repository.pull(1)).toMatchObject({ reviewers: ['ann'], assignees: ['rob'] })
  })

  test('whom a person chose stay', async () => {
    await restart({ people: 5 })
    const pull = await opened()
    stage.repository.pull(1).reviewers = ['rob']
    expect(await forge.invite(pull, { reviewers: ['ann'], assignees: [] })).toEqual([])
    expect(stage.repository.pull(1).reviewers.sort()).toEqual(['ann', 'rob'])
  })

  test('are looked up once', async () => {
    await forge.canWrite('ann')
    await forge.canWrite('Ann')
    expect(stage.requests().filter(request => request.includes('/users?'))).toHaveLength(1)
  })
})

describe('texts', () => {
  test('never reach GitLab with a quick action in them', async () => {
    branch()
    const text = 'Fixes it.\n/close\n\r/assign @ann\n/ not one'
    const pull = await forge.open({ ...NEW, body: text })
    await forge.edit(pull, { body: `/merge\n${text}` })
    const note = await forge.comment(pull, text)
    expect((await forge.comment(pull, text)).id).toBe(note.id)
    await forge.editComment(pull, note, '/approve')
    // the double counts such a line as a broken contract
    expect(stage.double.violations).toEqual([])
    expect(stage.repository.pull(1).comments.map(({ body }) => body)).toEqual(['\\/approve'])
  })

  test('without one are sent as they are', async () => {
    const body = 'a/b\n  /indented\n`/code`\n<!-- kubemend -->'
    branch()
    expect((await forge.open({ ...NEW, body })).body).toBe(body)
  })

  test('of any kind lose no character but gain backslashes before a slash that begins a line', () => {
    const part = fc.constantFrom('/', '\n', '\r', '\\', 'x', ' ', '/close')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), parts => {
        const text = parts.join('')
        const safe = withoutQuickActions(text)
        expect(safe.replaceAll('\r', '')).not.toMatch(/(^|\n)\//)
        expect(withoutQuickActions(safe)).toBe(safe)
        expect(safe.replace(/(^|\n)(\r*)\\\//g, '$1$2/')).toBe(text.replace(/(^|\n)(\r*)\\\//g, '$1$2/'))
      }),
    )
  })
})

describe('the diagnosis', () => {
  const found = async () => (await forge.diagnose()).map(({ name, state }) => `${name}: ${state}`)

  test('names a missing scope and those that are too much', async () => {
    await restart({}, ['read_api', 'sudo'])
    expect(await found()).toEqual(['scope api: missing', 'excess scopes: excess', 'token: ok', 'role: ok'])
  })

  test('does not guess the scopes of a token that tells none', async () => {
    await restart({ tellsScopes: false })
    expect(await found()).toEqual(['scope api: unknown', 'role: ok'])
  })

  test('names a role that does not push, and one that may do more', async () => {
    Object.assign(stage.accounts.bot, { role: 'read' })
    expect(await found()).toContain('role: missing')
    Object.assign(stage.accounts.bot, { role: 'admin' })
    expect(await found()).toContain('role: excess')
  })

  test('names a project that is not seen, and one that is archived', async () => {
    stage.repository.isArchived = true
    expect(await found()).toContain('project: missing')
    Object.assign(stage.accounts.bot, { role: 'none' })
    expect(await found()).toContain('project: missing')
  })
})

describe('errors', () => {
  test('name the scope that is missing and never the token', async () => {
    await restart({}, ['read_api'])
    branch()
    const error = await failure(forge.open(NEW))
    expect(error).toMatchObject({ kind: 'permanent', status: 403, advice: 'give the token the scope api' })
    expect(`${error.message}${error.stack}`).not.toContain('canary')
  })

  test('of an archived project say what to do', async () => {
    branch()
    stage.repository.isArchived = true
    expect(await failure(forge.open(NEW))).toMatchObject({ status: 403, advice: expect.stringContaining('unarchive') })
  })

  test('name a label that GitLab cannot have', async () => {
    const pull = await opened()
    expect((await failure(forge.label(pull, { add: ['a,b'], remove: [] }))).message).toContain('comma')
  })
})

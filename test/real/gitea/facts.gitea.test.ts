// What kubemend and the double take for granted of Gitea, asked of a real one.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Contract } from '../../support/forge/contract.ts'
import { type GiteaStage, openGitea, type Reply } from './stage.ts'

const server = inject('gitea')
const CONTRACT = new Contract('test/contract/gitea.json', { error: 'basic-error' })
const MEGABYTE = 2 ** 20
/** The server does much of its work after it has answered. */
const PATIENT = { timeout: 20_000 }

describe.skipIf(server === null)('Gitea', () => {
  let stage: GiteaStage
  let repository: string
  /** of the pull request that every test may use: draft, open */
  let number: number
  let head: string

  /** Asks as the bot, and holds request and reply against the contract. */
  async function ask(method: string, below: string, body?: unknown): Promise<Reply> {
    const reply = await stage.ask('bot', method, `${repository}${below}`, body)
    const [path = '', query] = `${repository}${below}`.split('?')
    const match = CONTRACT.match(method, path)
    if (match === undefined) throw new Error(`${method} ${path} is not in the contract`)
    const violations = [
      ...CONTRACT.checkRequest(match, new URLSearchParams(query), body),
      ...CONTRACT.checkReply(match, reply.status, reply.body === '' ? undefined : reply.body),
    ]
    expect(violations).toEqual([])
    return reply
  }

  const push = (branch: string, text: string) =>
    stage.bot.git.push(branch, { 'k8s/web.yaml': text }, { from: 'main', lease: 'absent' })

  /** Opens a pull request once the server knows the branch. */
  async function open(branch: string, title = branch): Promise<number> {
    await stage.settle()
    const { status, body } = await ask('POST', '/pulls', { head: branch, base: 'main', title, body: 'Why.' })
    expect(status).toBe(201)
    return body.number
  }

  beforeAll(async () => {
    if (server === null) return
    stage = await openGitea(server)
    repository = `/repos/${stage.owner}/${stage.name}`
    head = await push('kubemend/one', 'replicas: 2\n')
    number = await open('kubemend/one', 'WIP: one')
  })
  afterAll(() => stage?.stop())

  test('takes both words before a token, and says which scopes a token has when it refuses one', async () => {
    for (const word of ['token', 'Bearer']) {
      const headers = { authorization: `${word} ${stage.member.bot.token}` }
      expect((await fetch(`${stage.server.url}/api/v1/user`, { headers })).status).toBe(200)
    }
    const { status, body } = await stage.ask('bot', 'GET', '/notifications/new')
    expect(status).toBe(403)
    expect(body.message).toMatch(/required=\[read:notification\], token scope=write:issue,write:repository,read:user/)
  })

  test('tells how many items a page has, and counts all of a list but not of a timeline', async () => {
    const settings = await stage.ask('bot', 'GET', '/settings/api')
    expect(settings.body.max_response_items).toBeGreaterThan(0)
    expect((await ask('GET', '/pulls?state=all&limit=1')).headers.get('x-total-count')).toMatch(/^\d+$/)
    const empty = await ask('GET', `/issues/${number}/timeline?limit=50&page=9`)
    expect(empty.body).toBeNull()
    expect(empty.headers.get('x-total-count')).toBe('0')
  })

  test('ignores a head, and answers any pull request of a base and a head', async () => {
    const { body } = await stage.ask('bot', 'GET', `${repository}/pulls?head=nowhere&state=all`)
    expect(body.length).toBeGreaterThan(0)
    await push('kubemend/twice', 'replicas: 3\n')
    const first = await open('kubemend/twice')
    await ask('PATCH', `/pulls/${first}`, { state: 'closed' })
    const second = await open('kubemend/twice')
    const found = await stage.ask('bot', 'GET', `${repository}/pulls/main/kubemend/twice`)
    expect({ number: found.body.number, state: found.body.state }).toEqual({ number: first, state: 'closed' })
    // and lets two be open for one branch
    expect((await ask('PATCH', `/pulls/${first}`, { state: 'open' })).body.state).toBe('open')
    expect((await ask('GET', `/pulls/${second}`)).body.state).toBe('open')
  })

  test('refuses a second pull request of the same branches, and one of branches that it does not know', async () => {
    const again = { head: 'kubemend/one', base: 'main', title: 'again' }
    expect((await ask('POST', '/pulls', again)).status).toBe(409)
    expect((await ask('POST', '/pulls', { ...again, head: 'kubemend/none' })).status).toBe(404)
    expect((await ask('POST', '/pulls', { ...again, base: 'none' })).status).toBe(404)
  })

  test('makes drafts by their titles alone, and calls a draft not mergeable', async () => {
    const { body } = await ask('GET', `/pulls/${number}`)
    expect({ draft: body.draft, mergeable: body.mergeable }).toEqual({ draft: true, mergeable: false })
    expect(body.merge_base).toBe(body.base.sha)
    await push('kubemend/draft', 'replicas: 4\n')
    await stage.settle()
    const wanted = { head: 'kubemend/draft', base: 'main', title: 'plain', draft: true }
    expect((await stage.ask('bot', 'POST', `${repository}/pulls`, wanted)).body.draft).toBe(false)
  })

  test('passes over labels that it does not have, lets two have one name, and takes numbers alone in an edit', async () => {
    const labels = { labels: ['unknown', 'kubemend'] }
    expect(await ask('POST', `/issues/${number}/labels`, labels)).toMatchObject({ status: 200, body: [] })
    for (const color of ['#326ce5', '#326ce5']) {
      expect((await ask('POST', '/labels', { name: 'kubemend', color })).status).toBe(201)
    }
    expect((await ask('POST', `/issues/${number}/labels`, labels)).body).toHaveLength(2)
    expect((await stage.ask('bot', 'PATCH', `${repository}/pulls/${number}`, { labels: ['kubemend'] })).status).toBe(
      422,
    )
    const [{ id }] = (await ask('GET', `/issues/${number}/labels`)).body
    expect((await ask('DELETE', `/issues/${number}/labels/${id}`)).status).toBe(204)
  })

  test('refuses all reviewers for one that is unknown, and passes over an unknown team', async () => {
    const path = `/pulls/${number}/requested_reviewers`
    const reviewers = [stage.person.login, 'no-such-one']
    expect((await ask('POST', path, { reviewers, team_reviewers: [] })).status).toBe(404)
    expect((await ask('POST', path, { reviewers: [stage.bot.login], team_reviewers: [] })).status).toBe(422)
    expect(await ask('POST', path, { reviewers: [], team_reviewers: ['none'] })).toMatchObject({
      status: 201,
      body: [],
    })
    const { body } = await ask('POST', path, { reviewers: [stage.person.login], team_reviewers: [] })
    expect(body.map((review: { user: { login: string } }) => review.user.login)).toEqual([stage.person.login])
    expect((await ask('PATCH', `/pulls/${number}`, { assignees: ['no-such-one'] })).status).toBe(422)
  })

  test("shows others' permissions to administrators alone, and those who may write to all", async () => {
    expect((await ask('GET', `/collaborators/${stage.person.login}/permission`)).status).toBe(403)
    expect((await ask('GET', `/collaborators/${stage.bot.login}/permission`)).body.permission).toBe('write')
    expect((await stage.ask('bot', 'GET', `${repository}/teams`)).status).toBe(405)
    const logins = (await ask('GET', '/assignees')).body.map(({ login }: { login: string }) => login)
    expect(logins).toEqual(expect.arrayContaining([stage.person.login, stage.bot.login]))
    expect(logins).not.toContain(stage.reader)
  })

  test('moves the time of a pull request with all that is done to it', async () => {
    const steps: readonly (() => Promise<unknown>)[] = [
      () => ask('PATCH', `/pulls/${number}`, { body: 'Another.' }),
      () => ask('PATCH', `/pulls/${number}`, { title: 'WIP: another' }),
      () =>
        ask('POST', '/labels', { name: 'moved', color: '#326ce5' }).then(() =>
          ask('POST', `/issues/${number}/labels`, { labels: ['moved'] }),
        ),
      () => ask('POST', `/issues/${number}/comments`, { body: 'Hello.' }),
      () => stage.person.approve(number),
      () => stage.person.git.push('kubemend/one', { 'NOTES.md': 'mine\n' }),
    ]
    for (const step of steps) {
      const before = (await ask('GET', `/pulls/${number}`)).body.updated_at
      await sleep(1100)
      await step()
      await expect.poll(async () => (await ask('GET', `/pulls/${number}`)).body.updated_at, PATIENT).not.toBe(before)
    }
    const [newest] = (await ask('GET', '/pulls?state=all&sort=recentupdate&limit=1')).body
    expect(newest.number).toBe(number)
    const types = (await ask('GET', `/issues/${number}/timeline?limit=50&page=1`)).body.map(
      ({ type }: { type: string }) => type,
    )
    expect(types).toEqual(expect.arrayContaining(['review', 'review_request', 'comment', 'label', 'pull_push']))
  })

  test('keeps a body of a megabyte with its marker, white space and line ends', async () => {
    const body = `<!-- kubemend eyJ2IjoxfQ -->\r\n${'x'.repeat(MEGABYTE)}\n\n`
    expect((await ask('PATCH', `/pulls/${number}`, { body })).body.body).toBe(body)
    expect((await ask('PATCH', `/pulls/${number}`, { title: 'y'.repeat(300) })).body.title).toMatch(/^y+…$/)
    expect((await ask('PATCH', `/pulls/${number}`, { title: 'z'.repeat(255) })).body.title).toHaveLength(255)
  })

  test('closes a pull request with its branch, tells the branch by its label then, and opens it again all the same', async () => {
    const id = await push('kubemend/gone', 'replicas: 6\n')
    const gone = await open('kubemend/gone')
    await stage.bot.git.move('kubemend/gone', undefined, id)
    await expect.poll(async () => (await ask('GET', `/pulls/${gone}`)).body.state, PATIENT).toBe('closed')
    const { body } = await ask('GET', `/pulls/${gone}`)
    expect(body.head).toMatchObject({ label: 'kubemend/gone', ref: `refs/pull/${gone}/head`, sha: id })
    const listed = (await ask('GET', '/pulls?state=closed&limit=50')).body
    const { head: shown } = listed.find((pull: { number: number }) => pull.number === gone)
    expect(shown).toMatchObject({ label: 'kubemend/gone', ref: `refs/pull/${gone}/head`, sha: id })
    expect((await ask('PATCH', `/pulls/${gone}`, { state: 'open' })).body.state).toBe('open')
  })

  test('does not see a merge that was pushed, and keeps a pull request without changes open', async () => {
    const id = await push('kubemend/pushed', 'replicas: 7\n')
    const pushed = await open('kubemend/pushed')
    await stage.person.git.move('main', id)
    await stage.settle()
    expect((await ask('GET', `/pulls/${pushed}`)).body).toMatchObject({ state: 'open', merged: false })
  })

  test('merges only the head that is named, asks to try again while it checks, and reopens nothing merged', async () => {
    await push('kubemend/merged', 'replicas: 8\n')
    const merged = await open('kubemend/merged')
    const path = `${repository}/pulls/${merged}/merge`
    const wrong = { Do: 'merge', head_commit_id: head }
    await expect.poll(async () => (await stage.ask('ann', 'POST', path, wrong)).status, PATIENT).toBe(409)
    await stage.person.merge(merged)
    expect((await ask('GET', `/pulls/${merged}`)).body).toMatchObject({ state: 'closed', merged: true })
    expect((await ask('PATCH', `/pulls/${merged}`, { state: 'open' })).status).toBe(412)
  })

  test('tells of a merge that waits for checks in the timeline', async () => {
    const branch = 'kubemend/waiting'
    await push(branch, 'replicas: 9\n')
    const waiting = await open(branch)
    const rule = { rule_name: 'main', enable_push: true, enable_status_check: true, status_check_contexts: ['ci'] }
    expect((await stage.ask('owner', 'POST', `${repository}/branch_protections`, rule)).status).toBe(201)
    const path = `${repository}/pulls/${waiting}/merge`
    const wanted = { Do: 'merge', merge_when_checks_succeed: true }
    await expect.poll(async () => (await stage.ask('owner', 'POST', path, wanted)).status, PATIENT).toBe(201)
    const pull = (await stage.forge().pullRequests(branch))[0]
    if (pull === undefined) throw new Error('no pull request')
    expect((await stage.forge().state(pull)).isQueued).toBe(true)
    expect((await stage.ask('owner', 'DELETE', path)).status).toBe(204)
    expect((await stage.forge().state(pull)).isQueued).toBe(false)
    expect((await stage.ask('owner', 'DELETE', `${repository}/branch_protections/main`)).status).toBe(204)
  })

  test('moves several refs or none, and moves a branch by its API only from where it is said to stand', async () => {
    const id = await push('kubemend/refs', 'replicas: 10\n')
    const git = stage.bot.git
    const lease = (branch: string, at: string) => `--force-with-lease=refs/heads/${branch}:${at}`
    const url = stage.gitUrl
    const stale = [lease('kubemend/refs', head), lease('kubemend/other', '')]
    const refs = [`:refs/heads/kubemend/refs`, `${id}:refs/heads/kubemend/other`]
    await expect(git.git('push', '-q', '--atomic', ...stale, url, ...refs)).rejects.toThrow(/stale info|rejected/)
    expect(await git.head('kubemend/refs')).toBe(id)
    expect(await git.head('kubemend/other')).toBeUndefined()
    await git.git('push', '-q', '--atomic', lease('kubemend/refs', id), lease('kubemend/other', ''), url, ...refs)
    expect(await git.head('kubemend/refs')).toBeUndefined()
    expect(await git.head('kubemend/other')).toBe(id)
    await stage.settle()
    const move = { new_commit_id: head, old_commit_id: head, force: true }
    expect((await stage.ask('bot', 'PUT', `${repository}/branches/kubemend%2Fother`, move)).status).toBe(422)
    expect((await stage.ask('bot', 'POST', `${repository}/git/refs`, { ref: 'refs/heads/x', sha: id })).status).toBe(
      405,
    )
  })

  test('turns new pull requests and comments away when it is archived, and edits not', async () => {
    expect((await stage.ask('owner', 'PATCH', repository, { archived: true })).status).toBe(200)
    expect((await ask('POST', '/pulls', { head: 'kubemend/other', base: 'main', title: 'x' })).status).toBe(423)
    expect((await ask('POST', `/issues/${number}/comments`, { body: 'x' })).status).toBe(423)
    expect((await ask('PATCH', `/pulls/${number}`, { body: 'x' })).status).toBe(201)
    expect((await stage.ask('owner', 'PATCH', repository, { archived: false })).status).toBe(200)
  })
})

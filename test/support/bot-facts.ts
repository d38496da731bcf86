// Pull requests, commits and markers for tests of the bot, each as plain as can be.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { PullRequest } from '../../src/bot/forge.ts'
import { hashOf, type Marker, markedBody } from '../../src/bot/marker.ts'
import type { FindingMark } from '../../src/bot/plan.ts'
import type { Commit } from '../../src/bot/repository.ts'
import { withTrailers } from '../../src/bot/trailers.ts'

/** An object id, one for each name. */
export function objectId(name: string): string {
  return createHash('sha1').update(name).digest('hex')
}

/** A plan's fingerprint, one for each name. */
export function planOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32)
}

/** A mark, one for each name; `name#other` is the finding `name` with another change. */
export function markOf(name: string): FindingMark {
  const [finding = ''] = name.split('#')
  return { id: objectId(finding).slice(0, 12), change: objectId(name).slice(0, 4) }
}

export function bodyOf(facts: Partial<Marker> = {}, text = 'What it does.'): string {
  const title = hashOf('fix(k8s): run two replicas')
  const plain = { group: 'replicas', plan: planOf('a'), head: objectId('head'), marks: [], title, considered: 0 }
  const lasting = { isPaused: false, isSplit: false, ignore: [], isDecorated: true, withdrawnAt: undefined }
  return markedBody({ ...plain, ...lasting, ...facts }, marker => `${marker}\n${text}\n`)
}

export function pullRequest(facts: Partial<PullRequest> = {}): PullRequest {
  const number = facts.number ?? 1
  return {
    number,
    url: `https://forge.example/pulls/${number}`,
    state: 'open',
    title: 'fix(k8s): run two replicas',
    body: bodyOf(),
    isDraft: false,
    labels: [],
    branch: 'kubemend/replicas-0a1b2c3d',
    head: objectId('head'),
    base: 'main',
    author: 'kubemend-bot',
    createdAt: new Date(Date.UTC(2026, 0, number)).toISOString(),
    ...facts,
  }
}

export function ownCommit(name: string, facts: { plan?: string; base?: string; parents?: string[] } = {}): Commit {
  const tree = objectId(`tree of ${name}`)
  const base = facts.base ?? objectId('base')
  const trailers = { plan: facts.plan ?? planOf('a'), base, version: '1.0.0', tree, marks: [] }
  const message = withTrailers(`fix(k8s): ${name}`, trailers)
  return { id: objectId(name), tree, parents: facts.parents ?? [base], message, committedAt: 0 }
}

export function personsCommit(name: string, parents: string[] = [objectId('base')]): Commit {
  return { id: objectId(name), tree: objectId(`tree of ${name}`), parents, message: `${name}\n`, committedAt: 0 }
}

export const anyMark: fc.Arbitrary<FindingMark> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{12}$/),
  change: fc.stringMatching(/^[0-9a-f]{4}$/),
})

export const anyId: fc.Arbitrary<string> = fc.stringMatching(/^[0-9a-f]{40}$/)

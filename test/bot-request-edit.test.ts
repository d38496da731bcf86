// Edits of an open pull request: none in vain, and what people changed stays theirs.

import { describe, expect, test } from 'vitest'
import { controlBox } from '../src/bot/controls.ts'
import type { PullRequest } from '../src/bot/forge.ts'
import { hashOf } from '../src/bot/marker.ts'
import { editOf } from '../src/bot/request-edit.ts'
import { bodyOf, objectId, pullRequest } from './support/bot-facts.ts'

const TITLE = 'fix(k8s): run two replicas'
const NEXT = 'fix(k8s): run two replicas of three workloads'
const BODY = bodyOf()
const NEXT_BODY = bodyOf({ title: hashOf(NEXT) }, 'What it does now.')

function edit(current: Partial<PullRequest>, wanted: { title?: string; body?: string; isOwn?: boolean } = {}) {
  return editOf(pullRequest(current), { title: TITLE, body: BODY, isOwn: true, ...wanted })
}

describe('nothing is edited', () => {
  test.each<[string, Partial<PullRequest>]>([
    ['when all is as it was written', {}],
    ['when the forge changed line ends', { body: BODY.replaceAll('\n', '\r\n') }],
    ['when the forge cut the end', { body: BODY.trimEnd() }],
    ['when a person added to the body', { body: `${BODY}\nSee also the wiki.\n` }],
    ['when a person changed the title', { title: 'Two replicas for everybody' }],
    ['when a person made it ready', { isDraft: false }],
    ['when a person made it a draft', { isDraft: true }],
    ['for a word in the title that lasts', { title: `pause!: ${TITLE}` }],
    ['for a box that is not ticked', { body: `${BODY}${controlBox('rebase')} rebase\n` }],
  ])('%s', (_, current) => {
    expect(edit(current)).toBeUndefined()
  })

  test('of the text of a person who opened it', () => {
    expect(edit({ title: 'Mine', body: 'My own.' }, { title: NEXT, body: NEXT_BODY, isOwn: false })).toBeUndefined()
  })
})

describe('the title', () => {
  test('follows the plan while it is the one that the bot gave', () => {
    expect(edit({}, { title: NEXT, body: NEXT_BODY })).toEqual({ title: NEXT, body: NEXT_BODY })
  })

  test('of a person stays theirs when the plan changes', () => {
    expect(edit({ title: 'Mine' }, { title: NEXT, body: NEXT_BODY })).toEqual({ body: NEXT_BODY })
    expect(edit({ title: 'Mine', body: NEXT_BODY }, { title: NEXT, body: NEXT_BODY })).toBeUndefined()
  })

  test('loses a word that was asked for once', () => {
    expect(edit({ title: `rebase!: ${TITLE}` })).toEqual({ title: TITLE })
    expect(edit({ title: 'recreate!: Mine' })).toEqual({ title: 'Mine' })
    expect(edit({ title: `rebase!: ${TITLE}` }, { title: NEXT, body: NEXT_BODY })).toMatchObject({ title: NEXT })
  })
})

describe('the body', () => {
  test('is replaced when its rendered text changed', () => {
    const body = bodyOf({}, 'Other text.')
    expect(edit({}, { body })).toEqual({ body })
  })

  test('is replaced when its marker has to remember something else', () => {
    for (const body of [bodyOf({ head: objectId('other') }), bodyOf({ considered: 3 }), bodyOf({ isPaused: true })]) {
      expect(edit({}, { body })).toEqual({ body })
    }
  })

  test('is replaced to untick a box', () => {
    expect(edit({ body: `${BODY}- [x] <!-- kubemend:rebase --> rebase\n` })).toEqual({ body: BODY })
  })

  test('gets a lost marker back', () => {
    expect(edit({ body: 'Text.' })).toEqual({ body: BODY })
  })

  test('is written once: the edited pull request needs no further edit', () => {
    const wanted = { title: NEXT, body: NEXT_BODY }
    expect(
      edit({ title: `rebase!: ${TITLE}`, ...edit({ title: `rebase!: ${TITLE}` }, wanted) }, wanted),
    ).toBeUndefined()
  })
})

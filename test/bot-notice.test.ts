// The bot's comments: each has a topic by which it is edited instead of repeated, and none is a command to the bot.

import { describe, expect, test } from 'vitest'
import { readControls } from '../src/bot/controls.ts'
import type { PullRequest } from '../src/bot/forge.ts'
import { duplicateNotice, foreignNotice, sameNotice, topicOf, withdrawnNotice } from '../src/bot/notice.ts'
import { readPage } from './support/bot-page.ts'

const OTHER = { number: 3, url: 'https://git.example/acme/app/pulls/3' } as PullRequest
const NOTICES = {
  foreign: foreignNotice('The branch holds commits of others: abc. Comment `kubemend recreate`.'),
  duplicate: duplicateNotice(OTHER),
  withdrawn: withdrawnNotice('nothing is left to propose', 'deadbeef'),
}

describe('a notice', () => {
  test.each(Object.entries(NOTICES))('about %s has its topic, unseen', (topic, body) => {
    expect(topicOf(body)).toBe(topic)
    expect(readPage(body).html.map(html => html.trim())).toEqual([`<!-- kubemend:notice ${topic} -->`])
    expect(readPage(body).text).not.toContain('kubemend:notice')
  })

  test.each(Object.values(NOTICES))('is no command to the bot: %s', body => {
    const comments = [{ id: 5, body, mayWrite: true }]
    const controls = readControls({ labels: [], title: '', body: '', comments })
    expect(controls).toMatchObject({ recreate: false, pause: false, considered: 0 })
  })

  test('is the same as another on its topic, whatever it says', () => {
    expect(sameNotice(NOTICES.foreign, foreignNotice('other words'))).toBe(true)
    expect(sameNotice(NOTICES.foreign, NOTICES.withdrawn)).toBe(false)
    expect(sameNotice('a comment', 'a comment')).toBe(false)
    expect(sameNotice(`> ${NOTICES.foreign}`, NOTICES.foreign)).toBe(false)
  })

  test('says what to do, and where to look', () => {
    expect(NOTICES.foreign).toContain('No commit of yours is lost')
    expect(NOTICES.duplicate).toContain('(https://git.example/acme/app/pulls/3)')
    expect(duplicateNotice(undefined)).toContain('An older pull request')
    expect(NOTICES.withdrawn).toContain('nothing is left to propose, as of `deadbeef`.')
  })
})

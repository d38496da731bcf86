// The section of the bot in the configuration, and the hours in which it opens pull requests.

import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { isOpen, scheduleError } from '../src/bot/schedule.ts'
import { BOT } from '../src/bot/settings.ts'
import { vocabularyOf } from '../src/commands/configuration.ts'
import { configurationSchema } from '../src/config/schema.ts'
import transforms from '../transforms/index.ts'

const validate = new Ajv2020({ allowUnionTypes: true }).compile(configurationSchema(vocabularyOf(transforms)))

describe('the section bot', () => {
  test('is part of the configuration, and its defaults fit its own schema', () => {
    expect(validate({ bot: BOT.defaults })).toBe(true)
  })

  test('is about no resource: no override sets it', () => {
    expect(validate({ overrides: [{ kinds: ['Deployment'], set: { bot: {} } }] })).toBe(false)
  })

  test('has a description for every setting', () => {
    const { properties } = BOT.schema as { properties: Record<string, { description?: string }> }
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/\w+ \w+.*\.$/)
  })

  test.each([
    ['convention', 'ABC-1: {title}', true],
    ['convention', 'no place for it', false],
    ['branchPrefix', 'bots/kubemend/', true],
    ['branchPrefix', 'kubemend', false],
    ['branchPrefix', '../kubemend/', false],
    ['branchPrefix', 'Kubemend/', false],
    ['limits', { openPullRequests: 0 }, true],
    ['limits', { openPullRequests: -1 }, false],
    ['limits', { pullRequests: 1 }, false],
    ['schedule', { days: ['mon'], hours: '22:00-06:00', timezone: 'Europe/Berlin' }, true],
    ['schedule', { hours: '8-17' }, false],
    ['schedule', { hours: '08:00-25:00' }, false],
    ['author', { name: 'Bot', email: 'bot@acme.example' }, true],
    ['author', { name: 'Bot <x>', email: 'bot@acme.example' }, false],
    ['author', { name: 'Bot\nCo-authored-by: x', email: 'bot@acme.example' }, false],
    ['automerge', true, false],
  ])('%s: %j is valid: %s', (name, value, isValid) => {
    expect(validate({ bot: { [name]: value } })).toBe(isValid)
  })
})

describe('the schedule', () => {
  /** a Friday */
  const at = (time: string) => new Date(`2026-11-27T${time}:00Z`)

  test.each([
    [{}, '03:00', true],
    [{ days: ['fri'] as const }, '23:59', true],
    [{ days: ['mon', 'sat'] as const }, '12:00', false],
    [{ hours: '08:00-17:00' }, '08:00', true],
    [{ hours: '08:00-17:00' }, '17:00', false],
    [{ hours: '22:00-06:00' }, '23:00', true],
    [{ hours: '22:00-06:00' }, '05:59', true],
    [{ hours: '22:00-06:00' }, '06:00', false],
    [{ hours: '22:00-06:00', days: ['fri'] as const }, '05:00', false],
    [{ hours: '22:00-06:00', days: ['thu'] as const }, '05:00', true],
    [{ hours: '22:00-24:00' }, '23:59', true],
    [{ hours: '00:00-24:00' }, '00:00', true],
    [{ hours: '08:00-17:00', timezone: 'Asia/Tokyo' }, '23:30', true],
    [{ days: ['sat'] as const, timezone: 'Asia/Tokyo' }, '15:00', true],
    [{ days: ['sat'] as const, timezone: 'Asia/Tokyo' }, '14:59', false],
  ])('%j is open at %s: %s', (schedule, time, expected) => {
    expect(isOpen(schedule, at(time))).toBe(expected)
  })

  test('knows which time zones there are', () => {
    expect(scheduleError({ timezone: 'Europe/Berlin' })).toBeUndefined()
    expect(scheduleError({})).toBeUndefined()
    expect(scheduleError({ timezone: 'Europe/Atlantis' })).toContain('there is no time zone "Europe/Atlantis"')
  })
})

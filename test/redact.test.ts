// Credentials in every spelling are taken out of text, and other text is left alone.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedactor } from '../src/bot/redact.ts'

const TOKEN = 'Sekrit/+token=for tests~1'
const redact = createRedactor([TOKEN])

test.each([
  ['as it is', TOKEN],
  ['for a URL', encodeURIComponent(TOKEN)],
  ['for a form', encodeURIComponent(TOKEN).replaceAll('%20', '+')],
  ['in small letters for a URL', encodeURIComponent(TOKEN).replace(/%../g, code => code.toLowerCase())],
  ['in base64', Buffer.from(TOKEN).toString('base64')],
  ['in base64 for URLs', Buffer.from(TOKEN).toString('base64url')],
])('a secret is found %s', (_, spelling) => {
  const text = redact(`before ${spelling} after`)
  expect(text).toContain('***')
  expect(text).toMatch(/^before .* after$/)
  expect(text).not.toContain(spelling.slice(4, -4))
})

test('a secret is found in base64 whatever stands around it', () => {
  const around = fc.string({ maxLength: 12, unit: 'binary' })
  fc.assert(
    fc.property(around, around, (before, after) => {
      const encoded = Buffer.from(`${before}${TOKEN}${after}`).toString('base64')
      expect(redact(encoded)).toContain('***')
      const left = Buffer.from(redact(encoded).replaceAll('***', ''), 'base64').toString('latin1')
      expect(left).not.toContain(TOKEN.slice(0, 12))
    }),
  )
})

test.each([
  ['ghp_0123456789abcdefghijABCDEFGHIJ012345', '***'],
  ['ghs_12_eyJhbGciOi.eyJpc3MiOi.sig-nature_1', '***'],
  ['github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz', '***'],
  ['glpat-abcdefghij0123456789', '***'],
  ['glpat-abcdefghij0123456789.01.0a1b2c3d', '***'],
  ['Authorization: token 0123456789abcdef0123456789abcdef01234567', 'Authorization: token ***'],
  ['the token 0123456789abcdef0123456789abcdef01234567', 'the token ***'],
  ['Authorization: Basic eDpzZWtyaXQ=', 'Authorization: Basic ***'],
  ["fatal: 'https://me:pa55@example.com/x' failed", "fatal: 'https://***@example.com/x' failed"],
])('what looks like a token is taken out: %s', (text, expected) => {
  expect(createRedactor([])(text)).toBe(expected)
})

test.each([
  'commit 0123456789abcdef0123456789abcdef01234567 is the head',
  'https://github.com/owner/name/pull/12',
  'http://127.0.0.1:3000/team/app.git',
  'basic authentication is needed',
  'bearer of good news',
])('other text is left alone: %s', text => {
  expect(redact(text)).toBe(text)
})

test('an empty secret hides nothing', () => {
  expect(createRedactor(['', ''])('plain text')).toBe('plain text')
})

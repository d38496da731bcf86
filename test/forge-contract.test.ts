// The double fails a test whose requests or replies are not GitHub's.

import { readFileSync } from 'node:fs'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import * as documents from '../src/forge/github/documents.ts'
import { githubFace } from './support/forge/github.ts'
import { CONTRACT } from './support/forge/github-objects.ts'
import { type Face, startForge } from './support/forge/server.ts'

const TOKEN = 'ghp_contract0123456789'

/** What the double finds fault with when it is stopped after one request. */
async function faults(path: string, init: { method?: string; body?: object } = {}, face: Face = githubFace()) {
  const double = await startForge({ faces: [face] })
  double.create('acme/shop', { a: 'b' })
  double.account('mender', { token: TOKEN })
  await fetch(`${double.url}${path}`, {
    method: init.method ?? 'GET',
    headers: { authorization: `Bearer ${TOKEN}`, connection: 'close' },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  })
  return double.stop().then(
    () => '',
    (error: Error) => error.message,
  )
}

const REPOSITORY = '/api/v3/repos/acme/shop'

test('a request and a reply as they should be are no fault', async () => {
  expect(await faults(REPOSITORY)).toBe('')
})

test.each([
  ['an unknown operation', `${REPOSITORY}/stargazers`, {}, 'no such operation'],
  ['an unknown parameter', `${REPOSITORY}?verbose=1`, {}, 'no query parameter verbose'],
  ['an unknown field', `${REPOSITORY}/pulls`, { body: { head: 'a', base: 'b', drafty: true } }, 'has no field drafty'],
  ['a missing field', `${REPOSITORY}/pulls`, { body: { head: 'a' } }, "must have required property 'base'"],
  ['a wrong type', `${REPOSITORY}/pulls`, { body: { head: 'a', base: 'b', draft: 'yes' } }, 'must be boolean'],
  ['an unknown field of GraphQL', '/api/graphql', { body: { query: '{ viewer { shoeSize } }' } }, 'shoeSize'],
])('%s of a request is one', async (_, path, init, fault) => {
  const method = 'body' in init ? 'POST' : 'GET'
  expect(await faults(path, { method, ...init })).toContain(fault)
})

test('a reply that lacks a field is one', async () => {
  const honest = githubFace()
  const face: Face = {
    ...honest,
    reply: async (request, forge) => {
      const { default_branch: _, ...body } = (await honest.reply(request, forge)).body as Record<string, unknown>
      return { status: 200, body }
    },
  }
  expect(await faults(REPOSITORY, {}, face)).toContain("must have required property 'default_branch'")
})

test('the plainest values of all definitions that the double shows are valid', () => {
  const match = CONTRACT.match('GET', '/repos/acme/shop/pulls/1')
  if (match === undefined) throw new Error('no such operation')
  expect(CONTRACT.checkReply(match, 200, CONTRACT.fill('pull-request', {}))).toEqual([])
})

test('every document is valid against the schema', () => {
  const schema = buildSchema(readFileSync('test/contract/github.graphql', 'utf8'))
  const found = Object.values(documents).flatMap(document => validate(schema, parse(document)))
  expect(found.map(({ message }) => message)).toEqual([])
})

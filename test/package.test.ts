// The packed package: what is in it, and that it installs into an empty folder and runs there, without a network.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { deployment, environment, FIXED, folder, read } from './support/program.ts'

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    env: environment(),
  })
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`)
  return stdout
}

test('the package holds the program, its data and its licences, and nothing else', () => {
  const [packed] = JSON.parse(npm('.', 'pack', '--json', '--dry-run', '--ignore-scripts'))
  const files: string[] = packed.files.map((file: { path: string }) => file.path)
  const expected =
    /^(?:LICENSE|README\.md|package\.json|dist\/(?:cli|main|bot|diff)\.cjs|dist\/THIRD_PARTY_NOTICES|dist\/schemas\/[\w.-]+)$/
  expect(files.filter(file => !expected.test(file))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'dist/cli.cjs', 'dist/THIRD_PARTY_NOTICES']))
  expect(packed.size).toBeLessThan(1_500_000)
})

test('the package needs no other package', () => {
  expect('dependencies' in packageJson).toBe(false)
})

test('the notices name every package that is bundled, with its licence', () => {
  const notices = readFileSync('dist/THIRD_PARTY_NOTICES', 'utf8')
  for (const name of [
    'yaml',
    'js-yaml',
    'ajv',
    'commander',
    'diff',
    'fast-json-patch',
    'picocolors',
    'ignore',
    'tinyglobby',
  ]) {
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\([\\w-]+\\)$`, 'm'))
  }
  expect(notices).not.toContain('carries no licence text')
})

test('the packed package installs into an empty folder and runs there', () => {
  const root = folder({ 'package.json': '{"private": true}', 'k8s/api.yaml': deployment() })
  const [packed] = JSON.parse(npm('.', 'pack', '--json', '--ignore-scripts', '--pack-destination', root))
  npm(root, 'install', path.join(root, packed.filename))
  const program = path.join(root, 'node_modules/.bin/kubemend')
  const start = (...args: string[]) => spawnSync(program, args, { cwd: root, encoding: 'utf8', env: environment() })
  expect(start('--version').stdout).toBe(`${packageJson.version}\n`)
  expect(start('fix', '--only', 'image-pull-policy', 'k8s').status).toBe(0)
  expect(read(root, 'k8s/api.yaml')).toBe(FIXED(deployment()))
  expect(start('validate', '--kubernetes-version', '1.32', 'k8s').stdout).toContain('1 valid')
})

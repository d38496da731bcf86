// What surrounds a run goes wrong: interrupts, closed pipes, full devices, folders and settings that are not there.

import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fix } from '../src/commands/fix.ts'
import type { Host } from '../src/io/host.ts'
import transforms from '../transforms/index.ts'
import { FIX_FLAGS, recordingHost } from './support/host.ts'
import { deployment, environment, FIXED, folder, kubemend, names, ONLY, PROGRAM, put, read } from './support/program.ts'

/** Runs a line of bash in which `kubemend` is the program. */
function shell(root: string, line: string) {
  const script = `kubemend() { "$NODE" "$PROGRAM" "$@"; }\n${line}`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    env: environment({ NODE: process.execPath, PROGRAM }),
  })
  return { code: status, stdout, stderr }
}

test('an interrupt while new bytes are being laid beside their files leaves none of them behind', async () => {
  const root = folder({ 'a.yaml': deployment('a'), 'b.yaml': deployment('b') })
  const recording = recordingHost(root)
  const host: Host = {
    ...recording,
    stageChanges: (...request) => {
      const staging = recording.stageChanges(...request)
      expect(names(root)).toHaveLength(4)
      process.emit('SIGINT')
      return staging
    },
  }
  const code = await fix({ host, transforms, version: '0.0.0' }, { ...FIX_FLAGS, only: ['image-pull-policy'] })
  expect(code).toBe(130)
  expect(recording.complained()).toBe('kubemend: interrupted: 0 files written; not written: a.yaml, b.yaml\n')
  expect(recording.printed()).toContain('2 refused; 2 manifests read')
  expect(recording.printed()).not.toContain('fixed')
  expect(names(root)).toEqual(['a.yaml', 'b.yaml'])
  expect(read(root, 'a.yaml')).toBe(deployment('a'))
})

test('a reader that has seen enough changes neither what is written nor the exit code', () => {
  const root = folder({ 'a.yaml': deployment() })
  expect(shell(root, `kubemend check ${ONLY.join(' ')} | true; echo "\${PIPESTATUS[0]}"`).stdout).toBe('1\n')
  const { stdout } = shell(root, `kubemend fix ${ONLY.join(' ')} 2>&1 | true; echo "\${PIPESTATUS[0]}"`)
  expect(stdout).toBe('0\n')
  expect(read(root, 'a.yaml')).toBe(FIXED(deployment()))
})

test('output that cannot be written is said in one line', () => {
  const root = folder({ 'a.yaml': deployment() })
  const { code, stderr } = shell(root, 'kubemend check >/dev/full')
  expect(stderr).toBe('kubemend: the output cannot be written: no space left on the device: free some and run again\n')
  expect(code).toBe(4)
})

test('a current folder that is gone is said', () => {
  const root = folder({ 'sub/a.yaml': deployment() })
  const { code, stderr } = shell(root, 'cd sub; rm -r ../sub; kubemend check')
  expect(stderr).toBe('kubemend: the current folder cannot be used: it is gone: change to one that exists\n')
  expect(code).toBe(2)
})

test('a current folder that may not be looked up is said', () => {
  const root = folder({ 'inner/a.yaml': deployment() })
  shell(root, 'chmod 700 .')
  const { stderr, code } = kubemend(path.join(root, 'inner'), ['check'], { unprivileged: true })
  expect(stderr).toContain('kubemend: the current folder cannot be used: permission denied')
  expect(code).toBe(2)
})

test('a file whose name is not UTF-8 is refused by name', () => {
  const root = folder({ 'good.yaml': deployment() })
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff]), Buffer.from('.yaml')]), deployment())
  const { code, stdout } = kubemend(root, ['fix', ...ONLY])
  expect(stdout).toContain('.yaml"  refused  the name of the file is not UTF-8: rename it')
  expect(stdout).toContain('fixed 1 finding in 1 file')
  expect(code).toBe(4)
})

test('a folder that is named through a link that leads out is an input that could not be read', () => {
  const outside = folder({ 'a.yaml': deployment() })
  const root = folder()
  symlinkSync(outside, path.join(root, 'k8s'))
  const { code, stdout } = kubemend(root, ['check', 'k8s'])
  expect(stdout).toContain(`k8s  refused  the link leads out, to ${outside}: give that path itself`)
  expect(code).toBe(4)
})

test('an ignored file that is named is read like any other', () => {
  const root = folder({ 'a.yaml': deployment(), '.gitignore': 'a.yaml\n' })
  const { code, stdout } = kubemend(root, ['fix', ...ONLY, 'a.yaml'])
  expect(stdout).toContain('fixed 1 finding in 1 file')
  expect(stdout).not.toContain('passed over')
  expect(code).toBe(0)
})

test('a text on standard input may be named after a file whose folder does not exist', () => {
  const root = folder()
  const { code, stdout, stderr } = kubemend(root, ['fix', ...ONLY, '-', '--stdin-filename', 'new/a.yaml'], {
    input: deployment(),
  })
  expect(stdout).toBe(FIXED(deployment()))
  expect(stderr).toContain('a.yaml:17:11  fixed  image-pull-policy')
  expect(code).toBe(0)
})

test.each([
  [['--root', 'nowhere'], '--root nowhere: there is no such folder: correct the path'],
  [['--root', 'a.yaml'], '--root a.yaml: there is no such folder: correct the path'],
  [['--schema-location', 'nowhere'], '--schema-location nowhere: there is no such folder: correct the path'],
  [['--config', '.'], ': there is no such configuration file: correct the path given to --config'],
  [['--only', ','], "error: option '--only <rules>' argument ',' is invalid. It names nothing."],
  [['--only='], "error: option '--only <rules>' argument '' is invalid. It names nothing."],
  [
    ['--isolated', '--config', 'kubemend.yaml'],
    "error: option '--isolated' cannot be used with option '--config <file>'",
  ],
])('wrong usage: check %j', (args, message) => {
  const root = folder({ 'a.yaml': deployment() })
  const { code, stdout, stderr } = kubemend(root, ['check', ...args])
  expect(stderr).toContain(message)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('an annotation that silences no rule is said, with the rule that may be meant', () => {
  const text = deployment().replace(
    '  name: api\n',
    '  name: api\n  annotations: { kubemend.dev/skip: "image-pull-polic" }\n',
  )
  const { stdout } = kubemend(folder({ 'a.yaml': text }), ['check', ...ONLY])
  expect(stdout).toContain(
    'a.yaml: Deployment shop/api: annotation kubemend.dev/skip: there is no rule "image-pull-polic": did you mean "image-pull-policy"?',
  )
})

test.each([
  [['check', '--\u001b[31m']],
  [['\u001b[31m']],
  [['explain', '\u001b[31m']],
  [['check', '--root', '\u001b[31m']],
  [['check']],
])('what a user or a configuration says is never printed raw: %j', args => {
  const root = folder({
    'a.yaml': deployment(),
    'kubemend.yaml': '"\\e[31mx": 1\nimages: {"\\e[31mz": {nonRoot: 1}}\n',
  })
  const { stdout, stderr, code } = kubemend(root, args)
  expect(stderr).toContain('\\e[31m')
  expect(stdout + stderr).not.toContain('\u001b')
  expect(code).toBe(2)
})

test('config show names a folder that does not exist', () => {
  const { code, stderr } = kubemend(folder(), ['config', 'show', 'nowhere'])
  expect(stderr).toBe('kubemend: nowhere: there is no such folder: correct the path\n')
  expect(code).toBe(2)
})

test('a setting of the wrong type is said once', () => {
  const root = folder({ 'a.yaml': deployment(), 'kubemend.yaml': 'replicas: { target: many }\n' })
  expect(kubemend(root, ['check']).stderr).toBe('kubemend: kubemend.yaml:1:13: replicas.target: "many" is no integer\n')
})

test('a folder with the name of a configuration is none', () => {
  const root = folder({ 'a.yaml': deployment() })
  mkdirSync(path.join(root, 'kubemend.yaml'))
  expect(kubemend(root, ['fix', ...ONLY]).code).toBe(0)
})

test('a configuration that may not be read stops the run', () => {
  const root = folder({ 'a.yaml': deployment() })
  put(root, 'kubemend.yaml', 'skip: [replicas]\n')
  const { stderr, code } = shell(root, 'chmod 000 kubemend.yaml; chmod 755 . ..')
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  const denied = kubemend(root, ['check'], { unprivileged: true })
  expect(denied.stderr).toContain('kubemend.yaml: cannot be read: permission denied')
  expect(denied.code).toBe(2)
})

test('a report whose folder does not exist is said, and the run goes on', () => {
  const root = folder({ 'a.yaml': deployment() })
  const { code, stderr } = kubemend(root, ['fix', ...ONLY, '--format', 'json=out/report.json'])
  expect(stderr).toContain('out/report.json: the report cannot be written: its folder does not exist: make it first')
  expect(read(root, 'a.yaml')).toBe(FIXED(deployment()))
  expect(code).toBe(4)
})

test('what cannot be listed beside the given files is a warning', () => {
  const root = folder({ 'app/a.yaml': deployment(), 'secret/b.yaml': deployment('b') })
  shell(root, 'chmod 000 secret; chmod 755 . ..')
  const { code, stdout } = kubemend(root, ['check', ...ONLY, '--root', '.', 'app'], { unprivileged: true })
  expect(stdout).toContain('secret: the folder cannot be listed: permission denied')
  expect(stdout).toContain('what it holds is missing as context')
  expect(code).toBe(1)
})

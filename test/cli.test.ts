// The built program as its users meet it: exit codes, what is printed where, what is written.

import { chmodSync, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import reportSchema from '../schemas/report.schema.json' with { type: 'json' }
import { deployment, FIXED, folder, git, kubemend, names, ONLY, put, read, repository } from './support/program.ts'

const PATCH = `--- a/api.yaml
+++ b/api.yaml
@@ -14,4 +14,4 @@
       containers:
         - name: api  # the only one
           image: registry.example.com/api:1.4.2
-          imagePullPolicy: Never
+          imagePullPolicy: IfNotPresent
`

const REFUSED = deployment('nightly').replace('Never', 'Sometimes')

describe('fix', () => {
  test('writes the safe fixes, says so in one line each, and ends with 0', () => {
    const root = folder({ 'api.yaml': deployment(), 'notes.yaml': 'a: 1\n' })
    const { code, stdout, stderr } = kubemend(root, ['fix', ...ONLY])
    expect(read(root, 'api.yaml')).toBe(FIXED(deployment()))
    const [line, blank, ...rest] = stdout.split('\n')
    expect(line).toMatch(/^api\.yaml:17:11 {2}fixed {2}image-pull-policy {2}.* \(restart\)$/)
    expect([blank, ...rest]).toEqual([
      '',
      'passed over: 1 (1 not Kubernetes)',
      'fixed 1 finding in 1 file; 1 manifest read',
      'undo: there is no repository and no backup; --backup keeps the old bytes',
      '',
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test('changes nothing the second time', () => {
    const root = folder({ 'api.yaml': deployment() })
    kubemend(root, ['fix', ...ONLY])
    const again = kubemend(root, ['fix', ...ONLY])
    expect(again).toEqual({ code: 0, stdout: 'nothing to fix: 1 manifest read\n', stderr: '' })
  })

  test('ends with 1 while findings remain that need a flag, which it names', () => {
    const root = folder({ 'api.yaml': deployment() })
    const { code, stdout } = kubemend(root, ['fix', ...ONLY, '--risk', 'none'])
    expect(code).toBe(1)
    expect(stdout).toContain('allow: --risk none,restart')
    expect(stdout).toContain('1 held back')
    expect(read(root, 'api.yaml')).toBe(deployment())
    expect(kubemend(root, ['fix', ...ONLY, '--risk', 'none', '--fail-on', 'fixable']).code).toBe(0)
  })

  test('prints a patch with --diff, writes nothing and ends with 1', () => {
    const root = folder({ 'api.yaml': deployment() })
    const { code, stdout } = kubemend(root, ['fix', ...ONLY, '--diff'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: PATCH })
    expect(read(root, 'api.yaml')).toBe(deployment())
  })

  test('ends with 1 with --check when something would change, else with 0, and never writes', () => {
    const root = folder({ 'api.yaml': deployment() })
    const before = kubemend(root, ['fix', ...ONLY, '--check'])
    expect(before.code).toBe(1)
    expect(before.stdout).toContain('would fix 1 finding in 1 file')
    expect(read(root, 'api.yaml')).toBe(deployment())
    put(root, 'api.yaml', FIXED(deployment()))
    expect(kubemend(root, ['fix', ...ONLY, '--check']).code).toBe(0)
  })

  test('ends with --dry-run as it would without, and writes nothing', () => {
    const root = folder({ 'api.yaml': deployment() })
    const { code, stdout } = kubemend(root, ['fix', ...ONLY, '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toContain('would fix 1 finding in 1 file')
    expect(read(root, 'api.yaml')).toBe(deployment())
  })

  test('keeps the mode of a file and leaves no other file behind', () => {
    const root = folder({ 'api.yaml': deployment() })
    chmodSync(path.join(root, 'api.yaml'), 0o640)
    kubemend(root, ['fix', ...ONLY])
    expect(statSync(path.join(root, 'api.yaml')).mode & 0o7777).toBe(0o640)
    expect(names(root)).toEqual(['api.yaml'])
  })

  test('keeps the old bytes with --backup and never overwrites an older backup', () => {
    const root = folder({ 'api.yaml': deployment(), 'api.yaml.orig': 'mine\n' })
    const { stdout } = kubemend(root, ['fix', ...ONLY, '--backup'])
    expect(read(root, 'api.yaml.orig')).toBe('mine\n')
    expect(read(root, 'api.yaml.orig.1')).toBe(deployment())
    expect(stdout).toContain('undo: mv -- api.yaml.orig.1 api.yaml\n')
  })

  test('names one way back in a repository, and that way works', () => {
    const root = repository({ 'api.yaml': deployment() })
    const { stdout, stderr } = kubemend(root, ['fix', ...ONLY])
    expect(stderr).toBe('')
    expect(stdout).toContain('undo: git restore -- api.yaml\n')
    git(root, 'restore', '--', 'api.yaml')
    expect(read(root, 'api.yaml')).toBe(deployment())
  })

  test('warns about changes that no commit holds and goes on', () => {
    const root = repository({ 'api.yaml': deployment() })
    put(root, 'api.yaml', `# mine\n${deployment()}`)
    const { code, stdout, stderr } = kubemend(root, ['fix', ...ONLY])
    expect(code).toBe(0)
    expect(stderr).toBe('kubemend: changes that no commit holds are mixed with these: api.yaml\n')
    expect(stdout).not.toContain('git restore --')
    expect(read(root, 'api.yaml')).toBe(`# mine\n${FIXED(deployment())}`)
  })

  test('prints nothing with --quiet and works all the same', () => {
    const root = folder({ 'api.yaml': deployment() })
    expect(kubemend(root, ['fix', ...ONLY, '-q'])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(read(root, 'api.yaml')).toBe(FIXED(deployment()))
  })

  test('leaves alone what an annotation names', () => {
    const text = deployment().replace(
      'metadata:\n',
      'metadata:\n  annotations:\n    kubemend.dev/skip: "ingress, image-pull-policy"\n',
    )
    const root = folder({ 'api.yaml': text })
    const { code, stdout } = kubemend(root, ['fix', ...ONLY])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'nothing to fix: 1 manifest read, 1 suppressed\n' })
    expect(read(root, 'api.yaml')).toBe(text)
  })

  test('changes only the file it was given, with its folder as context', () => {
    const root = folder({ 'k8s/api.yaml': deployment(), 'k8s/other.yaml': deployment('other') })
    kubemend(root, ['fix', ...ONLY, 'k8s/api.yaml'])
    expect(read(root, 'k8s/api.yaml')).toBe(FIXED(deployment()))
    expect(read(root, 'k8s/other.yaml')).toBe(deployment('other'))
  })

  test('takes globs that the shell left to it', () => {
    const root = folder({ 'a/x.yaml': deployment(), 'b/y.yaml': deployment('b'), 'b/z.yml': deployment('z') })
    kubemend(root, ['fix', ...ONLY, '**/*.yaml'])
    expect(read(root, 'a/x.yaml')).toBe(FIXED(deployment()))
    expect(read(root, 'b/y.yaml')).toBe(FIXED(deployment('b')))
    expect(read(root, 'b/z.yml')).toBe(deployment('z'))
  })

  test('refuses to ask questions where there is no terminal', () => {
    const root = folder({ 'api.yaml': deployment() })
    const { code, stderr } = kubemend(root, ['fix', '-i'])
    expect(code).toBe(2)
    expect(stderr).toBe(
      'kubemend: --interactive asks questions and there is no terminal to answer them: use --diff to look, then fix\n',
    )
  })
})

describe('diff', () => {
  test('prints the patch on standard output, the rest on standard error, and ends with 0', () => {
    const root = folder({ 'api.yaml': deployment() })
    const { code, stdout, stderr } = kubemend(root, ['diff', ...ONLY])
    expect({ code, stdout }).toEqual({ code: 0, stdout: PATCH })
    expect(stderr).toContain('would fix 1 finding in 1 file; 1 manifest read\n')
  })

  test('prints only the patch with --quiet', () => {
    const root = folder({ 'api.yaml': deployment() })
    expect(kubemend(root, ['diff', ...ONLY, '-q'])).toEqual({ code: 0, stdout: PATCH, stderr: '' })
  })

  test('gives paths from the current folder, so that git apply takes the patch there', () => {
    const root = repository({ 'team/k8s/api.yaml': deployment() })
    const { stdout } = kubemend(path.join(root, 'team'), ['diff', ...ONLY, 'k8s', '-q'])
    expect(stdout).toContain('--- a/k8s/api.yaml\n')
    put(root, 'p.patch', stdout)
    git(path.join(root, 'team'), 'apply', '../p.patch')
    expect(read(root, 'team/k8s/api.yaml')).toBe(FIXED(deployment()))
  })

  test('says what paths are relative to when the input lies elsewhere', () => {
    const root = folder({ 'k8s/api.yaml': deployment() })
    const { stdout, stderr } = kubemend(folder(), ['diff', ...ONLY, path.join(root, 'k8s')])
    expect(stdout).toBe(PATCH)
    expect(stderr).toContain(`kubemend: paths are relative to ${path.join(root, 'k8s')}\n`)
  })
})

describe('check', () => {
  test('ends with 1 for any finding, and with 0 when only fixable ones count and none is', () => {
    const root = folder({ 'api.yaml': deployment() })
    expect(kubemend(root, ['check', ...ONLY]).code).toBe(1)
    expect(kubemend(root, ['check', ...ONLY, '--fail-on', 'fixable']).code).toBe(1)
    expect(kubemend(root, ['check', ...ONLY, '--risk', 'none']).code).toBe(1)
    expect(kubemend(root, ['check', ...ONLY, '--risk', 'none', '--fail-on', 'fixable']).code).toBe(0)
    expect(read(root, 'api.yaml')).toBe(deployment())
  })

  test('ends with 0 when there is nothing to fix', () => {
    const root = folder({ 'api.yaml': FIXED(deployment()) })
    expect(kubemend(root, ['check', ...ONLY])).toEqual({
      code: 0,
      stdout: 'nothing to fix: 1 manifest read\n',
      stderr: '',
    })
  })

  test('ends with 0 where there are files and none of them is a manifest', () => {
    const root = folder({ 'a.yaml': 'a: 1\n', 'README.md': 'hello\n' })
    const { code, stdout } = kubemend(root, ['check'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'passed over: 1 (1 not Kubernetes)\nnothing to fix: 0 manifests read\n',
    })
  })

  test('prints edits and everything passed over with --verbose', () => {
    const root = folder({ 'api.yaml': deployment(), 'notes.yaml': 'a: 1\n' })
    const { stdout } = kubemend(root, ['check', ...ONLY, '-v'])
    expect(stdout).toContain('    replace /spec/template/spec/containers/0/imagePullPolicy "Never" → "IfNotPresent"\n')
    expect(stdout).toContain('  notes.yaml: not Kubernetes\n')
  })

  test('writes several reports at once, the JSON one in its published shape', () => {
    const root = folder({ 'api.yaml': deployment(), 'odd.yaml': REFUSED, 'broken.yaml': 'kind: [\napiVersion: v1\n' })
    const formats = ['json=r.json', 'sarif=r.sarif', 'markdown=r.md', 'patch=r.patch'].flatMap(format => [
      '--format',
      format,
    ])
    const { code, stdout } = kubemend(root, ['check', ...formats])
    expect(code).toBe(4)
    expect(stdout).toContain('could not be read:')
    const report = JSON.parse(read(root, 'r.json'))
    const validate = new Ajv2020({ strict: false }).compile(reportSchema)
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
    expect(report.exitCode).toBe(4)
    expect(report.inputs.refused.map((refused: { file: string }) => refused.file)).toEqual(['broken.yaml'])
    expect(JSON.parse(read(root, 'r.sarif')).version).toBe('2.1.0')
    expect(read(root, 'r.md')).toMatch(/^# kubemend\n/)
    expect(read(root, 'r.patch')).toContain('+          imagePullPolicy: IfNotPresent\n')
  })

  test('passes over what git ignores and what is installed, and counts it', () => {
    const root = repository({
      'api.yaml': FIXED(deployment()),
      '.gitignore': 'out/\nsecret.yaml\nnode_modules/\n',
    })
    put(root, 'out/x.yaml', deployment())
    put(root, 'secret.yaml', deployment())
    put(root, 'node_modules/x/y.yaml', deployment())
    const { code, stdout } = kubemend(root, ['check', ...ONLY])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'passed over: 3 (2 ignored by git, 1 node_modules)\nnothing to fix: 1 manifest read\n',
    })
  })

  test('heeds .gitignore without a repository, too', () => {
    const root = folder({
      '.gitignore': '/out\n*.gen.yaml\n!keep.gen.yaml\n',
      'out/x.yaml': deployment(),
      'a.gen.yaml': deployment(),
      'keep.gen.yaml': FIXED(deployment()),
    })
    const { code, stdout } = kubemend(root, ['check', ...ONLY])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'passed over: 2 (2 ignored by git)\nnothing to fix: 1 manifest read\n',
    })
  })

  test('reads an ignored folder that was named', () => {
    const root = repository({ '.gitignore': 'out/\n' })
    put(root, 'out/x.yaml', deployment())
    expect(kubemend(root, ['check', ...ONLY, 'out']).code).toBe(1)
  })

  test('reads untracked files and files of nested repositories', () => {
    const root = repository({ 'a.txt': 'x\n' })
    put(root, 'new.yaml', deployment('new'))
    put(root, 'nested/inner.yaml', deployment('inner'))
    git(path.join(root, 'nested'), 'init', '-q')
    const { stdout } = kubemend(root, ['check', ...ONLY])
    expect(stdout).toContain('new.yaml:17:11')
    expect(stdout).toContain('nested/inner.yaml:17:11')
  })
})

describe('standard input', () => {
  test('is fixed to standard output, with the report on standard error', () => {
    const { code, stdout, stderr } = kubemend(folder(), ['fix', ...ONLY, '-'], { input: deployment() })
    expect({ code, stdout }).toEqual({ code: 0, stdout: FIXED(deployment()) })
    expect(stderr).toMatch(/^<stdin>:17:11 {2}fixed {2}image-pull-policy/)
  })

  test('passes unchanged, byte for byte, when it cannot be fixed', () => {
    const bytes = Buffer.from([...Buffer.from('kind: x\napiVersion: v1\na: '), 0xff, 0x0a])
    const { code, stdout, stderr } = kubemend(folder(), ['fix', '-'], { input: bytes })
    expect(code).toBe(4)
    expect(stdout).toBe(bytes.toString('utf8'))
    expect(stderr).toContain('the text is not UTF-8')
    const template = 'apiVersion: v1\nkind: Pod\nmetadata: {{ .Values.x }}\n'
    expect(kubemend(folder(), ['fix', '-'], { input: template })).toMatchObject({ code: 0, stdout: template })
  })

  test('is judged with the folder of --stdin-filename as context, and takes the place of that file', () => {
    const root = folder({
      'k8s/api.yaml': 'apiVersion: v1\nkind: [\n',
      'k8s/kubemend.yaml': 'skip: [image-pull-policy]\n',
    })
    const named = ['--stdin-filename', 'k8s/api.yaml']
    expect(kubemend(root, ['diff', '-q', ...named, '-'], { input: deployment() }).stdout).not.toContain(
      'imagePullPolicy: If',
    )
    expect(kubemend(root, ['diff', '-q', ...ONLY, ...named, '-'], { input: deployment() }).stdout).toBe(
      PATCH.replaceAll('/api.yaml', '/k8s/api.yaml'),
    )
  })

  test('cannot share standard output with a report', () => {
    const { code, stderr } = kubemend(folder(), ['fix', '-', '--format', 'json'], { input: deployment() })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'kubemend: standard output carries the fixed text: give the report a file, as --format json=FILE\n',
    })
  })

  test('cannot stand beside other paths', () => {
    expect(kubemend(folder({ 'a.yaml': '' }), ['check', '-', 'a.yaml'])).toMatchObject({
      code: 2,
      stderr: 'kubemend: - reads standard input and cannot stand beside other paths\n',
    })
  })
})

describe('exit codes', () => {
  test('3 when a given path matches nothing, though the rest is done', () => {
    const root = folder({ 'api.yaml': FIXED(deployment()) })
    const { code, stdout } = kubemend(root, ['check', ...ONLY, 'api.yaml', 'apo.yaml', 'x/*.yaml'])
    expect(code).toBe(3)
    expect(stdout).toContain('apo.yaml matches no file: correct the path, or quote the glob\n')
    expect(stdout).toContain('x/*.yaml matches no file')
    expect(stdout).toContain('1 manifest read')
    expect(kubemend(folder(), ['check']).code).toBe(3)
  })

  test('1 before 3, and 4 before 1', () => {
    const root = folder({ 'api.yaml': deployment(), 'bad.yaml': 'apiVersion: v1\nkind: "x\n' })
    expect(kubemend(root, ['check', ...ONLY, 'api.yaml', 'none.yaml']).code).toBe(1)
    expect(kubemend(root, ['check', ...ONLY, 'api.yaml', 'bad.yaml', 'none.yaml']).code).toBe(4)
  })

  test('2 for wrong flags, with the flag that is meant', () => {
    for (const [args, text] of [
      [['fxi'], "error: unknown command 'fxi'\n(Did you mean fix?)\n"],
      [['fix', '--unsave'], "error: unknown option '--unsave'\n(Did you mean --unsafe?)\n"],
      [['fix', '--risk', 'rstart'], '"rstart" is no risk; known are none, restart, access, topology, data.'],
      [['fix', '--format', 'xml'], 'Known formats are text, json, sarif, markdown, patch, runbook.'],
      [['check', '--only', 'replcias'], 'kubemend: there is no rule "replcias": did you mean "replicas"?\n'],
      [['check', '--kubernetes-version', '1.12'], 'kubemend: unknown Kubernetes version "1.12"'],
      [['check', '--config', 'none.yaml'], 'kubemend: none.yaml: there is no such configuration file'],
      [['check', '--format', 'text', '--format', 'json'], 'only one format can go to standard output'],
      [['check', '--schema-location', 'https://x/y'], 'schemas are read from files only'],
      [['explain', 'nothing-known'], 'there is no rule "nothing-known"'],
      [['explain', '000000000000'], 'no finding 000000000000 in the given paths'],
    ] as const) {
      const { code, stdout, stderr } = kubemend(folder({ 'a.yaml': 'a: 1\n' }), args)
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' })
      expect(stderr).toContain(text)
    }
  })

  test('4 when a report cannot be written', () => {
    const root = folder({ 'api.yaml': FIXED(deployment()) })
    const { code, stderr } = kubemend(root, ['check', ...ONLY, '--format', 'json=no/such/folder.json'])
    expect(code).toBe(4)
    expect(stderr).toContain('no/such/folder.json: the report cannot be written')
  })
})

describe('the configuration', () => {
  test('is found in the folder or above it, up to the repository, and --isolated ignores it', () => {
    const root = repository({ 'kubemend.yaml': 'only: [replicas]\n', 'k8s/api.yaml': deployment() })
    expect(kubemend(root, ['check', 'k8s', '-q']).code).toBe(0)
    expect(kubemend(path.join(root, 'k8s'), ['check', '-q']).code).toBe(0)
    expect(kubemend(root, ['check', 'k8s', '-q', '--isolated']).code).toBe(1)
    put(root, 'other.yaml', 'only: [image-pull-policy]\n')
    expect(kubemend(root, ['check', 'k8s', '-q', '--config', 'other.yaml']).code).toBe(1)
  })

  test('is refused with the place of every mistake and a guess', () => {
    const root = folder({
      'kubemend.yaml': 'kubernetesVersion: 1.30\nskipp: []\noverrides:\n  - path: ["a/**"]\n    risks: [rstart]\n',
      'api.yaml': deployment(),
    })
    const { code, stdout, stderr } = kubemend(root, ['check'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')).toEqual([
      'kubemend: kubemend.yaml:1:1: kubernetesVersion: 1.3 is no text: put it in quotes',
      'kubemend: kubemend.yaml:2:1: unknown field "skipp": did you mean "skip"?',
      'kubemend: kubemend.yaml:4:5: overrides[0]: unknown field "path": did you mean "paths"?',
      'kubemend: kubemend.yaml:5:13: overrides[0].risks[0]: "rstart" is none of none, restart, access, topology, data',
      '',
    ])
  })

  test('that is no YAML is refused with its place', () => {
    const root = folder({ 'kubemend.yaml': 'skip: [replicas\n', 'api.yaml': deployment() })
    const { code, stderr } = kubemend(root, ['check'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^kubemend: kubemend\.yaml:\d+:\d+: the file is no valid YAML: /)
  })

  test('overrides by path, and excludes files', () => {
    const root = folder({
      'kubemend.yaml':
        'files:\n  exclude: ["vendor/**"]\noverrides:\n  - paths: ["prod/**"]\n    skip: [image-pull-policy]\n  - paths: ["dev/**"]\n    risks: [none]\n',
      'prod/api.yaml': deployment(),
      'dev/api.yaml': deployment(),
      'test/api.yaml': deployment(),
      'vendor/api.yaml': deployment(),
    })
    const { code, stdout } = kubemend(root, ['fix', ...ONLY])
    expect(code).toBe(1)
    expect(stdout).toContain('passed over: 1 (1 excluded by the configuration)')
    expect(stdout).toContain('fixed 1 finding in 1 file, 1 held back, 1 suppressed; 3 manifests read')
    expect(read(root, 'test/api.yaml')).toBe(FIXED(deployment()))
    expect(read(root, 'dev/api.yaml')).toBe(deployment())
  })

  test('is shown with the origin of every value', () => {
    const root = folder({ 'kubemend.yaml': 'risks: [none]\nreplicas:\n  target: 3\n' })
    const { stdout } = kubemend(root, ['config', 'show', '--format', 'json'])
    const settings: { key: string; value: unknown; origin: string }[] = JSON.parse(stdout)
    const find = (key: string) => settings.find(setting => setting.key === key)
    expect(find('risks')).toEqual({ key: 'risks', value: ['none'], origin: 'kubemend.yaml:1:1' })
    expect(find('replicas.target')).toEqual({ key: 'replicas.target', value: 3, origin: 'kubemend.yaml:3:3' })
    expect(find('replicas.force')).toMatchObject({ origin: 'default' })
    expect(kubemend(root, ['config', 'show']).stdout).toMatch(/^replicas\.target +3 +kubemend\.yaml:3:3$/m)
  })
})

describe('the other commands', () => {
  test('version and --version print the version', () => {
    const expected = { code: 0, stdout: `${packageJson.version}\n`, stderr: '' }
    expect(kubemend(folder(), ['version'])).toEqual(expected)
    expect(kubemend(folder(), ['--version'])).toEqual(expected)
  })

  test('-h is short, --help begins with examples, and both end with 0', () => {
    const short = kubemend(folder(), ['fix', '-h'])
    const long = kubemend(folder(), ['fix', '--help'])
    expect(short.stdout).toMatch(/^Usage: kubemend fix /)
    expect(long.stdout).toMatch(/^Examples:\n/)
    expect(long.stdout).toContain(short.stdout)
    expect([short.code, long.code]).toEqual([0, 0])
  })

  test('every flag that the help of a command names is taken by it', () => {
    for (const command of ['fix', 'diff', 'check', 'validate', 'explain']) {
      const { stdout } = kubemend(folder(), [command, '-h'])
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(match => match[1])
      expect(flags).toContain('--kubernetes-version')
    }
  })

  test('rules lists every rule, explain tells about each', () => {
    const listed: { id: string }[] = JSON.parse(kubemend(folder(), ['rules', '--format', 'json']).stdout)
    expect(listed.map(rule => rule.id)).toContain('image-pull-policy')
    const { code, stdout } = kubemend(folder(), ['explain', 'image-pull-policy'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^image-pull-policy\n/)
    expect(stdout).toContain('annotation kubemend.dev/skip: "image-pull-policy"')
    expect(kubemend(folder(), ['explain', 'image-pull-policy', '--format', 'markdown']).stdout).toMatch(
      /^# image-pull-policy\n/,
    )
  })

  test('explain takes the id of a finding that a report gave', () => {
    const root = folder({ 'api.yaml': deployment() })
    const report = JSON.parse(kubemend(root, ['check', ...ONLY, '--format', 'json']).stdout)
    const id: string = report.findings[0].id
    const { code, stdout } = kubemend(root, ['explain', id])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^image-pull-policy \(applied\) at api\.yaml:17:11\n/)
    expect(stdout).toContain('+          imagePullPolicy: IfNotPresent')
  })

  test('config schema prints a schema that knows every rule', () => {
    const schema = JSON.parse(kubemend(folder(), ['config', 'schema']).stdout)
    expect(schema.properties.skip.items.enum).toContain('image-pull-policy')
  })

  test('validate names each error with its place and ends with 1', () => {
    const root = folder({
      'api.yaml': deployment().replace('replicas: 2', 'replcas: 2'),
      'ok.yaml': FIXED(deployment('ok')),
    })
    const { code, stdout } = kubemend(root, ['validate'])
    expect(code).toBe(1)
    expect(stdout).toBe(
      'api.yaml:7:3  Deployment shop/api  /spec/replcas: unknown field "replcas": did you mean "replicas"?\n' +
        '2 resources for Kubernetes 1.36: 1 valid, 1 invalid, 0 of removed versions, 0 not validated\n',
    )
    expect(kubemend(root, ['validate', 'ok.yaml']).code).toBe(0)
    const report = JSON.parse(kubemend(root, ['validate', '--format', 'json']).stdout)
    expect(report.resources[0].errors[0]).toMatchObject({ keyword: 'additionalProperties', line: 7, column: 3 })
  })

  test('validate takes the schemas of --schema-location', () => {
    const schema = {
      type: 'object',
      properties: {
        apiVersion: {},
        kind: {},
        metadata: {},
        spec: { type: 'object', properties: { size: { type: 'integer' } } },
      },
    }
    const root = folder({
      'w.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: big}\n',
      'schemas/widget.json': JSON.stringify(schema),
    })
    expect(kubemend(root, ['validate', 'w.yaml']).stdout).toContain('1 not validated')
    const { code, stdout } = kubemend(root, [
      'validate',
      'w.yaml',
      '--schema-location',
      'schemas/{{ .ResourceKind }}.json',
    ])
    expect(code).toBe(1)
    expect(stdout).toContain('w.yaml:4:8  Widget w  /spec/size: "big" is no integer\n')
  })
})

describe('colour', () => {
  test('is used only when asked for where nobody watches', () => {
    const root = folder({ 'api.yaml': deployment() })
    const colour = '\u001b['
    expect(kubemend(root, ['check', ...ONLY]).stdout).not.toContain(colour)
    expect(kubemend(root, ['check', ...ONLY, '--color', 'always']).stdout).toContain(colour)
    expect(kubemend(root, ['check', ...ONLY], { env: { FORCE_COLOR: '1' } }).stdout).toContain(colour)
    expect(kubemend(root, ['check', ...ONLY], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain(
      colour,
    )
    expect(kubemend(root, ['check', ...ONLY, '--color', 'never'], { env: { FORCE_COLOR: '1' } }).stdout).not.toContain(
      colour,
    )
    expect(kubemend(root, ['diff', ...ONLY, '--color', 'always']).stdout).toBe(PATCH)
  })
})

test('many files are done in one run, in a fixed order', () => {
  const files: Record<string, string> = {}
  for (let index = 0; index < 1_200; index += 1) files[`d${index % 7}/f${index}.yaml`] = deployment(`app-${index}`)
  const root = folder(files)
  const first = kubemend(root, ['check', ...ONLY])
  expect(first.stdout).toContain('would fix 1200 findings in 1200 files; 1200 manifests read')
  expect(kubemend(root, ['check', ...ONLY]).stdout).toBe(first.stdout)
  const fixed = kubemend(root, ['fix', ...ONLY, '-q'])
  expect(fixed.code).toBe(0)
  for (const [name, text] of Object.entries(files)) expect(read(root, name)).toBe(FIXED(text))
  expect(existsSync(path.join(root, 'd0'))).toBe(true)
  expect(names(root)).toHaveLength(1_200)
})

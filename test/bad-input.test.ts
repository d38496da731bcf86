// Bad input: each kind gets a clear error or a counted skip, the other files are still done, nothing is half written.

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fix } from '../src/commands/fix.ts'
import { run } from '../src/engine/run.ts'
import type { Host } from '../src/io/host.ts'
import { readInputs } from '../src/io/inputs.ts'
import { resolveTargets } from '../src/io/targets.ts'
import { stageChanges } from '../src/io/write.ts'
import transforms from '../transforms/index.ts'
import { FIX_FLAGS, recordingHost } from './support/host.ts'
import { deployment, environment, FIXED, folder, kubemend, names, ONLY, PROGRAM, put, read } from './support/program.ts'

interface Expectation {
  readonly code: number
  /** what the report says about the bad file */
  readonly says: string | RegExp
}

/** Fixes a bad file beside a good one: the good one is fixed, the bad one keeps its bytes. */
function expectOthersDone(name: string, content: string | Uint8Array, { code, says }: Expectation): void {
  const root = folder({ 'good.yaml': deployment(), [name]: content })
  const finished = kubemend(root, ['fix', ...ONLY])
  expect(finished.stderr).toBe('')
  if (typeof says === 'string') expect(finished.stdout).toContain(says)
  else expect(finished.stdout).toMatch(says)
  expect(finished.code).toBe(code)
  expect(read(root, 'good.yaml')).toBe(FIXED(deployment()))
  expect(readFileSync(path.join(root, name)).equals(Buffer.from(content)), 'the bad file keeps its bytes').toBe(true)
  expect(names(root)).toEqual(['good.yaml', name].sort())
}

test('a file that is not UTF-8 is refused with the line', () => {
  const latin1 = Buffer.from(`${deployment('b')}# caf\xe9\n`, 'latin1')
  expectOthersDone('b.yaml', latin1, { code: 4, says: /^b\.yaml:18 {2}refused {2}line 18 is not UTF-8/m })
})

test('a file with NUL bytes is passed over as binary', () => {
  expectOthersDone('b.yaml', `${deployment('b')}\0`, { code: 0, says: 'passed over: 1 (1 binary)' })
})

test('a file in UTF-16 is passed over as binary', () => {
  expectOthersDone('b.yaml', Buffer.from(deployment('b'), 'utf16le'), { code: 0, says: 'passed over: 1 (1 binary)' })
})

test('a file over the size cap is passed over by name, and the cap can be raised', () => {
  const big = `${deployment('b')}# ${'x'.repeat(17 * 2 ** 20)}\n`
  expectOthersDone('b.yaml', big, { code: 0, says: 'passed over: 1 (1 too large)\n  b.yaml: too large' })
  const root = folder({ 'b.yaml': big, 'kubemend.yaml': `files: { maxBytes: ${20 * 2 ** 20} }\n` })
  expect(kubemend(root, ['check', ...ONLY]).code).toBe(1)
})

test('10,000 documents in one file are judged and fixed', () => {
  const documents = Array.from({ length: 10_000 }, (_, index) => deployment(`app-${index}`))
  const root = folder({ 'many.yaml': documents.join('---\n') })
  const { code, stdout } = kubemend(root, ['fix', ...ONLY, '--format', 'json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout).summary.applied).toBe(10_000)
  expect(read(root, 'many.yaml')).toBe(documents.map(FIXED).join('---\n'))
})

test('a map of 100,000 keys is read and left as it is', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `  key-${index}: "${index}"\n`).join('')
  const map = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\ndata:\n${keys}`
  const root = folder({ 'big.yaml': `${map}---\n${deployment()}` })
  expect(kubemend(root, ['fix', ...ONLY, '-q']).code).toBe(0)
  expect(read(root, 'big.yaml')).toBe(`${map}---\n${FIXED(deployment())}`)
})

test('nesting of 5,000 levels is refused, in block and in flow style', () => {
  const flow = `apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`
  expectOthersDone('deep.yaml', flow, { code: 4, says: /^deep\.yaml:4.* nested too deeply/m })
  const lines = Array.from({ length: 5_000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')
  const block = `apiVersion: v1\nkind: X\nmetadata:\n  name: x\nspec:\n${lines.replace(/^/gm, ' ')}`
  expectOthersDone('deep.yaml', block, { code: 4, says: /^deep\.yaml:\d+.* nested too deeply/m })
})

test('an alias bomb is refused before anything expands it', () => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const below = Array.from({ length: 10 }, () => `*a${level}`).join(', ')
    return `  a${level + 1}: &a${level + 1} [${below}]\n`
  })
  const bomb = `apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec:\n  a0: &a0 [x]\n${levels.join('')}`
  expectOthersDone('bomb.yaml', bomb, {
    code: 4,
    says: /^bomb\.yaml:1.* more than 1000000 nodes once aliases are expanded/m,
  })
})

test('duplicate keys are refused with the key and its place', () => {
  const text = deployment('b').replace('  replicas: 2\n', '  replicas: 2\n  replicas: 3\n')
  expectOthersDone('b.yaml', text, {
    code: 4,
    says: /^b\.yaml:8:3 {2}refused {2}the key replicas stands twice in one map/m,
  })
})

test.each([
  ['Helm', 'metadata:\n  name: {{ .Values.name }}\n'],
  ['Helm, as its own line', '{{- if .Values.enabled }}\nmetadata:\n  name: x\n{{- end }}\n'],
  ['Jinja', '{% if enabled %}\nmetadata:\n  name: x\n{% endif %}\n'],
  ['markers that a reader takes for a map', 'spec: {{ replicas }}\n'],
])('a template (%s) is passed over with the line', (_, body) => {
  const text = `apiVersion: v1\nkind: ConfigMap\n${body}`
  expectOthersDone('t.yaml', text, {
    code: 0,
    says: /passed over: 1 \(1 templates\)\n {2}t\.yaml: line \d+: .*template/,
  })
})

test('validate passes over templates as well, and names what it could not read', () => {
  const root = folder({
    'good.yaml': FIXED(deployment()),
    'template.yaml': 'apiVersion: v1\nkind: X\nmetadata: {{ .Values.x }}\n',
  })
  const finished = kubemend(root, ['validate'])
  expect(finished).toMatchObject({ code: 0, stderr: '' })
  expect(finished.stdout).toContain('passed over: 1 (1 templates)\n1 resource for Kubernetes 1.36: 1 valid')
  put(root, 'bad.yaml', 'apiVersion: v1\nkind: "x\n')
  const report = JSON.parse(kubemend(root, ['validate', '--format', 'json']).stdout)
  expect(report).toMatchObject({ exitCode: 4, skipped: [{ file: 'template.yaml' }], refused: [{ file: 'bad.yaml' }] })
})

test('an unclosed quote is refused with its place', () => {
  const text = deployment('b').replace('image: registry', 'image: "registry')
  expectOthersDone('b.yaml', text, { code: 4, says: /^b\.yaml:\d+:\d+ {2}refused {2}the file is no valid YAML/m })
})

test('a tab as indentation is refused with its place', () => {
  const text = deployment('b').replace('  replicas: 2', '\treplicas: 2')
  expectOthersDone('b.yaml', text, { code: 4, says: /^b\.yaml:7:\d+ {2}refused {2}a tab is used as indentation/m })
})

test('an empty file and one of only comments are passed over', () => {
  expectOthersDone('e.yaml', '', { code: 0, says: 'passed over: 1 (1 empty)' })
  expectOthersDone('c.yaml', '# apiVersion: v1\n# kind: Pod\n---\n# nothing\n', {
    code: 0,
    says: 'passed over: 1 (1 not Kubernetes)',
  })
  expectOthersDone('c.yaml', '# {kind: x, apiVersion: y}\n', { code: 0, says: 'passed over: 1 (1 empty)' })
})

const cannotDropRights = process.getuid?.() === undefined

test.skipIf(cannotDropRights)('a file that may not be read is refused with the reason', () => {
  const root = folder({ 'good.yaml': deployment(), 'secret.yaml': deployment('b') })
  giveAway(root)
  chmodSync(path.join(root, 'secret.yaml'), 0o000)
  const { code, stdout } = kubemend(root, ['fix', ...ONLY], { unprivileged: true })
  expect(code).toBe(4)
  expect(stdout).toMatch(/^secret\.yaml {2}refused {2}cannot be read: permission denied/m)
  expect(read(root, 'good.yaml')).toBe(FIXED(deployment()))
})

test.skipIf(cannotDropRights)(
  'a folder that may not be written keeps its bytes, and the other folders are done',
  () => {
    const root = folder({ 'fixed/a.yaml': deployment('a'), 'open/b.yaml': deployment('b') })
    giveAway(root)
    chmodSync(path.join(root, 'fixed'), 0o555)
    const { code, stdout, stderr } = kubemend(root, ['fix', ...ONLY], { unprivileged: true })
    chmodSync(path.join(root, 'fixed'), 0o755)
    expect(code).toBe(4)
    expect(stderr).toBe(
      'kubemend: fixed/a.yaml: cannot be written: permission denied: change the rights of the file or run as its owner\n',
    )
    expect(stdout).toContain('fixed 1 finding in 1 file, 1 refused')
    expect(read(root, 'fixed/a.yaml')).toBe(deployment('a'))
    expect(read(root, 'open/b.yaml')).toBe(FIXED(deployment('b')))
    expect(names(root)).toEqual(['fixed/a.yaml', 'open/b.yaml'])
  },
)

/** Lets the user without rights own a folder and all in it. */
function giveAway(root: string): void {
  if (process.getuid?.() !== 0) return
  chmodSync(path.dirname(root), 0o755)
  for (const name of ['', ...names(root), ...new Set(names(root).map(file => path.dirname(file)))]) {
    chownSync(path.join(root, name), 65534, 65534)
  }
}

test('symbolic links that form a loop or lead out are never followed, and their targets keep their bytes', () => {
  const outside = folder({ 'victim.yaml': deployment('victim') })
  const root = folder({ 'good.yaml': deployment(), 'sub/inner.yaml': deployment('inner') })
  symlinkSync(path.join(outside, 'victim.yaml'), path.join(root, 'escape.yaml'))
  symlinkSync(outside, path.join(root, 'folder.yaml'))
  symlinkSync('loop-b.yaml', path.join(root, 'loop-a.yaml'))
  symlinkSync('loop-a.yaml', path.join(root, 'loop-b.yaml'))
  symlinkSync('..', path.join(root, 'sub', 'up'))
  symlinkSync('good.yaml', path.join(root, 'alias.yaml'))
  const { code, stdout } = kubemend(root, ['fix', ...ONLY])
  expect(code).toBe(0)
  expect(stdout).toContain('passed over: 5 (5 symbolic links)')
  expect(read(outside, 'victim.yaml')).toBe(deployment('victim'))
  expect(read(root, 'good.yaml')).toBe(FIXED(deployment()))
  expect(read(root, 'sub/inner.yaml')).toBe(FIXED(deployment('inner')))
  expect(lstatSync(path.join(root, 'alias.yaml')).isSymbolicLink()).toBe(true)
})

test('a link that is named is followed within its folder only', () => {
  const outside = folder({ 'victim.yaml': deployment('victim') })
  const root = folder({ 'real/app.yaml': deployment() })
  symlinkSync(path.join(outside, 'victim.yaml'), path.join(root, 'escape.yaml'))
  symlinkSync('real/app.yaml', path.join(root, 'inside.yaml'))
  symlinkSync('loop.yaml', path.join(root, 'loop.yaml'))
  const escaped = kubemend(root, ['fix', ...ONLY, 'escape.yaml'])
  expect(escaped.stdout).toContain(
    `escape.yaml  refused  the link leads out, to ${path.join(outside, 'victim.yaml')}: give that path itself`,
  )
  expect(escaped.code).toBe(4)
  expect(read(outside, 'victim.yaml')).toBe(deployment('victim'))
  expect(kubemend(root, ['fix', ...ONLY, 'loop.yaml'])).toMatchObject({ code: 4 })
  expect(kubemend(root, ['fix', ...ONLY, 'inside.yaml']).code).toBe(0)
  expect(read(root, 'real/app.yaml')).toBe(FIXED(deployment()))
  expect(readlinkSync(path.join(root, 'inside.yaml'))).toBe('real/app.yaml')
})

test('a pipe among the files does not make the run wait', () => {
  const root = folder({ 'good.yaml': deployment() })
  mkdirSync(path.join(root, 'folder.yaml'))
  put(root, 'folder.yaml/inner.yaml', deployment('inner'))
  expect(kubemend(root, ['fix', ...ONLY]).stdout).toContain('fixed 2 findings in 2 files')
  expect(kubemend(root, ['check', '/dev/null']).stdout).toContain('no regular files')
})

test('kind without apiVersion, and apiVersion without kind, are named', () => {
  expectOthersDone('k.yaml', deployment('b').replace('apiVersion: apps/v1\n', ''), {
    code: 0,
    says: 'k.yaml:1: the document has a kind and metadata, but no apiVersion: passed over\n',
  })
  expectOthersDone('v.yaml', deployment('b').replace('kind: Deployment\n', ''), {
    code: 0,
    says: 'v.yaml:1: the document has an apiVersion and metadata, but no kind: passed over\n',
  })
})

test('wrong types everywhere are judged without a crash', () => {
  const texts = [
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: null\nspec: null\n',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: [a]\nspec: text\n',
    'apiVersion: 1\nkind: [Deployment]\nmetadata: {name: {a: b}}\nspec: 3\n',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: 12, namespace: true, labels: [x], annotations: text}\nspec: {replicas: "two", selector: [], template: {metadata: 1, spec: {containers: {a: b}, volumes: text, initContainers: [null, 1, [], {name: 3}]}}}\n',
    'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: [a], ports: {port: x}, type: 4}\n',
    'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: p}\nspec: {selector: {matchLabels: [], matchExpressions: x}, minAvailable: {}}\n',
    'apiVersion: v1\nkind: List\nitems: {a: b}\n',
    'apiVersion: v1\nkind: List\nitems: [null, 1, text, [], {kind: Pod}]\n',
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: text, minReplicas: x, maxReplicas: null}\n',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: 3\nreplicas: text\npatches: [1, null]\nimages: {}\n',
  ]
  const files = Object.fromEntries(texts.map((text, index) => [`f${index}.yaml`, text]))
  const root = folder({
    ...files,
    'kustomization.yaml': 'resources: 1\npatches: x\nnamespace: []\n',
    'good.yaml': deployment(),
  })
  const { code, stderr } = kubemend(root, ['fix', '--unsafe'])
  expect(stderr).toBe('')
  expect([0, 1]).toContain(code)
  for (const [name, text] of Object.entries(files)) expect(read(root, name)).toBe(text)
  expect(read(root, 'good.yaml')).toContain('imagePullPolicy: IfNotPresent')
  const validated = kubemend(root, ['validate'])
  expect(validated.stderr).toBe('')
  expect(validated.code).toBe(1)
})

test('two resources of one identity in one file are named and neither is edited', () => {
  const twice = `${deployment('b')}---\n${deployment('b')}`
  expectOthersDone('twice.yaml', twice, { code: 1, says: /^twice\.yaml:\d+: .*Deployment shop\/b/m })
})

test('names with quotes, line feeds, terminal escapes and bidi controls are never printed raw', () => {
  const name = '"a\\e[31mred\\n\\u202Egnp.exe\\"quoted\\""'
  const text = deployment('b').replace('name: b', `name: ${name}`).replace('name: api ', 'name: "c\\e]0;title\\a" ')
  const root = folder({ 'od\u001b[31md "x".yaml': text, 'good.yaml': deployment() })
  for (const args of [
    ['check', '-v'],
    ['check', '--format', 'json'],
    ['check', '--format', 'sarif'],
    ['check', '--format', 'markdown'],
    ['validate', '-v'],
    ['diff', '-v'],
  ]) {
    const { stdout, stderr } = kubemend(root, args)
    expect(stdout.length).toBeGreaterThan(100)
    expect(stdout + stderr, args.join(' ')).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u)
  }
  const { stdout } = kubemend(root, ['check', ...ONLY])
  expect(stdout).toMatch(/^"od\\e\[31md \\"x\\"\.yaml":17:11 {2}would fix/m)
})

test('a file that vanishes or changes during the run drops its changes, and the rest is written', async () => {
  const root = folder({ 'a.yaml': deployment('a'), 'b.yaml': deployment('b'), 'c.yaml': deployment('c') })
  const found = await resolveTargets(root, [])
  const inputs = await readInputs(found, { root: undefined, maxBytes: 2 ** 24, exclude: [], excludeBase: root })
  const changes = inputs.sources.map(({ path: file, text }) => ({
    file,
    before: text,
    after: FIXED(text),
    findings: [],
  }))
  rmSync(path.join(root, 'a.yaml'))
  put(root, 'b.yaml', `${deployment('b')}# mine\n`)
  const staging = stageChanges(root, changes, inputs.stamps)
  expect(staging.failures.map(({ file, code }) => [file, code])).toEqual([
    ['a.yaml', 'vanished'],
    ['b.yaml', 'changed'],
  ])
  const committed = await staging.commit({ backup: false, isInterrupted: () => false })
  expect(committed).toEqual({ written: ['c.yaml'], backups: [], failures: [], isInterrupted: false })
  expect(names(root)).toEqual(['b.yaml', 'c.yaml'])
  expect(read(root, 'b.yaml')).toBe(`${deployment('b')}# mine\n`)
  expect(read(root, 'c.yaml')).toBe(FIXED(deployment('c')))
})

test('fix reports what vanished or changed under its hands as refused, writes the rest and ends with 4', async () => {
  const root = folder({ 'a.yaml': deployment('a'), 'b.yaml': deployment('b'), 'c.yaml': deployment('c') })
  const recording = recordingHost(root)
  const host: Host = {
    ...recording,
    readInputs: async (...request) => {
      const inputs = await readInputs(...request)
      rmSync(path.join(root, 'a.yaml'))
      put(root, 'b.yaml', `${deployment('b')}# mine\n`)
      return inputs
    },
  }
  const code = await fix({ host, transforms, version: '0.0.0' }, { ...FIX_FLAGS, only: ['image-pull-policy'] })
  expect(code).toBe(4)
  expect(recording.complained()).toBe(
    'kubemend: a.yaml: the file vanished while kubemend ran: run again\n' +
      'kubemend: b.yaml: the file changed while kubemend ran: run again\n',
  )
  expect(recording.printed()).toContain('fixed 1 finding in 1 file, 2 refused')
  expect(read(root, 'b.yaml')).toBe(`${deployment('b')}# mine\n`)
  expect(read(root, 'c.yaml')).toBe(FIXED(deployment('c')))
  expect(names(root)).toEqual(['b.yaml', 'c.yaml'])
})

test('a disk that takes no more leaves the old bytes and nothing else', () => {
  const big = `${deployment('big')}# ${'x'.repeat(64 * 1024)}\n`
  const root = folder({ 'big.yaml': big, 'small.yaml': deployment('small') })
  // a limit on the size of files stands for a full disk: both make a write fail in the middle
  const command = `trap '' XFSZ; ulimit -f 32; exec "$0" "$1" fix ${ONLY.join(' ')}`
  const { status, stderr } = spawnSync('bash', ['-c', command, process.execPath, PROGRAM], {
    cwd: root,
    encoding: 'utf8',
    env: environment({ NODE_DISABLE_COMPILE_CACHE: '1' }),
  })
  expect(status).toBe(4)
  expect(stderr).toMatch(/^kubemend: big\.yaml: cannot be written: /)
  expect(read(root, 'big.yaml')).toBe(big)
  expect(read(root, 'small.yaml')).toBe(FIXED(deployment('small')))
  expect(names(root)).toEqual(['big.yaml', 'small.yaml'])
})

test('a file that changes after its new bytes were staged keeps the bytes of its author', async () => {
  const root = folder({ 'a.yaml': deployment('a') })
  const found = await resolveTargets(root, [])
  const { stamps } = await readInputs(found, { root: undefined, maxBytes: 2 ** 24, exclude: [], excludeBase: root })
  const change = { file: 'a.yaml', before: deployment('a'), after: FIXED(deployment('a')), findings: [] }
  const staging = stageChanges(root, [change], stamps)
  put(root, 'a.yaml', 'mine: 1\n')
  const { written, failures } = await staging.commit({ backup: false, isInterrupted: () => false })
  expect({ written, codes: failures.map(({ code }) => code) }).toEqual({ written: [], codes: ['changed'] })
  expect(read(root, 'a.yaml')).toBe('mine: 1\n')
  expect(names(root)).toEqual(['a.yaml'])
})

test('an interrupt leaves each file with its old or its new bytes and says which are new', async () => {
  const root = folder({ 'a.yaml': deployment('a'), 'b.yaml': deployment('b') })
  const found = await resolveTargets(root, [])
  const { sources, stamps } = await readInputs(found, {
    root: undefined,
    maxBytes: 2 ** 24,
    exclude: [],
    excludeBase: root,
  })
  const changes = sources.map(({ path: file, text }) => ({ file, before: text, after: FIXED(text), findings: [] }))
  let asked = 0
  const isInterrupted = (): boolean => {
    asked += 1
    return asked > 1
  }
  const committed = await stageChanges(root, changes, stamps).commit({ backup: false, isInterrupted })
  expect(committed).toMatchObject({ written: ['a.yaml'], isInterrupted: true })
  expect(read(root, 'a.yaml')).toBe(FIXED(deployment('a')))
  expect(read(root, 'b.yaml')).toBe(deployment('b'))
  expect(names(root)).toEqual(['a.yaml', 'b.yaml'])
})

test('a new file never replaces one that is there', () => {
  const root = folder({ 'pdb.yaml': 'mine: 1\n' })
  const change = { file: 'pdb.yaml', before: undefined, after: 'theirs: 1\n', findings: [] }
  const { failures } = stageChanges(root, [change], new Map())
  expect(failures.map(({ code }) => code)).toEqual(['exists'])
  expect(read(root, 'pdb.yaml')).toBe('mine: 1\n')
})

test('the engine itself answers for any text instead of throwing', () => {
  const texts = [
    '',
    '\ufeff',
    '---',
    '...',
    '%YAML 1.1\n---\n',
    '&a [*a]',
    '{',
    '? a\n: b',
    '!!binary x',
    'a: &a\n  <<: *a\n',
    '\u0085',
  ]
  const sources = texts.map((text, index) => ({ path: `${index}.yaml`, text, selected: true }))
  const result = run(sources, {
    transforms: [],
    settings: { get: section => section.defaults },
    allowed: () => new Set(),
    validator: () => {
      throw new Error('nothing is changed, so nothing is validated')
    },
    kubernetesVersion: '1.36',
  })
  expect(result.files).toEqual([])
})

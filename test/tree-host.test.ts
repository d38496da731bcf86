// A repository judged through its objects gives what a checkout of it gives.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isFailure } from '../src/commands/failure.ts'
import type { InputFlags } from '../src/commands/options.ts'
import { createProgress } from '../src/commands/progress.ts'
import { openSession, type Session } from '../src/commands/session.ts'
import { openRepository } from '../src/io/git-remote/repository.ts'
import type { Host } from '../src/io/host.ts'
import type { InputOptions } from '../src/io/inputs.ts'
import { openCommitTree } from '../src/io/tree-files.ts'
import { createTreeHost } from '../src/io/tree-host.ts'
import transforms from '../transforms/index.ts'
import type { BareRepository, Entries } from './support/git-repository.ts'
import { type GitServer, startGitServer } from './support/git-server.ts'
import { FIX_FLAGS, recordingHost } from './support/host.ts'
import { deployment, folder, git } from './support/program.ts'

let server: GitServer
beforeAll(async () => {
  server = await startGitServer()
})
afterAll(() => server.stop())

let count = 0

function remoteOf(files: Entries): BareRepository {
  count += 1
  return server.create(`team/app-${count}`, files)
}

interface Hosts {
  readonly tree: Host
  readonly checkout: Host
  /** ids of the blobs that were asked for through the tree, by request */
  readonly fetched: () => string[][]
  readonly close: () => Promise<void>
}

async function hostsOf(remote: BareRepository): Promise<Hosts> {
  const root = folder()
  git(root, 'clone', '-q', remote.folder, '.')
  const repository = await openRepository({ url: remote.url, user: 'bot', token: undefined })
  const base = await repository.fetchBase('main')
  const checkout = recordingHost(root)
  const seen = server.log.length
  return {
    tree: createTreeHost(checkout, await openCommitTree(repository, base.id)),
    checkout,
    fetched: () =>
      server.log
        .slice(seen)
        .filter(({ wants }) => wants.length > 0)
        .map(({ wants }) => [...wants]),
    close: () => repository.close(),
  }
}

async function sessionOf(host: Host, flags: Partial<InputFlags>): Promise<Session> {
  const tooling = { host, transforms, version: '0.0.0' }
  const session = await openSession(tooling, { ...FIX_FLAGS, isolated: false, ...flags }, createProgress(host, true))
  if (isFailure(session)) throw new Error(session.messages.join('\n'))
  return session
}

/** All that a run says of its input and of what it would do. */
async function outcome(host: Host, flags: Partial<InputFlags>) {
  const session = await sessionOf(host, flags)
  const { base, sources, skipped, refused, given, unmatched, warnings } = session.inputs
  const { findings, files } = session.judge()
  return {
    base: path.relative(host.cwd, base),
    sources,
    skipped,
    refused,
    given: [...given],
    unmatched,
    warnings,
    texts: session.inputs.texts().map(text => text.path),
    findings: findings.map(({ rule, outcome, edits, warnings, reason, followUps }) => {
      return { rule, outcome, edits, warnings, reason, followUps }
    }),
    files,
  }
}

/** Texts on the disk alone: nobody writes down ports and hosts in files of these names. */
const NOT_FETCHED = ['.gitattributes', '.gitignore', 'src/main.py']

async function expectSame(remote: BareRepository, flags: Partial<InputFlags> = {}) {
  const hosts = await hostsOf(remote)
  try {
    const throughTree = await outcome(hosts.tree, flags)
    const onDisk = await outcome(hosts.checkout, flags)
    expect(throughTree).toEqual({ ...onDisk, texts: onDisk.texts.filter(name => !NOT_FETCHED.includes(name)) })
    return { ...throughTree, fetched: hosts.fetched() }
  } finally {
    await hosts.close()
  }
}

function fixture(name: string): Record<string, Uint8Array> {
  const root = path.join('fixtures', name)
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return Object.fromEntries(
    names.map(entry => {
      const file = path.join(entry.parentPath, entry.name)
      return [path.relative(root, file), readFileSync(file)]
    }),
  )
}

describe('the main fixture', () => {
  test('has the findings and the new texts of a checkout, in one request for blobs', async () => {
    const { findings, files, fetched } = await expectSame(remoteOf(fixture('platform/k8s')))
    expect(findings.length).toBeGreaterThan(10)
    expect(files.length).toBeGreaterThan(3)
    expect(fetched).toHaveLength(1)
  })

  test('has them too when its configuration allows everything', async () => {
    const configuration = readFileSync('fixtures/platform/b/kubemend.yaml')
    const { files } = await expectSame(remoteOf({ ...fixture('platform/k8s'), 'kubemend.yaml': configuration }))
    expect(files.map(({ file }) => file)).toContain('kafka.yaml')
  })
})

describe('files', () => {
  const MANIFESTS: Entries = {
    'k8s/api.yaml': deployment(),
    'k8s/deep/kustomization.yaml': 'resources: [../api.yaml]\n',
    'k8s/link.yaml': { mode: '120000', content: '../secret.yaml' },
    'secret.yaml': 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: hidden\n',
    'k8s/binary.yaml': new Uint8Array([1, 0, 2]),
    'k8s/latin.yaml': Buffer.from('kind: Pod # \xe4\napiVersion: v1\n', 'latin1'),
    'k8s/empty.yaml': '',
    'k8s/values.yaml': 'port: 80\n',
    'k8s/big.yaml': `${deployment('big')}# ${'x'.repeat(2000)}\n`,
    'k8s/left-out/old.yaml': deployment('old'),
    'k8s/node_modules/pkg/pod.yaml': deployment('pkg'),
    'k8s/run.sh': { mode: '100755', content: 'kubectl apply -f api.yaml\n' },
    'k8s/.hidden/pod.yaml': deployment('hidden'),
    'k8s/a "quoted"\nname.yaml': deployment('odd'),
    'k8s/\u001b[31mred.yaml': deployment('red'),
    'kubemend.yaml': 'files:\n  maxBytes: 2000\n  exclude: ["k8s/left-out/**"]\n',
    '.gitignore': '*.yaml\n',
    '.gitattributes': '*.yaml filter=evil\n',
    'src/main.py': 'print(1)\n',
    sub: { mode: '160000', content: '1'.repeat(40) },
  }

  test('are passed over and refused for the same reasons', async () => {
    const throughTree = await expectSame(remoteOf(MANIFESTS))
    expect(throughTree.skipped).toEqual(
      expect.arrayContaining([
        { file: 'k8s/link.yaml', reason: 'symbolic-link' },
        { file: 'k8s/binary.yaml', reason: 'binary' },
        { file: 'k8s/big.yaml', reason: 'too-large' },
        { file: 'k8s/left-out/old.yaml', reason: 'excluded' },
        { file: 'k8s/node_modules/', reason: 'node_modules' },
      ]),
    )
    expect(throughTree.refused).toMatchObject([{ file: 'k8s/latin.yaml', code: 'not-utf-8', line: 1 }])
  })

  test.each([
    [['k8s']],
    [['k8s/']],
    [['k8s/api.yaml']],
    [['k8s/*.yaml']],
    [['**/*.yaml']],
    [['k8s/{api,values}.yaml', 'nothing/*.yaml', 'gone.yaml']],
    [['k8s/deep', 'k8s/.hidden']],
    [['sub']],
    [['k8s/nothing']],
    [['../elsewhere']],
  ])('%j means the same', async paths => {
    await expectSame(remoteOf(MANIFESTS), { paths })
  })

  test('that nobody asked for are not fetched', async () => {
    const remote = remoteOf({ ...MANIFESTS, 'other/pod.yaml': deployment('other') })
    const hosts = await hostsOf(remote)
    await outcome(hosts.tree, { paths: ['k8s'] })
    await hosts.close()
    const wanted = new Set(hosts.fetched().flat())
    const idOf = (name: string) => remote.git(['rev-parse', `main:${name}`]).trim()
    expect(wanted).toContain(idOf('k8s/api.yaml'))
    expect(wanted).toContain(idOf('kubemend.yaml'))
    for (const name of ['other/pod.yaml', 'secret.yaml', 'k8s/link.yaml', 'src/main.py']) {
      expect(wanted, name).not.toContain(idOf(name))
    }
    expect(hosts.fetched()).toHaveLength(2)
  })

  test('of schemas are fetched for the folder that the configuration names', async () => {
    const schema = JSON.stringify({ type: 'object', properties: { spec: { type: 'object' } } })
    await expectSame(
      remoteOf({
        'k8s/api.yaml': deployment(),
        'schemas/widget-example-v1.json': schema,
        'kubemend.yaml': 'schemaLocations: [schemas]\n',
      }),
      { paths: ['k8s'] },
    )
  })

  test('of git itself are never looked at', async () => {
    const hosts = await hostsOf(remoteOf({ 'api.yaml': deployment() }))
    await hosts.close()
    const names = ['.GIT', '.git', '.git. ', 'git~1', '.g\u200cit', '..', '']
    const hostile = names.map(name => ({ path: `${name}/pod.yaml`, mode: '100644', id: '1' }))
    const content = Buffer.from(deployment())
    const host = createTreeHost(hosts.checkout, {
      files: [...hostile, { path: 'api.yaml', mode: '100644', id: '1' }],
      read: async paths => new Map(paths.map(name => [name, content])),
    })
    const { sources, skipped } = await outcome(host, {})
    expect(sources.map(source => source.path)).toEqual(['api.yaml'])
    expect(skipped.filter(({ reason }) => reason === 'ignored')).toHaveLength(names.length - 1)
  })
})

describe('a host over a tree', () => {
  test('rejects a link that is given, and a configuration that is one', async () => {
    const link = { mode: '120000', content: 'real.yaml' }
    const hosts = await hostsOf(remoteOf({ 'real.yaml': deployment(), 'link.yaml': link }))
    const { refused } = await outcome(hosts.tree, { paths: ['link.yaml'] })
    expect(refused).toMatchObject([{ file: 'link.yaml', code: 'symbolic-link' }])
    await hosts.close()

    const linked = await hostsOf(remoteOf({ 'real.yaml': deployment(), 'kubemend.yaml': link }))
    await expect(outcome(linked.tree, {})).rejects.toThrow(/kubemend\.yaml: cannot be read: .*symbolic link/)
    await linked.close()
  })

  test('reads nothing of the disk and writes nothing', async () => {
    const hosts = await hostsOf(remoteOf({ 'api.yaml': deployment() }))
    const { tree } = hosts
    const options: InputOptions = { root: undefined, maxBytes: 1, exclude: [], excludeBase: tree.cwd }
    expect(tree.readFile('/etc/hostname')).toBeUndefined()
    expect(tree.readFile(path.resolve('package.json'))).toBeUndefined()
    expect((await tree.resolveTargets(['/etc/hostname'])).unmatched).toEqual(['/etc/hostname'])
    expect(() => tree.writeFile('x', 'y')).toThrow()
    expect(() => tree.stageChanges(tree.cwd, [], new Map())).toThrow()
    expect((await tree.readInputs(await tree.resolveTargets([]), options)).skipped).toEqual([
      { file: 'api.yaml', reason: 'too-large' },
    ])
    await hosts.close()
  })
})

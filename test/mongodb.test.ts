// MongoDB without a server: command lines, connection strings held against the drivers' own parser, and the script that
// sets a replica set up, run by a shell against a recorded one.

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ConnectionString } from 'mongodb-connection-string-url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { workloadOf } from '../src/kube/workload.ts'
import { Workspace } from '../src/kube/workspace.ts'
import { at } from '../src/yaml/path.ts'
import { readText } from '../src/yaml/read.ts'
import { type JsonObject, member } from '../src/yaml/value.ts'
import { optionOf, readCommandLine } from '../transforms/mongodb/command-line.ts'
import { parseConfigFile } from '../transforms/mongodb/config-file.ts'
import { connectionStringsIn, forReplicaSet, optionIn } from '../transforms/mongodb/connection-string.ts'
import { INIT_FUNCTIONS, INIT_SHELL } from '../transforms/mongodb/init-script.ts'
import { readCase } from './support/fixtures.ts'

function containerWith(fields: JsonObject) {
  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'db' },
    spec: { template: { spec: { containers: [{ name: 'mongo', image: 'mongo:6.0', ...fields }] } } },
  }
  const text = JSON.stringify(manifest)
  const read = readText(text)
  const documents = read.ok ? read.documents : []
  const workspace = new Workspace([{ path: 'db.json', text, selected: true, documents }], { kubernetesVersion: '1.36' })
  const [resource] = workspace.resources
  const container = resource === undefined ? undefined : workloadOf(resource)?.containers[0]
  if (container === undefined) throw new Error('no container')
  return container
}

describe('the command line of the official image', () => {
  test.each([
    ['nothing at all', {}, 'entrypoint', []],
    ['options alone', { args: ['--auth', '--port=27018'] }, 'entrypoint', ['--auth', '--port=27018']],
    ['mongod as the first argument', { args: ['mongod', '--quiet'] }, 'entrypoint', ['--quiet']],
    [
      'the entrypoint by its path',
      { command: ['/usr/local/bin/docker-entrypoint.sh', 'mongod'], args: ['--auth'] },
      'entrypoint',
      ['--auth'],
    ],
    ['mongod as the command', { command: ['mongod', '--bind_ip', '0.0.0.0'] }, 'mongod', ['--bind_ip', '0.0.0.0']],
    ['a shell with mongod alone', { command: ['sh', '-c', 'exec mongod --auth'] }, 'mongod', ['--auth']],
    [
      'a shell whose script is an argument',
      { command: ['bash', '-c'], args: ['mongod --quiet'] },
      'mongod',
      ['--quiet'],
    ],
  ])('%s is read', (_, fields, starts, words) => {
    expect(readCommandLine(containerWith(fields))).toMatchObject({ starts, words })
  })

  test.each([
    ['a router', { command: ['mongos', '--configdb', 'cfg/a:27019'] }],
    ['a script that does more', { command: ['sh', '-c', 'sleep 5 && mongod --auth'] }],
    ['a script with quotes', { command: ['sh', '-c', 'mongod --dbpath "/my data"'] }],
    ['a wrapper of another name', { command: ['/scripts/start.sh'] }],
    ['arguments that are a map', { args: { replSet: 'rs0' } }],
    ['a word that is a number', { args: ['--port', 27017] }],
    ['the entrypoint without anything to start', { command: ['docker-entrypoint.sh'] }],
  ])('%s is left alone', (_, fields) => {
    expect(readCommandLine(containerWith(fields))).toBeUndefined()
  })

  test('options are read in all of their forms, and the last one counts', () => {
    const line = readCommandLine(
      containerWith({ args: ['-f', '/etc/mongod.conf', '--port', '1', '--port=2', '--auth', '--replSet', 'a'] }),
    )
    const value = (name: string) => (line === undefined ? undefined : optionOf(line, name)?.value)
    expect(['config', 'port', 'auth', 'replSet', 'keyFile'].map(value)).toEqual([
      '/etc/mongod.conf',
      '2',
      undefined,
      'a',
      undefined,
    ])
  })
})

describe('the configuration file', () => {
  test('is read by full names, nested or dotted, without comments', () => {
    const text =
      'storage:\n  dbPath: "/srv/db"  # the big disk\nsecurity.authorization: enabled\nnet:\n  tls:\n    mode: x\n'
    expect([...(parseConfigFile(text) ?? [])]).toEqual([
      ['storage.dbPath', '/srv/db'],
      ['security.authorization', 'enabled'],
      ['net.tls.mode', 'x'],
    ])
  })

  test.each(['security: {authorization: enabled}', 'auth = true', 'setParameter: &x\n  a: 1', '- a'])(
    '%j cannot be read, rather than read as nothing',
    text => {
      expect(parseConfigFile(text)).toBeUndefined()
    },
  )
})

const MEMBERS = ['db-0.db-headless.shop.svc.cluster.local:27017', 'db-1.db-headless.shop.svc.cluster.local:27017']

describe('connection strings', () => {
  test.each([
    ['mongodb://db:27017', '/?replicaSet=rs0'],
    ['mongodb://db', '/?replicaSet=rs0'],
    ['mongodb://db:27017/', '/?replicaSet=rs0'],
    ['mongodb://db:27017/shop', '/shop?replicaSet=rs0'],
    ['mongodb://db:27017/shop?', '/shop?replicaSet=rs0'],
    ['mongodb://db:27017/?w=majority', '/?w=majority&replicaSet=rs0'],
    [
      'mongodb://us%40er:p%2Fss@db:27017/shop?authSource=admin&retryWrites=false',
      '/shop?authSource=admin&retryWrites=false&replicaSet=rs0',
    ],
  ])('%s gets the members and the set, and keeps the rest as the drivers read it', (text, end) => {
    const [found] = connectionStringsIn(text)
    if (found === undefined) throw new Error('not found')
    const rewritten = forReplicaSet(found, MEMBERS, 'rs0')
    expect(rewritten).toBe(`mongodb://${found.userInfo}${MEMBERS.join(',')}${end}`)
    const before = new ConnectionString(text)
    const after = new ConnectionString(rewritten)
    expect(after.hosts).toEqual(MEMBERS)
    expect([after.username, after.password, after.pathname]).toEqual([
      before.username,
      before.password,
      before.pathname,
    ])
    const options = (from: ConnectionString) => [...from.searchParams].filter(([name]) => name !== 'replicaSet')
    expect(options(after)).toEqual(options(before))
    expect(after.searchParams.get('replicaSet')).toBe('rs0')
  })

  test('variables in the user stay as they are written', () => {
    const [found] = connectionStringsIn(`mongodb://$(DB_USER):\${DB_PASSWORD}@db:27017/shop`)
    if (found === undefined) throw new Error('not found')
    expect(forReplicaSet(found, ['a:1'], 'rs0')).toBe(`mongodb://$(DB_USER):\${DB_PASSWORD}@a:1/shop?replicaSet=rs0`)
  })

  test('they are found inside longer texts, without the signs around them', () => {
    const text = 'uri=mongodb://a:1/x\nother: "mongodb+srv://b/y", (mongodb://c:2,d:3) mongodb://e:4.'
    expect(connectionStringsIn(text).map(found => found.text)).toEqual([
      'mongodb://a:1/x',
      'mongodb+srv://b/y',
      'mongodb://c:2,d:3',
      'mongodb://e:4',
    ])
  })

  test('names of options have no case', () => {
    const [found] = connectionStringsIn('mongodb://a/?REPLICASET=x&w=1')
    expect(found === undefined ? '' : optionIn(found, 'replicaSet')).toBe('x')
  })
})

/** What the recorded servers hold; the script's calls change it as the real ones would. */
interface Cluster {
  /** hosts that do not answer for so many calls */
  down: Record<string, number>
  config: { version: number; members: { _id: number; host: string; priority?: number }[] } | null
  /** calls for which the first member still runs without --replSet */
  withoutReplication: number
  primary: string
  calls: string[]
}

const FRESH: Cluster = { down: {}, config: null, withoutReplication: 0, primary: 'a:27017', calls: [] }

/** A shell as the script sees it: evaluates its text with a `db`, or fails as one that finds no server. */
const SHELL = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs')
const vm = require('node:vm')
const file = process.env.CLUSTER
const cluster = JSON.parse(readFileSync(file, 'utf8'))
const words = process.argv.slice(2)
const option = name => words[words.indexOf(name) + 1]
const host = option('--host')
const save = () => writeFileSync(file, JSON.stringify(cluster))
const answer = fields => ({ ok: 1, ...fields })
const failure = (codeName, errmsg) => {
  if (process.env.THROWS === 'no') return { ok: 0, codeName, errmsg }
  throw Object.assign(new Error(errmsg), { ok: 0, codeName, errmsg })
}
if ((cluster.down[host] ?? 0) > 0) {
  cluster.down[host] -= 1
  save()
  process.exit(1)
}
const user = words.includes('--username') ? option('--username') + ':' + option('--password') + ' ' : ''
const commands = {
  ping: () => answer({}),
  replSetGetStatus: () => {
    if (cluster.withoutReplication > 0) {
      cluster.withoutReplication -= 1
      return failure('NoReplicationEnabled', 'not running with --replSet')
    }
    if (cluster.config === null) return failure('NotYetInitialized', 'no replset config has been received')
    return answer({ members: cluster.config.members.map(m => ({ name: m.host, state: m.host === cluster.primary ? 1 : 2 })) })
  },
  replSetInitiate: ({ replSetInitiate }) => {
    cluster.config = { version: 1, members: replSetInitiate.members }
    cluster.calls.push(user + 'initiate ' + JSON.stringify(replSetInitiate))
    return answer({})
  },
  replSetGetConfig: () =>
    cluster.config === null ? failure('NotYetInitialized', 'no config') : answer({ config: cluster.config }),
  replSetReconfig: ({ replSetReconfig }) => {
    const added = replSetReconfig.members.length - JSON.parse(readFileSync(file, 'utf8')).config.members.length
    if (added > 1) return failure('NewReplicaSetConfigurationIncompatible', 'one member at a time')
    if (host + ':27017' !== cluster.primary) return failure('NotWritablePrimary', 'not primary')
    cluster.config = replSetReconfig
    cluster.calls.push(user + 'add ' + JSON.stringify(replSetReconfig.members.at(-1)) + ' v' + replSetReconfig.version)
    return answer({})
  },
  isMaster: () => answer({ ismaster: host + ':27017' === cluster.primary }),
}
const context = vm.createContext({
  db: { adminCommand: command => commands[Object.keys(command)[0]](command) },
  sleep: () => {},
  print: text => console.log(text),
})
try {
  vm.runInContext(option('--eval'), context)
} catch (error) {
  console.error(String(error))
  save()
  process.exit(1)
}
save()
`

describe('the script of the Job', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kubemend-mongodb-'))
    writeFileSync(path.join(folder, 'sleep'), '#!/bin/sh\n')
    writeFileSync(path.join(folder, 'replica-set.js'), INIT_FUNCTIONS)
    writeFileSync(path.join(folder, 'init.sh'), INIT_SHELL.replace('/scripts/', `${folder}/`))
    chmodSync(path.join(folder, 'sleep'), 0o755)
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  function runScript(cluster: Cluster, env: Record<string, string> = {}, shell = 'mongosh') {
    const file = path.join(folder, 'cluster.json')
    writeFileSync(file, JSON.stringify(cluster))
    writeFileSync(path.join(folder, shell), SHELL)
    chmodSync(path.join(folder, shell), 0o755)
    const result = spawnSync('sh', [path.join(folder, 'init.sh')], {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:/usr/bin:/bin`,
        CLUSTER: file,
        MEMBERS: 'a b c',
        PORT: '27017',
        REPLICA_SET: 'rs0',
        ...env,
      },
    })
    const after: Cluster = JSON.parse(readFileSync(file, 'utf8'))
    return { status: result.status, output: result.stdout + result.stderr, after }
  }

  const ALL = [
    'initiate {"_id":"rs0","members":[{"_id":0,"host":"a:27017","priority":2}]}',
    'add {"_id":1,"host":"b:27017"} v2',
    'add {"_id":2,"host":"c:27017"} v3',
  ]

  test('both parts are legal where they run', () => {
    const shell = spawnSync('bash', ['-n', path.join(folder, 'init.sh')], { encoding: 'utf8' })
    const javascript = spawnSync(process.execPath, ['--check', path.join(folder, 'replica-set.js')], {
      encoding: 'utf8',
    })
    expect([shell.stderr, shell.status, javascript.stderr, javascript.status]).toEqual(['', 0, '', 0])
  })

  test('starts the set with the first member alone, then adds the others one by one', () => {
    const { status, output, after } = runScript(FRESH)
    expect(output).toContain('replica set rs0: a b c')
    expect(status).toBe(0)
    expect(after.calls).toEqual(ALL)
  })

  test('does the same with the old shell, which returns errors', () => {
    const { status, after } = runScript(FRESH, { THROWS: 'no' }, 'mongo')
    expect(status).toBe(0)
    expect(after.calls).toEqual(ALL)
  })

  test('does nothing a second time', () => {
    const first = runScript(FRESH)
    const { status, after } = runScript({ ...first.after, calls: [] })
    expect([status, after.calls]).toEqual([0, []])
  })

  test('adds only what is missing, under ids that are free', () => {
    const config = {
      version: 7,
      members: [
        { _id: 0, host: 'a:27017' },
        { _id: 5, host: 'b:27017' },
      ],
    }
    const { status, after } = runScript({ ...FRESH, config })
    expect([status, after.calls]).toEqual([0, ['add {"_id":6,"host":"c:27017"} v8']])
  })

  test('waits for members that are not there yet, and for the first one to restart with --replSet', () => {
    const { status, output, after } = runScript({ ...FRESH, down: { a: 2, c: 3 }, withoutReplication: 4 })
    expect(output.match(/waiting for \w|still runs without/g)).toEqual([
      ...['waiting for a', 'waiting for a'],
      ...Array<string>(4).fill('still runs without'),
      ...Array<string>(3).fill('waiting for c'),
    ])
    expect([status, after.calls]).toEqual([0, ALL])
  })

  test('fails, so that the Job tries again, when another member is the primary and one is missing', () => {
    const config = {
      version: 1,
      members: [
        { _id: 0, host: 'a:27017' },
        { _id: 1, host: 'b:27017' },
      ],
    }
    const { status, output, after } = runScript({ ...FRESH, config, primary: 'b:27017' })
    expect(output).toContain('the first member is not the primary')
    expect([status, after.calls]).toEqual([1, []])
  })

  test('gives the user to the first member only, which has it', () => {
    const { status, after } = runScript(FRESH, { MONGO_USERNAME: 'root', MONGO_PASSWORD: 's p"e' })
    expect([status, after.calls]).toEqual([0, ALL.map(call => `root:s p"e ${call}`)])
  })
})

describe('the command of a member', () => {
  /** What a member's shell would start, or the variables that it would start it with. */
  function startedBy(name: string, pod: string, env: Record<string, string>): string {
    const after = readCase('mongodb-topology', name).after.get('mongodb.yaml') ?? ''
    const read = readText(after)
    const set = read.ok ? read.documents.find(({ value }) => member(value, 'kind') === 'StatefulSet') : undefined
    const script = String(at(set?.value, ['spec', 'template', 'spec', 'containers', 0, 'command', 2]))
    const shown = script.replace(/exec (?=docker|mongod)/g, 'echo ').replace(/exec \/opt.*/, 'env')
    const result = spawnSync('sh', ['-c', shown], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', POD_NAME: pod, ...env },
    })
    expect([result.status, result.stderr]).toEqual([0, ''])
    return result.stdout
  }

  test.each([
    ['db-0', 'docker-entrypoint.sh mongod '],
    ['db-1', 'mongod '],
    ['db-10', 'mongod '],
  ])('the official image starts %s by %s', (pod, program) => {
    const started = startedBy('traps-m1-m2-m3-access-control', pod, {})
    expect(started).toBe(
      `${program}--wiredTigerCacheSizeGB 0.5 --replSet rs0 --bind_ip_all --keyFile /etc/mongo-keyfile/keyfile\n`,
    )
  })

  const USER = { MONGODB_ROOT_PASSWORD: 'word', MONGODB_USERNAME: 'cart', MONGODB_PASSWORD: 'secret' }

  test('the Bitnami image makes users on the first member, and the others dial it', () => {
    const host = 'db-headless.shop.svc.cluster.local'
    const variables = (pod: string) => {
      const lines = startedBy('bitnami-in-memory', pod, USER).trim().split('\n')
      return lines.filter(line => line.startsWith('MONGODB_')).sort()
    }
    expect(variables('db-0')).toEqual([
      `MONGODB_ADVERTISED_HOSTNAME=db-0.${host}`,
      ...['MONGODB_PASSWORD=secret', 'MONGODB_REPLICA_SET_MODE=primary'],
      ...['MONGODB_ROOT_PASSWORD=word', 'MONGODB_USERNAME=cart'],
    ])
    expect(variables('db-2')).toEqual([
      `MONGODB_ADVERTISED_HOSTNAME=db-2.${host}`,
      `MONGODB_INITIAL_PRIMARY_HOST=db-0.${host}`,
      ...['MONGODB_INITIAL_PRIMARY_PORT_NUMBER=27017', 'MONGODB_INITIAL_PRIMARY_ROOT_PASSWORD=word'],
      ...['MONGODB_INITIAL_PRIMARY_ROOT_USER=root', 'MONGODB_REPLICA_SET_MODE=secondary'],
    ])
  })
})

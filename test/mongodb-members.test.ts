// What every replica set of the fixtures has to be true to, whatever it was made of; traps by the names of their rules.

import { describe, expect, test } from 'vitest'
import { at } from '../src/yaml/path.ts'
import { readText } from '../src/yaml/read.ts'
import { asArray, asObject, type Json, type JsonObject, member } from '../src/yaml/value.ts'
import { caseNames, readCase } from './support/fixtures.ts'

interface Made {
  readonly name: string
  readonly objects: readonly JsonObject[]
  readonly set: JsonObject
  readonly job: JsonObject
}

function objectsOf(files: ReadonlyMap<string, string>): JsonObject[] {
  const objects: JsonObject[] = []
  for (const text of files.values()) {
    const read = readText(text)
    for (const { value } of read.ok ? read.documents : []) {
      const object = asObject(value)
      if (object !== undefined) objects.push(object)
    }
  }
  return objects
}

const made: readonly Made[] = caseNames('mongodb-topology').flatMap(name => {
  const objects = objectsOf(readCase('mongodb-topology', name).after)
  const set = objects.find(object => object.kind === 'StatefulSet')
  const job = objects.find(
    ({ kind, metadata }) => kind === 'Job' && String(member(metadata, 'name')).includes('-rs-init-'),
  )
  return set === undefined || job === undefined ? [] : [{ name, objects, set, job }]
})

function podOf(object: JsonObject): JsonObject {
  return asObject(at(object, ['spec', 'template', 'spec'])) ?? {}
}

function serverOf(set: JsonObject): JsonObject {
  return asObject(asArray(podOf(set).containers)[0]) ?? {}
}

/** Command and arguments as one text. */
function lineOf(container: JsonObject): string {
  return [...asArray(container.command), ...asArray(container.args)].join(' ')
}

function variable(container: Json | undefined, name: string): Json | undefined {
  return asArray(member(container, 'env')).find(entry => member(entry, 'name') === name)
}

function names(list: Json | undefined): string[] {
  return asArray(list).map(entry => String(member(entry, 'name')))
}

test('there are replica sets to look at, with and without access control', () => {
  const controlled = made.filter(({ set }) => variable(serverOf(set), 'MONGO_INITDB_ROOT_USERNAME') !== undefined)
  expect(controlled.length).toBeGreaterThan(1)
  expect(made.length - controlled.length).toBeGreaterThan(4)
})

describe.each(made)('$name', ({ objects, set, job }) => {
  const server = serverOf(set)
  const line = lineOf(server)
  const init = asArray(podOf(job).containers)[0]
  const serviceName = String(at(set, ['spec', 'serviceName']))
  const replicas = Number(at(set, ['spec', 'replicas']))

  test('the Job knows the members by the names that their headless Service gives them', () => {
    const headless = objects.find(
      ({ kind, metadata }) => kind === 'Service' && member(metadata, 'name') === serviceName,
    )
    expect(headless?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true })
    const hosts = String(member(variable(init, 'MEMBERS'), 'value')).split(' ')
    const pods = Array.from({ length: replicas }, (_, ordinal) => `${String(at(set, ['metadata', 'name']))}-${ordinal}`)
    expect(hosts.map(host => host.split('.').slice(0, 2).join('.'))).toEqual(pods.map(pod => `${pod}.${serviceName}`))
  })

  test('the members listen for each other, under the name of the set that the Job makes', () => {
    expect(line).toContain(`--replSet ${String(member(variable(init, 'REPLICA_SET'), 'value'))}`)
    const file = objects.flatMap(object => Object.values(asObject(object.data) ?? {})).join('\n')
    expect(`${line}\n${file}`).toMatch(/--bind_ip_all|bindIp: 0\.0\.0\.0/)
  })

  test('every mount has its volume or its claim, of the server and of the Job', () => {
    for (const [object, templates] of [
      [set, at(set, ['spec', 'volumeClaimTemplates'])],
      [job, undefined],
    ] as const) {
      const pod = podOf(object)
      const claims = asArray(templates).map(template => String(at(template, ['metadata', 'name'])))
      const containers = [...asArray(pod.initContainers), ...asArray(pod.containers)]
      const mounted = containers.flatMap(container => names(member(container, 'volumeMounts')))
      expect([...names(pod.volumes), ...claims]).toEqual(expect.arrayContaining(mounted))
    }
  })

  test('trap M1: with a root user there is a key, without one there is none', () => {
    const root = variable(server, 'MONGO_INITDB_ROOT_USERNAME') !== undefined
    expect(line.includes('--keyFile ')).toBe(root)
    expect(variable(init, 'MONGO_PASSWORD') !== undefined).toBe(root)
  })

  test('trap M2: the key is a file of the server itself, not one of a Secret', () => {
    const key = /--keyFile (\S+)\/keyfile/.exec(line)?.[1]
    const mount = asArray(server.volumeMounts).find(entry => member(entry, 'mountPath') === key)
    const volume = asArray(podOf(set).volumes).find(entry => member(entry, 'name') === member(mount, 'name'))
    expect(key === undefined ? undefined : member(volume, 'secret')).toBeUndefined()
    if (key === undefined) return
    expect(volume).toMatchObject({ emptyDir: { medium: 'Memory' } })
    const copy = asObject(asArray(podOf(set).initContainers)[0]) ?? {}
    expect(lineOf(copy)).toContain(`chmod 0400 ${key}/keyfile`)
    const user = (container: JsonObject) => at(container, ['securityContext', 'runAsUser'])
    expect(user(copy)).toBe(user(server))
  })

  test('trap M3: only the first member makes users', () => {
    if (variable(server, 'MONGO_INITDB_ROOT_USERNAME') === undefined) return
    expect(line).toMatch(/^\s*0\) exec docker-entrypoint\.sh mongod .*\n\s*\*\) exec mongod /m)
    expect(names(server.env)[0]).toBe('POD_NAME')
  })

  test('trap M5: a Service of clients leads to the first member, unless every client names the set', () => {
    const texts = JSON.stringify(objects)
    const isConverted = /replicaSet=rs0/.test(texts) && !/MONGO_HOST/.test(texts)
    const clients = objects.filter(({ kind, spec }) => kind === 'Service' && member(spec, 'clusterIP') !== 'None')
    for (const { spec } of clients) {
      const pod = at(spec, ['selector', 'statefulset.kubernetes.io/pod-name'])
      expect(pod).toBe(isConverted ? undefined : `${String(at(set, ['metadata', 'name']))}-0`)
    }
  })

  test('trap M7: the number of members is odd', () => {
    expect(replicas % 2).toBe(1)
  })
})

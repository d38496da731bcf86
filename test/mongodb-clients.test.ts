// Who counts as a client of a MongoDB, and what becomes of its connection string.

import { describe, expect, test } from 'vitest'
import type { Edit } from '../src/engine/transform.ts'
import { Workspace } from '../src/kube/workspace.ts'
import { readText } from '../src/yaml/read.ts'
import { type Clients, findClients } from '../transforms/mongodb/clients.ts'

const SYSTEM = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: shop}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: mongo, image: "mongo:6.0"}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 27017}]}
`

function clientsIn(files: Record<string, string>): Clients {
  const loaded = Object.entries({ 'shop/db.yaml': SYSTEM, ...files }).map(([path, text]) => {
    const read = readText(text)
    if (!read.ok) throw new Error(read.refusal.text)
    return { path, text, selected: !path.startsWith('context/'), documents: read.documents }
  })
  const workspace = new Workspace(loaded, { kubernetesVersion: '1.36' })
  const workload = workspace.workloads().find(({ resource }) => resource.name === 'db')
  if (workload === undefined) throw new Error('no system')
  const services = workspace.servicesOf(workload)
  const members = ['a:27017', 'b:27017', 'c:27017']
  return findClients(workspace, { workload, services, clusterDomain: 'cluster.local', replicaSet: 'rs0', members })
}

/** What was found, in short: `place -> new value` or `place: why not`. */
function told({ edits, left, converted }: Clients): string[] {
  const written = edits.map(edit => `${placeOf(edit)} -> ${edit.op === 'set' ? String(edit.value) : edit.op}`)
  return [...written, ...left.map(({ place, why }) => `${place}: ${why}`), ...(converted ? ['converted'] : [])]
}

function placeOf(edit: Edit): string {
  return edit.op === 'create' ? '' : edit.path.join('/')
}

function configMap(value: string, namespace = 'shop'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app, namespace: ${namespace}}\ndata: {URI: ${JSON.stringify(value)}}\n`
}

function pod(container: string, namespace = 'shop'): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers: [{name: app, image: "app:1", ${container}}]
`
}

const REWRITTEN = 'mongodb://a:27017,b:27017,c:27017/x?replicaSet=rs0'

describe('a connection string', () => {
  test.each(['db', 'db:27017', 'db.shop', 'db.shop.svc:27017', 'db.shop.svc.cluster.local:27017'])(
    'of the same namespace reaches the Service as %s',
    host => {
      expect(told(clientsIn({ 'shop/app.yaml': configMap(`mongodb://${host}/x`) }))).toEqual([
        `data/URI -> ${REWRITTEN}`,
      ])
    },
  )

  test.each([
    ['db', []],
    ['db.shop', [`data/URI -> ${REWRITTEN}`]],
    ['db.stage', []],
    ['db.shop.svc.example.org', []],
    ['other', []],
    ['my-db', []],
    ['db-0.db.shop', [`data/URI -> ${REWRITTEN}`]],
  ])('of another namespace with the host %s', (host, expected) => {
    expect(told(clientsIn({ 'shop/app.yaml': configMap(`mongodb://${host}:27017/x`, 'web') }))).toEqual(expected)
  })

  test.each([
    ['mongodb+srv://db/x', 'asks DNS for the members (mongodb+srv)'],
    ['mongodb://db/x?directConnection=true', 'asks for one server alone (directConnection=true)'],
    ['mongodb://db/x?replicaSet=other', 'names another replica set (other)'],
    ['mongodb://db,db2/x', 'lists 2 hosts'],
  ])('%s is left, with the reason', (text, why) => {
    expect(told(clientsIn({ 'shop/app.yaml': configMap(text) }))).toEqual([`URI: ${why}`])
  })

  test('that names the set already is converted', () => {
    expect(told(clientsIn({ 'shop/app.yaml': configMap('mongodb://db/x?replicaSet=rs0') }))).toEqual(['converted'])
  })

  test('is rewritten in variables and arguments, and in a Kustomize patch of them', () => {
    const container = 'args: ["--store=mongodb://db/x"], env: [{name: URI, value: "mongodb://db/x"}]'
    const at = (field: string) => `spec/template/spec/containers/0/${field}`
    expect(told(clientsIn({ 'shop/app.yaml': pod(container) }))).toEqual([
      `${at('args/0')} -> --store=${REWRITTEN}`,
      `${at('env/0/value')} -> ${REWRITTEN}`,
    ])
    const patch = pod(container).replace('image: "app:1", ', '')
    expect(told(clientsIn({ 'shop/patch.yaml': patch }))).toHaveLength(2)
  })

  test('is rewritten in the plain text of a Secret, and left in an encoded one, in a field of its own, and in context', () => {
    const secret = (data: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: shop}\n${data}\n`
    const encoded = Buffer.from('mongodb://user:word@db/x').toString('base64')
    const custom =
      'apiVersion: example.org/v1\nkind: Store\nmetadata: {name: s, namespace: shop}\nspec: {uri: "mongodb://db/x"}\n'
    expect(told(clientsIn({ 'shop/a.yaml': secret('stringData: {URI: "mongodb://db/x"}') }))).toEqual([
      `stringData/URI -> ${REWRITTEN}`,
    ])
    const left = clientsIn({
      'shop/b.yaml': secret(`data: {URI: ${encoded}}`),
      'shop/c.yaml': custom,
      'context/d.yaml': configMap('mongodb://db/x'),
      'shop/e.yaml': `${configMap('mongodb://db/x').replace('name: app', 'name: fixed')}immutable: true\n`,
      'shop/kustomization.yaml': 'configMapGenerator: [{name: g, literals: ["URI=mongodb://db/x"]}]\n',
    })
    expect(told(left).sort()).toEqual([
      'URI: is in a Secret',
      'URI: is in a file that was not given to be changed',
      'URI: is in an object that says it never changes (immutable)',
      'configMapGenerator.0.literals.0: is in a field that is not edited',
      'spec.uri: is in a field that is not edited',
    ])
  })

  test('belongs to the database of its own environment', () => {
    const system = SYSTEM.replaceAll(', namespace: shop', '')
    const app = configMap('mongodb://db/x').replace(', namespace: shop', '')
    const found = clientsIn({
      'shop/db.yaml': system,
      'stage/db.yaml': system,
      'stage/app.yaml': app,
      'shop/app.yaml': app,
    })
    expect(found.rewritten.map(resource => resource.origin.file)).toEqual(['shop/app.yaml'])
  })
})

describe('an address without a connection string', () => {
  test.each([
    ['env: [{name: MONGO_HOST, value: db}]', ['MONGO_HOST: gives the address without a connection string']],
    ['env: [{name: STORE, value: "db:27017"}]', ['STORE: gives the address without a connection string']],
    ['env: [{name: DB_TYPE, value: db}]', []],
    ['env: [{name: DB_HOST, value: other}]', []],
    [
      'command: [/app, --mongo, "db:27017"]',
      ['spec.template.spec.containers.0.command.2: gives the address without a connection string'],
    ],
    ['command: [sh, -c, "until nc -z db 27017; do sleep 2; done"]', []],
    [
      'command: [mongodump, --host, db]',
      ['spec.template.spec.containers.0.command.2: gives the address without a connection string'],
    ],
    [
      'command: [sh, -c, "mongodump --host=db.shop --archive > /backup/x"]',
      ['spec.template.spec.containers.0.command.2: gives the address without a connection string'],
    ],
    ['command: [app, --host, "0.0.0.0", --name, db]', []],
    [
      'args: ["--store=db:27017"]',
      ['spec.template.spec.containers.0.args.0: gives the address without a connection string'],
    ],
    ['command: [sh, -c, "until nc -z $MONGO_HOST 27017; do sleep 2; done"], env: [{name: MONGO_HOST, value: db}]', []],
  ])('%s', (container, expected) => {
    expect(told(clientsIn({ 'shop/app.yaml': pod(container) }))).toEqual(expected)
  })
})

test('readers of a ConfigMap that changes get its checksum, so that their pods start again', () => {
  const reader = pod('envFrom: [{configMapRef: {name: app}}]')
  const { edits } = clientsIn({ 'shop/app.yaml': configMap('mongodb://db/x'), 'shop/reader.yaml': reader })
  expect(edits.map(placeOf)).toEqual(['data/URI', 'spec/template/metadata/annotations/kubemend.dev/config-checksum'])
})

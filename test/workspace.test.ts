// The workspace: which resources belong together, nearest first, with unknown namespaces and kustomizations.

import { expect, test } from 'vitest'
import { Workspace } from '../src/kube/workspace.ts'
import { readText } from '../src/yaml/read.ts'

function workspace(files: Readonly<Record<string, string>>): Workspace {
  const loaded = Object.entries(files).map(([path, text]) => {
    const read = readText(text)
    if (!read.ok) throw new Error(`${path}: ${read.refusal.text}`)
    return { path, text, selected: true, documents: read.documents }
  })
  return new Workspace(loaded, { kubernetesVersion: '1.36' })
}

const deployment = (name: string, labels = `app: ${name}`, namespace?: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${namespace === undefined ? '' : `\n  namespace: ${namespace}`}
spec:
  template:
    metadata:
      labels: { ${labels} }
    spec:
      containers: [{ name: main, image: example.com/${name}:1 }]
`

const service = (name: string, selector = `app: ${name}`, namespace?: string) => `apiVersion: v1
kind: Service
metadata:
  name: ${name}${namespace === undefined ? '' : `\n  namespace: ${namespace}`}
spec:
  selector: { ${selector} }
`

const budget = (name: string, selector: string) =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: ${name} }\nspec: { maxUnavailable: 1, selector: ${selector} }\n`

function workloadNamed(ws: Workspace, name: string, file?: string) {
  const found = ws
    .workloads()
    .find(w => w.resource.name === name && (file === undefined || w.resource.origin.file === file))
  if (found === undefined) throw new Error(`no workload ${name}`)
  return found
}

const names = (items: readonly { name: string }[]) => items.map(item => item.name).sort()

test('a Service selects by all of its labels, and one without a selector selects nothing', () => {
  const ws = workspace({
    'a.yaml': deployment('web', 'app: web, tier: front'),
    'b.yaml': [
      service('all', 'app: web'),
      service('both', 'app: web, tier: front'),
      service('other', 'app: web, tier: back'),
    ].join('---\n'),
    'c.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: none }\nspec: {}\n',
  })
  expect(names(ws.servicesOf(workloadNamed(ws, 'web')))).toEqual(['all', 'both'])
  const [all] = ws.ofKind('Service')
  expect(all && ws.workloadsOfService(all).map(w => w.resource.name)).toEqual(['web'])
})

test('variants in other folders do not answer for a workload that has relations of its own', () => {
  const ws = workspace({
    'dev/app.yaml': `${deployment('web')}---\n${service('web')}`,
    'prod/app.yaml': `${deployment('web')}---\n${service('web')}`,
  })
  const services = ws.servicesOf(workloadNamed(ws, 'web', 'prod/app.yaml'))
  expect(services.map(s => s.origin.file)).toEqual(['prod/app.yaml'])
})

test('a relation in an enclosing folder counts when nothing is nearer', () => {
  const ws = workspace({
    'apps/web/app.yaml': deployment('web'),
    'apps/budgets.yaml': budget('web', '{ matchLabels: { app: web } }'),
  })
  expect(names(ws.budgetsOf(workloadNamed(ws, 'web')))).toEqual(['web'])
})

test('an unknown namespace fits any, and two known ones have to be equal', () => {
  const ws = workspace({
    'a.yaml': deployment('web', 'app: web', 'shop'),
    'b.yaml': [
      service('same', 'app: web', 'shop'),
      service('other', 'app: web', 'bank'),
      service('unknown', 'app: web'),
    ].join('---\n'),
  })
  expect(names(ws.servicesOf(workloadNamed(ws, 'web')))).toEqual(['same', 'unknown'])
})

test('a budget with an empty selector or an expression selects what it says', () => {
  const ws = workspace({
    'a.yaml': deployment('web'),
    'b.yaml': [
      budget('everything', '{}'),
      budget('in', '{ matchExpressions: [{ key: app, operator: In, values: [web, api] }] }'),
      budget('not-in', '{ matchExpressions: [{ key: app, operator: NotIn, values: [web] }] }'),
    ].join('---\n'),
  })
  expect(names(ws.budgetsOf(workloadNamed(ws, 'web')))).toEqual(['everything', 'in'])
})

test('a kustomization gives its namespace, its closure and marks its patches as partial', () => {
  const ws = workspace({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'base/deployment.yaml': deployment('web'),
    'prod/kustomization.yaml': 'namespace: shop\nresources: [../base, budget.yaml]\npatches: [{ path: patch.yaml }]\n',
    'prod/budget.yaml': budget('web', '{ matchLabels: { app: web } }'),
    'prod/patch.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: 3 }\n',
  })
  const web = workloadNamed(ws, 'web', 'base/deployment.yaml')
  expect(web.resource.namespace).toBe('shop')
  expect(names(ws.budgetsOf(web))).toEqual(['web'])
  expect(ws.kustomizationsOf(web.resource).map(k => k.file)).toEqual([
    'base/kustomization.yaml',
    'prod/kustomization.yaml',
  ])
  expect(ws.patchesOf(web.resource).map(patch => patch.origin.file)).toEqual(['prod/patch.yaml'])
})

test('autoscalers are found by the kind and name of their target; KEDA means a Deployment when it names no kind', () => {
  const scaler = (kind: string, field: string, target: string) =>
    `apiVersion: x/v1\nkind: ${kind}\nmetadata: { name: ${kind.toLowerCase()} }\nspec: { ${field}: ${target} }\n`
  const ws = workspace({
    'a.yaml': [
      deployment('web'),
      scaler('HorizontalPodAutoscaler', 'scaleTargetRef', '{ kind: Deployment, name: web }'),
      scaler('ScaledObject', 'scaleTargetRef', '{ name: web }'),
      scaler('VerticalPodAutoscaler', 'targetRef', '{ kind: StatefulSet, name: web }'),
    ].join('---\n'),
  })
  const { resource } = workloadNamed(ws, 'web')
  expect(ws.autoscalersOf(resource).map(r => r.kind)).toEqual(['HorizontalPodAutoscaler', 'ScaledObject'])
  expect(ws.verticalAutoscalersOf(resource)).toEqual([])
})

test('consumers are found through env, envFrom, volumes and projected volumes', () => {
  const consumer = (name: string, spec: string) => deployment(name).replace(/ {6}containers:.*/, `      ${spec}`)
  const container = 'containers: [{ name: main, image: example.com/x:1'
  const ws = workspace({
    'config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: config }\n',
    'a.yaml': [
      consumer('from', `${container}, envFrom: [{ configMapRef: { name: config } }] }]`),
      consumer('env', `${container}, env: [{ name: A, valueFrom: { configMapKeyRef: { name: config, key: a } } }] }]`),
      consumer('volume', `${container} }]\n      volumes: [{ name: v, configMap: { name: config } }]`),
      consumer(
        'projected',
        `${container} }]\n      volumes: [{ name: v, projected: { sources: [{ configMap: { name: config } }] } }]`,
      ),
      consumer('secret', `${container}, envFrom: [{ secretRef: { name: config } }] }]`),
    ].join('---\n'),
  })
  const [config] = ws.ofKind('ConfigMap')
  expect(config && ws.consumersOf(config).map(w => w.resource.name)).toEqual(['from', 'env', 'volume', 'projected'])
})

test('a fork advances on its own, and its relations follow labels that change', () => {
  const ws = workspace({ 'a.yaml': `${deployment('web')}---\n${service('web')}` })
  const fork = ws.fork()
  const { resource } = workloadNamed(fork, 'web')
  const value = structuredClone(resource.value)
  Object.assign((value.spec as { template: { metadata: object } }).template.metadata, { labels: { app: 'other' } })
  fork.replace(resource.origin, value)
  expect(fork.servicesOf(workloadNamed(fork, 'web'))).toEqual([])
  expect(names(ws.servicesOf(workloadNamed(ws, 'web')))).toEqual(['web'])
  expect(fork.original).toBe(ws)
})

test('items of a List are resources with a path', () => {
  const ws = workspace({
    'l.yaml': 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: a }\n- 7\n',
  })
  expect(ws.resources.map(r => [r.kind, r.origin.path])).toEqual([['ConfigMap', ['items', 0]]])
})

test('values of any type are passed over, never an exception', () => {
  const ws = workspace({
    'a.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: null\nspec: { template: { spec: { containers: { a: 1 } } } }\n',
    'b.yaml': 'apiVersion: v1\nkind: Service\nmetadata: []\nspec: text\n',
    'c.yaml': 'apiVersion: apps/v1\nkind: Deployment\nspec: 3\n',
    'd.yaml': '- just\n- a list\n',
  })
  expect(ws.resources.map(r => [r.kind, r.name])).toEqual([
    ['Deployment', ''],
    ['Service', ''],
    ['Deployment', ''],
  ])
  expect(ws.workloads().map(w => w.containers)).toEqual([[]])
})

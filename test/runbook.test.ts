// The runbook: the steps that are left to a person, in the order in which they are taken, as a page to follow.

import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { type Configuration, NO_CONFIGURATION, toConfiguration } from '../src/config/configuration.ts'
import { RISKS } from '../src/engine/risk.ts'
import { toRunbook } from '../src/report/runbook.ts'
import type { RunbookStep } from '../src/report/steps.ts'
import { runbookOf } from '../src/report/steps.ts'
import transforms from '../transforms/index.ts'
import { runCase } from './support/fixture-run.ts'
import { configurationIn, type Files, filesBelow, readCase } from './support/fixtures.ts'

const step = (text: string, rest: Partial<RunbookStep> = {}): RunbookStep => {
  return { stage: 'rest', text, commands: [], about: [], findings: [], ...rest }
}

describe('the page', () => {
  test('numbers steps below the titles of their stages, with commands in blocks to be pasted', () => {
    const runbook = [
      step('stop the writers', {
        stage: 'check',
        about: ['Deployment a', 'Deployment b', 'Deployment c', 'Deployment d'],
      }),
      step('delete the Deployment', {
        stage: 'stop',
        commands: ['kubectl delete deployment kafka'],
        check: { text: 'it is gone', commands: ['kubectl get deployment'] },
        back: { text: 'apply it again' },
      }),
      step('ask it again', { stage: 'later' }),
    ]
    expect(toRunbook({ runbook })).toBe(`# Runbook

Take the steps in this order, from the folder in which kubemend ran, and go on when the check of a step holds.

## Before anything changes

1. stop the writers (Deployment a, Deployment b, Deployment c and 1 other)

## Stop what is replaced

2. delete the Deployment

   \`\`\`sh
   kubectl delete deployment kafka
   \`\`\`

   Check: it is gone

   \`\`\`sh
   kubectl get deployment
   \`\`\`

   To go back: apply it again

## Not part of this change

What follows leads to what was refused. Nothing of it is in the files yet: decide first, and run again.

3. ask it again
`)
  })

  test('nothing in a step becomes markup, a mention or the end of its block', () => {
    const page = toRunbook({ runbook: [step('ask @team about <b>', { commands: ['echo "```"\u001b[2J'] })] })
    expect(page).not.toMatch(/(?<!\\)@team|<b>/)
    expect(page).not.toContain('\u001b')
    expect(page.match(/^ {3}````(?:sh)?$/gm)).toHaveLength(2)
  })

  test('a run that leaves nothing says so', () => {
    expect(toRunbook({ runbook: [] })).toBe('# Runbook\n\nNothing is left to do.\n')
  })
})

/** The runbook of a run, and the files that it changes. */
function runbookFor(before: Files, configuration: Configuration) {
  const rest = { transform: '', name: 'runbook', same: false, context: new Map(), outcomes: undefined }
  const { findings, files } = runCase({ ...rest, before, after: before, configuration }, before, transforms)
  return { steps: runbookOf(findings, files), changed: files.map(({ file }) => file) }
}

const everyRisk = toConfiguration({ risks: [...RISKS] }, undefined, NO_CONFIGURATION.placeOf)

function commandsOf(steps: readonly RunbookStep[]): string[] {
  return steps.flatMap(({ commands, check, back }) => [commands, check?.commands ?? [], back?.commands ?? []].flat())
}

/** Each pattern fits the text or the commands of some step, each of a later one than the pattern before. */
function expectOrder(steps: readonly RunbookStep[], patterns: readonly RegExp[]): void {
  const texts = steps.map(({ text, commands }) => [text, ...commands].join('\n'))
  const places = patterns.map(pattern => texts.findIndex(text => pattern.test(text)))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
}

const k8s = filesBelow('fixtures/platform/k8s')

describe('run A', () => {
  const { steps, changed } = runbookFor(k8s, everyRisk)
  const taken = steps.filter(({ stage }) => stage !== 'later')

  test('stops the old ones, makes certificates, starts ZooKeeper before Kafka, then makes topics', () => {
    expectOrder(taken, [
      /^check first: cert-manager/,
      /GitOps controller/,
      /scale deployment\/kafka --replicas=0/,
      /scale deployment\/zookeeper --replicas=0/,
      /apply -f kafka-tls\.yaml\n.*wait --for=condition=Ready certificate\/kafka-tls/,
      /apply -f zookeeper\.yaml\n.*rollout status statefulset\/zookeeper/,
      /apply -f kafka\.yaml\n.*rollout status statefulset\/kafka/,
      /apply -f kafka-topics\.yaml\n.*wait --for=condition=complete job\/kafka-topics-/,
      /^apply the other changed files/,
      /^plaintext stays open, since Deployment platform\/api-gateway/,
    ])
  })

  test('has the way of the refused MongoDB behind all that is taken now', () => {
    expect(commandsOf(taken).filter(command => /(?:deployment|statefulset|job)\/mongodb/.test(command))).toEqual([])
    expectOrder(steps, [
      /^apply the other changed files/,
      /^decide what happens to it with stateful\.data/,
      /mongodump/,
      /scale deployment\/mongodb/,
      /apply -f mongodb-data\.yaml/,
      /rollout status statefulset\/mongodb/,
      /job\/mongodb-rs-init/,
      /apply -f 01-config\.yaml/,
    ])
  })

  test('says of each step that stops, makes or starts something what to check and how to go back', () => {
    const changing = ['stop-brokers', 'stop', 'data', 'secrets', 'topics']
    const found = taken.filter(({ stage, text }) => changing.includes(stage) || text.startsWith('apply the changed'))
    expect(found.length).toBe(6)
    for (const { text, check, back } of found) {
      expect(check?.commands?.length, text).toBeGreaterThan(0)
      expect(back, text).toBeDefined()
    }
  })

  test('applies every changed file, and no other', () => {
    const applied = taken.flatMap(({ commands }) => commands).filter(command => command.includes(' apply '))
    const files = applied.flatMap(command => [...command.matchAll(/ -f (\S+)/g)].map(([, file]) => file))
    expect(files.sort()).toEqual([...changed].sort())
  })
})

test('run B brings the data of MongoDB over before it starts, and its clients behind the topics', () => {
  const { steps } = runbookFor(k8s, configurationIn('fixtures/platform/b/kubemend.yaml'))
  expectOrder(steps, [
    /^back the data of mongodb up/,
    /scale deployment\/kafka/,
    /scale deployment\/mongodb/,
    /apply -f mongodb-data\.yaml/,
    /certificate\/kafka-tls/,
    /rollout status statefulset\/zookeeper/,
    /rollout status statefulset\/kafka/,
    /rollout status statefulset\/mongodb/,
    /wait --for=condition=complete job\/mongodb-rs-init-/,
    /wait --for=condition=complete job\/kafka-topics-/,
    /^apply the clients whose connection strings name the members/,
  ])
})

test('run C asks over TLS once plaintext is closed, and moves the clients behind the topics', () => {
  const { steps } = runbookFor(k8s, configurationIn('fixtures/platform/c/kubemend.yaml'))
  expectOrder(steps, [
    /rollout status statefulset\/kafka/,
    /^check over TLS(?:.|\n)*localhost:9093 --command-config/,
    /job\/kafka-topics-/,
    /^apply the clients, which dial the TLS port 9093 now: Deployment platform\/api-gateway and Deployment/,
  ])
})

test('brokers that run get copies of their topics first, then clients move, then they start again once', () => {
  const { before, configuration } = readCase('kafka-tls', 'live-cluster-last-step')
  const { steps } = runbookFor(before, configuration)
  expectOrder(steps, [
    /^give the topics that kafka has already 3 copies/,
    /^apply the clients/,
    /apply -f kafka\.yaml\n/,
  ])
  expect(commandsOf(steps).filter(command => command === 'kubectl apply -f kafka.yaml')).toHaveLength(1)
})

test('what a kustomization includes is applied by it; what it does not include gets its namespace from the command', () => {
  const files = new Map([
    ['base/kustomization.yaml', 'resources: [mongodb.yaml]\n'],
    ['base/mongodb.yaml', MONGODB],
    ['overlays/test/kustomization.yaml', 'namespace: shop\nresources: [../../base]\n'],
  ])
  const { steps } = runbookFor(
    files,
    toConfiguration({ risks: [...RISKS], stateful: { data: 'clone' } }, undefined, NO_CONFIGURATION.placeOf),
  )
  const applied = commandsOf(steps).filter(command => command.includes(' apply '))
  expect([...new Set(applied)]).toEqual([
    'kubectl apply -k overlays/test',
    'kubectl -n shop apply -f base/mongodb-data.yaml',
  ])
  expect(steps.map(({ text }) => text)).not.toContain('apply the other changed files')
})

test('names that a shell would take apart are quoted', () => {
  const { steps } = runbookFor(new Map([["my set/it's.yaml", MONGODB]]), everyRisk)
  expect(commandsOf(steps)).toContain(`kubectl apply -f 'my set/it'\\''s.yaml'`)
})

test('the plan for the copies of topics raises what has fewer, in turn, and leaves the others', () => {
  const { before, configuration } = readCase('kafka-redundancy', 'live-from-3-7-on')
  const { steps } = runbookFor(before, configuration)
  const command = commandsOf(steps).find(text => text.includes(' | awk ')) ?? ''
  const described = [
    'Topic: orders\tTopicId: x\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: ',
    '\tTopic: orders\tPartition: 0\tLeader: 4\tReplicas: 4\tIsr: 4',
    '\tTopic: orders\tPartition: 1\tLeader: none\tReplicas: 4\tIsr: \tElr: 4\tLastKnownElr: ',
    '\tTopic: safe\tPartition: 0\tLeader: 5\tReplicas: 5,6,4\tIsr: 5,6,4',
    '\tTopic: __consumer_offsets\tPartition: 12\tLeader: 4\tReplicas: 4,5\tIsr: 4,5',
  ]
  const awk = command.slice(command.indexOf(' | awk ') + 3, command.lastIndexOf(' > '))
  const ran = spawnSync('sh', ['-c', `ids="4 5 6 "; ${awk}`], { input: `${described.join('\n')}\n`, encoding: 'utf8' })
  expect(JSON.parse(ran.stdout)).toEqual({
    version: 1,
    partitions: [
      { topic: 'orders', partition: 0, replicas: [4, 5, 6] },
      { topic: 'orders', partition: 1, replicas: [5, 6, 4] },
      { topic: '__consumer_offsets', partition: 12, replicas: [6, 4, 5] },
    ],
  })
})

const MONGODB = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: mongodb-data
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 5Gi } }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mongodb
spec:
  replicas: 1
  selector: { matchLabels: { app: mongodb } }
  template:
    metadata: { labels: { app: mongodb } }
    spec:
      containers:
        - name: mongodb
          image: mongo:6.0
          ports: [{ containerPort: 27017 }]
          volumeMounts: [{ name: data, mountPath: /data/db }]
      volumes:
        - name: data
          persistentVolumeClaim: { claimName: mongodb-data }
---
apiVersion: v1
kind: Service
metadata:
  name: mongodb
spec:
  selector: { app: mongodb }
  ports: [{ port: 27017 }]
`

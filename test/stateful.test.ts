// The mechanics that stateful transforms share: commands, variables, members, data, certificates.

import { describe, expect, test } from 'vitest'
import type { Edit } from '../src/engine/transform.ts'
import { Workspace } from '../src/kube/workspace.ts'
import type { Container, JsonObject } from '../src/sdk.ts'
import { readText } from '../src/yaml/read.ts'
import { dnsNames, serverCertificate } from '../transforms/stateful/certificates.ts'
import { ordinalPlus, wrapperEdits } from '../transforms/stateful/command.ts'
import { dataPlaces, dataProblem } from '../transforms/stateful/data.ts'
import { envEdits, POD_NAME, POD_NAMESPACE, settingOf } from '../transforms/stateful/env.ts'
import { memberCount, memberHosts, settledNamespace } from '../transforms/stateful/members.ts'
import { memberPolicyEdits } from '../transforms/stateful/policy.ts'
import { commandWarnings, hostPattern } from '../transforms/stateful/references.ts'

/** A workspace with a Deployment `kafka` whose container is given as YAML, and whatever else. */
function given(container: string, rest = '', texts: Record<string, string> = {}) {
  const indented = container.replace(/^/gm, '          ').trimEnd()
  const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: kafka
  namespace: shop
spec:
  selector: { matchLabels: { app: kafka } }
  template:
    metadata: { labels: { app: kafka } }
    spec:
      volumes:
        - { name: data, persistentVolumeClaim: { claimName: kafka } }
        - { name: scratch, emptyDir: {} }
        - { name: disk, hostPath: { path: /mnt } }
      containers:
        - name: kafka
          image: confluentinc/cp-kafka:7.4.0
${indented}
${rest === '' ? '' : `---\n${rest}`}`
  const read = readText(text)
  if (!read.ok) throw new Error(read.refusal.text)
  const documents = read.documents
  const options = {
    kubernetesVersion: '1.36',
    texts: () => Object.entries(texts).map(([path, content]) => ({ path, text: content })),
  }
  const workspace = new Workspace([{ path: 'kafka.yaml', text, selected: true, documents }], options)
  const workload = workspace.workloads()[0]
  const only = workload?.containers[0]
  if (workload === undefined || only === undefined) throw new Error('no container')
  return { workspace, workload, container: only }
}

function brief(edits: readonly Edit[] | undefined): string[] | undefined {
  return edits?.map(edit => {
    if (edit.op === 'create') return `create ${String(edit.value.kind)}`
    const value = 'value' in edit ? ` ${JSON.stringify(edit.value)}` : ''
    const index = 'index' in edit ? `@${edit.index}` : ''
    const path = edit.path.join('.').replace('spec.template.spec.containers.0.', '')
    return `${edit.op} ${path}${index}${value}`
  })
}

describe('the command of a container', () => {
  const wrap = (container: Container) =>
    brief(wrapperEdits(container, { exports: [['ID', ordinalPlus(1)]], entrypoint: ['/run.sh', 'serve'] }))
  const id = ordinalPlus(1)
  const whole = `set command ["sh","-c","export ID=${id}; exec /run.sh serve"]`

  test.each([
    ['no command', 'tty: false', [whole]],
    ['the command of the image', 'command: [/run.sh, serve]', [whole]],
    ['its arguments', 'args: [serve]', [whole, 'remove args']],
    ['entrypoint and arguments apart', 'command: [/run.sh]\nargs: [serve]', [whole, 'remove args']],
    ['a script', 'command: [sh, -c, /run.sh serve]', [`set command.2 "export ID=${id}; exec /run.sh serve"`]],
    [
      'a script that unsets something first',
      'command: ["bash", "-c", "unset KAFKA_PORT && exec /run.sh serve"]',
      [`set command.2 "unset KAFKA_PORT && export ID=${id} && exec /run.sh serve"`],
    ],
    [
      'a script in the arguments',
      'command: ["/bin/sh", "-ec"]\nargs: ["sleep 5; /run.sh serve"]',
      [`set args.0 "sleep 5; export ID=${id}; exec /run.sh serve"`],
    ],
    [
      'a script of several lines',
      'command: [sh]\nargs:\n  - -c\n  - |\n    set -e\n    /run.sh serve\n',
      [`set args.1 "set -e\\nexport ID=${id}\\nexec /run.sh serve\\n"`],
    ],
  ])('%s is wrapped', (_case, yaml, edits) => {
    expect(wrap(given(yaml).container)).toEqual(edits)
  })

  test.each([
    ['a script of its own', 'command: [/scripts/start.sh]'],
    ['another server', 'command: [sh, -c, /run.sh other]'],
    ['a start that is not last', 'command: [sh, -c, "/run.sh serve; sleep 5"]'],
    ['a start that depends on what comes before', 'command: [sh, -c, "test -e /x || /run.sh serve"]'],
    ['a start in the background of something', 'command: [sh, -c, "tail -f log & /run.sh serve"]'],
    ['a start with more arguments', 'args: [serve, --fast]'],
    ['a script that sets the variable', 'command: [sh, -c, "export ID=7; /run.sh serve"]'],
    ['arguments for the script', 'command: [sh, -c, /run.sh serve, name]'],
    ['a command that is no list of texts', 'command: [1, 2]'],
  ])('%s is left alone', (_case, yaml) => {
    expect(wrap(given(yaml).container)).toBeUndefined()
  })
})

describe('the variables of a container', () => {
  const plan = {
    fields: [POD_NAME, POD_NAMESPACE],
    values: [['LISTENERS', 'x']] as const,
    removed: ['BROKER_ID'],
  }
  const podName = '{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}'
  const namespace = '{"name":"POD_NAMESPACE","valueFrom":{"fieldRef":{"fieldPath":"metadata.namespace"}}}'
  const edits = (yaml: string, rest = '') => {
    const { workspace, container } = given(yaml, rest)
    return brief(envEdits(workspace, container, plan))
  }

  test('fields of the pod come first, values stay in their place, what has to go goes', () => {
    const yaml = 'env:\n- { name: BROKER_ID, value: "1" }\n- { name: LISTENERS, value: old }\n'
    expect(edits(yaml)).toEqual([
      'set env.1.value "x"',
      'remove env.0',
      `insert env@0 ${namespace}`,
      `insert env@0 ${podName}`,
    ])
  })

  test('a field that stands behind its users is brought to the front', () => {
    const yaml = `env:\n- { name: A, value: $(POD_NAME) }\n- ${podName}\n`
    expect(edits(yaml)).toContain('remove env.1')
    expect(edits(yaml)).toContain(`insert env@0 ${podName}`)
  })

  test('a value of a ConfigMap that nobody else reads is changed there', () => {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { LISTENERS: old }\n'
    expect(edits('envFrom: [{ configMapRef: { name: c } }]', map)?.[0]).toBe('set data.LISTENERS "x"')
  })

  test('a value of a ConfigMap that others read gets an entry of its own', () => {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { LISTENERS: old }\n'
    const pod =
      '---\napiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: shop }\nspec: { containers: [{ name: p, image: p, envFrom: [{ configMapRef: { name: c } }] }] }\n'
    expect(edits('envFrom: [{ configMapRef: { name: c } }]', map + pod)).toContain(
      'append env {"name":"LISTENERS","value":"x"}',
    )
  })

  test.each([
    ['nothing sets it', 'env: []', 'absent'],
    ['a Secret may set it', 'envFrom: [{ secretRef: { name: s } }]', 'unknown'],
    ['a ConfigMap outside the set may set it', 'envFrom: [{ configMapRef: { name: elsewhere } }]', 'unknown'],
    ['a variable stands for it', 'env: [{ name: A, value: "$(B)" }]', 'unknown'],
    ['a field gives it', 'env: [{ name: A, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]', 'unknown'],
    ['it is written out', 'env: [{ name: A, value: "1" }]', 'text'],
  ])('where %s, that is what is said', (_case, yaml, kind) => {
    const { workspace, container } = given(yaml)
    expect(settingOf(workspace, container, 'A').kind).toBe(kind)
  })
})

describe('members', () => {
  test.each([
    [1, 3],
    [2, 3],
    [3, 3],
    [4, 5],
    [5, 5],
  ])('%i today are %i', (present, wanted) => {
    expect(memberCount(present)).toBe(wanted)
  })

  test('are named by ordinal behind their Service', () => {
    expect(memberHosts('zk', 'zk-hs', '.shop.svc.cluster.local', 2)).toEqual([
      'zk-0.zk-hs.shop.svc.cluster.local',
      'zk-1.zk-hs.shop.svc.cluster.local',
    ])
  })

  test('are in the namespace that the files agree on', () => {
    const { workspace, workload } = given('tty: false')
    expect(settledNamespace(workspace, workload.resource)).toBe('shop')
  })
})

describe('data', () => {
  const claim = (spec: string) =>
    `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: kafka, namespace: shop }\nspec: ${spec}\n`
  const judged = (mount: string, mode: 'plan' | 'fresh' | 'clone' | 'copy', rest = '') => {
    const { workspace, container } = given(`volumeMounts: [${mount}]`, rest)
    const places = dataPlaces(workspace, container, [{ path: '/var/lib/kafka/data', name: 'data' }])
    return [places.map(place => place.kind).join(), dataProblem(places, mode)?.code]
  }
  const onClaim = '{ name: data, mountPath: /var/lib/kafka }'

  test.each([
    ['in the layer of the container', '{ name: scratch, mountPath: /tmp }', 'plan', '', 'image', undefined],
    ['in an emptyDir', '{ name: scratch, mountPath: /var/lib/kafka/data/ }', 'plan', '', 'emptyDir', undefined],
    ['on the node', '{ name: disk, mountPath: /var/lib/kafka }', 'fresh', '', 'other', 'data-on-node'],
    [
      'on a volume that is not there',
      '{ name: gone, mountPath: /var/lib/kafka }',
      'fresh',
      '',
      'other',
      'data-on-node',
    ],
    ['on a claim, undecided', onClaim, 'plan', '', 'claim', 'data-on-claim'],
    ['on a claim to be left behind', onClaim, 'fresh', '', 'claim', undefined],
    ['on a claim to be cloned', onClaim, 'clone', claim('{ accessModes: [ReadWriteOnce] }'), 'claim', undefined],
    ['on a claim that is not in the set', onClaim, 'clone', '', 'claim', 'unknown-claim'],
    ['on a claim of one volume', onClaim, 'copy', claim('{ volumeName: pv-7 }'), 'claim', 'static-volume'],
  ] as const)('%s', (_case, mount, mode, rest, kind, code) => {
    expect(judged(mount, mode, rest)).toEqual([kind, code])
  })
})

describe('references', () => {
  const service = { name: 'kafka', namespace: 'shop' } as Parameters<typeof hostPattern>[0]

  test.each([
    ['kafka:9092', true],
    ['a,kafka.shop:9092,b', true],
    ['nc -z kafka.shop.svc.cluster.local 9092', true],
    ['PLAINTEXT://kafka:9092', true],
    ['my-kafka:9092', false],
    ['kafka-ui:9092', false],
    ['kafka.other:9092', false],
    ['kafka', false],
  ])('%s dials the Service: %s', (text, dials) => {
    expect(hostPattern(service, 'cluster.local', true).test(text)).toBe(dials)
  })

  test('from another namespace the short name is another Service', () => {
    expect(hostPattern(service, 'cluster.local', false).test('kafka:9092')).toBe(false)
    expect(hostPattern(service, 'cluster.local', false).test('kafka.shop.svc:9092')).toBe(true)
  })

  test('scripts that name the Deployment are told with their line', () => {
    const script = 'set -e\nkubectl rollout status deployment/kafka\nkubectl logs deploy kafka-ui\n'
    const { workspace, workload } = given('tty: false', '', { 'deploy.sh': script })
    expect(commandWarnings(workspace, workload.resource)).toEqual([
      'deploy.sh:2 names the Deployment: kubectl rollout status deployment/kafka',
    ])
  })
})

describe('network policies', () => {
  const policy = (spec: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p, namespace: shop }\nspec: ${spec}\n`
  const types = (rest: string) => {
    const { workspace, workload } = given('tty: false', rest)
    const [edit] = memberPolicyEdits(workspace, workload, [2888])
    return edit?.op === 'create' ? (edit.value.spec as JsonObject).policyTypes : undefined
  }

  test.each([
    ['none', '', undefined],
    ['one for other pods', policy('{ podSelector: { matchLabels: { app: web } } }'), undefined],
    [
      'one that closes everything',
      policy('{ podSelector: {}, policyTypes: [Ingress, Egress] }'),
      ['Ingress', 'Egress'],
    ],
    ['one for what comes in', policy('{ podSelector: {}, ingress: [{ ports: [{ port: 9092 }] }] }'), ['Ingress']],
    ['one that lets everything in', policy('{ podSelector: {}, ingress: [{}] }'), undefined],
    [
      'one that lets the namespace in',
      policy('{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }'),
      undefined,
    ],
    ['one for what goes out', policy('{ podSelector: {}, policyTypes: [Egress], egress: [] }'), ['Egress']],
  ])('with %s, members get what they lack', (_case, rest, wanted) => {
    expect(types(rest)).toEqual(wanted)
  })
})

describe('certificates', () => {
  const names = { services: ['kafka'], headless: 'kafka-headless', name: 'kafka', members: 2, clusterDomain: 'c.local' }

  test('name every form that is dialled, and each pod', () => {
    expect(dnsNames({ ...names, namespace: 'shop' })).toEqual([
      ...['kafka', 'kafka.shop', 'kafka.shop.svc', 'kafka.shop.svc.c.local', 'localhost'],
      ...['kafka-0.kafka-headless', 'kafka-0.kafka-headless.shop', 'kafka-0.kafka-headless.shop.svc'],
      'kafka-0.kafka-headless.shop.svc.c.local',
      ...['kafka-1.kafka-headless', 'kafka-1.kafka-headless.shop', 'kafka-1.kafka-headless.shop.svc'],
      'kafka-1.kafka-headless.shop.svc.c.local',
      ...['*.kafka-headless.shop', '*.kafka-headless.shop.svc', '*.kafka-headless.shop.svc.c.local'],
    ])
  })

  test('K20: no wildcard stands before the bare name of the Service', () => {
    expect(dnsNames({ ...names, namespace: 'shop' })).not.toContain('*.kafka-headless')
    expect(dnsNames({ ...names, namespace: undefined })).toEqual([
      ...['kafka', 'localhost', 'kafka-0.kafka-headless', 'kafka-1.kafka-headless'],
    ])
  })

  test('K19, K21, K22: of a server are for both uses, with a PKCS#8 key, for a year', () => {
    const { workload } = given('tty: false')
    expect(serverCertificate(workload.resource, 'kafka', ['kafka'], 'internal-ca')).toMatchObject({
      metadata: { name: 'kafka-tls', namespace: 'shop' },
      spec: {
        duration: '8760h',
        privateKey: { encoding: 'PKCS8' },
        usages: expect.arrayContaining(['server auth', 'client auth']),
        issuerRef: { name: 'internal-ca', kind: 'Issuer' },
      },
    })
  })
})

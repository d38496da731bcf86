import { describe, expect, it } from 'vitest'
import { semanticErrors } from '../src/schema/semantics.ts'
import { toPointer } from '../src/yaml/path.ts'
import { asObject, type JsonObject } from '../src/yaml/value.ts'

/** Broken rules as `keyword pointer`. */
function broken(value: JsonObject): string[] {
  return semanticErrors(value).map(error => `${error.keyword} ${toPointer(error.path)}`)
}

function resource(apiVersion: string, kind: string, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name: 'web' }, ...rest }
}

const CONTAINER = { name: 'web', image: 'nginx:1.27' }
const SELECTOR = { matchLabels: { app: 'web' } }

function deployment(pod: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [CONTAINER], ...pod } }
  return resource('apps/v1', 'Deployment', { spec: { selector: SELECTOR, template, ...spec } })
}

function container(fields: JsonObject, pod: JsonObject = {}): JsonObject {
  return deployment({ containers: [{ ...CONTAINER, ...fields }], ...pod })
}

const POD = '/spec/template/spec'
const FIRST = `${POD}/containers/0`

describe('names and labels', () => {
  it.each([
    ['v1', 'Service', 'web.shop', 'name'],
    ['v1', 'Service', 'Web', 'name'],
    ['v1', 'ConfigMap', 'web_config', 'name'],
    ['v1', 'ConfigMap', '-web', 'name'],
    ['v1', 'ConfigMap', 'a'.repeat(254), 'name-length'],
    ['v1', 'Namespace', 'a'.repeat(64), 'name-length'],
    ['v1', 'ConfigMap', '', 'name-missing'],
  ])('%s %s may not be named %s', (apiVersion, kind, name, keyword) => {
    const spec = { ports: [{ port: 80 }] }
    expect(broken({ apiVersion, kind, metadata: { name }, spec })).toEqual([`${keyword} /metadata/name`])
  })

  it.each([
    ['v1', 'ConfigMap', 'web.shop-1'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:Node'],
    ['v1', 'ConfigMap', '$(NAME)'],
    ['v1', 'ConfigMap', 'a'.repeat(253)],
  ])('%s %s may be named %s', (apiVersion, kind, name) => {
    expect(broken({ apiVersion, kind, metadata: { name } })).toEqual([])
  })

  it('need a name or generateName, except where no object is meant', () => {
    expect(broken({ apiVersion: 'v1', kind: 'ConfigMap' })).toEqual(['name-missing /metadata/name'])
    expect(broken({ apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'a-' } })).toEqual([])
    expect(broken({ apiVersion: 'v1', kind: 'Config' })).toEqual([])
    expect(broken({ apiVersion: 'v1', kind: 'List', items: [] })).toEqual([])
    expect(broken({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' })).toEqual([])
  })

  it('name a legal namespace', () => {
    const inNamespace = (namespace: string) =>
      broken({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace } })
    expect(inNamespace('Shop')).toEqual(['namespace /metadata/namespace'])
    expect(inNamespace('shop.web')).toEqual(['namespace /metadata/namespace'])
    for (const legal of ['shop', '', '$(NAMESPACE)']) expect(inNamespace(legal)).toEqual([])
  })

  it('have legal keys and values', () => {
    const labels = { 'example.com/a': 'ok', 'a b': 'x', a: '-x', b: 'x'.repeat(64), c: '', d: '{{ .x }}' }
    const annotations = { 'example.com/a': 'any text at all', 'a/b/c': '' }
    expect(broken(resource('v1', 'ConfigMap', { metadata: { name: 'web', labels, annotations } }))).toEqual([
      'label /metadata/labels/a b',
      'label /metadata/labels/a',
      'label /metadata/labels/b',
      'annotation /metadata/annotations/a~1b~1c',
    ])
  })

  it('leave room for what controllers append', () => {
    expect(broken({ ...resource('batch/v1', 'CronJob'), metadata: { name: 'a'.repeat(53) } })).toEqual([
      'name-length /metadata/name',
    ])
    const set = (length: number, replicas: number) => {
      const { spec } = deployment({}, { replicas })
      return broken({
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'a'.repeat(length) },
        spec: spec as JsonObject,
      })
    }
    expect(set(52, 3)).toEqual([])
    expect(set(53, 3)).toEqual(['name-length /metadata/name'])
  })
})

describe('workloads', () => {
  it('have a selector that selects their own pods', () => {
    expect(broken(deployment())).toEqual([])
    expect(broken(deployment({}, { selector: { matchLabels: { app: 'other' } } }))).toEqual(['selector /spec/selector'])
    expect(broken(deployment({}, { selector: {} }))).toEqual(['selector /spec/selector'])
    const outside = { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }
    expect(broken(deployment({}, { selector: outside }))).toEqual(['selector /spec/selector'])
    const controller = {
      spec: {
        selector: { app: 'other' },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [CONTAINER] } },
      },
    }
    expect(broken(resource('v1', 'ReplicationController', controller))).toEqual(['selector /spec/selector'])
    const unlabelled = { spec: { template: { spec: { containers: [CONTAINER] } } } }
    expect(broken(resource('v1', 'ReplicationController', unlabelled))).toEqual(['selector /spec/selector'])
    const labelled = { spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [CONTAINER] } } } }
    expect(broken(resource('v1', 'ReplicationController', labelled))).toEqual([])
  })

  it('have rollingUpdate only beside the strategy of that name', () => {
    expect(broken(deployment({}, { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }))).toEqual([
      'strategy /spec/strategy/rollingUpdate',
    ])
    expect(broken(deployment({}, { strategy: { type: 'Recreate', rollingUpdate: null } }))).toEqual([])
    expect(broken(deployment({}, { strategy: { rollingUpdate: { maxSurge: 1 } } }))).toEqual([])
    const shares = { rollingUpdate: { maxSurge: '25%', maxUnavailable: '1' } }
    expect(broken(deployment({}, { strategy: shares }))).toEqual([
      'count-or-share /spec/strategy/rollingUpdate/maxUnavailable',
    ])
  })

  it('restart their pods as their kind does', () => {
    expect(broken(deployment({ restartPolicy: 'Never' }))).toEqual([`restart-policy ${POD}/restartPolicy`])
    const job = (restartPolicy?: string) =>
      resource('batch/v1', 'Job', {
        spec: { template: { spec: { containers: [CONTAINER], ...(restartPolicy && { restartPolicy }) } } },
      })
    expect(broken(job('OnFailure'))).toEqual([])
    expect(broken(job('Always'))).toEqual([`restart-policy ${POD}/restartPolicy`])
    expect(broken(job())).toEqual([`restart-policy ${POD}/restartPolicy`])
  })

  it('are judged down to the pods of a CronJob', () => {
    const spec = {
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER, CONTAINER] } } } },
    }
    expect(broken(resource('batch/v1', 'CronJob', { spec }))).toEqual([
      'duplicate-container /spec/jobTemplate/spec/template/spec/containers/1',
    ])
  })

  it.each([
    ['0 3 * * *', true],
    ['@daily', true],
    ['@every 1h', true],
    ['daily', false],
    ['0 3 * *', false],
  ])('run at %j: %s', (schedule, legal) => {
    const template = { spec: { restartPolicy: 'Never', containers: [CONTAINER] } }
    const job = resource('batch/v1', 'CronJob', { spec: { schedule, jobTemplate: { spec: { template } } } })
    expect(broken(job)).toEqual(legal ? [] : ['schedule /spec/schedule'])
  })

  it('have complete volume claims of different names', () => {
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }
    const set = (volumeClaimTemplates: JsonObject[]) =>
      broken({
        ...container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
        kind: 'StatefulSet',
        spec: {
          ...asObject(container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }).spec),
          volumeClaimTemplates,
        },
      })
    expect(set([claim])).toEqual([])
    expect(set([claim, claim])).toEqual(['duplicate-claim /spec/volumeClaimTemplates/1'])
    expect(set([{ metadata: { name: 'data' }, spec: {} }])).toEqual([
      'claim-access /spec/volumeClaimTemplates/0/spec/accessModes',
      'claim-storage /spec/volumeClaimTemplates/0/spec/resources/requests/storage',
    ])
    expect(set([])).toEqual([`volume-missing ${FIRST}/volumeMounts/0/name`])
  })

  it('of a third-party kind with the same shape are judged too', () => {
    const { spec } = deployment({ containers: [CONTAINER, CONTAINER] })
    expect(broken(resource('argoproj.io/v1alpha1', 'Rollout', { spec: spec as JsonObject }))).toEqual([
      `duplicate-container ${POD}/containers/1`,
    ])
    expect(broken(resource('argoproj.io/v1alpha1', 'Rollout', { spec: { workloadRef: { name: 'web' } } }))).toEqual([])
  })
})

describe('containers', () => {
  it('have legal names that differ, across init containers too', () => {
    expect(broken(container({ name: 'Web' }))).toEqual([`container-name ${FIRST}/name`])
    expect(broken(deployment({ initContainers: [CONTAINER] }))).toEqual([`duplicate-container ${FIRST}`])
  })

  it('have an image', () => {
    expect(broken(deployment({ containers: [{ name: 'web' }] }))).toEqual([`image-missing ${FIRST}/image`])
  })

  it.each([
    ['sixteen-letters-', ['port-name']],
    ['a-name-of-sixtee', ['port-name']],
    ['Http', ['port-name']],
    ['80', ['port-name']],
    ['a--b', ['port-name']],
    ['a-name-of-fiftee', ['port-name']],
    ['http', []],
    ['a-name-of-fifte', []],
  ])('name a port %s: %j', (name, keywords) => {
    expect(broken(container({ ports: [{ name, containerPort: 80 }] }))).toEqual(
      keywords.map(keyword => `${keyword} ${FIRST}/ports/0/name`),
    )
  })

  it('have no port twice', () => {
    const ports = [
      { name: 'a', containerPort: 80 },
      { name: 'a', containerPort: 81 },
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP' },
      { containerPort: 70000 },
    ]
    expect(broken(container({ ports })).sort()).toEqual([
      `duplicate-container-port ${FIRST}/ports/2`,
      `duplicate-port-name ${FIRST}/ports/1`,
      `port-range ${FIRST}/ports/4/containerPort`,
    ])
  })

  it('use a variable only after it is defined', () => {
    const env = [
      { name: 'URL', value: 'http://$(HOST):$(PORT)/$$(HOST)' },
      { name: 'HOST', value: 'a' },
    ]
    expect(broken(container({ env }))).toEqual([`env-order ${FIRST}/env/0/value`])
    expect(broken(container({ env: env.toReversed() }))).toEqual([])
    expect(broken(container({ env, envFrom: [{ configMapRef: { name: 'hosts' } }] }))).toEqual([])
    expect(
      broken(
        container({
          env: [
            { name: 'A', value: '$$(B)' },
            { name: 'B', value: '1' },
          ],
        }),
      ),
    ).toEqual([])
  })

  it('have a variable once, with one source', () => {
    const valueFrom = { fieldRef: { fieldPath: 'metadata.name' } }
    expect(
      broken(
        container({
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        }),
      ),
    ).toEqual([`duplicate-env ${FIRST}/env/1`])
    expect(broken(container({ env: [{ name: 'A', value: '1', valueFrom }] }))).toEqual([`env-value ${FIRST}/env/0`])
    expect(broken(container({ env: [{ name: 'A', value: '', valueFrom }] }))).toEqual([])
  })

  it('mount volumes that exist, each place once', () => {
    const volumeMounts = [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'cache', mountPath: '/tmp' },
    ]
    expect(broken(container({ volumeMounts }, { volumes: [{ name: 'tmp', emptyDir: {} }] })).sort()).toEqual([
      `duplicate-mount ${FIRST}/volumeMounts/1`,
      `volume-missing ${FIRST}/volumeMounts/1/name`,
    ])
  })

  it('request no more than their limit, whatever the suffixes', () => {
    const resources = (request: string | number, limit: string | number) =>
      container({ resources: { requests: { cpu: request }, limits: { cpu: limit } } })
    expect(broken(resources('1500m', 1))).toEqual([`request-above-limit ${FIRST}/resources/requests/cpu`])
    expect(broken(resources('1000m', '1'))).toEqual([])
    expect(broken(resources('1Gi', '1G'))).toEqual([`request-above-limit ${FIRST}/resources/requests/cpu`])
    expect(broken(resources('lots', '1'))).toEqual([])
    expect(broken(container({ resources: { requests: { memory: '1Gi' }, limits: { cpu: 1 } } }))).toEqual([])
  })

  it('have probes with one handler', () => {
    expect(broken(container({ livenessProbe: { periodSeconds: 5 } }))).toEqual([`probe-handler ${FIRST}/livenessProbe`])
    expect(broken(container({ readinessProbe: { tcpSocket: { port: 1 }, exec: { command: ['a'] } } }))).toEqual([
      `probe-handler ${FIRST}/readinessProbe`,
    ])
    expect(broken(container({ readinessProbe: { tcpSocket: { port: 1 }, exec: null, successThreshold: 2 } }))).toEqual(
      [],
    )
    expect(broken(container({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }))).toEqual([
      `probe-threshold ${FIRST}/livenessProbe/successThreshold`,
    ])
  })

  it('do not run as root where that is forbidden', () => {
    const root = { securityContext: { runAsUser: 0 } }
    expect(broken(container(root, { securityContext: { runAsNonRoot: true } }))).toEqual([
      `root-user ${FIRST}/securityContext`,
    ])
    expect(broken(container({}, { securityContext: { runAsNonRoot: true, runAsUser: 0 } }))).toEqual([
      `root-user ${FIRST}/securityContext`,
    ])
    expect(
      broken(
        container(
          { securityContext: { runAsNonRoot: false } },
          { securityContext: { runAsNonRoot: true, runAsUser: 0 } },
        ),
      ),
    ).toEqual([])
    expect(
      broken(
        container({ securityContext: { runAsUser: 1000 } }, { securityContext: { runAsNonRoot: true, runAsUser: 0 } }),
      ),
    ).toEqual([])
  })
})

describe('volumes and spread', () => {
  it('have legal names that differ, and one source', () => {
    const volumes = [
      { name: 'a', emptyDir: {} },
      { name: 'a', emptyDir: {} },
      { name: 'B', emptyDir: {} },
      { name: 'c', emptyDir: {}, hostPath: { path: '/' } },
      { name: 'd' },
    ]
    expect(broken(deployment({ volumes })).sort()).toEqual([
      `duplicate-volume ${POD}/volumes/1`,
      `volume-name ${POD}/volumes/2/name`,
      `volume-source ${POD}/volumes/3`,
    ])
  })

  it('spread over one topology once', () => {
    const constraint = { topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 }
    expect(broken(deployment({ topologySpreadConstraints: [constraint, constraint] }))).toEqual([
      `duplicate-spread ${POD}/topologySpreadConstraints/1`,
    ])
    expect(
      broken(
        deployment({ topologySpreadConstraints: [constraint, { ...constraint, whenUnsatisfiable: 'DoNotSchedule' }] }),
      ),
    ).toEqual([])
  })

  it.each([
    [{ maxSkew: 0 }, ['maxSkew']],
    [{ minDomains: 0, whenUnsatisfiable: 'DoNotSchedule' }, ['minDomains']],
    [{ minDomains: 2 }, ['minDomains']],
    [{ minDomains: 2, whenUnsatisfiable: 'DoNotSchedule' }, []],
  ])('spread within bounds: %j', (fields, wrong) => {
    const constraint = { topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1, ...fields }
    expect(broken(deployment({ topologySpreadConstraints: [constraint] }))).toEqual(
      wrong.map(field => `spread-bounds ${POD}/topologySpreadConstraints/0/${field}`),
    )
  })

  it('ask for resources that there are, in amounts that there are', () => {
    expect(broken(container({ resources: { limits: { memroy: '1Gi', 'example.com/gpu': 1 } } }))).toEqual([
      `resource-name ${FIRST}/resources/limits/memroy`,
    ])
    expect(broken(container({ resources: { requests: { cpu: '-1' } } }))).toEqual([
      `resource-amount ${FIRST}/resources/requests/cpu`,
    ])
    const pod = { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }
    expect(broken(deployment(pod))).toEqual([`request-above-limit ${POD}/resources/requests/cpu`])
  })

  it('take a variable from one place', () => {
    const reference = { name: 'a', key: 'b' }
    expect(broken(container({ env: [{ name: 'A', valueFrom: {} }] }))).toEqual([`env-source ${FIRST}/env/0/valueFrom`])
    const both = { configMapKeyRef: reference, secretKeyRef: reference }
    expect(broken(container({ env: [{ name: 'A', valueFrom: both }] }))).toEqual([
      `env-source ${FIRST}/env/0/valueFrom`,
    ])
    expect(broken(container({ env: [{ name: 'A', valueFrom: { secretKeyRef: reference } }] }))).toEqual([])
    expect(broken(container({ envFrom: [{ prefix: 'A_' }] }))).toEqual([`env-source ${FIRST}/envFrom/0`])
  })

  it('hold no ephemeral containers', () => {
    const probe = { name: 'debug', image: 'busybox:1.36' }
    expect(broken(deployment({ ephemeralContainers: [probe] }))).toEqual([
      `ephemeral-containers ${POD}/ephemeralContainers`,
    ])
    expect(broken(deployment({ ephemeralContainers: [] }))).toEqual([])
  })
})

describe('Services', () => {
  const service = (spec: JsonObject) => broken(resource('v1', 'Service', { spec: { ports: [{ port: 80 }], ...spec } }))

  it('take nodePort of a port only where nodes are exposed', () => {
    expect(service({ ports: [{ port: 80, nodePort: 30080 }] })).toEqual(['service-type /spec/ports/0/nodePort'])
    expect(service({ type: 'ClusterIP', ports: [{ port: 80, nodePort: 0 }] })).toEqual([])
    expect(service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })).toEqual([])
    expect(service({ type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }] })).toEqual([])
  })

  it.each([
    ['allocateLoadBalancerNodePorts', false],
    ['loadBalancerClass', 'a/b'],
    ['loadBalancerSourceRanges', ['10.0.0.0/8']],
    ['healthCheckNodePort', 30000],
  ])('take %s for a LoadBalancer alone', (field, value) => {
    expect(service({ type: 'NodePort', [field]: value })).toEqual([`service-type /spec/${field}`])
    expect(service({ type: 'LoadBalancer', [field]: value })).toEqual([])
  })

  it('take externalTrafficPolicy where traffic comes from outside', () => {
    expect(service({ externalTrafficPolicy: 'Local' })).toEqual(['service-type /spec/externalTrafficPolicy'])
    expect(service({ externalTrafficPolicy: 'Local', externalIPs: ['192.0.2.1'] })).toEqual([])
    expect(service({ externalTrafficPolicy: 'Local', type: 'NodePort' })).toEqual([])
  })

  it('are headless only as ClusterIP, and external only with a name', () => {
    expect(service({ type: 'NodePort', clusterIP: 'None' })).toEqual(['service-type /spec/clusterIP'])
    expect(service({ clusterIP: 'None' })).toEqual([])
    expect(broken(resource('v1', 'Service', { spec: { type: 'ExternalName' } }))).toEqual([
      'service-type /spec/externalName',
    ])
    expect(broken(resource('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'a.example' } }))).toEqual([])
  })

  it('have ports unless headless', () => {
    expect(service({ ports: [] })).toEqual(['service-ports /spec/ports'])
    expect(service({ ports: [], clusterIP: 'None' })).toEqual([])
    expect(broken(resource('v1', 'Service'))).toEqual(['service-ports /spec/ports'])
  })

  it('name each port when there are several, and each differently', () => {
    expect(service({ ports: [{ name: 'a', port: 80 }, { port: 81 }] })).toEqual(['port-unnamed /spec/ports/1/name'])
    expect(
      service({
        ports: [
          { name: 'a', port: 80 },
          { name: 'a', port: 81 },
        ],
      }),
    ).toEqual(['duplicate-port-name /spec/ports/1'])
    expect(
      service({
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53 },
        ],
      }),
    ).toEqual(['duplicate-port /spec/ports/1'])
    expect(
      service({
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      }),
    ).toEqual([])
    const nodePorts = [
      { name: 'a', port: 1, nodePort: 30001 },
      { name: 'b', port: 2, nodePort: 30001 },
    ]
    expect(service({ type: 'NodePort', ports: nodePorts })).toEqual(['duplicate-node-port /spec/ports/1'])
  })

  it('target a legal port', () => {
    expect(service({ ports: [{ port: 80, targetPort: '8080' }] })).toEqual(['target-port /spec/ports/0/targetPort'])
    expect(service({ ports: [{ port: 80, targetPort: 0 }] })).toEqual([])
    expect(service({ ports: [{ port: 0 }] })).toEqual(['port-range /spec/ports/0/port'])
  })
})

describe('small objects', () => {
  it('a PodDisruptionBudget has exactly one bound', () => {
    const budget = (spec: JsonObject) => broken(resource('policy/v1', 'PodDisruptionBudget', { spec }))
    expect(budget({ minAvailable: 1 })).toEqual([])
    expect(budget({ minAvailable: 1, maxUnavailable: 1 })).toEqual(['pdb-bounds /spec'])
    expect(budget({ minAvailable: null, maxUnavailable: 0 })).toEqual([])
    expect(budget({})).toEqual(['pdb-unbounded /spec'])
  })

  it.each([
    [1, true],
    ['50%', true],
    ['$(SHARE)', true],
    ['1', false],
    ['half', false],
    [-1, false],
  ])('a PodDisruptionBudget keeps %j: %s', (minAvailable, legal) => {
    const budget = resource('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable } })
    expect(broken(budget)).toEqual(legal ? [] : ['count-or-share /spec/minAvailable'])
  })

  it.each([
    ['shop.example.com', true],
    ['*.example.com', true],
    ['$(HOST)', true],
    ['', true],
    ['Shop.example.com', false],
    ['*', false],
    ['shop.*.com', false],
    ['shop.example.com:443', false],
  ])('an Ingress answers for the host %j: %s', (host, legal) => {
    const ingress = resource('networking.k8s.io/v1', 'Ingress', { spec: { rules: [{ host }] } })
    expect(broken(ingress)).toEqual(legal ? [] : ['ingress-host /spec/rules/0/host'])
  })

  it('an Ingress leads somewhere, and its paths begin at the root', () => {
    const ingress = (spec: JsonObject) => broken(resource('networking.k8s.io/v1', 'Ingress', { spec }))
    const backend = { service: { name: 'a', port: { number: 80 } } }
    expect(ingress({})).toEqual(['ingress-rules /spec'])
    expect(ingress({ rules: [] })).toEqual(['ingress-rules /spec'])
    expect(ingress({ defaultBackend: backend })).toEqual([])
    expect(ingress({ defaultBackend: backend, tls: [{ hosts: ['A.example'] }] })).toEqual([
      'ingress-host /spec/tls/0/hosts/0',
    ])
    const withPath = (path: JsonObject) => ingress({ rules: [{ http: { paths: [{ ...path, backend }] } }] })
    expect(withPath({ pathType: 'Exact' })).toEqual(['ingress-path /spec/rules/0/http/paths/0/path'])
    expect(withPath({ pathType: 'ImplementationSpecific' })).toEqual([])
  })

  it('a ServiceAccount needs its namespace where the binding has none', () => {
    const bind = (subject: JsonObject) =>
      broken(resource('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { subjects: [subject] }))
    expect(bind({ kind: 'ServiceAccount', name: 'a' })).toEqual(['subject-namespace /subjects/0/namespace'])
    expect(bind({ kind: 'ServiceAccount', name: 'a', namespace: 'b' })).toEqual([])
    expect(bind({ kind: 'User', name: 'a' })).toEqual([])
  })

  it('an autoscaler has a maximum not below its minimum, which is 1 unless it says otherwise', () => {
    const autoscaler = (spec: JsonObject) => broken(resource('autoscaling/v2', 'HorizontalPodAutoscaler', { spec }))
    expect(autoscaler({ minReplicas: 3, maxReplicas: 2 })).toEqual(['hpa-bounds /spec/maxReplicas'])
    expect(autoscaler({ maxReplicas: 0 })).toEqual(['hpa-bounds /spec/maxReplicas'])
    expect(autoscaler({ minReplicas: 2, maxReplicas: 2 })).toEqual([])
  })

  it('an Ingress backend has one target, and one way to name its port', () => {
    const ingress = (backend: JsonObject, path = '/') =>
      broken(
        resource('networking.k8s.io/v1', 'Ingress', {
          spec: { rules: [{ http: { paths: [{ path, pathType: 'Prefix', backend }] } }] },
        }),
      )
    const place = '/spec/rules/0/http/paths/0'
    expect(ingress({ service: { name: 'a', port: { number: 80 } } })).toEqual([])
    expect(ingress({ service: { name: 'a', port: { number: 80, name: 'http' } } })).toEqual([
      `ingress-port ${place}/backend/service/port`,
    ])
    expect(ingress({ service: { name: 'a' } })).toEqual([`ingress-port ${place}/backend/service/port`])
    expect(ingress({})).toEqual([`ingress-backend ${place}/backend`])
    expect(ingress({ service: { name: 'a', port: { number: 80 } } }, 'a')).toEqual([`ingress-path ${place}/path`])
    const old = { serviceName: 'a', servicePort: 80 }
    expect(broken(resource('extensions/v1beta1', 'Ingress', { spec: { defaultBackend: old } }))).toEqual([])
  })

  it('a claim says how it is mounted and how large it is', () => {
    expect(broken(resource('v1', 'PersistentVolumeClaim', { spec: { accessModes: [] } }))).toEqual([
      'claim-access /spec/accessModes',
      'claim-storage /spec/resources/requests/storage',
    ])
  })

  it('a ConfigMap has keys that can be file names', () => {
    expect(broken(resource('v1', 'ConfigMap', { data: { 'a.b-c_d': '', 'a/b': '' } }))).toEqual(['data-key /data/a~1b'])
  })
})

describe('values of the wrong type', () => {
  it.each<[string, JsonObject]>([
    ['a text for a spec', { spec: 'x' }],
    ['a sequence for metadata', { metadata: [] }],
    ['texts for containers', { spec: { template: { spec: { containers: ['x', null, 1] } } } }],
    [
      'maps for sequences',
      {
        spec: {
          template: { spec: { containers: [{ env: {}, ports: {}, volumeMounts: 'x', resources: [] }], volumes: {} } },
        },
      },
    ],
    [
      'numbers for names',
      {
        metadata: { name: 1 },
        spec: { selector: 1, template: { metadata: { labels: 3 }, spec: { volumes: [{ name: 1 }] } } },
      },
    ],
    ['texts for maps', { spec: { strategy: 'x', ports: ['x'], rules: ['x'], selector: { matchLabels: 'x' } } }],
  ])('%s never throws', (_, rest) => {
    for (const [apiVersion, kind] of [
      ['apps/v1', 'Deployment'],
      ['apps/v1', 'StatefulSet'],
      ['v1', 'Pod'],
      ['v1', 'Service'],
      ['networking.k8s.io/v1', 'Ingress'],
      ['policy/v1', 'PodDisruptionBudget'],
    ] as const) {
      expect(() => semanticErrors(resource(apiVersion, kind, rest))).not.toThrow()
    }
  })
})

import { describe, expect, it } from 'vitest'
import { BundledDefinitions } from '../src/schema/definitions.ts'
import type { Validation } from '../src/schema/types.ts'
import { createValidator, validateEach } from '../src/schema/validator.ts'
import { BUNDLED_VERSIONS, DEFAULT_VERSION, resolveKubernetesVersion } from '../src/schema/versions.ts'
import { toPointer } from '../src/yaml/path.ts'
import type { Json, JsonObject } from '../src/yaml/value.ts'

const validator = createValidator({ kubernetesVersion: DEFAULT_VERSION })

const PODS = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } }
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the manifest, not of this file
const REPLICAS = '${REPLICAS}'
const SELECTOR = { matchLabels: { app: 'web' } }

function resource(apiVersion: string, kind: string, rest: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop', creationTimestamp: null }, ...rest }
}

function deployment(spec: JsonObject): JsonObject {
  return resource('apps/v1', 'Deployment', { spec: { selector: SELECTOR, template: PODS, ...spec } })
}

function container(fields: JsonObject): JsonObject {
  const pods = { ...PODS, spec: { containers: [{ name: 'web', image: 'nginx:1.27', ...fields }] } }
  return deployment({ template: pods })
}

/** Errors as `pointer: message`, or the status where it is no other. */
function verdict(validation: Validation): string[] | string {
  if (validation.status !== 'invalid') return validation.status
  return validation.errors.map(error => `${toPointer(error.path)}: ${error.message}`)
}

describe('builtin kinds', () => {
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const job = { spec: { template: { spec: { ...PODS.spec, restartPolicy: 'Never' } } } }
  const valid: JsonObject[] = [
    deployment({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
    }),
    resource('apps/v1', 'StatefulSet', {
      spec: {
        serviceName: 'web',
        selector: SELECTOR,
        template: PODS,
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
      },
    }),
    resource('apps/v1', 'DaemonSet', { spec: { selector: SELECTOR, template: PODS } }),
    resource('apps/v1', 'ReplicaSet', { spec: { selector: SELECTOR, template: PODS } }),
    resource('batch/v1', 'Job', job),
    resource('batch/v1', 'CronJob', { spec: { schedule: '0 3 * * *', jobTemplate: job } }),
    resource('v1', 'Pod', { spec: PODS.spec, status: {} }),
    resource('v1', 'ReplicationController', { spec: { selector: { app: 'web' }, template: PODS } }),
    resource('v1', 'Service', {
      spec: {
        selector: { app: 'web' },
        ports: [
          { port: 80, targetPort: 'http' },
          { port: 81, targetPort: 81 },
        ],
      },
      status: { loadBalancer: {} },
    }),
    resource('v1', 'ConfigMap', { data: { a: 'b' }, binaryData: { c: 'aGk=' } }),
    resource('v1', 'Secret', { type: 'Opaque', data: { a: 'aGk=\n', empty: '' }, stringData: { b: 'c' } }),
    resource('v1', 'Namespace', {}),
    resource('v1', 'ServiceAccount', { automountServiceAccountToken: false }),
    resource('v1', 'PersistentVolumeClaim', { spec: claim }),
    resource('v1', 'PersistentVolume', {
      spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
    }),
    resource('v1', 'LimitRange', { spec: { limits: [{ type: 'Container', default: { cpu: 1 } }] } }),
    resource('v1', 'ResourceQuota', { spec: { hard: { 'requests.cpu': '10', pods: 20 } } }),
    resource('policy/v1', 'PodDisruptionBudget', {
      spec: { maxUnavailable: 1, selector: SELECTOR, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    }),
    resource('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { maxReplicas: 4, scaleTargetRef: { kind: 'Deployment', name: 'web' }, metrics },
    }),
    resource('networking.k8s.io/v1', 'Ingress', {
      spec: { rules: [{ host: 'a.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    }),
    resource('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 'http' }, { port: 80 }] }] },
    }),
    resource('rbac.authorization.k8s.io/v1', 'Role', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
    resource('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
      subjects: [{ kind: 'ServiceAccount', name: 'web' }],
    }),
    resource('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/disk', parameters: { type: 'ssd' } }),
    resource('scheduling.k8s.io/v1', 'PriorityClass', { value: 1000 }),
    resource('coordination.k8s.io/v1', 'Lease', { spec: { renewTime: '2024-01-01T00:00:00.000000Z' } }),
  ]

  it.each(valid.map(document => [`${document.apiVersion} ${document.kind}`, document] as const))(
    'accept a legal %s',
    (_, document) => {
      expect(verdict(validator.validate(document))).toBe('valid')
    },
  )

  it.each(valid.map(document => [`${document.apiVersion} ${document.kind}`, document] as const))(
    'take no unknown field of a %s',
    (_, document) => {
      expect(verdict(validator.validate({ ...document, bogus: 1 }))).toEqual(['/bogus: unknown field "bogus"'])
    },
  )

  it('name a misspelt field and the one that is meant', () => {
    expect(verdict(validator.validate(deployment({ replica: 2 })))).toEqual([
      '/spec/replica: unknown field "replica": did you mean "replicas"?',
    ])
    expect(verdict(validator.validate(container({ imagepullpolicy: 'Always' })))).toEqual([
      '/spec/template/spec/containers/0/imagepullpolicy: unknown field "imagepullpolicy": did you mean "imagePullPolicy"?',
    ])
  })

  it('name a missing field by its own path', () => {
    const { selector: _, ...spec } = deployment({}).spec as JsonObject
    expect(verdict(validator.validate(resource('apps/v1', 'Deployment', { spec })))).toEqual([
      '/spec/selector: required field "selector" is missing',
    ])
  })

  it.each<[string, JsonObject, string]>([
    ['a text for a number', deployment({ replicas: '2' }), '/spec/replicas: "2" is no integer'],
    ['a fraction for an integer', deployment({ replicas: 1.5 }), '/spec/replicas: 1.5 is no integer'],
    ['a number beyond 32 bits', deployment({ replicas: 2 ** 31 }), '/spec/replicas: 2147483648 is not <= 2147483647'],
    ['a number for a text', resource('v1', 'ConfigMap', { data: { port: 80 } }), '/data/port: 80 is no text'],
    ['a boolean for a text', resource('v1', 'ConfigMap', { data: { on: true } }), '/data/on: true is no text'],
    [
      'a map for a sequence',
      deployment({ template: { spec: { containers: { name: 'a' } } } }),
      '/spec/template/spec/containers: a map is no sequence',
    ],
    [
      'text that is no base64',
      resource('v1', 'Secret', { data: { key: 'not base64!' } }),
      '/data/key: "not base64!" is no base64 text',
    ],
    [
      'base64 without padding',
      resource('v1', 'Secret', { data: { key: 'aGk' } }),
      '/data/key: "aGk" is no base64 text',
    ],
    [
      'a date that is none',
      { ...deployment({}), metadata: { name: 'a', creationTimestamp: '2024-02-30T00:00:00Z' } },
      '/metadata/creationTimestamp: "2024-02-30T00:00:00Z" is no RFC 3339 date and time',
    ],
    [
      'an unknown choice',
      container({ imagePullPolicy: 'always' }),
      '/spec/template/spec/containers/0/imagePullPolicy: "always" is none of Always, IfNotPresent, Never',
    ],
    [
      'a boolean for int-or-string',
      resource('v1', 'Service', { spec: { ports: [{ port: 80, targetPort: true }] } }),
      '/spec/ports/0/targetPort: true is no integer or text',
    ],
    [
      'an empty item',
      container({ args: ['a', null] }),
      '/spec/template/spec/containers/0/args/1: an empty value is no text',
    ],
  ])('refuse %s', (_, document, message) => {
    expect(verdict(validator.validate(document))).toEqual([message])
  })

  it.each(['1', '500m', '1.5Gi', '1e3', 2, 0.5])('accept the quantity %s', quantity => {
    expect(verdict(validator.validate(container({ resources: { limits: { memory: quantity } } })))).toBe('valid')
  })

  it.each(['1 Gi', '1GB', 'lots', ''])('refuse the quantity %j', quantity => {
    expect(verdict(validator.validate(container({ resources: { requests: { memory: quantity } } })))).toEqual([
      `/spec/template/spec/containers/0/resources/requests/memory: ${JSON.stringify(quantity)} is no quantity such as 500m or 2Gi`,
    ])
  })

  it('count nulls as absent, also where a field is required', () => {
    expect(verdict(validator.validate(deployment({ replicas: null, strategy: { rollingUpdate: null } })))).toBe('valid')
    expect(verdict(validator.validate(deployment({ selector: null })))).toEqual([
      '/spec/selector: required field "selector" is missing',
    ])
  })

  it('leave the given value as it was', () => {
    const document = deployment({ replicas: null })
    const before = JSON.stringify(document)
    validator.validate(document)
    expect(JSON.stringify(document)).toBe(before)
  })

  it('accept an empty text for an optional choice, as the API server does, but not for a required one', () => {
    expect(verdict(validator.validate(container({ imagePullPolicy: '' })))).toBe('valid')
    const rule: Json = {
      http: { paths: [{ path: '/', pathType: '', backend: { service: { name: 'a', port: { number: 1 } } } }] },
    }
    expect(
      verdict(validator.validate(resource('networking.k8s.io/v1', 'Ingress', { spec: { rules: [rule] } }))),
    ).toEqual(['/spec/rules/0/http/paths/0/pathType: "" is none of Exact, ImplementationSpecific, Prefix'])
  })

  it.each<[string, JsonObject, string]>([
    ['a user id', container({ securityContext: { runAsUser: -1 } }), 'containers/0/securityContext/runAsUser'],
    ['no command', container({ livenessProbe: { exec: {} } }), 'containers/0/livenessProbe/exec/command'],
    ['an empty image', container({ image: '' }), 'containers/0/image'],
    ['an empty name', container({ name: '' }), 'containers/0/name'],
    [
      'a port in quotes',
      container({ livenessProbe: { tcpSocket: { port: '80' } } }),
      'containers/0/livenessProbe/tcpSocket/port',
    ],
    [
      'a source without a name',
      container({ envFrom: [{ configMapRef: {} }] }),
      'containers/0/envFrom/0/configMapRef/name',
    ],
    [
      'a name in capitals',
      container({ envFrom: [{ secretRef: { name: 'A' } }] }),
      'containers/0/envFrom/0/secretRef/name',
    ],
    ['no container', deployment({ template: { ...PODS, spec: { containers: [] } } }), 'containers'],
    [
      'a label value',
      deployment({ template: { ...PODS, spec: { ...PODS.spec, nodeSelector: { disk: 'a b' } } } }),
      'nodeSelector/disk',
    ],
  ])('refuse as the API server does: %s', (_, document, place) => {
    const validation = validator.validate(document)
    const pointers = validation.status === 'invalid' ? validation.errors.map(error => toPointer(error.path)) : []
    expect(pointers).toEqual([`/spec/template/spec/${place}`])
  })

  it('leave names alone that are completed before they are applied', () => {
    expect(verdict(validator.validate(container({ envFrom: [{ secretRef: { name: '$(APP)-keys' } }] })))).toBe('valid')
  })

  it('pass over the values of a status, which the API server drops, and not its structure', () => {
    const status = (names: JsonObject) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'webs.example.com' },
      spec: { group: 'example.com', names: { kind: 'Web', plural: 'webs' }, scope: 'Cluster', versions: [] },
      status: { acceptedNames: names, conditions: null, storedVersions: null },
    })
    expect(verdict(validator.validate(status({ kind: '', plural: '' })))).toBe('valid')
    expect(verdict(validator.validate(status({ kind: 1, plural: '' })))).toEqual([
      '/status/acceptedNames/kind: 1 is no text',
    ])
  })

  it('do not judge a value that is replaced before it is applied', () => {
    expect(verdict(validator.validate(deployment({ replicas: REPLICAS })))).toBe('valid')
    expect(verdict(validator.validate(deployment({ replicas: `about ${REPLICAS}` })))).toHaveLength(1)
  })

  it('accept a CustomResourceDefinition with any schema inside, and judge what stands around it', () => {
    const names = { kind: 'Car', plural: 'cars' }
    const openAPIV3Schema = {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, default: { a: null } } },
    }
    const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }
    const spec = { group: 'example.com', scope: 'Namespaced', names, versions: [version] }
    expect(verdict(validator.validate(resource('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec })))).toBe(
      'valid',
    )
    expect(
      verdict(
        validator.validate(
          resource('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { ...spec, names: {} } }),
        ),
      ),
    ).toEqual([
      '/spec/names/kind: required field "kind" is missing',
      '/spec/names/plural: required field "plural" is missing',
    ])
  })

  it('treat a field named like a part of the prototype as any other', () => {
    const hostile = JSON.parse(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"__proto__":"x","constructor":null}}',
    ) as JsonObject
    expect(verdict(validator.validate(hostile))).toBe('valid')
    expect(verdict(validator.validate(resource('v1', 'ConfigMap', { constructor: 1 })))).toEqual([
      '/constructor: unknown field "constructor"',
    ])
  })
})

describe('kinds without a schema', () => {
  it('are not validated, and the reason names them', () => {
    expect(validator.validate(resource('example.com/v1', 'Car', {}))).toEqual({
      status: 'not-validated',
      reason: 'no schema is known for example.com/v1 Car',
    })
    expect(validator.validate({ kind: 'Car' })).toMatchObject({ status: 'not-validated' })
  })

  it('are not found by names that every object has', () => {
    expect(validator.validate({ apiVersion: '__proto__', kind: 'constructor' })).toMatchObject({
      status: 'not-validated',
    })
  })

  it.each([
    ['extensions/v1beta1', 'Deployment', '1.16', 'apps/v1'],
    ['extensions/v1beta1', 'Ingress', '1.22', 'networking.k8s.io/v1'],
    ['policy/v1beta1', 'PodDisruptionBudget', '1.25', 'policy/v1'],
    ['batch/v1beta1', 'CronJob', '1.25', 'batch/v1'],
    ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', '1.26', 'autoscaling/v2'],
  ])('%s %s was removed in %s', (apiVersion, kind, removedIn, replacement) => {
    expect(validator.validate(resource(apiVersion, kind, {}))).toEqual({ status: 'removed', removedIn, replacement })
  })

  it('have no replacement when the kind itself is gone', () => {
    expect(validator.validate(resource('policy/v1beta1', 'PodSecurityPolicy', {}))).toEqual({
      status: 'removed',
      removedIn: '1.25',
    })
  })
})

describe('Kubernetes versions', () => {
  it('name a bundled version with or without v and patch', () => {
    for (const wanted of ['1.34', 'v1.34', '1.34.2', 'v1.34.2+k3s1']) {
      expect(resolveKubernetesVersion(wanted)).toEqual({ version: '1.34' })
    }
  })

  it('are stood in for by the next lower one, which is said', () => {
    expect(resolveKubernetesVersion('1.31')).toMatchObject({ version: '1.30', note: expect.stringContaining('1.31') })
    expect(resolveKubernetesVersion('1.35')).toMatchObject({ version: '1.34', note: expect.stringContaining('1.34') })
  })

  it.each(['1.29', '1.99', 'latest', '', '1'])('that are unknown (%j) are an error value', wanted => {
    expect(resolveKubernetesVersion(wanted).error).toContain(`"${wanted}"`)
  })

  it('differ in their fields: restartPolicyRules of a container came with 1.34', () => {
    const document = container({ restartPolicyRules: [{ action: 'Restart' }] })
    expect(createValidator({ kubernetesVersion: '1.33' }).validate(document).status).toBe('invalid')
    expect(createValidator({ kubernetesVersion: '1.34' }).validate(document).status).toBe('valid')
    expect(createValidator({ kubernetesVersion: '1.36' }).validate(document).status).toBe('valid')
  })

  it('differ in their kinds: networking.k8s.io/v1 ServiceCIDR came with 1.33', () => {
    const document = resource('networking.k8s.io/v1', 'ServiceCIDR', { spec: { cidrs: ['10.0.0.0/8'] } })
    expect(createValidator({ kubernetesVersion: '1.32' }).validate(document)).toEqual({
      status: 'not-validated',
      reason: 'networking.k8s.io/v1 ServiceCIDR is served by Kubernetes 1.33, 1.34, 1.36 but not by 1.32',
    })
    expect(createValidator({ kubernetesVersion: '1.33' }).validate(document).status).toBe('valid')
  })

  it('judge an API version that is removed later as long as it is served', () => {
    const document = resource('flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', {
      spec: { priorityLevelConfiguration: { name: 'a' } },
    })
    expect(createValidator({ kubernetesVersion: '1.30' }).validate(document).status).toBe('valid')
    expect(createValidator({ kubernetesVersion: '1.32' }).validate(document)).toMatchObject({
      status: 'removed',
      removedIn: '1.32',
    })
  })

  it.each(BUNDLED_VERSIONS)('%s compile for every kind', version => {
    const kinds = new BundledDefinitions(version).kinds()
    const judge = createValidator({ kubernetesVersion: version })
    expect(kinds.length).toBeGreaterThan(120)
    for (const [apiVersion, kind] of kinds) {
      const { status } = judge.validate({ apiVersion, kind, metadata: { name: 'a' } })
      expect([apiVersion, kind, status === 'valid' || status === 'invalid']).toEqual([apiVersion, kind, true])
      expect(judge.validate({ apiVersion, kind, metadata: { name: 1 } }).status).toBe('invalid')
    }
  })
})

describe('bundled custom resources', () => {
  it.each<[string, JsonObject]>([
    [
      'cert-manager.io/v1 Certificate',
      {
        spec: {
          secretName: 'tls',
          dnsNames: ['a'],
          duration: '2160h',
          usages: ['server auth'],
          privateKey: { algorithm: 'ECDSA', size: 256 },
          issuerRef: { name: 'ca', kind: 'Issuer' },
        },
      },
    ],
    ['cert-manager.io/v1 Issuer', { spec: { selfSigned: {} } }],
    [
      'cert-manager.io/v1 ClusterIssuer',
      {
        spec: {
          acme: {
            server: 'https://a',
            privateKeySecretRef: { name: 'key' },
            solvers: [{ http01: { gatewayHTTPRoute: { parentRefs: [{ kind: 'Gateway', name: 'a' }] } } }],
          },
        },
      },
    ],
    [
      'gateway.networking.k8s.io/v1 Gateway',
      { spec: { gatewayClassName: 'a', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] } },
    ],
    [
      'gateway.networking.k8s.io/v1 HTTPRoute',
      { spec: { parentRefs: [{ name: 'a' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] } },
    ],
    [
      'keda.sh/v1alpha1 ScaledObject',
      {
        spec: {
          scaleTargetRef: { name: 'web' },
          minReplicaCount: 1,
          triggers: [{ type: 'cpu', metadata: { value: '60' } }],
        },
      },
    ],
    [
      'monitoring.coreos.com/v1 ServiceMonitor',
      { spec: { selector: SELECTOR, endpoints: [{ port: 'metrics', interval: '30s' }] } },
    ],
    [
      'argoproj.io/v1alpha1 Rollout',
      {
        spec: {
          selector: SELECTOR,
          template: PODS,
          strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } },
        },
      },
    ],
  ])('accept a legal %s and take no unknown field', (name, rest) => {
    const [apiVersion = '', kind = ''] = name.split(' ')
    const document = resource(apiVersion, kind, rest)
    expect(verdict(validator.validate(document))).toBe('valid')
    const bogus = { ...document, spec: { ...(document.spec as JsonObject), bogus: true } }
    expect(verdict(validator.validate(bogus))).toEqual(['/spec/bogus: unknown field "bogus"'])
  })

  it('hold limits that the cluster enforces', () => {
    const spec = { gatewayClassName: '', listeners: [{ name: 'http', port: 2 ** 31, protocol: 'HTTP' }] }
    expect(verdict(validator.validate(resource('gateway.networking.k8s.io/v1', 'Gateway', { spec })))).toEqual([
      '/spec/gatewayClassName: "" is shorter than 1',
      '/spec/listeners/0/port: 2147483648 is not <= 2147483647',
    ])
    const issuer = { spec: { secretName: 'a', issuerRef: { name: 'b' }, privateKey: { size: '256' } } }
    expect(verdict(validator.validate(resource('cert-manager.io/v1', 'Certificate', issuer)))).toEqual([
      '/spec/privateKey/size: "256" is no integer',
    ])
  })
})

describe('a List', () => {
  it('is judged item by item, with paths from the document', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [resource('v1', 'Namespace', {}), deployment({ replica: 1 }), 'text', { kind: 'Car', apiVersion: 'a/v1' }],
    }
    const judged = validateEach(validator, list)
    expect(judged.map(({ path, validation }) => [toPointer(path), verdict(validation)])).toEqual([
      ['/items/0', 'valid'],
      ['/items/1', ['/items/1/spec/replica: unknown field "replica": did you mean "replicas"?']],
      ['/items/2', ['/items/2: an item of a List is a resource, which is a map']],
      ['/items/3', 'not-validated'],
    ])
  })

  it('of one kind lends its items the kind that they leave out', () => {
    const list = { apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'a' }, data: { a: 1 } }] }
    expect(validateEach(validator, list).map(({ validation }) => verdict(validation))).toEqual([
      ['/items/0/data/a: 1 is no text'],
    ])
  })

  it('without items, and any other document, is judged whole', () => {
    expect(validateEach(validator, deployment({})).map(({ path, validation }) => [path, validation.status])).toEqual([
      [[], 'valid'],
    ])
    expect(validateEach(validator, { apiVersion: 'v1', kind: 'List' })).toHaveLength(1)
  })
})

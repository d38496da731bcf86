// The Job that makes the members of a StatefulSet one replica set, and the ConfigMap with its script.

import { asString, type Container, create, type Edit, type JsonObject, type Workspace } from '../../src/sdk.ts'
import { checksum } from '../shared/checksum.ts'
import { metadataLike } from '../stateful/claims.ts'
import { ownFile } from '../stateful/files.ts'
import { INIT_FUNCTIONS, INIT_SHELL } from './init-script.ts'
import type { RootUser } from './server.ts'

export interface InitPlan {
  readonly container: Container
  readonly hosts: readonly string[]
  readonly port: number
  readonly replicaSet: string
  /** undefined without access control */
  readonly root: RootUser | undefined
  /** user of the image, undefined where the platform gives each namespace its own */
  readonly uid: number | undefined
}

export interface Init {
  readonly job: string
  readonly edits: readonly Edit[]
}

/** Label of the Job's pods: never one of the members', which Services and budgets select. */
export function initLabels(name: string): JsonObject {
  return { 'kubemend.dev/job': `${name}-rs-init` }
}

/** A Job's template cannot be changed, so its name carries a hash of it. */
export function initObjects(workspace: Workspace, plan: InitPlan): Init {
  const { resource } = plan.container.workload
  const name = `${resource.name}-rs-init`
  const script = { 'init.sh': INIT_SHELL, 'replica-set.js': INIT_FUNCTIONS }
  const spec = jobSpec(plan, name)
  const job = `${name}-${checksum(JSON.stringify([spec, script]))}`
  const objects: readonly (readonly [name: string, value: JsonObject])[] = [
    [name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataLike(resource, name), data: script }],
    [job, { apiVersion: 'batch/v1', kind: 'Job', metadata: metadataLike(resource, job), spec }],
  ]
  return { job, edits: objects.map(([own, value]) => create(resource, value, ownFile(workspace, resource, own))) }
}

/** What a pod needs to get the same image onto a node that may run it. */
const KEPT_POD_FIELDS = ['serviceAccountName', 'imagePullSecrets', 'nodeSelector', 'tolerations'] as const

function jobSpec({ container, hosts, port, replicaSet, root, uid }: InitPlan, scripts: string): JsonObject {
  const { spec, resource } = container.workload
  const kept = Object.fromEntries(
    KEPT_POD_FIELDS.flatMap(field => (spec[field] === undefined ? [] : [[field, spec[field] ?? null]])),
  )
  const policy = asString(container.value.imagePullPolicy)
  return {
    backoffLimit: 20,
    activeDeadlineSeconds: 1800,
    template: {
      metadata: { labels: initLabels(resource.name) },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        restartPolicy: 'OnFailure',
        ...kept,
        securityContext: podSecurity(uid),
        containers: [
          {
            name: 'init',
            image: container.image ?? '',
            ...(policy === undefined ? {} : { imagePullPolicy: policy }),
            command: ['sh', '/scripts/init.sh'],
            env: [
              { name: 'MEMBERS', value: hosts.join(' ') },
              { name: 'PORT', value: String(port) },
              { name: 'REPLICA_SET', value: replicaSet },
              // the shell keeps a history in its home
              { name: 'HOME', value: '/tmp' },
              ...(root === undefined
                ? []
                : [
                    { name: 'MONGO_USERNAME', ...root.username },
                    { name: 'MONGO_PASSWORD', ...root.password },
                  ]),
            ],
            resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
            volumeMounts: [
              { name: 'scripts', mountPath: '/scripts', readOnly: true },
              { name: 'tmp', mountPath: '/tmp' },
            ],
            securityContext: CONTAINER_SECURITY,
          },
        ],
        volumes: [
          { name: 'scripts', configMap: { name: scripts } },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    },
  }
}

export const CONTAINER_SECURITY: JsonObject = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

function podSecurity(uid: number | undefined): JsonObject {
  const user = uid === undefined ? {} : { runAsUser: uid, runAsGroup: uid }
  return { runAsNonRoot: true, ...user, seccompProfile: { type: 'RuntimeDefault' } }
}

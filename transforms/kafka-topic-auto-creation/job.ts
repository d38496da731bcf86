// The Job that makes the topics: with the tool of the brokers' own image, and nothing where a topic is there already.

import { asString, at, isOpenShift, type JsonObject, type Workspace } from '../../src/sdk.ts'
import { type Broker, isAtLeast, type Listeners } from '../kafka/broker.ts'
import { clientServices } from '../kafka/hosts.ts'
import { stageOf, tlsListener } from '../kafka/stage.ts'
import { checksum } from '../shared/checksum.ts'
import { clientSecret } from '../stateful/certificates.ts'
import { metadataLike } from '../stateful/claims.ts'
import type { Topic } from './inventory.ts'

export interface TopicsJob {
  readonly value: JsonObject
  /** name of the pods' owner for certificates; undefined where plaintext is open */
  readonly client: string | undefined
}

const FOLDER = '/etc/kafka-ca'

export function topicsJob(
  workspace: Workspace,
  broker: Broker,
  listeners: Listeners,
  topics: readonly Topic[],
  replicas: number,
): TopicsJob {
  const { workload, container, dialect } = broker
  const { resource } = workload
  const encrypted = stageOf(listeners) === 'S3'
  const client = `${resource.name}-topics`
  const script = scriptOf(broker, bootstrapOf(workspace, broker, listeners, encrypted), topics, replicas, encrypted)
  const uid = dialect?.fsGroup ?? ownUser(broker)
  const identity =
    uid === undefined
      ? {}
      : {
          runAsNonRoot: true,
          ...(isOpenShift(workspace, workload) ? {} : { runAsUser: uid, runAsGroup: uid, fsGroup: uid }),
        }
  const spec: JsonObject = {
    backoffLimit: 20,
    template: {
      metadata: { labels: { 'app.kubernetes.io/name': client } },
      spec: {
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        restartPolicy: 'OnFailure',
        securityContext: { ...identity, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'topics',
            image: container.image ?? '',
            ...pullPolicy(container.value.imagePullPolicy),
            command: ['sh', '-ec', script],
            env: [{ name: 'KAFKA_HEAP_OPTS', value: '-Xmx256m' }],
            resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
            ...(encrypted ? { volumeMounts: [{ name: 'kafka-ca', mountPath: FOLDER, readOnly: true }] } : {}),
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
        ...(encrypted ? { volumes: [caVolume(client, resource.name)] } : {}),
        ...pullSecrets(workload.spec.imagePullSecrets),
      },
    },
  }
  // a Job's template cannot be changed, so another content is another Job
  const name = `${client}-${checksum(JSON.stringify(spec)).slice(0, 8)}`
  const { labels, ...metadata } = metadataLike(resource, name)
  return {
    value: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...metadata, labels: { 'app.kubernetes.io/name': client } },
      spec,
    },
    client: encrypted ? client : undefined,
  }
}

/** The user that the manifest gives the broker, of an image that nobody knows. */
function ownUser({ workload, container }: Broker): number | undefined {
  const user = at(container.value, USER) ?? at(workload.spec, USER)
  return typeof user === 'number' && user > 0 ? user : undefined
}

const USER = ['securityContext', 'runAsUser']

function pullPolicy(policy: unknown): JsonObject {
  return typeof policy === 'string' ? { imagePullPolicy: policy } : {}
}

function pullSecrets(secrets: unknown): JsonObject {
  return Array.isArray(secrets) ? { imagePullSecrets: secrets } : {}
}

function caVolume(client: string, system: string): JsonObject {
  const items = [{ key: 'ca.crt', path: 'ca.crt' }]
  return { name: 'kafka-ca', secret: { secretName: clientSecret(client, system), items } }
}

/** The Service of the clients, at the port of the listener. */
function bootstrapOf(workspace: Workspace, broker: Broker, listeners: Listeners, encrypted: boolean): string {
  const [service] = clientServices(workspace, broker.workload)
  const plain = listeners.advertised.find(({ name }) => listeners.protocols.get(name) === 'PLAINTEXT')
  const port = (encrypted ? tlsListener(listeners) : plain)?.port ?? listeners.advertised[0]?.port ?? 9092
  const host =
    service?.name ??
    asString(at(broker.workload.resource.value, ['spec', 'serviceName'])) ??
    broker.workload.resource.name
  return `${host}:${port}`
}

function scriptOf(
  broker: Broker,
  bootstrap: string,
  topics: readonly Topic[],
  replicas: number,
  encrypted: boolean,
): string {
  const tool = broker.topicsTool ?? 'kafka-topics.sh'
  const config = encrypted ? ' --command-config /tmp/client.properties' : ''
  const call = `${tool} --bootstrap-server ${bootstrap}${config}`
  const setup = encrypted
    ? [
        'cat > /tmp/client.properties <<EOF',
        'security.protocol=SSL',
        'ssl.truststore.type=PEM',
        `ssl.truststore.location=${FOLDER}/ca.crt`,
        'EOF',
      ]
    : []
  // with --bootstrap-server, --if-not-exists came with 2.6
  const isOld = broker.version !== undefined && !isAtLeast(broker, '2.6')
  const lines = topics.map(({ name, partitions, policy }) => {
    const settings = policy === undefined ? '' : ` --config cleanup.policy=${policy}`
    const create = `${call} --create${isOld ? '' : ' --if-not-exists'} --topic ${name} --partitions ${partitions} --replication-factor ${replicas}${settings}`
    return isOld ? `${call} --list | grep -qxF ${name} || ${create}` : create
  })
  return `${[...setup, ...lines].join('\n')}\n`
}

// Brokers of Kafka that keep their metadata in the ensemble: which of them can be told to use TLS, and how.

import { append, asArray, create, type Edit, isUnknown, member, type Resource, sameNamespace } from '../../src/sdk.ts'
import { type Broker, brokersOf, isAtLeast } from '../kafka/broker.ts'
import { configEdits, type KeyChange, readKey } from '../kafka/config.ts'
import { ensembleWorkload } from '../kafka/hosts.ts'
import { authority, clientCertificate, clientSecret, hasCertificate } from '../stateful/certificates.ts'
import { certificateFile } from '../stateful/key-files.ts'
import { TLS } from '../stateful/settings.ts'
import { SECURE_PORT, type Situation } from './situation.ts'

const FOLDER = '/etc/zookeeper-ca'

/**
 * The socket that speaks TLS, a key in camel case: these images have a variable for it (kafka-images:
 * kafka.properties.template; libkafka.sh), and no other one can say it.
 */
const SOCKET_VARIABLES: Readonly<Record<string, string>> = {
  'kafka/cp': 'KAFKA_ZOOKEEPER_CLIENT_CNXN_SOCKET',
  'kafka/bitnami': 'KAFKA_CFG_ZOOKEEPER_CLIENTCNXNSOCKET',
}

export interface DiallingBroker {
  readonly broker: Broker
  /** list of servers as it stands */
  readonly ensemble: string
  /** what keeps it on the plaintext port; undefined where it can be moved */
  readonly problem: string | undefined
}

/** Brokers that dial the ensemble at any port but the one of TLS. */
export function brokersAt({ workspace, workload, clientPort }: Situation): DiallingBroker[] {
  return [...brokersOf(workspace)].flatMap(broker => {
    const { resource } = broker.workload
    const found = readKey(workspace, broker.configuration, 'zookeeper.connect')
    if (found.kind !== 'text' || isUnknown(found.text)) return []
    if (ensembleWorkload(workspace, resource, found.text)?.resource !== workload.resource) return []
    const isMoved = moved(found.text, clientPort) === found.text
    return isMoved ? [] : [{ broker, ensemble: found.text, problem: problemOf(broker, workload.resource) }]
  })
}

function problemOf(broker: Broker, servers: Resource): string | undefined {
  const { resource } = broker.workload
  if (SOCKET_VARIABLES[broker.distro] === undefined)
    return `${broker.title} has no variable for zookeeper.clientCnxnSocket, without which it does not speak TLS here`
  if (broker.configuration.layers[0]?.kind !== 'variables') return 'its settings are in a file that is mounted'
  // zookeeper.ssl.* in the broker's own settings: KIP-515
  if (!isAtLeast(broker, '2.5')) return 'Kafka before 2.5 has no settings for it'
  // a Secret is mounted from its own namespace, and the authority reaches no further either
  return sameNamespace(resource.namespace, servers.namespace) ? undefined : 'it is in another namespace'
}

/** The list with the port of TLS for the plaintext one, which is also meant where no port stands. */
function moved(ensemble: string, clientPort: number): string {
  const slash = ensemble.indexOf('/')
  const list = slash < 0 ? ensemble : ensemble.slice(0, slash)
  const hosts = list
    .split(',')
    .map(host => host.trim().replace(/:(\d+)$/, (_, port) => `:${portFor(port, clientPort)}`))
  const complete = hosts.map(host => (/:\d+$/.test(host) ? host : `${host}:${SECURE_PORT}`))
  return `${complete.join(',')}${slash < 0 ? '' : ensemble.slice(slash)}`
}

function portFor(port: string, clientPort: number): number {
  return Number(port) === clientPort || Number(port) === 2181 ? SECURE_PORT : Number(port)
}

/** Undefined where the settings of a broker cannot be changed from here. */
export function brokerEdits(situation: Situation, { broker, ensemble }: DiallingBroker): Edit[] | undefined {
  const { workspace, clientPort } = situation
  const changes: KeyChange[] = [
    ['zookeeper.connect', moved(ensemble, clientPort)],
    ['zookeeper.ssl.client.enable', 'true'],
    [SOCKET_VARIABLES[broker.distro] ?? '', 'org.apache.zookeeper.ClientCnxnSocketNetty'],
    ['zookeeper.ssl.truststore.type', 'PEM'],
    ['zookeeper.ssl.truststore.location', `${FOLDER}/ca.crt`],
  ]
  const config = configEdits(workspace, broker.configuration, changes)
  return 'code' in config ? undefined : [...config.edits, ...authorityEdits(situation, broker)]
}

/** The authority out of a Secret of the brokers' own: the servers' one holds their private key. */
function authorityEdits(
  { workspace, settings, workload: servers }: Situation,
  { workload, container }: Broker,
): Edit[] {
  const { resource } = workload
  const system = servers.resource.name
  const secret = clientSecret(resource.name, system)
  const name = `${system}-ca`
  if (asArray(workload.spec.volumes).some(volume => member(volume, 'name') === name)) return []
  const volume = { name, secret: { secretName: secret, items: [{ key: 'ca.crt', path: 'ca.crt' }] } }
  const isMade =
    settings.get(TLS, servers.resource).provider !== 'cert-manager' || hasCertificate(workspace, resource, secret)
  const file = certificateFile(workspace, servers.resource)
  const { issuer } = authority(workspace, servers.resource, file)
  return [
    append(resource, [...workload.specPath, 'volumes'], volume),
    append(resource, [...container.path, 'volumeMounts'], { name, mountPath: FOLDER, readOnly: true }),
    ...(isMade ? [] : [create(servers.resource, clientCertificate(resource, resource.name, system, issuer), file)]),
  ]
}

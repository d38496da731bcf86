// Recognises stateful systems: Kafka, ZooKeeper and MongoDB by distribution, other stores by image.

import { asArray, asString, member } from '../yaml/value.ts'
import { type ImageReference, parseImage } from './image.ts'
import { ImageTable } from './image-table.ts'
import type { Resource } from './resource.ts'
import { DISTRIBUTIONS, type Distribution, OPERATED_KINDS, type OperatedKind, STORES } from './system-table.ts'
import type { Container, Workload } from './workload.ts'

export type SystemFamily = 'kafka' | 'zookeeper' | 'mongodb' | 'other'

export interface System {
  readonly family: SystemFamily
  /** key of the distribution, such as `kafka/cp`; undefined for `other` */
  readonly distro?: string
  /** name for messages: `Kafka (Confluent image)`, `PostgreSQL` */
  readonly title: string
  /** a majority of the members has to be up for it to work */
  readonly quorum: boolean
  /** the container that runs the server */
  readonly container: Container
}

/** Kinds whose pods stay: a Job or CronJob with a broker's image runs one of its client tools. */
const SERVER_KINDS: ReadonlySet<string> = new Set([
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Rollout'],
])

/** Words of a command line that start a server, whatever else the script does. */
const STARTS_SERVER =
  /\/etc\/confluent\/docker\/run|entrypoint|\/opt\/bitnami\/scripts\/|server-start|start-kafka|start-zookeeper|zkServer|kafka-run-class\S*\s+kafka\.Kafka|\bmongo[ds](?:\s|$)|redis-server|mysqld|postgres\s+-|rabbitmq-server/

/** Words of a command line that run a client or nothing at all. */
const RUNS_CLIENT =
  /kafka-(?:topics|console|configs|acls|consumer|producer|reassign|storage|leader|log|get-offsets|mirror|broker-api|verifiable)|\b(?:connect-(?:distributed|standalone|mirror-maker)|kafka_connect_run|kafka_mirror_maker)|\bk(?:af)?cat\b|zookeeper-shell|zkCli|\bmongo(?:sh|dump|restore|import|export)?\s|redis-cli|pg_(?:dump|restore|isready)|\bpsql\b|mysqldump|\bmysql\s|tail\s+-[fF]\s|\bsleep\s+(?:inf|\d{4,})/

/**
 * The stateful system whose server one of the workload's containers runs; undefined for everything else, look-alikes
 * (user interfaces, exporters, connectors, client pods) included.
 */
export function detectSystem(workload: Workload): System | undefined {
  let system = detected.get(workload)
  if (system === undefined) {
    system = detect(workload) ?? null
    detected.set(workload, system)
  }
  return system ?? undefined
}

/** Every transform asks, and the answer for one workload view never changes. */
const detected = new WeakMap<Workload, System | null>()

function detect(workload: Workload): System | undefined {
  if (!SERVER_KINDS.has(workload.resource.kind)) return undefined
  const servers = workload.containers.filter(container => container.role === 'container' && !runsClient(container))
  for (const container of servers) {
    const found = distributionOf(container)
    if (found !== undefined) {
      const { family, distro, title } = found
      return { family, distro, title, quorum: true, container }
    }
  }
  for (const container of servers) {
    const image = imageOf(container)
    const store = image === undefined ? undefined : STORE_TABLE.find(image)
    if (store !== undefined) return { family: 'other', title: store.title, quorum: store.quorum ?? false, container }
  }
  return undefined
}

/** The system that an operator runs for this custom resource; undefined for every other resource. */
export function operatedSystem(resource: Resource): OperatedKind | undefined {
  return OPERATED_KINDS.find(entry => entry.group === resource.group && entry.kind === resource.kind)
}

function distributionOf(container: Container): Pick<Distribution, 'family' | 'distro' | 'title'> | undefined {
  // whatever the image: its own start script is bypassed, so none of the image's conventions hold
  const line = commandLine(container)
  if (line.includes('kafka-server-start')) {
    return { family: 'kafka', distro: 'kafka/raw', title: 'Kafka (started with a properties file)' }
  }
  if (line.includes('zookeeper-server-start')) return unknown('zk/unknown')
  const image = imageOf(container)
  const found = image === undefined ? undefined : DISTRIBUTION_TABLE.find(image)
  if (found === undefined) return unknownBroker(container)
  if (found.distro === 'kafka/unknown' && speaksOfZooKeeper(container)) return unknown('zk/unknown')
  if (found.distro === 'kafka/unknown' && image?.components.includes('vmware')) {
    return DISTRIBUTIONS.find(entry => entry.distro === 'kafka/bitnami')
  }
  return found
}

const DISTRIBUTION_TABLE = new ImageTable(DISTRIBUTIONS)
const STORE_TABLE = new ImageTable(STORES)

/** Kafka's distribution brings a ZooKeeper, which images named after Kafka start as well. */
function speaksOfZooKeeper(container: Container): boolean {
  const { resource, labels } = container.workload
  const names = [resource.name, container.name, labels.app ?? '']
  return names.some(name => /zoo/.test(name)) && !names.some(name => /kafka|broker/.test(name))
}

/** Variables that only a broker reads. */
const BROKER_VARIABLES: readonly RegExp[] = [
  /^KAFKA_CFG_/,
  /^KAFKA_(?:PROCESS_ROLES|ADVERTISED_LISTENERS|ADVERTISED_HOST_NAME|BROKER_ID|NODE_ID|LISTENERS)$/,
]

const KNOWN_PORTS: Readonly<Record<string, readonly number[]>> = {
  kafka: [9092],
  zookeeper: [2181],
  mongodb: [27017],
  mongo: [27017],
}

/** An image of one's own: broker variables, or the system's very name on the pods together with its port. */
function unknownBroker(container: Container): Distribution | undefined {
  const variables = asArray(container.value.env).map(entry => asString(member(entry, 'name')) ?? '')
  if (isLookalike(container)) return undefined
  const broker = variables.filter(name => BROKER_VARIABLES.some(pattern => pattern.test(name)))
  if (broker.length >= 2) return unknown('kafka/unknown')
  const { labels, resource } = container.workload
  const names = [resource.name, container.name, labels.app, labels['app.kubernetes.io/name']]
  for (const [name, ports] of Object.entries(KNOWN_PORTS)) {
    if (!names.includes(name)) continue
    const opens = asArray(container.value.ports).some(port => ports.includes(Number(member(port, 'containerPort'))))
    if (opens)
      return unknown(name === 'kafka' ? 'kafka/unknown' : name === 'zookeeper' ? 'zk/unknown' : 'mongo/unknown')
  }
  return undefined
}

function unknown(distro: string): Distribution | undefined {
  return DISTRIBUTIONS.find(entry => entry.distro === distro)
}

/** Ports on which nothing but a store listens, or a proxy before one. */
const STORE_PORTS: ReadonlyMap<number, string> = new Map([
  [1433, 'SQL Server'],
  [1521, 'Oracle Database'],
  [1883, 'an MQTT broker'],
  [2049, 'an NFS server'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [4222, 'NATS'],
  [5432, 'PostgreSQL'],
  [5672, 'an AMQP broker'],
  [5984, 'CouchDB'],
  [6379, 'Redis'],
  [7687, 'Neo4j'],
  [8086, 'InfluxDB'],
  [9042, 'Cassandra'],
  [9300, 'Elasticsearch'],
  [11211, 'Memcached'],
  [26257, 'CockroachDB'],
  [27017, 'MongoDB'],
  [61616, 'ActiveMQ'],
])

/** Last words of names that people give to a store; the first ones say whose it is. */
const STORE_WORDS: ReadonlySet<string> = new Set([
  ...[
    'db',
    'database',
    'mysql',
    'mariadb',
    'postgres',
    'postgresql',
    'pgsql',
    'mongo',
    'mongodb',
    'redis',
    'memcached',
  ],
  ...['rabbitmq', 'activemq', 'elasticsearch', 'opensearch', 'cassandra', 'influxdb', 'couchdb', 'neo4j', 'clickhouse'],
  ...['etcd', 'minio', 'grafana', 'keycloak', 'nfs'],
])

/**
 * What speaks for a store in a workload whose image is not known, in words; undefined when nothing does. Weaker than
 * `detectSystem`: a name or a port, not the program.
 */
export function storeHint(workload: Workload): string | undefined {
  for (const container of workload.containers) {
    if (container.role !== 'container' || isLookalike(container) || runsClient(container)) continue
    for (const port of asArray(container.value.ports)) {
      const number = Number(member(port, 'containerPort'))
      const store = STORE_PORTS.get(number)
      if (store !== undefined) return `container ${container.name} listens on port ${number}, that of ${store}`
    }
    const last = imageOf(container)?.components.at(-1) ?? ''
    if (isStoreName(workload.resource.name)) return `it is called ${workload.resource.name}`
    if (isStoreName(last)) return `the image of container ${container.name} is called ${last}`
  }
  return undefined
}

function isStoreName(name: string): boolean {
  return STORE_WORDS.has(name.split(/[-_.]/).at(-1) ?? '')
}

/** Last path components that speak of a neighbour of the system rather than of the system. */
function isLookalike(container: Container): boolean {
  const last = imageOf(container)?.components.at(-1) ?? ''
  return /(?:^|[-_])(?:ui|exporter|connect|rest|registry|manager|operator|bridge|proxy|agent|backup|client|express|bouncer|pgbouncer|proxysql|pgpool|router|gateway|admin)(?:$|[-_])|kafdrop|akhq|cmak|zkui|navigator|ksql|debezium/.test(
    last,
  )
}

function runsClient(container: Container): boolean {
  const line = commandLine(container)
  // options alone are for the image's own start, whatever files they name
  if (asArray(container.value.command).length === 0 && line.startsWith('-')) return false
  return !STARTS_SERVER.test(line) && RUNS_CLIENT.test(`${line} `)
}

function commandLine(container: Container): string {
  const words = [...asArray(container.value.command), ...asArray(container.value.args)]
  return words.filter(word => typeof word === 'string').join(' ')
}

function imageOf(container: Container): ImageReference | undefined {
  return container.image === undefined ? undefined : parseImage(container.image)
}

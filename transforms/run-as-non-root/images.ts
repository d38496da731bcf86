// Which user the widely used images start as, and which user they can be started as instead.

import type { ImageReference } from '../../src/sdk.ts'

/**
 * `numeric`: the image says a uid above 0, so the kubelet can verify it. `named`: it says a name, which the kubelet
 * refuses to verify, so the same user is written as a number. `changes`: it starts as root and also starts as this
 * user. `shell`: a bare system whose user depends on the command. `base`: it
 * starts as root, and what is put into it decides whether another user works. `root`: it has to start as root.
 */
export type ImageUser =
  | { readonly kind: 'numeric'; readonly uid: number }
  | { readonly kind: 'named'; readonly name: string; readonly uid: number; readonly gid?: number }
  | ChangedUser
  | { readonly kind: 'shell' }
  | { readonly kind: 'base' }
  | { readonly kind: 'root'; readonly why: string; readonly next: string }

export interface ChangedUser {
  readonly kind: 'changes'
  readonly uid: number
  readonly gid: number
  /** any uid works: the process owns no file of the image */
  readonly any?: true
  /** the folder that has to be on a volume, because the image keeps it for root; `any`: some volume has to be there */
  readonly volume?: string
  /** why the group of a claim must not be widened, where that breaks the image */
  readonly narrow?: string
  /** the folder that the user has to own, so it must not be a mount point; and the variable that moves it */
  readonly owned?: { readonly path: string; readonly variable: string }
  /** it has to be told to leave its default port below 1024 */
  readonly ports?: true
}

interface Row {
  /** `redis`: the official image or a mirror of it; `org/name` by path suffix; `org/*` every image of an organisation */
  readonly images: readonly string[]
  /** only tags with this word */
  readonly tag?: string
  /** only this version and later ones */
  readonly from?: string
  readonly user: ImageUser
}

const root = (why: string, next: string): ImageUser => ({ kind: 'root', why, next })
const named = (name: string, uid: number, gid?: number): ImageUser => ({
  kind: 'named',
  name,
  uid,
  ...(gid === undefined ? {} : { gid }),
})
const changes = (uid: number, gid: number, rest: Omit<ChangedUser, 'kind' | 'uid' | 'gid'> = {}): ImageUser => ({
  kind: 'changes',
  uid,
  gid,
  ...rest,
})
const numeric = (uid: number): ImageUser => ({ kind: 'numeric', uid })

const PGDATA = { path: '/var/lib/postgresql/data', variable: 'PGDATA' }
const PORT_80 = 'it listens on port 80 and prepares its folders as root'

/**
 * Read in each image's Dockerfile and entrypoint (https://github.com/docker-library, the vendors' repositories);
 * `docs` marks rows that rest on the vendor's documentation alone. The first row that fits decides.
 */
const ROWS: readonly Row[] = [
  // web servers and proxies
  {
    images: ['nginx'],
    user: root(
      `${PORT_80}, which needs root`,
      'use nginxinc/nginx-unprivileged, which listens on port 8080 as uid 101',
    ),
  },
  { images: ['nginxinc/nginx-unprivileged', 'nginx/nginx-unprivileged'], user: numeric(101) },
  { images: ['httpd'], user: root(PORT_80, 'set Listen to a port above 1023 in its configuration, then run it as 33') },
  { images: ['traefik'], user: changes(65532, 65532, { any: true, ports: true }) }, // docs
  { images: ['haproxy'], from: '2.4', user: named('haproxy', 99, 99) },
  { images: ['haproxy'], user: root('versions before 2.4 start as root', 'upgrade to 2.4 or later') },
  { images: ['envoyproxy/envoy'], user: changes(101, 101) }, // docs
  { images: ['kong', 'kong/kong'], user: named('kong', 1000) }, // docs
  {
    images: ['wordpress', 'nextcloud', 'drupal', 'joomla', 'phpmyadmin'],
    user: root(PORT_80, 'use its fpm variant behind an unprivileged web server'),
  },
  // stores
  { images: ['redis', 'valkey/valkey'], tag: 'alpine', user: changes(999, 1000) },
  { images: ['redis', 'valkey/valkey'], user: changes(999, 999) },
  { images: ['memcached'], user: named('memcache', 11211, 11211) },
  { images: ['postgres'], tag: 'alpine', user: changes(70, 70, { owned: PGDATA }) },
  { images: ['postgres'], user: changes(999, 999, { owned: PGDATA }) },
  { images: ['mysql'], user: changes(999, 999) },
  { images: ['mariadb'], tag: 'ubi', user: named('mysql', 999) },
  { images: ['mariadb'], user: changes(999, 999) },
  { images: ['mongo'], user: changes(999, 999) },
  { images: ['mongo-express'], user: changes(1000, 1000, { any: true }) }, // docs
  {
    images: ['rabbitmq'],
    tag: 'alpine',
    user: changes(100, 101, { narrow: 'RabbitMQ refuses a cookie file that its group can read' }),
  },
  {
    images: ['rabbitmq'],
    user: changes(999, 999, { narrow: 'RabbitMQ refuses a cookie file that its group can read' }),
  },
  { images: ['cassandra'], user: changes(999, 999) },
  { images: ['couchdb'], user: changes(5984, 5984) },
  { images: ['neo4j'], user: changes(7474, 7474) },
  { images: ['influxdb'], from: '2', user: changes(1000, 1000) },
  { images: ['influxdb'], from: '1.11', user: named('influxdb', 1500, 1500) },
  { images: ['influxdb'], user: root('versions before 1.11 run as root', 'upgrade to 1.11 or later') },
  { images: ['elasticsearch', 'elasticsearch/elasticsearch'], from: '8', user: numeric(1000) },
  { images: ['elasticsearch', 'elasticsearch/elasticsearch'], from: '7', user: changes(1000, 0) }, // docs
  { images: ['kibana', 'kibana/kibana', 'logstash', 'logstash/logstash'], from: '8', user: numeric(1000) },
  { images: ['kibana', 'kibana/kibana'], from: '7', user: named('kibana', 1000) }, // docs
  { images: ['logstash', 'logstash/logstash'], from: '7', user: named('logstash', 1000) }, // docs
  { images: ['solr'], from: '7', user: named('solr', 8983, 8983) },
  { images: ['coreos/etcd'], user: changes(1000, 1000, { any: true, volume: 'any' }) }, // docs
  { images: ['minio/minio'], user: changes(1000, 1000, { any: true, volume: 'any' }) }, // docs
  { images: ['registry'], user: changes(1000, 1000, { any: true, volume: '/var/lib/registry' }) },
  // brokers and their tools
  { images: ['zookeeper'], user: changes(1000, 1000) },
  { images: ['confluentinc/cp-*'], tag: 'ubi', user: named('appuser', 1000, 1000) },
  { images: ['confluentinc/cp-*'], from: '6.0', user: named('appuser', 1000, 1000) },
  {
    images: ['confluentinc/cp-*'],
    user: root('versions before 6.0 keep their folders for root', 'upgrade to 6.0 or later, or take an -ubi8 tag'),
  },
  { images: ['apache/kafka', 'apache/kafka-native'], user: named('appuser', 1000, 1000) },
  {
    images: ['wurstmeister/*'],
    user: root('it writes its own configuration as root', 'move to a maintained image, such as apache/kafka'),
  },
  { images: ['debezium/connect', 'debezium/kafka'], user: named('kafka', 1001, 1001) },
  { images: ['provectuslabs/kafka-ui'], user: named('kafkaui', 100, 101) }, // docs
  { images: ['obsidiandynamics/kafdrop'], user: changes(1000, 1000, { any: true }) },
  { images: ['danielqsj/kafka-exporter'], user: named('nobody', 65534, 65534) }, // docs
  { images: ['nats'], user: changes(1000, 1000, { any: true }) },
  { images: ['flink'], from: '2', user: named('flink', 9999, 9999) },
  { images: ['flink'], user: changes(9999, 9999) },
  // bitnami's bare systems start as root; its applications say uid 1001
  {
    images: ['bitnami/os-shell', 'bitnami/bitnami-shell', 'bitnami/minideb', 'bitnamilegacy/os-shell'],
    user: { kind: 'shell' },
  },
  { images: ['bitnami/*', 'bitnamilegacy/*', 'bitnamisecure/*'], user: numeric(1001) },
  // monitoring
  { images: ['grafana/grafana', 'grafana/grafana-oss', 'grafana/grafana-enterprise'], from: '8', user: numeric(472) }, // docs
  { images: ['prom/prometheus', 'prometheus/prometheus'], from: '2', user: named('nobody', 65534, 65534) }, // docs
  {
    images: ['prom/alertmanager', 'prometheus/alertmanager', 'prom/node-exporter', 'prometheus/node-exporter'],
    from: '0.16',
    user: named('nobody', 65534, 65534), // docs
  },
  { images: ['grafana/grafana', 'grafana/grafana-enterprise'], from: '5.1', user: named('grafana', 472) }, // docs
  { images: ['oliver006/redis_exporter'], from: '1', user: numeric(59000) },
  { images: ['jaegertracing/*'], from: '1.23', user: numeric(10001) },
  { images: ['fluent/fluentd'], tag: 'debian', user: named('fluent', 999) }, // docs
  { images: ['fluent/fluentd'], user: named('fluent', 100) }, // docs
  {
    images: ['fluent/fluent-bit'],
    user: root(
      'it reads the logs of the host, which belong to root',
      'keep it as root, or collect logs without the host',
    ),
  },
  // platform services
  {
    images: ['hashicorp/vault', 'vault'],
    user: root(
      'it locks its memory, for which its start script needs root',
      'set disable_mlock = true in its configuration, then run it as 100',
    ),
  },
  { images: ['hashicorp/consul', 'consul'], user: changes(100, 1000) }, // docs
  { images: ['keycloak/keycloak'], user: numeric(1000) },
  { images: ['jenkins/jenkins', 'jenkins'], user: named('jenkins', 1000, 1000) },
  { images: ['sonarqube'], from: '9', user: named('sonarqube', 1000, 0) },
  // languages: what is mounted or installed into them decides
  { images: ['node'], from: '6', user: changes(1000, 1000) },
  { images: ['dotnet/aspnet', 'dotnet/runtime'], from: '8', user: changes(1654, 1654, { ports: true }) }, // docs
  {
    images: [
      ...['python', 'golang', 'openjdk', 'eclipse-temurin', 'amazoncorretto', 'ruby', 'php', 'perl', 'rust', 'tomcat'],
      ...['dotnet/aspnet', 'dotnet/runtime', 'dotnet/sdk', 'maven', 'gradle'],
    ],
    user: { kind: 'base' },
  },
  { images: ['distroless/*'], tag: 'nonroot', user: numeric(65532) },
  { images: ['distroless/*'], user: { kind: 'base' } },
  // bare systems
  { images: ['alpine', 'busybox', 'ubuntu', 'debian', 'bash'], user: { kind: 'shell' } },
]

/** The user of an image; `unversioned` when a row fits but the reference does not say the version that it asks for. */
export function imageUser(image: ImageReference): ImageUser | 'unversioned' | undefined {
  for (const row of ROWS_BY_ORGANISATION.get(image.components.at(-2) ?? '') ?? []) {
    if (!row.images.some(pattern => matches(image, pattern))) continue
    const verdict = fits(image, row)
    if (verdict === undefined) return 'unversioned'
    if (verdict) return row.user
  }
  return undefined
}

/** The rows that name an image of an organisation, in their order: every container of a run is looked up. */
const ROWS_BY_ORGANISATION = new Map<string, Row[]>()
for (const row of ROWS) {
  for (const organisation of new Set(row.images.map(pattern => partsOf(pattern)[0]))) {
    ROWS_BY_ORGANISATION.set(organisation, [...(ROWS_BY_ORGANISATION.get(organisation) ?? []), row])
  }
}

function partsOf(pattern: string): [organisation: string, name: string] {
  const slash = pattern.indexOf('/')
  return slash < 0 ? ['library', pattern] : [pattern.slice(0, slash), pattern.slice(slash + 1)]
}

function matches(image: ImageReference, pattern: string): boolean {
  const [organisation, name] = partsOf(pattern)
  const last = image.components.at(-1) ?? ''
  if (image.components.at(-2) !== organisation) return false
  return name.endsWith('*') ? last.startsWith(name.slice(0, -1)) : last === name
}

/** Undefined when the row asks for a tag or version and the reference holds a digest alone. */
function fits(image: ImageReference, row: Row): boolean | undefined {
  if (row.tag === undefined && row.from === undefined) return true
  const { tag, digest } = image
  if (tag === undefined && digest !== undefined) return undefined
  if (row.tag !== undefined && !(tag ?? '').split(/[-_.]|(?=\d)/).includes(row.tag)) return false
  const version = tag === undefined ? null : /^v?(\d+)(?:\.(\d+))?/.exec(tag)
  if (row.from === undefined) return true
  // without a version the newest one is meant; a flag without a uid would trust the nodes to hold no older one
  if (version === null) return row.user.kind === 'numeric' ? undefined : true
  return Number(version[1]) * 1000 + Number(version[2] ?? 999) >= rank(row.from)
}

function rank(version: string): number {
  const [major = '0', minor = '0'] = version.split('.')
  return Number(major) * 1000 + Number(minor)
}

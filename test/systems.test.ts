import { expect, test } from 'vitest'
import type { Resource } from '../src/kube/resource.ts'
import { detectSystem, operatedSystem, storeHint } from '../src/kube/systems.ts'
import { workloadOf } from '../src/kube/workload.ts'
import type { JsonObject } from '../src/yaml/value.ts'

function resource(kind: string, group: string, value: JsonObject): Resource {
  return {
    origin: { file: 'app.yaml', document: 0, path: [] },
    apiVersion: group === '' ? 'v1' : `${group}/v1`,
    group,
    kind,
    name: 'app',
    namespace: undefined,
    value,
    partial: false,
    selected: true,
  }
}

function detect(containers: JsonObject[], kind = 'Deployment', group = 'apps', init: JsonObject[] = []) {
  const pod = { containers, initContainers: init }
  const value: JsonObject =
    kind === 'CronJob'
      ? { spec: { jobTemplate: { spec: { template: { spec: pod } } } } }
      : { spec: { template: { spec: pod } } }
  const workload = workloadOf(resource(kind, group, value))
  return workload === undefined ? undefined : detectSystem(workload)
}

function hintOf(containers: JsonObject[]) {
  const workload = workloadOf(resource('Deployment', 'apps', { spec: { template: { spec: { containers } } } }))
  return workload === undefined ? undefined : storeHint(workload)
}

test.each([
  ['confluentinc/cp-kafka:7.4.0', 'kafka/cp'],
  ['registry.corp:5000/dockerhub/confluentinc/cp-kafka:7.4.0', 'kafka/cp'],
  ['confluentinc/cp-server:7.9.0', 'kafka/cp'],
  ['mirror.example.com/cp-kafka:7.4.0', 'kafka/cp'],
  ['apache/kafka:3.9.0', 'kafka/apache'],
  ['apache/kafka-native@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'kafka/apache'],
  ['public.ecr.aws/bitnami/kafka:3.5.1-debian-11-r44', 'kafka/bitnami'],
  ['bitnamilegacy/kafka:3.9', 'kafka/bitnami'],
  ['projects.registry.vmware.com/vmware/application/kafka:3', 'kafka/bitnami'],
  ['wurstmeister/kafka:2.13-2.8.1', 'kafka/wurstmeister'],
  ['ghcr.io/acme/kafka:1', 'kafka/unknown'],
  ['zookeeper:3.8', 'zk/official'],
  ['mirror.gcr.io/library/zookeeper:3.8', 'zk/official'],
  ['confluentinc/cp-zookeeper:7.4.0', 'zk/cp'],
  ['bitnami/zookeeper:latest', 'zk/bitnami'],
  ['wurstmeister/zookeeper', 'zk/wurstmeister'],
  ['registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10', 'zk/k8s-sample'],
  ['acme/zookeeper:3', 'zk/unknown'],
  ['mongo:6.0', 'mongo/official'],
  ['mirror.gcr.io/library/mongo', 'mongo/official'],
  ['mongodb/mongodb-community-server:7.0-ubi8', 'mongo/community-server'],
  ['mongodb/mongodb-enterprise-server:7.0-ubi8', 'mongo/community-server'],
  ['bitnami/mongodb:7.0', 'mongo/bitnami'],
  ['percona/percona-server-mongodb:7.0', 'mongo/percona'],
])('%s is %s', (image, distro) => {
  const system = detect([{ name: 'server', image }])
  expect(system?.distro).toBe(distro)
  expect(system?.quorum).toBe(true)
  expect(system?.container.name).toBe('server')
})

test.each([
  ['postgres:16-alpine', 'PostgreSQL'],
  ['bitnami/postgresql:16', 'PostgreSQL'],
  ['mysql:8', 'MySQL'],
  ['mariadb:11', 'MariaDB'],
  ['mcr.microsoft.com/mssql/server:2022-latest', 'SQL Server'],
  ['redis:7-alpine', 'Redis'],
  ['gcr.io/google_containers/redis:e2e', 'Redis'],
  ['valkey/valkey:8', 'Valkey'],
  ['memcached:1.6', 'Memcached'],
  ['rabbitmq:3-management', 'RabbitMQ'],
  ['docker.elastic.co/elasticsearch/elasticsearch:8.13.0', 'Elasticsearch'],
  ['opensearchproject/opensearch:2', 'OpenSearch'],
  ['cassandra:4', 'Cassandra'],
  ['minio/minio:RELEASE.2024-01-01T00-00-00Z', 'MinIO'],
  ['registry:2', 'Docker registry'],
  ['influxdb:2.7', 'InfluxDB'],
  ['quay.io/prometheus/prometheus:v2.50.0', 'Prometheus'],
  ['jenkins/jenkins:lts', 'Jenkins'],
  ['grafana/grafana:10.0.0', 'Grafana'],
])('%s is the store %s', (image, title) => {
  const system = detect([{ name: 'app', image }])
  expect(system).toMatchObject({ family: 'other', title, quorum: false })
  expect(system).not.toHaveProperty('distro')
})

test.each(['quay.io/coreos/etcd:v3.5.0', 'hashicorp/consul:1.17', 'cockroachdb/cockroach:v23.1.0'])(
  '%s needs a majority',
  image => expect(detect([{ name: 'app', image }])?.quorum).toBe(true),
)

test.each([
  'provectuslabs/kafka-ui:latest',
  'obsidiandynamics/kafdrop:4',
  'tchiotludo/akhq',
  'danielqsj/kafka-exporter:v1.7.0',
  'kafkamanager/kafka-manager',
  'hlebalbau/cmak:stable',
  'confluentinc/cp-kafka-connect:7.4.0',
  'confluentinc/cp-kafka-connect-base:7.4.0',
  'confluentinc/cp-kafka-rest:7.4.0',
  'confluentinc/cp-schema-registry:7.4.0',
  'confluentinc/cp-ksqldb-server:7.4.0',
  'quay.io/strimzi/operator:0.51.0',
  'quay.io/strimzi/kafka-bridge:0.30.0',
  'landoop/kafka-topics-ui',
  'acme/kafka-topic-ui',
  'elkozmon/zoonavigator:1.1',
  'dabealu/zookeeper-exporter',
  'qnib/zkui',
  'mongo-express:1.0',
  'percona/mongodb_exporter:0.40',
  'bitnami/mongodb-exporter:0.40',
  'quay.io/mongodb/mongodb-kubernetes-operator:0.9.0',
  'quay.io/mongodb/mongodb-agent:12.0',
  'acme/mongodb-backup-s3:1',
  'oliver006/redis_exporter:v1.50.0',
  'prometheuscommunity/postgres-exporter',
  'rediscommander/redis-commander',
  'dpage/pgadmin4',
  'quay.io/prometheus-operator/prometheus-operator:v0.70.0',
  'grafana/agent:v0.40.0',
  'acme/registry:1.0',
  'acme/server:1.0',
  'acme/orders:1.0',
])('%s is no system', image => {
  expect(detect([{ name: 'app', image }])).toBeUndefined()
})

test('a client pod of a broker image is no broker', () => {
  const image = 'confluentinc/cp-kafka:7.4.0'
  expect(detect([{ name: 'client', image, command: ['sh', '-c', 'exec tail -f /dev/null'] }])).toBeUndefined()
  expect(detect([{ name: 'client', image, command: ['sleep', 'infinity'] }])).toBeUndefined()
  expect(detect([{ name: 'topics', image, args: ['kafka-topics', '--create'] }])).toBeUndefined()
  expect(
    detect([{ name: 'connect', image: 'strimzi/kafka:0.40', command: ['/opt/kafka/kafka_connect_run.sh'] }]),
  ).toBeUndefined()
  expect(detect([{ name: 'cli', image: 'redis:7', command: ['redis-cli', 'monitor'] }])).toBeUndefined()
})

test('a script that starts the server and calls its client is the server', () => {
  const command = ['sh', '-c', 'mongod --replSet rs0 & sleep 10; mongosh --eval "rs.initiate()"; wait']
  expect(detect([{ name: 'db', image: 'mongo:6.0', command }])?.distro).toBe('mongo/official')
  const run = ['sh', '-c', 'unset KAFKA_PORT && /etc/confluent/docker/run']
  expect(detect([{ name: 'kafka', image: 'confluentinc/cp-kafka:7.4.0', command: run }])?.distro).toBe('kafka/cp')
})

test('a command that runs kafka-server-start bypasses the conventions of the image', () => {
  const command = ['sh', '-c', 'exec kafka-server-start.sh /etc/kafka/server.properties']
  expect(detect([{ name: 'kafka', image: 'acme/streams:2', command }])?.distro).toBe('kafka/raw')
  expect(detect([{ name: 'kafka', image: 'confluentinc/cp-kafka:7.4.0', command }])?.distro).toBe('kafka/raw')
  const zookeeper = ['./bin/zookeeper-server-start.sh', 'conf/zookeeper.properties']
  expect(detect([{ name: 'zk', image: 'acme/kafka:2', command: zookeeper }])?.family).toBe('zookeeper')
})

test('an image of unknown name is a broker by its variables, or by name and port together', () => {
  const env = [
    { name: 'KAFKA_CFG_PROCESS_ROLES', value: 'broker' },
    { name: 'KAFKA_CFG_NODE_ID', value: '1' },
  ]
  expect(detect([{ name: 'x', image: 'acme/queue:1', env }])?.distro).toBe('kafka/unknown')
  const ports = [{ containerPort: 9092 }]
  expect(detect([{ name: 'kafka', image: 'acme/queue:1', ports }])?.distro).toBe('kafka/unknown')
  expect(detect([{ name: 'kafka', image: 'acme/queue:1' }])).toBeUndefined()
  expect(detect([{ name: 'x', image: 'acme/queue:1', ports }])).toBeUndefined()
  expect(detect([{ name: 'kafka', image: 'acme/kafka-proxy:1', ports }])).toBeUndefined()
  expect(
    detect([{ name: 'x', image: 'acme/app:1', env: [{ name: 'KAFKA_BROKERS', value: 'kafka:9092' }] }]),
  ).toBeUndefined()
})

test('jobs and init containers run no server', () => {
  const container = { name: 'dump', image: 'mongo:6.0' }
  expect(detect([container], 'Job', 'batch')).toBeUndefined()
  expect(detect([container], 'CronJob', 'batch')).toBeUndefined()
  expect(detect([{ name: 'app', image: 'acme/app:1' }], 'Deployment', 'apps', [container])).toBeUndefined()
})

test('a broker is found behind a store that stands before it', () => {
  const system = detect([
    { name: 'cache', image: 'redis:7' },
    { name: 'zk', image: 'zookeeper:3.8' },
  ])
  expect(system).toMatchObject({ family: 'zookeeper', container: { name: 'zk' } })
})

test.each([
  [{ name: 'app', image: 'acme/catalogue-db:1' }, 'the image of container app is called catalogue-db'],
  [{ name: 'app', image: 'acme/ledger:1', ports: [{ containerPort: 5432 }] }, 'container app listens on port 5432'],
])('a name or a port hints at a store: %j', (container, hint) => {
  expect(hintOf([container])).toContain(hint)
})

test.each([
  { name: 'app', image: 'acme/db-migrate:1' },
  { name: 'app', image: 'acme/redis-exporter:1', ports: [{ containerPort: 6379 }] },
  { name: 'app', image: 'edoburu/pgbouncer:1', ports: [{ containerPort: 5432 }] },
  { name: 'app', image: 'mongo-express:1', ports: [{ containerPort: 8081 }] },
  { name: 'app', image: 'acme/orders:1', ports: [{ containerPort: 8080 }] },
])('no hint at a store: %j', container => {
  expect(hintOf([container])).toBeUndefined()
})

test('values of other types are no evidence', () => {
  expect(
    detect([
      { name: 'a', image: 7 },
      { name: 'b', image: 'x', env: 'none', ports: 9092, command: { a: 1 } },
    ]),
  ).toBeUndefined()
})

test.each([
  ['kafka.strimzi.io', 'Kafka', 'kafka/strimzi-cr'],
  ['kafka.strimzi.io', 'KafkaNodePool', 'kafka/strimzi-cr'],
  ['platform.confluent.io', 'Zookeeper', 'kafka/cfk-cr'],
  ['mongodbcommunity.mongodb.com', 'MongoDBCommunity', 'mongo/community-cr'],
  ['psmdb.percona.com', 'PerconaServerMongoDB', 'mongo/percona-cr'],
])('%s %s is run by an operator', (group, kind, distro) => {
  expect(operatedSystem(resource(kind, group, {}))?.distro).toBe(distro)
})

test('other kinds of an operator and other groups are no system', () => {
  expect(operatedSystem(resource('KafkaTopic', 'kafka.strimzi.io', {}))).toBeUndefined()
  expect(operatedSystem(resource('Kafka', 'example.com', {}))).toBeUndefined()
})

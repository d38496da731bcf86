// Which images are which stateful system: the distributions of Kafka, ZooKeeper and MongoDB, and other stores.

/**
 * A distribution of a system whose members know each other; `distro` is the key of every later table about it.
 * `images` are path suffixes, because mirrors prepend anything.
 */
export interface Distribution {
  readonly family: 'kafka' | 'zookeeper' | 'mongodb'
  readonly distro: string
  readonly title: string
  readonly images: readonly string[]
}

/** Suffixes of two components stand before single names: `bitnami/kafka` is a better answer than `kafka`. */
export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    family: 'kafka',
    distro: 'kafka/cp',
    title: 'Kafka (Confluent image)',
    images: [
      'confluentinc/cp-kafka',
      'confluentinc/cp-server',
      'confluentinc/cp-enterprise-kafka',
      'confluentinc/confluent-local',
      'cp-kafka',
    ],
  },
  { family: 'kafka', distro: 'kafka/apache', title: 'Kafka (Apache image)', images: ['apache/kafka', 'kafka-native'] },
  {
    family: 'kafka',
    distro: 'kafka/bitnami',
    title: 'Kafka (Bitnami image)',
    images: ['bitnami/kafka', 'bitnamilegacy/kafka', 'bitnamisecure/kafka'],
  },
  {
    family: 'kafka',
    distro: 'kafka/wurstmeister',
    title: 'Kafka (wurstmeister image)',
    images: ['wurstmeister/kafka'],
  },
  {
    family: 'zookeeper',
    distro: 'zk/cp',
    title: 'ZooKeeper (Confluent image)',
    images: ['confluentinc/cp-zookeeper', 'cp-zookeeper'],
  },
  {
    family: 'zookeeper',
    distro: 'zk/bitnami',
    title: 'ZooKeeper (Bitnami image)',
    images: ['bitnami/zookeeper', 'bitnamilegacy/zookeeper', 'bitnamisecure/zookeeper'],
  },
  {
    family: 'zookeeper',
    distro: 'zk/wurstmeister',
    title: 'ZooKeeper (wurstmeister image)',
    images: ['wurstmeister/zookeeper'],
  },
  {
    family: 'zookeeper',
    distro: 'zk/k8s-sample',
    title: 'ZooKeeper (Kubernetes sample image)',
    images: ['kubernetes-zookeeper'],
  },
  { family: 'zookeeper', distro: 'zk/official', title: 'ZooKeeper (official image)', images: ['library/zookeeper'] },
  {
    family: 'mongodb',
    distro: 'mongo/community-server',
    title: 'MongoDB (community or enterprise server image)',
    images: ['mongodb-community-server', 'mongodb-enterprise-server'],
  },
  {
    family: 'mongodb',
    distro: 'mongo/bitnami',
    title: 'MongoDB (Bitnami image)',
    images: ['bitnami/mongodb', 'bitnamilegacy/mongodb', 'bitnamisecure/mongodb'],
  },
  {
    family: 'mongodb',
    distro: 'mongo/percona',
    title: 'MongoDB (Percona image)',
    images: ['percona-server-mongodb'],
  },
  { family: 'mongodb', distro: 'mongo/official', title: 'MongoDB (official image)', images: ['library/mongo'] },
  { family: 'kafka', distro: 'kafka/unknown', title: 'Kafka (unknown image)', images: ['kafka'] },
  { family: 'zookeeper', distro: 'zk/unknown', title: 'ZooKeeper (unknown image)', images: ['zookeeper'] },
  { family: 'mongodb', distro: 'mongo/unknown', title: 'MongoDB (unknown image)', images: ['mongo', 'mongodb'] },
]

/** A store that keeps its state in the pod or its volume, so that a second pod is a second, different store. */
export interface Store {
  readonly title: string
  readonly images: readonly string[]
  /** a majority of the members has to be up */
  readonly quorum?: true
}

/** A single name is matched in any organisation; a name that could be anything (`server`, `registry`) has its owner. */
export const STORES: readonly Store[] = [
  {
    title: 'PostgreSQL',
    images: ['postgres', 'postgresql', 'postgis', 'pgvector', 'timescaledb', 'timescaledb-ha', 'crunchy-postgres'],
  },
  { title: 'MySQL', images: ['mysql', 'mysql-server', 'percona-server', 'percona-xtradb-cluster', 'library/percona'] },
  { title: 'MariaDB', images: ['mariadb', 'mariadb-galera'] },
  { title: 'SQL Server', images: ['mssql/server', 'mssql-server-linux', 'azure-sql-edge'] },
  { title: 'Redis', images: ['redis', 'redis-cluster', 'redis-stack', 'redis-stack-server', 'redis-sentinel'] },
  { title: 'Valkey', images: ['valkey', 'valkey-cluster'] },
  { title: 'KeyDB', images: ['keydb'] },
  { title: 'Dragonfly', images: ['dragonflydb/dragonfly'] },
  { title: 'Memcached', images: ['memcached'] },
  { title: 'Hazelcast', images: ['hazelcast', 'hazelcast-enterprise', 'hazelcast-kubernetes'] },
  { title: 'RabbitMQ', images: ['rabbitmq', 'rabbitmq-server'] },
  { title: 'ActiveMQ', images: ['activemq', 'activemq-classic', 'activemq-artemis', 'artemiscloud/activemq-artemis'] },
  { title: 'NATS', images: ['library/nats', 'bitnami/nats', 'nats-streaming'] },
  { title: 'Mosquitto', images: ['eclipse-mosquitto'] },
  { title: 'EMQX', images: ['emqx'] },
  { title: 'Pulsar', images: ['apachepulsar/pulsar', 'apachepulsar/pulsar-all'] },
  { title: 'Redpanda', images: ['redpandadata/redpanda', 'vectorized/redpanda'], quorum: true },
  { title: 'Elasticsearch', images: ['elasticsearch', 'elasticsearch-oss'] },
  { title: 'OpenSearch', images: ['opensearchproject/opensearch', 'bitnami/opensearch'] },
  { title: 'Solr', images: ['library/solr', 'bitnami/solr'] },
  { title: 'Meilisearch', images: ['getmeili/meilisearch'] },
  { title: 'Typesense', images: ['typesense/typesense'] },
  { title: 'Cassandra', images: ['cassandra'] },
  { title: 'ScyllaDB', images: ['scylladb/scylla'] },
  { title: 'CouchDB', images: ['couchdb'] },
  { title: 'Couchbase', images: ['library/couchbase', 'couchbase/server'] },
  { title: 'Neo4j', images: ['neo4j'] },
  { title: 'ArangoDB', images: ['arangodb'] },
  { title: 'RethinkDB', images: ['rethinkdb'] },
  { title: 'ClickHouse', images: ['clickhouse-server', 'bitnami/clickhouse'] },
  { title: 'ClickHouse Keeper', images: ['clickhouse-keeper'], quorum: true },
  { title: 'CockroachDB', images: ['cockroachdb/cockroach'], quorum: true },
  { title: 'InfluxDB', images: ['influxdb'] },
  { title: 'QuestDB', images: ['questdb/questdb'] },
  { title: 'VictoriaMetrics', images: ['victoriametrics/victoria-metrics'] },
  { title: 'Qdrant', images: ['qdrant/qdrant'] },
  { title: 'Weaviate', images: ['semitechnologies/weaviate'] },
  { title: 'Chroma', images: ['chromadb/chroma', 'chroma-core/chroma'] },
  { title: 'etcd', images: ['etcd', 'etcd-amd64'], quorum: true },
  { title: 'Consul', images: ['library/consul', 'hashicorp/consul', 'bitnami/consul'], quorum: true },
  { title: 'Vault', images: ['library/vault', 'hashicorp/vault', 'openbao/openbao'], quorum: true },
  { title: 'MinIO', images: ['minio/minio', 'bitnami/minio'] },
  { title: 'Docker registry', images: ['library/registry', 'distribution/distribution'] },
  { title: 'Nexus', images: ['sonatype/nexus3', 'sonatype/nexus'] },
  { title: 'Artifactory', images: ['artifactory-oss', 'artifactory-pro', 'artifactory-jcr'] },
  { title: 'Prometheus', images: ['prom/prometheus', 'prometheus/prometheus', 'bitnami/prometheus'] },
  { title: 'Alertmanager', images: ['prom/alertmanager', 'prometheus/alertmanager', 'bitnami/alertmanager'] },
  { title: 'Loki', images: ['grafana/loki', 'bitnami/grafana-loki'] },
  { title: 'Tempo', images: ['grafana/tempo', 'bitnami/grafana-tempo'] },
  {
    title: 'Grafana',
    images: ['grafana/grafana', 'grafana/grafana-oss', 'grafana/grafana-enterprise', 'bitnami/grafana'],
  },
  { title: 'Jaeger all-in-one', images: ['jaegertracing/all-in-one', 'jaegertracing/jaeger'] },
  { title: 'Jenkins', images: ['jenkins/jenkins', 'library/jenkins', 'bitnami/jenkins'] },
  { title: 'Selenium Grid', images: ['selenium/hub'] },
  { title: 'SonarQube', images: ['sonarqube'] },
  { title: 'Gitea', images: ['gitea/gitea', 'bitnami/gitea'] },
  { title: 'GitLab', images: ['gitlab/gitlab-ce', 'gitlab/gitlab-ee'] },
  { title: 'OpenLDAP', images: ['openldap'] },
]

/** A custom resource whose operator runs the members; `members` are the paths of their counts. */
export interface OperatedKind {
  readonly group: string
  readonly kind: string
  readonly family: 'kafka' | 'zookeeper' | 'mongodb'
  readonly distro: string
  readonly title: string
  readonly members: readonly (readonly string[])[]
}

export const OPERATED_KINDS: readonly OperatedKind[] = [
  ...(['Kafka', 'KafkaNodePool'] as const).map(kind => ({
    group: 'kafka.strimzi.io',
    kind,
    family: 'kafka' as const,
    distro: 'kafka/strimzi-cr',
    title: 'Kafka (Strimzi operator)',
    members: kind === 'Kafka' ? [['spec', 'kafka', 'replicas']] : [['spec', 'replicas']],
  })),
  ...(['Kafka', 'KRaftController', 'Zookeeper'] as const).map(kind => ({
    group: 'platform.confluent.io',
    kind,
    family: kind === 'Zookeeper' ? ('zookeeper' as const) : ('kafka' as const),
    distro: 'kafka/cfk-cr',
    title: kind === 'Zookeeper' ? 'ZooKeeper (Confluent operator)' : 'Kafka (Confluent operator)',
    members: [['spec', 'replicas']],
  })),
  {
    group: 'mongodbcommunity.mongodb.com',
    kind: 'MongoDBCommunity',
    family: 'mongodb',
    distro: 'mongo/community-cr',
    title: 'MongoDB (community operator)',
    members: [['spec', 'members']],
  },
  {
    group: 'psmdb.percona.com',
    kind: 'PerconaServerMongoDB',
    family: 'mongodb',
    distro: 'mongo/percona-cr',
    title: 'MongoDB (Percona operator)',
    members: [['spec', 'replsets', '#', 'size']],
  },
]

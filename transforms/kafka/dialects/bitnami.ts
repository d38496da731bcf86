// Bitnami's image: KAFKA_CFG_ variables are written into the properties file that Kafka's distribution brings.

import { type Dialect, leadingVersion, unescapedVariable } from './dialect.ts'

export const BITNAMI: Dialect = {
  distro: 'kafka/bitnami',
  variable: key => (/[A-Z_-]/.test(key) ? undefined : unescapedVariable('KAFKA_CFG_', key)),
  aliases: key => [unescapedVariable('KAFKA_', key)],
  entrypoint: ['/opt/bitnami/scripts/kafka/entrypoint.sh', '/opt/bitnami/scripts/kafka/run.sh'],
  fsGroup: 1001,
  dataFolder: '/bitnami/kafka/data',
  volumeFolder: '/bitnami/kafka',
  setsLogDirs: false,
  configFile: { path: '/bitnami/kafka/config', beats: 'variables' },
  // config/kraft/server.properties and config/server.properties of the distribution
  bundled: {
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
  },
  clusterId: 'KAFKA_KRAFT_CLUSTER_ID',
  idBy: 'export',
  keyFiles: {
    folder: '/opt/bitnami/kafka/config/certs',
    items: [
      ['tls.crt', 'kafka.keystore.pem'],
      ['tls.key', 'kafka.keystore.key'],
      ['ca.crt', 'kafka.truststore.pem'],
    ],
    // the image asks clients for certificates unless told otherwise
    settings: [
      ['KAFKA_TLS_TYPE', 'PEM'],
      ['KAFKA_TLS_CLIENT_AUTH', 'none'],
    ],
  },
  since: undefined,
  topicsTool: 'kafka-topics.sh',
  version: leadingVersion,
}

// Apache's image: the variables are written behind a mounted file, and any of them switches the bundled file off.

import { type Dialect, leadingVersion, pemStores, plainVariable } from './dialect.ts'

const FOLDER = '/etc/kafka/secrets'

export const APACHE: Dialect = {
  distro: 'kafka/apache',
  variable: plainVariable,
  aliases: () => [],
  entrypoint: ['/etc/kafka/docker/run'],
  fsGroup: 1000,
  // Kafka's own default: the volume of the image at /var/lib/kafka/data is not where data goes
  dataFolder: '/tmp/kafka-logs',
  volumeFolder: '/var/lib/kafka/data',
  setsLogDirs: true,
  configFile: { path: '/mnt/shared/config', beats: 'defaults' },
  bundled: {},
  clusterId: 'CLUSTER_ID',
  idBy: 'export',
  keyFiles: {
    folder: FOLDER,
    items: [
      ['tls-combined.pem', 'tls-combined.pem'],
      ['ca.crt', 'ca.crt'],
    ],
    settings: pemStores(FOLDER),
  },
  since: '3.7',
  topicsTool: '/opt/kafka/bin/kafka-topics.sh',
  version: leadingVersion,
}

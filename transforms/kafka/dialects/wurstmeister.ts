// The wurstmeister image: variables are written into the distribution's file; names in camel case cannot be expressed.

import { type Dialect, leadingVersion, pemStores, unescapedVariable } from './dialect.ts'

const FOLDER = '/etc/kafka/secrets'

export const WURSTMEISTER: Dialect = {
  distro: 'kafka/wurstmeister',
  variable: key => (/[A-Z_-]/.test(key) ? undefined : unescapedVariable('KAFKA_', key)),
  aliases: () => [],
  entrypoint: ['start-kafka.sh'],
  fsGroup: undefined,
  // /kafka/kafka-logs-$HOSTNAME below it: a folder for each pod that ever ran
  dataFolder: '/kafka',
  volumeFolder: '/kafka',
  setsLogDirs: true,
  bundled: {
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
  },
  clusterId: undefined,
  idBy: 'command-variable',
  keyFiles: {
    folder: FOLDER,
    items: [
      ['tls-combined.pem', 'tls-combined.pem'],
      ['ca.crt', 'ca.crt'],
    ],
    settings: pemStores(FOLDER),
  },
  since: undefined,
  topicsTool: 'kafka-topics.sh',
  // <Scala>-<Kafka>
  version: tag => leadingVersion(/^\d+\.\d+-(.+)$/.exec(tag)?.[1] ?? ''),
}

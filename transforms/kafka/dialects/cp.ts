// Confluent's images: kafka.properties is made of the variables at each start (cub and dub of the utility belt).

import { type Dialect, leadingVersion, pemStores, plainVariable } from './dialect.ts'

const FOLDER = '/etc/kafka/secrets'

/** Kafka's version by Confluent Platform's (docs.confluent.io, versions and interoperability). */
function kafkaVersion(tag: string): string | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.|$)/.exec(leadingVersion(tag) ?? '') ?? []
  if (major === undefined || minor === undefined) return undefined
  switch (major) {
    case '5':
      return Number(minor) <= 5 ? `2.${minor}` : undefined
    case '6':
      return Number(minor) <= 2 ? `2.${6 + Number(minor)}` : undefined
    case '7':
      return Number(minor) <= 9 ? `3.${minor}` : undefined
    case '8':
      return `4.${minor}`
    default:
      return undefined
  }
}

export const CONFLUENT: Dialect = {
  distro: 'kafka/cp',
  variable: plainVariable,
  aliases: () => [],
  entrypoint: ['/etc/confluent/docker/run'],
  fsGroup: 1000,
  dataFolder: '/var/lib/kafka/data',
  volumeFolder: '/var/lib/kafka/data',
  setsLogDirs: true,
  bundled: {},
  clusterId: 'CLUSTER_ID',
  idBy: 'export',
  // the start script takes any `SSL://` in the advertised list for JKS files, so the listener is not named SSL
  keyFiles: {
    folder: FOLDER,
    items: [
      ['tls-combined.pem', 'tls-combined.pem'],
      ['ca.crt', 'ca.crt'],
    ],
    settings: pemStores(FOLDER),
  },
  since: undefined,
  topicsTool: 'kafka-topics',
  version: kafkaVersion,
}

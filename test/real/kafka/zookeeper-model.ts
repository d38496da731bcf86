// What Confluent's ZooKeeper image turns its variables into: our own model of the image.

import type { Properties } from '../../support/kafka-model.ts'

/** The image knows these variables and no others. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['ZOOKEEPER_CLIENT_PORT', 'clientPort'],
  ['ZOOKEEPER_TICK_TIME', 'tickTime'],
  ['ZOOKEEPER_INIT_LIMIT', 'initLimit'],
  ['ZOOKEEPER_SYNC_LIMIT', 'syncLimit'],
  ['ZOOKEEPER_MAX_CLIENT_CNXNS', 'maxClientCnxns'],
  ['ZOOKEEPER_QUORUM_LISTEN_ON_ALL_IPS', 'quorumListenOnAllIPs'],
  ['ZOOKEEPER_AUTOPURGE_SNAP_RETAIN_COUNT', 'autopurge.snapRetainCount'],
  ['ZOOKEEPER_AUTOPURGE_PURGE_INTERVAL', 'autopurge.purgeInterval'],
])

/** Members are numbered by their place in the list; both folders are the image's own. */
export function confluentZooKeeper(variables: Properties): Properties {
  const properties = new Map([
    ['dataDir', '/var/lib/zookeeper/data'],
    ['dataLogDir', '/var/lib/zookeeper/log'],
  ])
  for (const [name, value] of variables) {
    const key = KEYS.get(name)
    if (key !== undefined) properties.set(key, value)
  }
  const servers = (variables.get('ZOOKEEPER_SERVERS') ?? '').split(';').filter(server => server !== '')
  for (const [index, server] of servers.entries()) properties.set(`server.${index + 1}`, server)
  return properties
}

// What ZooKeeper images turn their variables into: our own model of the images.

import type { Properties } from '../../support/kafka-model.ts'

/** Confluent's image knows these variables and no others. */
const CONFLUENT_KEYS: ReadonlyMap<string, string> = new Map([
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
    const key = CONFLUENT_KEYS.get(name)
    if (key !== undefined) properties.set(key, value)
  }
  const servers = (variables.get('ZOOKEEPER_SERVERS') ?? '').split(';').filter(server => server !== '')
  for (const [index, server] of servers.entries()) properties.set(`server.${index + 1}`, server)
  return properties
}

/** What the official image writes, with the values that it has where a variable is not set. */
const OFFICIAL_KEYS: readonly (readonly [variable: string, key: string, value: string])[] = [
  ['ZOO_DATA_DIR', 'dataDir', '/data'],
  ['ZOO_DATA_LOG_DIR', 'dataLogDir', '/datalog'],
  ['ZOO_TICK_TIME', 'tickTime', '2000'],
  ['ZOO_INIT_LIMIT', 'initLimit', '5'],
  ['ZOO_SYNC_LIMIT', 'syncLimit', '2'],
  ['ZOO_AUTOPURGE_PURGEINTERVAL', 'autopurge.purgeInterval', '0'],
  ['ZOO_AUTOPURGE_SNAPRETAINCOUNT', 'autopurge.snapRetainCount', '3'],
  ['ZOO_MAX_CLIENT_CNXNS', 'maxClientCnxns', '60'],
  ['ZOO_STANDALONE_ENABLED', 'standaloneEnabled', 'true'],
]

/** Servers and extra settings are words; each server's entry names its client port, since nothing else does. */
export function officialZooKeeper(variables: Properties): Properties {
  const properties = new Map(OFFICIAL_KEYS.map(([variable, key, value]) => [key, variables.get(variable) ?? value]))
  const words = [
    ...(variables.get('ZOO_SERVERS') ?? 'server.1=localhost:2888:3888;2181').split(/\s+/),
    ...(variables.get('ZOO_CFG_EXTRA') ?? '').split(/\s+/),
  ]
  for (const word of words.filter(text => text !== '')) {
    const equals = word.indexOf('=')
    properties.set(word.slice(0, equals), word.slice(equals + 1))
  }
  const commands = variables.get('ZOO_4LW_COMMANDS_WHITELIST')
  if (commands !== undefined) properties.set('4lw.commands.whitelist', commands)
  return properties
}

// How each ZooKeeper image is told about its members: variables, server list, folders, start script.

import type { DataPath } from '../stateful/data.ts'

export const PEER_PORT = 2888
export const ELECTION_PORT = 3888

/** Reads a variable: its text, or undefined when it is not set. */
export type Lookup = (name: string) => string | undefined

export interface Dialect {
  readonly distro: string
  /** folders with snapshots and with the transaction log: one without the other loses data, or does not start */
  readonly dataPaths: (lookup: Lookup) => readonly DataPath[]
  /** group of the files, for a fresh volume */
  readonly fsGroup: number
  /** entrypoint and command of the image */
  readonly entrypoint: readonly string[]
  /** holds the number of the member, from 1 */
  readonly idVariable: string
  /** whether the number is written into the data folder once and not read again */
  readonly keepsId: boolean
  readonly listVariable: string
  /** entries of a server list */
  readonly entries: (list: string) => readonly string[]
  readonly list: (hosts: readonly string[], clientPort: number) => string
  readonly clientPort: (lookup: Lookup) => number | undefined
  /** settings of an ensemble that are added where they are not set */
  readonly defaults: readonly (readonly [name: string, value: string])[]
  /** a setting that joins others in one variable, separated by blanks */
  readonly joined?: { readonly variable: string; readonly key: string; readonly value: string }
  /** configuration files that, when something is mounted there, are read instead of the variables */
  readonly configFiles: readonly string[]
}

/** Fixed list of variables, and N of `server.N` is the place in the list (cp-docker-images: zookeeper.properties.template). */
const CONFLUENT: Dialect = {
  distro: 'zk/cp',
  dataPaths: () => [
    { path: '/var/lib/zookeeper/data', name: 'data' },
    { path: '/var/lib/zookeeper/log', name: 'log' },
  ],
  fsGroup: 1000,
  entrypoint: ['/etc/confluent/docker/run'],
  idVariable: 'ZOOKEEPER_SERVER_ID',
  keepsId: false,
  listVariable: 'ZOOKEEPER_SERVERS',
  entries: list => list.split(';').filter(entry => entry.trim() !== ''),
  list: hosts => hosts.map(host => `${host}:${PEER_PORT}:${ELECTION_PORT}`).join(';'),
  clientPort: lookup => portOf(lookup('ZOOKEEPER_CLIENT_PORT')),
  defaults: [
    ['ZOOKEEPER_INIT_LIMIT', '10'],
    ['ZOOKEEPER_SYNC_LIMIT', '5'],
    ['ZOOKEEPER_QUORUM_LISTEN_ON_ALL_IPS', 'true'],
    ['ZOOKEEPER_AUTOPURGE_SNAP_RETAIN_COUNT', '3'],
    ['ZOOKEEPER_AUTOPURGE_PURGE_INTERVAL', '24'],
  ],
  configFiles: ['/etc/kafka/zookeeper.properties', '/etc/confluent/docker/zookeeper.properties.template'],
}

/** The client port belongs to each entry: without it the server runs and serves nobody (docker-entrypoint.sh). */
const OFFICIAL: Dialect = {
  distro: 'zk/official',
  dataPaths: lookup => [
    { path: lookup('ZOO_DATA_DIR') ?? '/data', name: 'data' },
    { path: lookup('ZOO_DATA_LOG_DIR') ?? '/datalog', name: 'datalog' },
  ],
  fsGroup: 1000,
  entrypoint: ['/docker-entrypoint.sh', 'zkServer.sh', 'start-foreground'],
  idVariable: 'ZOO_MY_ID',
  keepsId: true,
  listVariable: 'ZOO_SERVERS',
  entries: list => list.split(/\s+/).filter(entry => entry !== ''),
  list: (hosts, clientPort) =>
    hosts.map((host, index) => `server.${index + 1}=${host}:${PEER_PORT}:${ELECTION_PORT};${clientPort}`).join(' '),
  clientPort: lookup => {
    const list = lookup('ZOO_SERVERS')
    return list === undefined ? 2181 : portOf(/;(?:[\w.-]*:)?(\d+)\s*$/.exec(list)?.[1] ?? '2181')
  },
  defaults: [
    ['ZOO_INIT_LIMIT', '10'],
    ['ZOO_AUTOPURGE_PURGEINTERVAL', '24'],
    ['ZOO_4LW_COMMANDS_WHITELIST', 'srvr,mntr,ruok'],
  ],
  joined: { variable: 'ZOO_CFG_EXTRA', key: 'quorumListenOnAllIPs', value: 'true' },
  configFiles: ['/conf/zoo.cfg'],
}

/**
 * N of `server.N` is the place in the list; `::N` behind an entry says it outright, and early tags refuse to start with
 * it. The transaction log is in the data folder (libzookeeper.sh).
 */
const BITNAMI: Dialect = {
  distro: 'zk/bitnami',
  dataPaths: lookup => {
    const log = lookup('ZOO_DATA_LOG_DIR')
    const data = { path: '/bitnami/zookeeper/data', name: 'data' }
    return log === undefined || log === '' ? [data] : [data, { path: log, name: 'datalog' }]
  },
  fsGroup: 1001,
  entrypoint: ['/opt/bitnami/scripts/zookeeper/entrypoint.sh', '/opt/bitnami/scripts/zookeeper/run.sh'],
  idVariable: 'ZOO_SERVER_ID',
  keepsId: true,
  listVariable: 'ZOO_SERVERS',
  entries: list => list.split(/[,;\s]+/).filter(entry => entry !== ''),
  list: hosts => hosts.map(host => `${host}:${PEER_PORT}:${ELECTION_PORT}`).join(','),
  clientPort: lookup => portOf(lookup('ZOO_PORT_NUMBER') ?? '2181'),
  defaults: [
    ['ZOO_LISTEN_ALLIPS_ENABLED', 'yes'],
    ['ZOO_AUTOPURGE_INTERVAL', '24'],
    ['ZOO_AUTOPURGE_RETAIN_COUNT', '3'],
  ],
  configFiles: ['/opt/bitnami/zookeeper/conf/zoo.cfg', '/bitnami/zookeeper/conf/zoo.cfg'],
}

const DIALECTS: readonly Dialect[] = [CONFLUENT, OFFICIAL, BITNAMI]

export function dialectOf(distro: string | undefined): Dialect | undefined {
  return DIALECTS.find(dialect => dialect.distro === distro)
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text)
  return text !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

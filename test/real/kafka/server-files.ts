// The files that a server is started with: its pod's properties, fitted to this machine.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Properties } from '../../support/kafka-model.ts'
import type { Pod } from './pods.ts'

/** Changes that a test makes to a pod's properties; undefined takes a key away. */
export type Overrides = Readonly<Record<string, string | undefined>>

/** Where a pod is on this machine. */
export interface Place {
  readonly address: string
  /** folder that stands for the root of the container's files */
  readonly root: string
}

const SMALL_BROKER = [
  ['offsets.topic.num.partitions', '5'],
  ['transaction.state.log.num.partitions', '5'],
] as const

/**
 * Writes the properties, and for ZooKeeper the member's number. They differ from what the manifests say in these points
 * alone: servers bind a loopback address of their own in place of all addresses, paths lead below the root, and
 * internal topics have five partitions.
 */
export async function writeServerFiles(pod: Pod, overrides: Overrides, place: Place, file: string): Promise<void> {
  const all = new Map([...pod.properties, ...(pod.family === 'kafka' ? SMALL_BROKER : [])])
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) all.delete(key)
    else all.set(key, value)
  }
  if (pod.family === 'zookeeper') bindMember(all, pod.variables, place.address)
  const listeners = all.get('listeners')
  if (listeners !== undefined) {
    all.set('listeners', listeners.replace(/:\/\/(?:0\.0\.0\.0)?:/g, `://${place.address}:`))
  }
  const lines = [...all].map(([key, value]) => `${key}=${value.startsWith('/') ? below(place.root, value) : value}\n`)
  await writeFile(file, lines.join(''))
  const data = pod.properties.get('dataDir')
  if (data !== undefined) await writeNumber(path.join(place.root, data, 'myid'), pod.variables)
}

function bindMember(properties: Map<string, string>, variables: Properties, address: string): void {
  for (const key of ['clientPort', 'secureClientPort']) {
    if (properties.has(key)) properties.set(`${key}Address`, address)
  }
  properties.delete('quorumListenOnAllIPs')
  const own = `server.${numberOf(variables)}`
  const server = properties.get(own)
  if (server !== undefined) properties.set(own, server.replace(/;(?=\d+$)/, `;${address}:`))
}

/** One path, or several with commas between them. */
function below(root: string, value: string): string {
  return value
    .split(',')
    .map(file => path.join(root, file))
    .join(',')
}

function numberOf(variables: Properties): string {
  return variables.get('ZOOKEEPER_SERVER_ID') ?? variables.get('ZOO_MY_ID') ?? '1'
}

/** Confluent's image writes a member's number anew at each start, the official one where there is none yet. */
async function writeNumber(file: string, variables: Properties): Promise<void> {
  const flag = variables.has('ZOOKEEPER_SERVER_ID') ? 'w' : 'wx'
  await writeFile(file, `${numberOf(variables)}\n`, { flag }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

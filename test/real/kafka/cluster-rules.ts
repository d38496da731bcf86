// What three brokers have to stand, asked of real ones.

import { expect } from 'vitest'
import { at } from '../../../src/yaml/path.ts'
import { parseListeners } from '../../../transforms/kafka/listeners.ts'
import type { Files } from '../../support/fixtures.ts'
import type { Properties } from '../../support/kafka-model.ts'
import type { Cluster } from './cluster.ts'
import { dialWithNode, dialWithOpenSsl } from './handshake.ts'
import { waitFor } from './java.ts'
import { objectsOf, strings } from './pods.ts'
import { type Partition, type Probe, ProbeError } from './probe.ts'

const FAILOVER_SECONDS = 60
const RECOVERY_SECONDS = 90

/** Name of the pod of a broker, whose ids count from 1. */
export function podOf(cluster: Cluster, id: string): string {
  const pod = cluster.pods.find(({ properties }) => (properties.get('broker.id') ?? properties.get('node.id')) === id)
  if (pod === undefined) throw new Error(`no broker has the id ${id}`)
  return pod.name
}

/** The host that a broker tells its clients to dial. */
export function advertisedHost(properties: Properties, listener: string): string | undefined {
  return parseListeners(properties.get('advertised.listeners') ?? '')?.find(({ name }) => name === listener)?.host
}

/**
 * Dials every broker under every name that it has in the certificate, with Java, Node.js and OpenSSL; answers who
 * refused which name, and how many names there were.
 */
export async function dialEveryName(cluster: Cluster, probe: Probe, names: readonly string[], port: number) {
  const authority = cluster.authority.file
  const refusals: string[] = []
  let dialled = 0
  for (const pod of cluster.brokers) {
    for (const host of pod.hosts.filter(name => names.includes(name))) {
      const dial = { address: cluster.address(pod), port, host, authority }
      const java = await probe.ask('dial', host, port, authority).catch(String)
      for (const [client, fault] of [
        ['Java', java.startsWith('TLS') ? undefined : java],
        ['Node.js', await dialWithNode(dial)],
        ['OpenSSL', await dialWithOpenSsl(dial)],
      ]) {
        if (fault !== undefined) refusals.push(`${client} refuses ${host}: ${fault}`)
      }
      dialled += 1
    }
  }
  return { refusals, dialled }
}

/** Names of a generated certificate, wildcards included. */
export function certificateNames(files: Files, certificate: string): string[] {
  const found = objectsOf(files, 'Certificate').find(({ name }) => name === certificate)
  return strings(at(found?.value, ['spec', 'dnsNames']))
}

/** The name of the exception that the client got. */
export async function exceptionOf(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ProbeError) return error.exception
  throw error ?? new Error('nothing failed')
}

export async function onlyPartition(probe: Probe, topic: string): Promise<Partition> {
  const [partition, ...others] = await probe.partitions(topic)
  if (partition === undefined || others.length > 0) throw new Error(`${topic} has not one partition`)
  return partition
}

/** Waits until records are acknowledged that were not yet, and answers how long acknowledgements paused at most. */
export async function writingGoesOn(probe: Probe): Promise<number> {
  const before = await probe.flooded()
  const more = 20
  const { longestPauseMilliseconds } = await waitFor('writing goes on', FAILOVER_SECONDS, async () => {
    const now = await probe.flooded()
    return now.acknowledged >= before.acknowledged + more ? now : undefined
  })
  return longestPauseMilliseconds
}

/** Kills two of three brokers under a producer, each time the leader, and starts both again. */
export async function killTwo(cluster: Cluster, probe: Probe, topic: string) {
  const first = await onlyPartition(probe, topic)
  await cluster.kill(podOf(cluster, first.leader))
  const pause = await writingGoesOn(probe)
  const second = await onlyPartition(probe, topic)
  expect(second.inSync).toHaveLength(2)
  await cluster.kill(podOf(cluster, second.leader))
  return { first, second, pause }
}

/** Waits until every partition has all of its copies. */
export async function copiesAreBack(probe: Probe, copies: number): Promise<void> {
  await waitFor(`every partition has ${copies} copies in sync`, RECOVERY_SECONDS, async () => {
    const answer = await probe.ask('below', copies).catch(() => undefined)
    return answer?.startsWith('0 ') === true ? true : undefined
  })
}

/** No acknowledged record of the flood is missing; answers how many there are. */
export async function nothingIsLost(probe: Probe): Promise<number> {
  const { failed } = await probe.flooded('stop')
  const [missing, acknowledged] = (await probe.ask('missing')).split(' ').map(Number)
  expect({ failed, missing }).toEqual({ failed: 0, missing: 0 })
  return acknowledged ?? 0
}

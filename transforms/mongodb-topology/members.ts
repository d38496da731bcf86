// What makes pods the members of one replica set: options, key, Job, Services and clients.

import { type Edit, effectiveImage, type FollowUp, isFloating, type Resource, set } from '../../src/sdk.ts'
import { type Clients, findClients, nameLeft, textWarnings } from '../mongodb/clients.ts'
import { optionEdits, splitEdits } from '../mongodb/command-line.ts'
import { type Init, initObjects } from '../mongodb/init-job.ts'
import { declaredUser, KEY_PATH, keyFileEdits } from '../mongodb/key-file.ts'
import { settingOf } from '../mongodb/server.ts'
import { keySecret } from '../mongodb/settings.ts'
import { envEdits, POD_NAME } from '../stateful/env.ts'
import { type Headless, isHeadless, type ServicePort } from '../stateful/headless.ts'
import { domainSuffix, memberHosts } from '../stateful/members.ts'
import { portEdits, portReferenceOrAdded, quorumProbeEdits, readinessEdits } from '../stateful/probes.ts'
import type { Refused } from '../stateful/refused.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'
import { type KnownSituation, optionsOf, POD_LABEL, type ServerSituation, servicesOf, userOf } from './situation.ts'
import { pinnedRest } from './texts.ts'

/** Seconds between members, in which one that was restarted takes up what it has missed. */
export const MIN_READY_SECONDS = 10

/** Seconds in which a primary hands over and closes its files. */
export const GRACE_SECONDS = 60

/** What only the primary, or a set that has been set up, answers: the first pod has to become ready before there is one. */
export const ASKS_FOR_SET = /isMaster|ismaster|isWritablePrimary|\bhello\b|rs\.\w+\(|replSetGetStatus/

/** What is the same for the members of every image. */
export interface Found {
  readonly hosts: readonly string[]
  readonly clients: Clients
  readonly serviceEdits: readonly Edit[]
  readonly leaves: readonly FollowUp[]
  readonly warnings: readonly string[]
}

export interface Members extends Found {
  /** the Job that sets the replica set up; undefined where the image does it */
  readonly init: Init | undefined
  /** user that owns the data, undefined where the platform chooses it */
  readonly uid: number | undefined
  /** Secret with their common key, where there has to be one */
  readonly keySecret: string | undefined
  readonly inContainer: readonly Edit[]
}

export function findMembers(situation: ServerSituation, headless: Headless, count: number): Found | Refused {
  const { workspace, settings, workload } = situation
  const { resource } = workload
  const suffix = domainSuffix(workspace, settings, resource)
  const hosts = memberHosts(resource.name, headless.name, suffix, count)
  const clients = clientsOf(situation, hosts)
  const services = servicesOf(situation)
  const own = services.filter(service => !isHeadless(service))
  const pinned = isPinNeeded(clients) ? own : []
  if (own.length === 0 && clients.left.length > 0) return dialledThroughHeadless(services, clients)
  return {
    hosts,
    clients,
    serviceEdits: pinned.map(service => set(service, ['spec', 'selector', POD_LABEL], `${resource.name}-0`)),
    leaves: pinned.length > 0 ? [pinnedRest(workload, pinned, clients)] : [],
    warnings: [...warningsOf(situation, suffix), ...textWarnings(workspace, services)],
  }
}

export function membersOf(situation: KnownSituation, headless: Headless, count: number): Members | Refused {
  const { workspace, workload, server, port } = situation
  const options = optionsOf(situation)
  const found = findMembers(situation, headless, count)
  if ('code' in found) return found
  const root = server.access.kind === 'on' ? server.access.root : undefined
  const uid = userOf(situation)
  const { container } = server
  return {
    ...found,
    init: initObjects(workspace, {
      ...{ container, hosts: found.hosts, port, replicaSet: options.replicaSet, root },
      uid: declaredUser(container) || uid,
    }),
    uid,
    keySecret:
      root !== undefined && options.key.source === 'secret' ? keySecret(workload.resource.name, options) : undefined,
    inContainer: containerEdits(situation),
  }
}

function warningsOf({ workspace, server }: ServerSituation, suffix: string): string[] {
  const image = effectiveImage(workspace, server.container)
  return [
    ...(suffix === ''
      ? [
          'the namespace is not in the files, so members have short names, which clients of other namespaces cannot resolve',
        ]
      : []),
    ...(image !== undefined && isFloating(image)
      ? [`${server.container.image} has no fixed version: members that start at different times may run different ones`]
      : []),
  ]
}

export function clientsOf(situation: ServerSituation, hosts: readonly string[]): Clients {
  const { workspace, settings, workload, port } = situation
  return findClients(workspace, {
    workload,
    services: servicesOf(situation),
    clusterDomain: settings.get(CLUSTER_DOMAIN, workload.resource),
    replicaSet: optionsOf(situation).replicaSet,
    members: hosts.map(host => `${host}:${port}`),
  })
}

/**
 * Older drivers take a single address for a single server: through a Service before three members, two of three
 * connections would end at one that takes no writes.
 */
export function isPinNeeded(clients: Clients): boolean {
  return clients.left.length > 0 || (clients.rewritten.length === 0 && !clients.converted)
}

/** A headless Service answers with every member, and has to: it cannot lead to the first one alone. */
function dialledThroughHeadless(services: readonly Resource[], clients: Clients): Refused {
  const names = services.map(service => service.name).join(' and ')
  return {
    code: 'clients-on-headless',
    why: `clients dial its headless Service ${names} as one server, and would reach members that take no writes: ${nameLeft(clients.left).join('; ')}`,
    next: 'give these clients a Service of their own with a cluster IP, or name the replica set in their connection strings, then run again',
  }
}

export function memberPorts({ server, port }: ServerSituation): ServicePort[] {
  return [{ name: 'mongodb', port, targetPort: portReferenceOrAdded(server.container, port, 'mongodb') }]
}

function containerEdits(situation: KnownSituation): Edit[] {
  const { workspace, server, port } = situation
  const { container, line, access } = server
  const options = optionsOf(situation)
  const words = ['--replSet', options.replicaSet]
  const bound = settingOf(server, 'bind_ip', 'net.bindIp') ?? settingOf(server, 'bind_ip_all', 'net.bindIpAll')
  if (bound === undefined) words.push('--bind_ip_all')
  const reference = portReferenceOrAdded(container, port, 'mongodb')
  const edits: Edit[] = []
  if (access.kind === 'on') {
    words.push('--keyFile', KEY_PATH)
    edits.push(...keyFileEdits(container, options, access.root, userOf(situation)))
  }
  if (access.kind === 'on' && line.starts === 'entrypoint') {
    edits.push(
      ...splitEdits(container, line, words),
      ...envEdits(workspace, container, { fields: [POD_NAME], values: [], removed: [] }),
    )
  } else edits.push(...optionEdits(container, line, words))
  return [
    ...edits,
    ...portEdits(container, [{ name: 'mongodb', port }]),
    ...quorumProbeEdits(container, ASKS_FOR_SET, reference),
    ...readinessEdits(container, reference),
  ]
}

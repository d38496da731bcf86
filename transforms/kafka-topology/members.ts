// What each broker is told when one becomes several: its id, its own address, its ensemble or its fellow voters.

import { createHash } from 'node:crypto'
import type { Edit, Settings, Workspace } from '../../src/sdk.ts'
import { type Broker, hasOwnIds, type Listeners } from '../kafka/broker.ts'
import type { KeyChange } from '../kafka/config.ts'
import { readKey } from '../kafka/config.ts'
import { memberList } from '../kafka/hosts.ts'
import { formatListeners, formatProtocols, type Listener } from '../kafka/listeners.ts'
import { ordinalPlus, wrapperEdits } from '../stateful/command.ts'
import { type FieldVariable, POD_NAME, POD_NAMESPACE, settingOf } from '../stateful/env.ts'
import { domainSuffix, memberHosts, settledNamespace } from '../stateful/members.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'

export interface Plan {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly broker: Broker
  readonly listeners: Listeners
  /** name of the headless Service */
  readonly headless: string
  readonly members: number
  /** id of the first broker; undefined when ids are given by themselves, or by the command already */
  readonly firstId: number | undefined
  /** folder for the data on new volumes; undefined where it stays */
  readonly logDirs: string | undefined
}

/** The listeners as each broker tells them: its own name in place of the one that they shared. */
function ownListeners({ workspace, settings, broker, listeners, headless }: Plan): Listener[] {
  const { resource } = broker.workload
  const isKnown = settledNamespace(workspace, resource) !== undefined
  const end = isKnown ? `.$(POD_NAMESPACE).svc.${settings.get(CLUSTER_DOMAIN, resource)}` : ''
  const host = `$(POD_NAME).${headless}${end}`
  return listeners.advertised.map(listener => ({ ...listener, host }))
}

export function fieldsOf({ workspace, broker }: Plan): FieldVariable[] {
  const isKnown = settledNamespace(workspace, broker.workload.resource) !== undefined
  return isKnown ? [POD_NAME, POD_NAMESPACE] : [POD_NAME]
}

/** Key of a broker's id. */
function idKey(broker: Broker): 'broker.id' | 'node.id' {
  return broker.mode === 'zookeeper' ? 'broker.id' : 'node.id'
}

/** `auto`: no id is given, and each broker makes and stores one; undefined when the files do not say it. */
export function idOf(workspace: Workspace, broker: Broker): number | 'auto' | undefined {
  const found = readKey(workspace, broker.configuration, idKey(broker))
  if (found.kind === 'unknown') return undefined
  if (found.kind === 'absent') return broker.mode === 'zookeeper' ? 'auto' : 1
  const id = Number(found.text)
  if (!Number.isInteger(id)) return undefined
  return id < 0 && broker.mode === 'zookeeper' ? 'auto' : Math.max(id, 0)
}

/** Edits that give each broker its id, undefined for a command that nothing can be put into. */
export function idEdits({ broker, firstId }: Plan): Edit[] | undefined {
  const { container, dialect } = broker
  const variable = dialect?.variable(idKey(broker))
  if (dialect === undefined || variable === undefined) return undefined
  if (firstId === undefined || dialect.idBy === 'command-variable') return []
  const exports = [[variable, ordinalPlus(firstId)]] as const
  return wrapperEdits(container, { exports, entrypoint: dialect.entrypoint })
}

export function memberChanges(plan: Plan): KeyChange[] {
  const { workspace, broker, listeners, firstId, logDirs } = plan
  const { dialect, configuration, container } = broker
  const changes: KeyChange[] = []
  if (firstId !== undefined) {
    changes.push([idKey(broker), undefined])
    if (dialect?.idBy === 'command-variable') changes.push(['BROKER_ID_COMMAND', `echo ${ordinalPlus(firstId)}`])
  }
  if (broker.mode === 'zookeeper') changes.push(...ensembleChanges(plan))
  else changes.push(...quorumChanges(plan))
  const opened = openedListeners(plan)
  const isTold = readKey(workspace, configuration, 'listeners').kind === 'text'
  // Confluent's image opens what is advertised, on all addresses
  if (isTold || broker.distro !== 'kafka/cp' || broker.mode === 'combined') {
    changes.push(['listeners', formatListeners(opened)])
  }
  changes.push(['advertised.listeners', formatListeners(ownListeners(plan))])
  if (broker.mode === 'combined' && !hasControllers(listeners)) {
    changes.push(['listener.security.protocol.map', formatProtocols(mapWith(plan))])
  }
  for (const name of ['KAFKA_ADVERTISED_HOST_NAME', 'KAFKA_ADVERTISED_PORT', 'HOSTNAME_COMMAND']) {
    if (settingOf(workspace, container, name).kind !== 'absent') changes.push([name, undefined])
  }
  if (logDirs !== undefined) changes.push(['log.dirs', logDirs])
  return changes
}

/** An address that is not one of the pod cannot be opened in several pods. */
function openedListeners({ listeners }: Plan): Listener[] {
  return listeners.opened.map(listener =>
    listener.host === '' || listener.host === '0.0.0.0' || listener.host.includes('$(')
      ? listener
      : { ...listener, host: '0.0.0.0' },
  )
}

function ensembleChanges({ workspace, settings, broker }: Plan): KeyChange[] {
  const found = readKey(workspace, broker.configuration, 'zookeeper.connect')
  const list = found.kind === 'text' ? memberList(workspace, settings, broker.workload.resource, found.text) : undefined
  return list === undefined ? [] : [['zookeeper.connect', list]]
}

/** Voters by their full names, and one id of the cluster for all: brokers with another one reject each other. */
function quorumChanges(plan: Plan): KeyChange[] {
  const { workspace, settings, broker, listeners, headless, members, firstId } = plan
  const { workload, dialect, configuration, container } = broker
  const { resource } = workload
  const controller = controllerOf(listeners)
  const hosts = memberHosts(resource.name, headless, domainSuffix(workspace, settings, resource), members)
  const voters = hosts.map((host, ordinal) => `${(firstId ?? 1) + ordinal}@${host}:${controller.port}`)
  const changes: KeyChange[] = []
  if (readKey(workspace, configuration, 'process.roles').kind === 'absent') {
    changes.push(['process.roles', 'broker,controller'])
  }
  changes.push(['controller.quorum.voters', voters.join(',')])
  if (readKey(workspace, configuration, 'controller.listener.names').kind === 'absent') {
    changes.push(['controller.listener.names', controller.name])
  }
  const variable = dialect?.clusterId
  if (variable !== undefined && settingOf(workspace, container, variable).kind === 'absent') {
    changes.push([variable, clusterId(`${resource.namespace ?? ''}/${resource.name}`)])
  }
  return changes
}

/** The listener of the controllers; the images open CONTROLLER on 9093 when nothing says it. */
export function controllerOf({ opened, controllers }: Listeners): Listener {
  const named = opened.find(({ name }) => name === (controllers[0] ?? 'CONTROLLER'))
  return named ?? { name: controllers[0] ?? 'CONTROLLER', host: '', port: 9093 }
}

function hasControllers({ mapped, protocols, controllers }: Listeners): boolean {
  return mapped && controllers.every(name => protocols.has(name))
}

/** Named in full: Kafka guesses the controllers' protocol only as long as nothing is encrypted. */
function mapWith({ listeners }: Plan): ReadonlyMap<string, 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'> {
  const { opened, protocols } = listeners
  const names = new Set([...opened.map(({ name }) => name), controllerOf(listeners).name])
  return new Map([...names].map(name => [name, protocols.get(name) ?? 'PLAINTEXT']))
}

/** 16 bytes in base64url, the same for the same name; Kafka takes none that begins with a dash (kafka.common.Uuid). */
function clusterId(name: string): string {
  for (let salt = 0; ; salt += 1) {
    const bytes = createHash('sha256').update(`kubemend ${name} ${salt}`).digest().subarray(0, 16)
    const id = bytes.toString('base64url')
    if (!id.startsWith('-')) return id
  }
}

/** Whether the command gives ids, or the image makes them. */
export function givesIds(broker: Broker): boolean {
  return hasOwnIds(broker.container)
}

// The settings of a stage: listeners, the protocol of each, and the key files.

import type { Settings, Workspace } from '../../src/sdk.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { type KeyChange, readKey } from '../kafka/config.ts'
import { formatListeners, formatProtocols } from '../kafka/listeners.ts'
import { listenersAt, type Stage } from '../kafka/stage.ts'
import { keyFolder } from './material.ts'

export interface TlsPlan {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly broker: Broker
  readonly listeners: Listeners
  /** of the TLS listener */
  readonly port: number
  readonly stage: Stage
  /** whether the certificate of the brokers is in the files, or is made by this change */
  readonly isOwn: boolean
}

export function listenerChanges({ workspace, broker, listeners, port, stage }: TlsPlan): KeyChange[] {
  const target = listenersAt(stage, listeners, port)
  const changes: KeyChange[] = [
    ['listeners', formatListeners(target.opened)],
    ['advertised.listeners', formatListeners(target.advertised)],
    ['listener.security.protocol.map', formatProtocols(target.protocols)],
  ]
  if (target.between !== listeners.between) changes.push(['inter.broker.listener.name', target.between])
  // Kafka takes one of the two, never both
  const protocol = readKey(workspace, broker.configuration, 'security.inter.broker.protocol')
  if (target.between !== listeners.between && protocol.kind !== 'absent') {
    changes.push(['security.inter.broker.protocol', undefined])
  }
  return changes
}

/** PEM files have no password, and Kafka refuses one beside them. */
const PASSWORDS: readonly string[] = ['ssl.keystore.password', 'ssl.key.password', 'ssl.truststore.password']

/** Nothing where the broker has key files already. */
export function keyChanges({ workspace, broker }: TlsPlan): KeyChange[] {
  const { dialect, configuration } = broker
  if (dialect === undefined || hasKeyFiles(workspace, broker)) return []
  const passwords = PASSWORDS.filter(key => readKey(workspace, configuration, key).kind !== 'absent')
  const { folder, settings } = dialect.keyFiles
  const files = settings.map(([key, value]): KeyChange => [key, value.replace(folder, keyFolder(broker))])
  return [...files, ...passwords.map((key): KeyChange => [key, undefined])]
}

export function hasKeyFiles(workspace: Workspace, { configuration }: Broker): boolean {
  return ['ssl.keystore.location', 'ssl.keystore.filename'].some(
    key => readKey(workspace, configuration, key).kind !== 'absent',
  )
}

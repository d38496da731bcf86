// The keys of zoo.cfg that images are told through variables: where each stands, and edits that set some.

import type { Container, Edit, Workspace } from '../../src/sdk.ts'
import { envEdits, type Setting, settingOf } from '../stateful/env.ts'

/** `joined`: all keys in one variable, as words `key=value`; `variable`: one for each, undefined where there is none. */
type Channel =
  | { readonly kind: 'joined'; readonly variable: string }
  | {
      readonly kind: 'separate'
      readonly variable: (key: string) => string | undefined
      /** the image's own switches, which say the same */
      readonly others: Readonly<Record<string, readonly string[]>>
    }

/** Names of the template that are no upper-case form of their key (kafka-images: zookeeper.properties.template). */
const CONFLUENT_NAMES: Readonly<Record<string, string>> = {
  serverCnxnFactory: 'ZOOKEEPER_SERVER_CNXN_FACTORY',
  secureClientPort: 'ZOOKEEPER_SECURE_CLIENT_PORT',
  sslQuorum: 'ZOOKEEPER_SSL_QUORUM',
  'ssl.clientAuth': 'ZOOKEEPER_SSL_CLIENT_AUTH',
  'ssl.keyStore.location': 'ZOOKEEPER_SSL_KEYSTORE_LOCATION',
  'ssl.trustStore.location': 'ZOOKEEPER_SSL_TRUSTSTORE_LOCATION',
  'ssl.quorum.keyStore.location': 'ZOOKEEPER_SSL_QUORUM_KEYSTORE_LOCATION',
  'ssl.quorum.trustStore.location': 'ZOOKEEPER_SSL_QUORUM_TRUSTSTORE_LOCATION',
}

const CHANNELS: Readonly<Record<string, Channel>> = {
  // docker-entrypoint.sh writes each word of the variable as a line
  'zk/official': { kind: 'joined', variable: 'ZOO_CFG_EXTRA' },
  'zk/cp': { kind: 'separate', variable: key => CONFLUENT_NAMES[key], others: {} },
  // libzookeeper.sh: what is behind ZOO_CFG_ is the key, in its own case; ZOO_TLS_CLIENT_ENABLE would close the plain port
  'zk/bitnami': {
    kind: 'separate',
    variable: key => `ZOO_CFG_${key.replaceAll('.', '_')}`,
    others: {
      sslQuorum: ['ZOO_TLS_QUORUM_ENABLE'],
      secureClientPort: ['ZOO_TLS_CLIENT_ENABLE'],
      'ssl.keyStore.location': ['ZOO_TLS_CLIENT_KEYSTORE_FILE'],
      'ssl.quorum.keyStore.location': ['ZOO_TLS_QUORUM_KEYSTORE_FILE'],
    },
  },
}

export type KeyChange = readonly [key: string, value: string]

/** Whether the image can be told the key. */
export function isExpressible(distro: string, key: string): boolean {
  const channel = CHANNELS[distro]
  return channel?.kind === 'joined' || channel?.variable(key) !== undefined
}

/** The key as it counts; a switch of the image's own reads as `unknown`, unless it is off. */
export function readKey(workspace: Workspace, container: Container, distro: string, key: string): Setting {
  const channel = CHANNELS[distro]
  if (channel === undefined) return { kind: 'unknown' }
  if (channel.kind === 'joined') {
    const joined = settingOf(workspace, container, channel.variable)
    if (joined.kind !== 'text') return joined
    const text = wordsOf(joined.text).get(key)
    return text === undefined ? { kind: 'absent' } : { kind: 'text', text }
  }
  const variable = channel.variable(key)
  const own: Setting = variable === undefined ? { kind: 'absent' } : settingOf(workspace, container, variable)
  if (own.kind !== 'absent') return own
  const others = (channel.others[key] ?? []).map(name => settingOf(workspace, container, name))
  return others.every(isOff) ? own : { kind: 'unknown' }
}

function isOff(setting: Setting): boolean {
  return setting.kind === 'absent' || (setting.kind === 'text' && /^(?:no|false|0|)$/i.test(setting.text))
}

function wordsOf(text: string): Map<string, string> {
  const pairs = text.split(/\s+/).map(word => /^([^=]+)=(.*)$/.exec(word))
  return new Map(pairs.flatMap(match => (match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const])))
}

/** Edits that set the keys; all of them can be expressed. */
export function keyEdits(
  workspace: Workspace,
  container: Container,
  distro: string,
  changes: readonly KeyChange[],
): Edit[] {
  const channel = CHANNELS[distro]
  const open = changes.filter(([key, value]) => {
    const present = readKey(workspace, container, distro, key)
    return present.kind !== 'text' || present.text !== value
  })
  if (channel === undefined || open.length === 0) return []
  if (channel.kind === 'joined') {
    const joined = settingOf(workspace, container, channel.variable)
    const text = open.reduce(withWord, joined.kind === 'text' ? joined.text.trim() : '')
    return envEdits(workspace, container, { fields: [], values: [[channel.variable, text]], removed: [] })
  }
  const values = open.flatMap(([key, value]): (readonly [string, string])[] => {
    const name = channel.variable(key)
    return name === undefined ? [] : [[name, value]]
  })
  return envEdits(workspace, container, { fields: [], values, removed: [] })
}

/** The word stands where its key stood; other words, and what is between them, stay. */
function withWord(text: string, [key, value]: KeyChange): string {
  const pattern = new RegExp(`(?<=^|\\s)${key.replaceAll('.', '\\.')}=\\S*`)
  if (pattern.test(text)) return text.replace(pattern, () => `${key}=${value}`)
  return text === '' ? `${key}=${value}` : `${text} ${key}=${value}`
}

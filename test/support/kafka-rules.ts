// The rules that Kafka itself holds a broker's properties to, as far as they are about listeners, keys and voters.

import { type Listener, type Protocol, parseListeners, parseProtocols } from '../../transforms/kafka/listeners.ts'

/** What the rules speak of, by properties key. */
export type Lookup = (key: string) => string | undefined

/**
 * The first rule of Kafka's own validation (KafkaConfig.validateValues, listeners and advertised listeners) or of its
 * start-up checks that the properties break; undefined when they break none.
 */
export function brokenRule(lookup: Lookup): string | undefined {
  const listeners = parseListeners(lookup('listeners') ?? 'PLAINTEXT://:9092')
  if (listeners === undefined) return 'listeners cannot be read'
  const advertisedText = lookup('advertised.listeners')
  const roles =
    lookup('process.roles')
      ?.split(',')
      .map(role => role.trim()) ?? []
  const controllers =
    lookup('controller.listener.names')
      ?.split(',')
      .map(name => name.trim()) ?? []
  const advertised =
    advertisedText === undefined
      ? listeners.filter(({ name }) => !controllers.includes(name))
      : parseListeners(advertisedText)
  const protocols = protocolsOf(lookup, listeners, controllers)
  if (advertised === undefined) return 'advertised.listeners cannot be read'
  if (protocols === undefined) return 'listener.security.protocol.map cannot be read'
  return (
    brokenListener(listeners, advertised, protocols) ??
    brokenInterBroker(lookup, advertised, protocols) ??
    brokenController(lookup, roles, controllers, listeners, advertised, protocols) ??
    brokenStores(lookup, listeners, protocols)
  )
}

/** Without a map, controllers count as plaintext as long as no listener is encrypted (KIP-601, KafkaConfig). */
function protocolsOf(
  lookup: Lookup,
  listeners: readonly Listener[],
  controllers: readonly string[],
): ReadonlyMap<string, Protocol> | undefined {
  const text = lookup('listener.security.protocol.map')
  const protocols = parseProtocols(text)
  if (text !== undefined || listeners.some(({ name }) => /SSL|SASL/.test(name))) return protocols
  return new Map([...controllers.map(name => [name, 'PLAINTEXT'] as const), ...(protocols ?? [])])
}

function brokenListener(
  listeners: readonly Listener[],
  advertised: readonly Listener[],
  protocols: ReadonlyMap<string, Protocol>,
): string | undefined {
  const unmapped = [...listeners, ...advertised].find(({ name }) => !protocols.has(name))
  if (unmapped !== undefined) return `no security protocol is defined for listener ${unmapped.name}`
  if (new Set(listeners.map(({ port }) => port)).size < listeners.length) return 'two listeners share a port'
  if (new Set(listeners.map(({ name }) => name)).size < listeners.length) return 'two listeners share a name'
  const unopened = advertised.find(({ name }) => !listeners.some(listener => listener.name === name))
  if (unopened !== undefined) return `advertised listener ${unopened.name} is not among the listeners`
  if (advertised.some(({ host }) => host === '0.0.0.0')) return 'an advertised listener has the address 0.0.0.0'
  return undefined
}

function brokenInterBroker(
  lookup: Lookup,
  advertised: readonly Listener[],
  protocols: ReadonlyMap<string, Protocol>,
): string | undefined {
  const name = lookup('inter.broker.listener.name')
  const protocol = lookup('security.inter.broker.protocol')
  if (name !== undefined && protocol !== undefined) {
    return 'inter.broker.listener.name and security.inter.broker.protocol are both set'
  }
  const wanted = name ?? protocol ?? 'PLAINTEXT'
  if (name !== undefined && !protocols.has(name)) return `no security protocol is defined for listener ${name}`
  if (!advertised.some(listener => listener.name === wanted)) {
    return `the listener between brokers, ${wanted}, is not among the advertised ones`
  }
  return undefined
}

function brokenController(
  lookup: Lookup,
  roles: readonly string[],
  controllers: readonly string[],
  listeners: readonly Listener[],
  advertised: readonly Listener[],
  protocols: ReadonlyMap<string, Protocol>,
): string | undefined {
  if (roles.length === 0) return undefined
  const [first] = controllers
  if (first === undefined) return 'process.roles without controller.listener.names'
  if (!protocols.has(first)) return `no security protocol is defined for controller listener ${first}`
  if (advertised.some(({ name }) => controllers.includes(name))) return 'a controller listener is advertised'
  if (roles.includes('controller') && !listeners.some(({ name }) => name === first)) {
    return `controller listener ${first} is not among the listeners`
  }
  const voters = lookup('controller.quorum.voters')?.split(',') ?? []
  const ids = voters.map(voter => voter.split('@')[0]?.trim())
  const id = lookup('node.id')
  if (roles.includes('controller') && id !== undefined && voters.length > 0 && !ids.includes(id)) {
    return `node.id ${id} is not among the voters`
  }
  return undefined
}

/** A TLS listener needs a key; between brokers it needs trust as well, and PEM stores take no password. */
function brokenStores(
  lookup: Lookup,
  listeners: readonly Listener[],
  protocols: ReadonlyMap<string, Protocol>,
): string | undefined {
  const encrypted = listeners.filter(({ name }) => protocols.get(name)?.endsWith('SSL'))
  if (encrypted.length === 0) return undefined
  const keyType = lookup('ssl.keystore.type')
  const hasKey = ['ssl.keystore.location', 'ssl.keystore.key'].some(key => lookup(key) !== undefined)
  if (!hasKey) return 'a TLS listener without key material'
  if (keyType === 'PEM' && lookup('ssl.keystore.password') !== undefined) return 'a PEM store with a password'
  const between = lookup('inter.broker.listener.name') ?? lookup('security.inter.broker.protocol') ?? 'PLAINTEXT'
  const trust = ['ssl.truststore.location', 'ssl.truststore.certificates'].some(key => lookup(key) !== undefined)
  if (protocols.get(between)?.endsWith('SSL') && !trust) return 'TLS between brokers without a truststore'
  return undefined
}

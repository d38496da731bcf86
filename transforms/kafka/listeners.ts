// Listeners of a broker: what it opens, what it tells others to dial, and the rules that Kafka holds them to.

export interface Listener {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** Parses `NAME://host:port,…`; the host may be empty, in brackets or hold `$(VARIABLE)`. Undefined for other texts. */
export function parseListeners(text: string): Listener[] | undefined {
  const listeners: Listener[] = []
  for (const part of text.split(',').map(entry => entry.trim())) {
    const match = /^([A-Za-z0-9_-]+):\/\/(\[[0-9a-fA-F:]*\]|[^:[\]]*):(\d+)$/.exec(part)
    if (match === null) return undefined
    const [, name = '', host = '', port] = match
    listeners.push({ name, host, port: Number(port) })
  }
  return listeners.length === 0 ? undefined : listeners
}

export function formatListeners(listeners: readonly Listener[]): string {
  return listeners.map(({ name, host, port }) => `${name}://${host}:${port}`).join(',')
}

export type Protocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

const PROTOCOLS: readonly Protocol[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

/** Protocols by listener name. Without a map Kafka takes each protocol's own name for it. */
export function parseProtocols(text: string | undefined): ReadonlyMap<string, Protocol> | undefined {
  if (text === undefined) return new Map(PROTOCOLS.map(protocol => [protocol, protocol]))
  const protocols = new Map<string, Protocol>()
  for (const part of text.split(',').map(entry => entry.trim())) {
    const [name, protocol, ...rest] = part.split(':').map(piece => piece.trim())
    const known = PROTOCOLS.find(candidate => candidate === protocol)
    if (name === undefined || name === '' || known === undefined || rest.length > 0) return undefined
    protocols.set(name, known)
  }
  return protocols
}

export function formatProtocols(protocols: ReadonlyMap<string, Protocol>): string {
  return [...protocols].map(([name, protocol]) => `${name}:${protocol}`).join(',')
}

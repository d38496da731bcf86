// How far the encryption of the brokers has come, and the listeners of each stage.

import type { Listeners } from './broker.ts'
import type { Listener, Protocol } from './listeners.ts'

/** S0: plaintext alone; S1: TLS beside it; S2: TLS between brokers as well; S3: TLS alone. */
export type Stage = 'S0' | 'S1' | 'S2' | 'S3'

const ORDER: readonly Stage[] = ['S0', 'S1', 'S2', 'S3']

export function nextStage(stage: Stage): Stage {
  return ORDER[ORDER.indexOf(stage) + 1] ?? 'S3'
}

export function isBefore(stage: Stage, other: Stage): boolean {
  return ORDER.indexOf(stage) < ORDER.indexOf(other)
}

/** Undefined where a listener asks for SASL in plain text, which is another step. */
export function stageOf({ advertised, protocols, between }: Listeners): Stage | undefined {
  const used = advertised.map(({ name }) => protocols.get(name))
  if (used.includes('SASL_PLAINTEXT')) return undefined
  if (!used.includes('PLAINTEXT')) return 'S3'
  if (!used.some(protocol => protocol?.endsWith('SSL'))) return 'S0'
  return protocols.get(between)?.endsWith('SSL') ? 'S2' : 'S1'
}

/** Name of the new listener: images take `SSL://` in the advertised list for a wish for JKS files. */
const TLS = 'TLS'

export function tlsListener({ advertised, protocols }: Listeners): Listener | undefined {
  return advertised.find(({ name }) => protocols.get(name)?.endsWith('SSL'))
}

/** First port that neither a listener nor the pod uses; 9093 is often the controllers'. */
export function freePort({ opened }: Listeners, used: readonly number[]): number {
  const taken = new Set([...opened.map(({ port }) => port), ...used])
  let port = 9093
  while (taken.has(port)) port += 1
  return port
}

/** The listeners of a stage, made of those that are there; `port` is that of the TLS listener where it is new. */
export function listenersAt(stage: Stage, present: Listeners, port: number): Listeners {
  const { opened, advertised, controllers, protocols, between } = present
  const known = tlsListener(present)
  const name = known?.name ?? TLS
  const beside = advertised.find(listener => listener.name === between) ?? advertised[0]
  const openedBeside = opened.find(listener => listener.name === beside?.name)
  const isKept = (listener: Listener) =>
    stage !== 'S3' || controllers.includes(listener.name) || protocols.get(listener.name) !== 'PLAINTEXT'
  const added = known === undefined
  const allOpened = added ? [...opened, { name, host: openedBeside?.host ?? '', port }] : opened
  const allAdvertised = added ? [...advertised, { name, host: beside?.host ?? '', port }] : advertised
  const kept = allOpened.filter(isKept)
  const names = new Set(kept.map(listener => listener.name))
  const map = new Map<string, Protocol>([...protocols].filter(([listener]) => names.has(listener)))
  if (added) map.set(name, 'SSL')
  return {
    opened: kept,
    advertised: allAdvertised.filter(isKept),
    controllers,
    protocols: map,
    between: stage === 'S0' || stage === 'S1' ? between : name,
    mapped: true,
    isTold: true,
  }
}

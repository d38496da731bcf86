// The listener of an operator's custom resource.

import {
  append,
  type asArray,
  asString,
  at,
  change,
  describe,
  isObject,
  member,
  type Proposal,
  type Resource,
  type Settings,
  type Workspace,
} from '../../src/sdk.ts'
import { KAFKA } from '../kafka/settings.ts'

const PATH = ['spec', 'kafka', 'listeners'] as const

/** Strimzi makes the certificates itself, and brokers talk TLS among themselves already. */
export function* judgeOperated(workspace: Workspace, settings: Settings): Iterable<Proposal> {
  for (const resource of workspace.ofKind('Kafka')) {
    if (!resource.selected || resource.partial || resource.group !== 'kafka.strimzi.io') continue
    if (settings.get(KAFKA, resource).ssl === 'off') continue
    const listeners = at(resource.value, [...PATH])
    // older resources have a map of listeners in place of a list
    if (!Array.isArray(listeners) || !listeners.every(isObject)) continue
    const plain = listeners.filter(listener => listener.tls !== true)
    if (plain.length === 0) continue
    const hasTls = listeners.some(listener => listener.tls === true && listener.type === 'internal')
    const names = plain.map(listener => asString(listener.name) ?? 'one without a name')
    const port = freePort(listeners)
    yield change({
      target: { resource, path: [...PATH] },
      code: 'operated-listener',
      why: `${describe(resource)} has plaintext listeners (${names.join(', ')}); a TLS listener beside them gives clients a way to move`,
      risks: 'access',
      edits:
        hasTls || nameTaken(listeners)
          ? []
          : [append(resource, [...PATH], { name: 'tls', port, type: 'internal', tls: true })],
      leaves: [rest(resource, names)],
    })
  }
}

function freePort(listeners: readonly object[]): number {
  const taken = new Set(
    listeners.map(listener => Number(Object.entries(listener).find(([key]) => key === 'port')?.[1])),
  )
  let port = 9093
  while (taken.has(port)) port += 1
  return port
}

function nameTaken(listeners: ReturnType<typeof asArray>): boolean {
  return listeners.some(listener => member(listener, 'name') === 'tls')
}

function rest(resource: Resource, names: readonly string[]) {
  return {
    text: `move the clients to the TLS listener, with the certificate in ca.crt of the Secret ${resource.name}-cluster-ca-cert, then take ${names.join(', ')} out of spec.kafka.listeners`,
  }
}

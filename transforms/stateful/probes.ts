// Probes of a member: whether it may be asked for more than an open port while the others are not there yet.

import { asArray, asObject, at, type Container, type Edit, member, remove, set } from '../../src/sdk.ts'

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const

/** A readiness probe on the port, where the container has none. */
export function readinessEdits(container: Container, port: string | number): Edit[] {
  if (asObject(container.value.readinessProbe) !== undefined) return []
  const probe = { tcpSocket: { port }, initialDelaySeconds: 10, periodSeconds: 10 }
  return [set(container.workload.resource, [...container.path, 'readinessProbe'], probe)]
}

/**
 * Probes whose command asks about the quorum, turned into a question to the port: the first member has no quorum until
 * the second one starts, and the second one starts when the first one is ready.
 */
export function quorumProbeEdits(container: Container, asksForQuorum: RegExp, port: string | number): Edit[] {
  const { resource } = container.workload
  return PROBES.filter(probe => asksForQuorum.test(probeCommand(container, probe))).flatMap(probe => [
    remove(resource, [...container.path, probe, 'exec']),
    set(resource, [...container.path, probe, 'tcpSocket'], { port }),
  ])
}

function probeCommand(container: Container, probe: string): string {
  return asArray(at(container.value, [probe, 'exec', 'command']))
    .filter(word => typeof word === 'string')
    .join(' ')
}

/** Container ports that are not there yet, with their names. */
export function portEdits(container: Container, ports: readonly { readonly name: string; readonly port: number }[]) {
  const present = asArray(container.value.ports)
  const missing = ports.filter(({ port }) => !present.some(entry => Number(member(entry, 'containerPort')) === port))
  return missing.map(
    ({ name, port }): Edit => ({
      op: 'append',
      resource: container.workload.resource,
      path: [...container.path, 'ports'],
      value: { name, containerPort: port },
    }),
  )
}

/** How a probe or a Service names the port: by its name where the container gives one. */
export function portReference(container: Container, port: number): string | number {
  const entry = asArray(container.value.ports).find(candidate => Number(member(candidate, 'containerPort')) === port)
  const name = member(entry, 'name')
  return typeof name === 'string' && name !== '' ? name : port
}

/** The same once `portEdits` has added the port under `name`, where the container did not list it. */
export function portReferenceOrAdded(container: Container, port: number, name: string): string | number {
  const isListed = asArray(container.value.ports).some(entry => Number(member(entry, 'containerPort')) === port)
  return isListed ? portReference(container, port) : name
}

// Names that a broker tells others to dial, and the ensemble that it dials itself.

import {
  asString,
  at,
  declaredReplicas,
  detectSystem,
  mapSelects,
  type Resource,
  type Settings,
  sameNamespace,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { envEntry } from '../stateful/env.ts'
import { isHeadless, serviceNameOf } from '../stateful/headless.ts'
import { domainSuffix, memberHosts } from '../stateful/members.ts'
import type { Broker } from './broker.ts'

/**
 * `service`: a Service of the pods; `pod`: each pod's own name; `address`: its IP or the name of its host, which no
 * certificate can hold; `outside`: anything else.
 */
export type HostKind = 'service' | 'pod' | 'address' | 'outside'

export function hostKind(workspace: Workspace, broker: Broker, host: string): HostKind {
  const { workload, container } = broker
  const variable = /\$\(([^)]+)\)/.exec(host)?.[1]
  if (variable !== undefined) {
    const field = asString(at(envEntry(container, variable), ['valueFrom', 'fieldRef', 'fieldPath']))
    if (field === 'status.podIP' && host.startsWith('$(')) return 'address'
    return field === 'metadata.name' && host.startsWith('$(') ? 'pod' : 'outside'
  }
  if (host === '') return 'address'
  const { resource } = workload
  const labels = host.split('.')
  const first = labels[0] ?? ''
  const isPod = labels.length > 1 && first.startsWith(`${resource.name}-`) && /-\d+$/.test(first)
  const [name = '', namespace] = isPod ? labels.slice(1) : labels
  if (namespace !== undefined && resource.namespace !== undefined && namespace !== resource.namespace) return 'outside'
  const service = workspace.named(resource, 'Service', name)
  if (service === undefined) return 'outside'
  return mapSelects(at(service.value, ['spec', 'selector']), workload.labels) ? (isPod ? 'pod' : 'service') : 'outside'
}

/** Services by which clients reach the brokers: not headless, of the cluster's own network. */
export function clientServices(workspace: Workspace, workload: Workload): Resource[] {
  return workspace.servicesOf(workload).filter(service => !isHeadless(service) && !service.partial)
}

interface Ensemble {
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  /** `/kafka`, or empty */
  readonly chroot: string
}

/** `host:port,host:port/chroot`; undefined for other texts. */
function parseEnsemble(text: string): Ensemble | undefined {
  const slash = text.indexOf('/')
  const list = slash < 0 ? text : text.slice(0, slash)
  const hosts = list.split(',').map(entry => /^\s*([\w.-]+)(?::(\d+))?\s*$/.exec(entry))
  if (hosts.some(match => match === null)) return undefined
  return {
    hosts: hosts.map(match => ({ host: match?.[1] ?? '', port: Number(match?.[2] ?? 2181) })),
    chroot: slash < 0 ? '' : text.slice(slash),
  }
}

/** The workload of the set that a connection string reaches by one of its Services. */
export function ensembleWorkload(workspace: Workspace, from: Resource, text: string): Workload | undefined {
  const ensemble = parseEnsemble(text)
  for (const { host } of ensemble?.hosts ?? []) {
    const labels = host.split('.')
    for (const [name, namespace] of [
      [labels[0], labels[1]],
      [labels[1], labels[2]],
    ]) {
      if (name === undefined || (namespace !== undefined && !sameNamespace(namespace, from.namespace))) continue
      const service = workspace.named(from, 'Service', name)
      const servers = service === undefined ? [] : workspace.workloadsOfService(service)
      const found = servers.find(server => detectSystem(server)?.family === 'zookeeper')
      if (found !== undefined) return found
    }
  }
  return undefined
}

/**
 * The connection string that names every member of the ensemble, with its chroot; undefined where the ensemble is not
 * one of several members in this set, or the string names several already.
 */
export function memberList(workspace: Workspace, settings: Settings, from: Resource, text: string): string | undefined {
  const ensemble = parseEnsemble(text)
  const servers = ensembleWorkload(workspace, from, text)
  const [first, ...others] = ensemble?.hosts ?? []
  if (first === undefined || others.length > 0 || servers === undefined) return undefined
  const { resource } = servers
  const service = serviceNameOf(resource)
  const count = declaredReplicas(resource) ?? 1
  if (resource.kind !== 'StatefulSet' || service === undefined || count < 2) return undefined
  const hosts = memberHosts(resource.name, service, domainSuffix(workspace, settings, resource), count)
  return hosts.map(host => `${host}:${first.port}`).join(',') + (ensemble?.chroot ?? '')
}

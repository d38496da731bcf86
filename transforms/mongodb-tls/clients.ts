// The clients that do not ask for TLS yet.

import { asArray, at, type Container } from '../../src/sdk.ts'
import { asksForTls, type LeftClient, plainClients } from '../mongodb/clients.ts'
import { connectionStringsIn } from '../mongodb/connection-string.ts'
import { servicesOf } from '../mongodb-topology/situation.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'
import { optionsOf, type Situation } from './situation.ts'
import { PLAIN_SHELL } from './target.ts'

/** Clients of other workloads, and of the pod itself, that would find the door closed. */
export function openClients(situation: Situation): LeftClient[] {
  const { workspace, settings, workload, port, server } = situation
  const options = optionsOf(situation)
  if (options.clientsReady) return []
  const far = plainClients(workspace, {
    workload,
    services: servicesOf(situation),
    clusterDomain: settings.get(CLUSTER_DOMAIN, workload.resource),
    replicaSet: options.replicaSet,
    // an address without a connection string is told by its port
    members: [`:${port}`],
  })
  const beside = workload.containers.filter(container => container !== server.container && dialsPlain(container))
  const hooks = ['postStart', 'preStop'].filter(hook => asksShell(server.container, hook))
  return [
    ...far,
    ...beside.map(({ name }) => ({
      resource: workload.resource,
      place: `container ${name}`,
      why: 'dials the server in its own pod and does not ask for TLS (tls=true)',
    })),
    ...hooks.map(hook => ({
      resource: workload.resource,
      place: `${hook} of container ${server.container.name}`,
      why: 'asks with a shell that does not ask for TLS (--tls)',
    })),
  ]
}

const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

function dialsPlain({ value }: Container): boolean {
  return connectionStringsIn(JSON.stringify(value)).some(
    found => found.hosts.some(host => LOCAL.test(host)) && !asksForTls(found),
  )
}

function asksShell({ value }: Container, hook: string): boolean {
  const command = asArray(at(value, ['lifecycle', hook, 'exec', 'command'])).join(' ')
  return PLAIN_SHELL.test(command)
}

// Every name under which a server's certificate has to be found: its Services, its pods, and the pod itself.

import type { Resource, Settings, Workload, Workspace } from '../../src/sdk.ts'
import { dnsNames } from './certificates.ts'
import { isHeadless, serviceNameOf } from './headless.ts'
import { settledNamespace } from './members.ts'
import { CLUSTER_DOMAIN } from './settings.ts'

export interface Members {
  /** pods with names of their own, by ordinal; 0 where there are none */
  readonly members: number
  /** headless Service of their names, where more is known than the files' own Services tell */
  readonly headless: string | undefined
  /** clients begin at the headless Service itself */
  readonly isDialled?: boolean
  /** Services that lead to the pods by more than their labels */
  readonly others?: readonly Resource[]
}

/** Names of all Services of the workload, and those of its pods behind its headless one. */
export function serverNames(
  workspace: Workspace,
  settings: Settings,
  workload: Workload,
  { members, headless: told, isDialled = false, others: more = [] }: Members,
): string[] {
  const { resource } = workload
  const { name } = resource
  const services = [...new Set([...workspace.servicesOf(workload), ...more])].filter(service => !service.partial)
  const headless = services.filter(isHeadless).map(service => service.name)
  const clients = services.filter(service => !isHeadless(service)).map(service => service.name)
  const namespace = settledNamespace(workspace, resource)
  const clusterDomain = settings.get(CLUSTER_DOMAIN, resource)
  const main = told ?? serviceNameOf(resource) ?? headless[0]
  if (main === undefined) {
    return dnsNames({ services: clients, headless: '', name, members: 0, namespace, clusterDomain }).filter(
      entry => !entry.startsWith('*.'),
    )
  }
  const others = headless.filter(service => service !== main)
  const dialled = [...clients, ...others, ...(isDialled ? [main] : [])]
  return dnsNames({ services: dialled, headless: main, name, members, namespace, clusterDomain })
}

// One MongoDB workload as the rows of the decision table see it, and what they have in common.

import {
  at,
  isOpenShift,
  mapSelects,
  type Proposal,
  type Resource,
  type Settings,
  type System,
  stringMap,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import type { Server } from '../mongodb/server.ts'
import { MONGODB, type MongodbSettings } from '../mongodb/settings.ts'
import { type Refused, refuseMembers } from '../stateful/refused.ts'

export interface Situation {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly workload: Workload
  readonly system: System
  readonly count: number
}

/** What is known of a server of any image. */
export interface ServerSituation extends Situation {
  readonly server: Pick<Server, 'container' | 'places'>
  readonly port: number
}

export interface KnownSituation extends ServerSituation {
  readonly server: Server
}

export function refuse({ workload, system, count }: Situation, refused: Refused): Proposal {
  return refuseMembers(workload, `${system.title} ${count === 1 ? 'as one member' : `in ${count} pods`}`, refused)
}

/** User `mongodb` of the official image (docker-library/mongo); OpenShift gives each namespace users of its own. */
export function userOf({ workspace, workload }: Situation): number | undefined {
  return isOpenShift(workspace, workload) ? undefined : 999
}

export function optionsOf({ settings, workload }: Situation): MongodbSettings {
  return settings.get(MONGODB, workload.resource)
}

/** Label that a StatefulSet gives each of its pods, by which a Service can select one of them. */
export const POD_LABEL = 'statefulset.kubernetes.io/pod-name'

/** Services of the clients and of the members, those that are pinned to one pod included. */
export function servicesOf({ workspace, workload }: Situation): Resource[] {
  const pinned = workspace.inNamespace(workload.resource, 'Service').filter(service => isPinned(service, workload))
  return [...new Set([...workspace.servicesOf(workload), ...pinned])]
}

/** Whether a Service selects the first pod of the workload alone. */
export function isPinned(service: Resource, workload: Workload): boolean {
  const selector = stringMap(at(service.value, ['spec', 'selector']))
  const { [POD_LABEL]: pod, ...labels } = selector
  return pod === `${workload.resource.name}-0` && mapSelects(labels, workload.labels)
}

export function unitOf({ resource }: Workload): string {
  return `mongodb ${resource.namespace ?? ''}/${resource.name}`
}

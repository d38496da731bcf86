// One MongoDB as the modes of its encryption see it.

import {
  declaredReplicas,
  type Proposal,
  type Settings,
  type System,
  type Target,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { readServer, type Server, settingOf } from '../mongodb/server.ts'
import { MONGODB, type MongodbSettings } from '../mongodb/settings.ts'
import { type TlsMode, tlsModeOf } from '../mongodb/tls-mode.ts'
import { type Refused, refuseTarget } from '../stateful/refused.ts'
import { originalServer } from '../stateful/servers.ts'

export interface Situation {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly workload: Workload
  readonly system: System
  readonly server: Server
  readonly port: number
  /** pods that it runs */
  readonly count: number
}

export function targetOf({ workload, system }: Pick<Situation, 'workload' | 'system'>): Target {
  const { container } = system
  return { resource: workload.resource, container, path: [...container.path, 'args'] }
}

export function refuse(of: Pick<Situation, 'workload' | 'system'>, refused: Refused): Proposal {
  return refuseTarget(targetOf(of), refused)
}

/** Undefined where options cannot be added to its command, or a value that counts is in no file. */
export function situationOf(
  workspace: Workspace,
  settings: Settings,
  workload: Workload,
  system: System,
): Situation | undefined {
  const server = readServer(workspace, system.container)
  const count = declaredReplicas(workload.resource)
  if (server?.port === undefined || count === undefined) return undefined
  return { workspace, settings, workload, system, server, port: server.port, count }
}

/** The same server in the input of the run. */
export function originalOf(situation: Situation): Situation | undefined {
  const { workspace, settings, workload } = situation
  const original = originalServer(workspace, workload)
  return original && situationOf(workspace.original, settings, original.workload, original.system)
}

export function optionsOf({ settings, workload }: Pick<Situation, 'settings' | 'workload'>): MongodbSettings {
  return settings.get(MONGODB, workload.resource)
}

/** Whether several members of one set may be running, so that a change reaches them one after the other. */
export function isLive({ workload, count }: Situation): boolean {
  return workload.resource.kind === 'StatefulSet' && count > 1
}

/** The mode that the command line or the configuration file says; undefined for a text that is none. */
export function presentMode({ server }: Situation): TlsMode | undefined {
  const told = settingOf(server, 'tlsMode', 'net.tls.mode')
  return told === undefined ? 'disabled' : tlsModeOf(told)
}

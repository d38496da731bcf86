// One ZooKeeper as the stages of its encryption see it.

import {
  declaredReplicas,
  type Proposal,
  type Settings,
  type System,
  type Target,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import type { Setting } from '../stateful/env.ts'
import { type Refused, refuseTarget } from '../stateful/refused.ts'
import { originalServer } from '../stateful/servers.ts'
import { type Dialect, dialectOf } from '../zookeeper/dialects.ts'
import { readKey } from '../zookeeper/keys.ts'
import { readServer, type Server } from '../zookeeper/server.ts'
import { type Stage, stageOf } from '../zookeeper/stage.ts'

/** Port of the connections of clients by TLS. */
export const SECURE_PORT = 2182

/** Folder of the certificate's files in a member; each file says its format by its ending. */
export const FOLDER = '/etc/zookeeper/tls'

export interface Situation {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly workload: Workload
  readonly system: System
  readonly dialect: Dialect
  readonly server: Server
  /** pods that it runs */
  readonly count: number
  /** servers in its list, 0 without one */
  readonly listed: number
  readonly clientPort: number
}

export function targetOf({ workload, system }: Pick<Situation, 'workload' | 'system'>): Target {
  const { container } = system
  return { resource: workload.resource, container, path: [...container.path, 'env'] }
}

export function refuse(of: Pick<Situation, 'workload' | 'system'>, refused: Refused): Proposal {
  return refuseTarget(targetOf(of), refused)
}

/** Undefined where the image is not known, or a value that counts is in no file. */
export function situationOf(
  workspace: Workspace,
  settings: Settings,
  workload: Workload,
  system: System,
): Situation | undefined {
  const dialect = dialectOf(system.distro)
  const count = declaredReplicas(workload.resource)
  if (dialect === undefined || count === undefined) return undefined
  const server = readServer(workspace, system.container, dialect)
  const { listed, clientPort } = server
  if (listed === undefined || clientPort === undefined) return undefined
  return { workspace, settings, workload, system, dialect, server, count, listed, clientPort }
}

/** The same server in the input of the run. */
export function originalOf(situation: Situation): Situation | undefined {
  const { workspace, settings, workload } = situation
  const original = originalServer(workspace, workload)
  return original && situationOf(workspace.original, settings, original.workload, original.system)
}

/** Whether it is a member of an ensemble, rather than a server of its own. */
export function isEnsemble({ listed }: Situation): boolean {
  return listed > 1
}

/** Whether several members may be running, so that a change reaches them one after the other. */
export function isLive(situation: Situation): boolean {
  return situation.workload.resource.kind === 'StatefulSet' && situation.count > 1 && isEnsemble(situation)
}

export function keyOf({ workspace, server, dialect }: Situation, key: string): Setting {
  return readKey(workspace, server.container, dialect.distro, key)
}

/** The stage that the files say; undefined where they do not. */
export function presentStage(situation: Situation): Stage | undefined {
  const [tls, both] = ['sslQuorum', 'portUnification'].map(key => keyOf(situation, key))
  if (tls?.kind === 'unknown' || both?.kind === 'unknown') return undefined
  return stageOf(isTrue(tls), isTrue(both))
}

function isTrue(setting: Setting | undefined): boolean {
  return setting?.kind === 'text' && setting.text.toLowerCase() === 'true'
}

// One ZooKeeper workload as the rows of the decision table see it, and what they have in common.

import {
  detectSystem,
  type Instruction,
  isStored,
  type Mount,
  mountsOf,
  type Proposal,
  type Resource,
  type Settings,
  type System,
  shellWord,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { workloadsThatDial } from '../stateful/references.ts'
import { type Refused, refuseMembers } from '../stateful/refused.ts'
import { kubectlFor } from '../stateful/runbook.ts'
import { originalServer } from '../stateful/servers.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'
import { isBefore35, type Server } from '../zookeeper/server.ts'

export interface Situation {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly workload: Workload
  readonly system: System
  readonly server: Server
  /** pods that it runs, undefined when that is open */
  readonly count: number | undefined
}

/** With the values that a change has to know. */
export interface KnownSituation extends Situation {
  readonly count: number
  /** servers in its list, 0 without one */
  readonly listed: number
  readonly clientPort: number
}

export function refuse(situation: Situation, refused: Refused): Proposal {
  return refuseMembers(situation.workload, howMany(situation), refused)
}

/** `ZooKeeper (official image) as one member`. */
export function howMany({ system, server, count }: Situation): string {
  if (count === undefined || (server.listed ?? 0) > 1) return system.title
  return count === 1 ? `${system.title} as one member` : `${count} pods of ${system.title}, each a server of its own`
}

/** What stands in the way of naming the members to the image, of any kind of workload. */
export function serverProblem({ workspace, server }: Situation): Refused | undefined {
  if (server.mountedConfig !== undefined) {
    return {
      code: 'mounted-config',
      why: `${server.mountedConfig} is mounted, and with it the image reads no ${server.dialect.listVariable}`,
      next: `move the settings of the mounted file into variables of container ${server.container.name}, or list the members in it by hand`,
    }
  }
  if (!isBefore35(workspace, server.container)) return undefined
  return {
    code: 'old-version',
    why: `${server.container.image} is older than 3.5, writes servers and ports in another way, and has had no fixes since June 2020`,
    next: 'upgrade the single member to 3.8 first, then run again',
  }
}

export function customCommand({ server }: Situation): Refused {
  return {
    code: 'custom-command',
    why: `container ${server.container.name} has a command, arguments or variables of a shape that ${server.dialect.idVariable} cannot be put into`,
    next: `let the command end in \`${server.dialect.entrypoint.join(' ')}\` or leave it out, then run again`,
  }
}

/** Brokers that register here, as the run found them: another change of the run may be about them. */
export function brokersOf({ workspace, settings, workload }: Situation): Workload[] {
  const services = workspace.servicesOf(workload)
  const domain = settings.get(CLUSTER_DOMAIN, workload.resource)
  const dialling = workloadsThatDial(workspace, workload, services, domain)
  return dialling.flatMap(dialler => {
    const broker = originalServer(workspace, dialler)
    return broker?.system.family === 'kafka' ? [broker.workload] : []
  })
}

/** A volume of a broker that outlives its pods; an ephemeral claim does not. */
export function keptVolume(broker: Workload): Mount | undefined {
  const container = detectSystem(broker)?.container
  const mounts = container === undefined ? [] : mountsOf(container)
  return mounts.find(
    mount => !mount.readOnly && ((isStored(mount) && mount.source !== 'ephemeral') || mount.source === 'hostPath'),
  )
}

/** A question to each member that only an ensemble answers with a leader and two followers. */
export function quorumCheck(resource: Resource, members: number, clientPort: number): Instruction {
  const ask = `bash -c 'exec 3<>/dev/tcp/localhost/${clientPort}; echo srvr >&3; cat <&3'`
  const pods = Array.from({ length: members }, (_, ordinal) => shellWord(`${resource.name}-${ordinal}`))
  return {
    text: `one member of ${resource.name} says "Mode: leader" and the others "Mode: follower"`,
    commands: pods.map(pod => `${kubectlFor(resource)} exec ${pod} -- ${ask}`),
  }
}

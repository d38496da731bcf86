// The workloads that run a stateful system's server and that a change may speak of.

import {
  detectSystem,
  forEachWorkload,
  isOwned,
  isServed,
  type Proposal,
  type System,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'

export interface RunningServer {
  readonly workload: Workload
  readonly system: System
}

/** The same server in the input of the run; undefined where it ran none, or another kind of thing. */
export function originalServer(workspace: Workspace, changed: Workload): RunningServer | undefined {
  const workload = originalWorkload(workspace, changed)
  const system = workload === undefined ? undefined : detectSystem(workload)
  return workload === undefined || system === undefined ? undefined : { workload, system }
}

/** The same workload in the input of the run; undefined where it was none. */
export function originalWorkload({ original }: Workspace, { resource }: Workload): Workload | undefined {
  const before = original.current(resource.origin)
  return before === undefined ? undefined : original.workload(before)
}

/** What a transform says of each server of a family; nothing of those that it has nothing to say of. */
export function* judgeServers(
  workspace: Workspace,
  family: System['family'],
  judge: (workload: Workload, system: System) => Proposal | undefined,
): Iterable<Proposal> {
  for (const { workload, system } of serversOf(workspace, family)) {
    const proposal = judge(workload, system)
    if (proposal !== undefined) yield proposal
  }
}

/** Servers of a family: no fragments, no removed API versions, nothing that an owner makes. */
function* serversOf(workspace: Workspace, family: System['family']): Iterable<RunningServer> {
  for (const workload of forEachWorkload(workspace)) {
    const { resource } = workload
    const system = detectSystem(workload)
    if (system?.family !== family || resource.partial || !isServed(resource) || isOwned(resource)) continue
    yield { workload, system }
  }
}

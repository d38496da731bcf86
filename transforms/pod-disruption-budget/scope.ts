// Which workloads a budget can count, and which objects are applied together.

import { type Resource, TOGETHER, type Workspace } from '../../src/sdk.ts'

/** Kinds with a scale that the disruption controller can read; the pods of a DaemonSet are not evicted by drains. */
export const SCALED_KINDS: readonly string[] = [
  ...['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Rollout'],
]

/** One file, one directory or one kustomization: not two environments of the same thing. */
export function isTogether(workspace: Workspace, a: Resource, b: Resource): boolean {
  return workspace.distance(a.origin.file, b.origin.file) <= TOGETHER
}

// Writes a budget for workloads that have several pods and none that protects them.

import {
  asString,
  at,
  change,
  compareVersions,
  create,
  decline,
  describe,
  detectSystem,
  type FollowUp,
  fileOfItsOwn,
  forEachWorkload,
  identity,
  isOwned,
  isServed,
  type JsonObject,
  labelsOf,
  minimumReplicas,
  type Proposal,
  podSelector,
  type Resource,
  type System,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { isTogether, SCALED_KINDS } from './scope.ts'

export function* writeMissing(workspace: Workspace): Iterable<Proposal> {
  for (const workload of forEachWorkload(workspace, SCALED_KINDS)) {
    const { resource } = workload
    if (resource.name === '' || resource.partial || !isServed(resource) || isOwned(resource)) continue
    const proposal = judge(workspace, workload)
    if (proposal !== undefined) yield proposal
  }
}

function judge(workspace: Workspace, workload: Workload): Proposal | undefined {
  const { resource } = workload
  const selector = podSelector(workload)
  const count = minimumReplicas(workspace, workload)
  if (selector === undefined || count === undefined || count < 1 || isCovered(workspace, workload)) return undefined
  const system = detectSystem(workload)
  const memberSystem = system !== undefined && system.family !== 'other'
  if (count === 1 && !memberSystem) return undefined
  const target = { resource, path: ['spec', 'selector'] }
  const name = `${resource.name}-pdb`
  const taken = takenBy(workspace, resource, name)
  if (taken !== undefined) {
    return decline({
      target,
      code: 'name-taken',
      why: `no budget protects the pods of ${describe(resource)}: ${describe(taken)} has their name, but its selector does not fit their labels`,
      next: `correct the selector of ${name} in ${taken.origin.file}`,
    })
  }
  const others = workspace
    .workloadsSelected(resource, selector)
    .filter(other => identity(other.resource) !== identity(resource) && !other.resource.partial)
  if (others[0] !== undefined) {
    return decline({
      target,
      code: 'label-collision',
      why: `the selector of ${describe(resource)} also fits the pods of ${others.map(other => describe(other.resource)).join(', ')}: a budget would count both`,
      next: `give the pods of ${resource.name} a label that no other pod has, and select by it`,
    })
  }
  return change({
    target,
    code: count === 1 ? 'single-member' : 'missing-budget',
    why: reason(resource, name, count, system),
    risks: 'none',
    edits: [
      create(resource, budget(workspace, workload, name, selector, system), fileOfItsOwn(workspace, resource, 'pdb')),
    ],
    leaves: count === 1 && system !== undefined ? [membersFirst(resource, name, system)] : [],
  })
}

/** A budget anywhere in the tree covers the workload; one that this run wrote covers what it is applied with. */
function isCovered(workspace: Workspace, workload: Workload): boolean {
  const { resource } = workload
  const before = workspace.original.current(resource.origin)
  const original = before === undefined ? undefined : workspace.original.workload(before)
  if (original !== undefined && workspace.original.budgetsOf(original).length > 0) return true
  return workspace.budgetsOf(workload).some(budget => isTogether(workspace, resource, budget))
}

function takenBy(workspace: Workspace, resource: Resource, name: string): Resource | undefined {
  return workspace
    .variants('PodDisruptionBudget', name, resource.namespace)
    .find(other => !other.partial && isTogether(workspace, resource, other))
}

function budget(
  workspace: Workspace,
  workload: Workload,
  name: string,
  selector: JsonObject,
  system: System | undefined,
): JsonObject {
  const { resource } = workload
  const namespace = asString(at(resource.value, ['metadata', 'namespace']))
  const labels = { ...labelsOf(resource) }
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
    spec: {
      maxUnavailable: 1,
      ...evictionPolicy(workspace, system !== undefined || resource.kind === 'StatefulSet'),
      selector,
    },
  }
}

/**
 * A stateless pod that is not ready serves nobody and may go at any time; a member of a stateful system may be
 * recovering and keeps the API's default, which is written out because linters want to see a decision.
 * The field is served from 1.27: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
function evictionPolicy(workspace: Workspace, stateful: boolean): JsonObject {
  if (compareVersions(workspace.kubernetesVersion, '1.27') < 0) return {}
  return { unhealthyPodEvictionPolicy: stateful ? 'IfHealthyBudget' : 'AlwaysAllow' }
}

function reason(resource: Resource, name: string, count: number, system: System | undefined): string {
  if (count === 1) {
    return `${describe(resource)} runs ${system?.title} as one member and has no budget; ${name} lets drains through and holds from the second member on`
  }
  return `${describe(resource)} keeps ${count} pods, and nothing stops a drain from evicting all of them at once; ${name} lets one go at a time`
}

function membersFirst(resource: Resource, name: string, system: System): FollowUp {
  return {
    text: `${name} protects nothing while ${resource.name} has one member: run ${system.title} with three members`,
  }
}

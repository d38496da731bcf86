// Raises the minimum of an autoscaler, which is what decides the number of pods of its target.

import {
  asCount,
  asString,
  at,
  autoscalerMinimum,
  autoscalerMinimumPath,
  change,
  decline,
  describe,
  forEachResource,
  isServed,
  type Path,
  type Proposal,
  REPLICAS_PATH,
  type Resource,
  type Settings,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import { isClaimed } from '../shared/claimed.ts'
import { findObstacle } from './hazards.ts'
import { wishFor } from './settings.ts'

export const AUTOSCALER_KINDS: readonly string[] = ['HorizontalPodAutoscaler', 'ScaledObject']

export function* raiseMinimums(workspace: Workspace, settings: Settings): Iterable<Proposal> {
  for (const kind of AUTOSCALER_KINDS) {
    for (const autoscaler of forEachResource(workspace, kind)) {
      if (!isServed(autoscaler) || autoscaler.name === '') continue
      const proposal = judge(workspace, settings, autoscaler)
      if (proposal !== undefined) yield proposal
    }
  }
}

function judge(workspace: Workspace, settings: Settings, autoscaler: Resource): Proposal | undefined {
  const minimum = currentMinimum(autoscaler)
  const reference = at(autoscaler.value, ['spec', 'scaleTargetRef'])
  const scaled = targetOf(workspace, autoscaler)
  const workload = scaled === undefined ? undefined : workspace.workload(scaled)
  if (workload !== undefined && isClaimed(workload)) return undefined
  const wanted = wishFor(workspace, settings, scaled ?? autoscaler).count
  if (minimum === undefined || minimum < 1 || minimum >= wanted) return undefined
  const path = autoscalerMinimumPath(autoscaler)
  const target = { resource: autoscaler, path }
  const subject = describe(autoscaler)
  if (autoscaler.partial && reference === undefined && scaled === undefined) {
    const why = `${subject} is a patch, and the autoscaler it patches is not among the files`
    return decline({ target, code: 'base-not-found', why, next: 'give the files of the base as well' })
  }
  const maximum = maximumOf(workspace, autoscaler)
  if (maximum === undefined || maximum < wanted) {
    const limit = maximum === undefined ? 'its maximum is not known' : `it may not start more than ${maximum}`
    return decline({
      target,
      code: 'autoscaler-maximum',
      why: `${subject} keeps ${pods(minimum)}, and ${limit}`,
      next: `raise the maximum of ${autoscaler.name} to at least ${wanted}, then its minimum`,
    })
  }
  const obstacle = workload === undefined ? undefined : findObstacle(workspace, workload)
  if (obstacle !== undefined) return decline({ target, ...obstacle })
  return change({
    target,
    code: 'autoscaler-minimum',
    why: `${subject} lets ${asString(at(reference, ['name'])) ?? 'its target'} shrink to ${pods(minimum)}, which a node drain or a crash takes down; it keeps ${wanted}`,
    risks: 'none',
    edits: [set(autoscaler, path, wanted)],
    warnings: warningsFor(scaled, autoscaler),
  })
}

/** KEDA scales to zero unless told otherwise, so only a written minimum speaks of a pod that is always there. */
function currentMinimum(autoscaler: Resource): number | undefined {
  if (autoscaler.partial && at(autoscaler.value, autoscalerMinimumPath(autoscaler)) === undefined) return undefined
  return autoscalerMinimum(autoscaler)
}

/** KEDA's own default is 100. */
const SCALED_OBJECT_MAXIMUM = 100

function maximumOf(workspace: Workspace, autoscaler: Resource): number | undefined {
  const path: Path = ['spec', autoscaler.kind === 'ScaledObject' ? 'maxReplicaCount' : 'maxReplicas']
  const own = at(autoscaler.value, path)
  if (own !== undefined) return asCount(own)
  const base = autoscaler.partial ? baseOf(workspace, autoscaler) : undefined
  if (base !== undefined) return maximumOf(workspace, base)
  return autoscaler.kind === 'ScaledObject' && !autoscaler.partial ? SCALED_OBJECT_MAXIMUM : undefined
}

function targetOf(workspace: Workspace, autoscaler: Resource): Resource | undefined {
  const reference = at(autoscaler.value, ['spec', 'scaleTargetRef'])
  if (reference === undefined) {
    const base = autoscaler.partial ? baseOf(workspace, autoscaler) : undefined
    return base === undefined ? undefined : targetOf(workspace, base)
  }
  const name = asString(at(reference, ['name']))
  if (name === undefined) return undefined
  const candidates = workspace.variants(asString(at(reference, ['kind'])) ?? 'Deployment', name, autoscaler.namespace)
  return workspace.nearest(
    autoscaler,
    candidates.filter(candidate => !candidate.partial),
  )[0]
}

function baseOf(workspace: Workspace, patch: Resource): Resource | undefined {
  const variants = workspace.variants(patch.kind, patch.name, patch.namespace).filter(variant => !variant.partial)
  return workspace.nearest(patch, variants)[0]
}

function warningsFor(scaled: Resource | undefined, autoscaler: Resource): string[] {
  if (scaled === undefined) return ['the target of the autoscaler is not among the files: its volumes are not known']
  if (at(scaled.value, REPLICAS_PATH) === undefined) return []
  return [
    `${describe(scaled)} sets spec.replicas as well: every apply resets the count that ${autoscaler.name} has arrived at; take the field out`,
  ]
}

function pods(count: number): string {
  return count === 1 ? 'one pod' : `${count} pods`
}

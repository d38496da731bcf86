// Gives every stateless workload a second pod, or says why it must not have one.

import {
  change,
  declaredReplicas,
  decline,
  describe,
  type Edit,
  isOwned,
  isServed,
  type Proposal,
  REPLICAS_PATH,
  type ReplicaSite,
  type Resource,
  replicaSites,
  restartSteps,
  type Settings,
  set,
  type Target,
  type Transform,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { isClaimed } from '../shared/claimed.ts'
import { ANTI_AFFINITY, spreadEdits } from '../shared/spread.ts'
import { AUTOSCALER_KINDS, raiseMinimums } from './autoscaler.ts'
import { findHint, findObstacle, type Hazard } from './hazards.ts'
import { REFUSALS } from './refusals.ts'
import { REPLICAS, type Wish, wishFor } from './settings.ts'
import { warningsFor } from './warnings.ts'

const SCALED_KINDS: readonly string[] = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Rollout']

const replicas: Transform = {
  id: 'replicas',
  title: 'Run at least two pods of each stateless workload',
  rationale:
    'A workload of one pod is down whenever that pod is: during a node drain, after a crash, and in a rollout whose new version does not start.',
  category: 'availability',
  since: '0.1.0',
  kinds: [...SCALED_KINDS, ...AUTOSCALER_KINDS, 'Kustomization'],
  risks: ['none', 'restart'],
  aliases: [
    'kube-linter:hpa-minimum-three-replicas',
    'kube-linter:minimum-three-replicas',
    'kube-linter:no-anti-affinity',
    'kube-score:deployment-has-host-podantiaffinity',
    'kube-score:deployment-replicas',
    'kube-score:horizontalpodautoscaler-replicas',
    'kube-score:statefulset-has-host-podantiaffinity',
    'polaris:deploymentMissingReplicas',
    'polaris:hpaMinAvailability',
    'polaris:topologySpreadConstraint',
  ],
  references: [
    'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas',
    'https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/',
  ],
  refusals: REFUSALS,
  sections: [REPLICAS, ANTI_AFFINITY],
  *plan(workspace, settings): Iterable<Proposal> {
    for (const workload of workspace.workloads()) {
      const { resource } = workload
      if (resource.name === '') continue
      if (!SCALED_KINDS.includes(resource.kind) || !isServed(resource) || isOwned(resource) || resource.partial)
        continue
      if (isClaimed(workload)) continue
      if (workspace.autoscalersOf(resource).length === 0) yield* judge(workspace, settings, workload)
    }
    yield* judgeOrphans(workspace, settings)
    yield* raiseMinimums(workspace, settings)
  },
}

export default replicas

function* judge(workspace: Workspace, settings: Settings, workload: Workload): Iterable<Proposal> {
  const { resource } = workload
  const wish = wishFor(workspace, settings, resource)
  const sites = replicaSites(workspace, resource)
  const low = sites.filter(site => isLow(site.count, wish.count))
  const changeable = low.filter(site => site.resource.selected)
  const first = changeable[0]
  if (first === undefined) {
    const winner = sites.find(site => site.path === undefined) ?? low[0]
    if (winner !== undefined && resource.selected && isLow(declaredReplicas(resource), wish.count)) {
      yield declineOverridden(resource, winner)
    }
    return
  }
  const hazard =
    unclearWish(resource, wish) ??
    findObstacle(workspace, workload) ??
    (wish.explicit ? undefined : findHint(workspace, workload))
  if (hazard !== undefined) {
    yield refuse(hazard, resource.selected ? { resource, path: REPLICAS_PATH } : targetOf(first, resource))
    return
  }
  const left = sites.filter(site => site.path === undefined || (low.includes(site) && !site.resource.selected))
  for (const sitesOfTarget of byTarget(changeable, resource)) {
    yield raise(workspace, settings, workload, sitesOfTarget, wish, left)
  }
}

function isLow(count: number | undefined, wanted: number): boolean {
  return count !== undefined && count > 0 && count < wanted
}

/** An entry of a kustomization is about the workload it names, where that may be changed as well. */
function targetOf(site: ReplicaSite, base: Resource): Target {
  const entry = site.resource.kind === 'Kustomization' || site.resource.kind === ''
  return entry && base.selected
    ? { resource: base, path: REPLICAS_PATH }
    : { resource: site.resource, path: site.path ?? [] }
}

function byTarget(sites: readonly ReplicaSite[], base: Resource): ReplicaSite[][] {
  const groups = new Map<Resource, ReplicaSite[]>()
  for (const site of sites) {
    const { resource } = targetOf(site, base)
    groups.set(resource, [...(groups.get(resource) ?? []), site])
  }
  return [...groups.values()]
}

function raise(
  workspace: Workspace,
  settings: Settings,
  workload: Workload,
  sites: readonly ReplicaSite[],
  wish: Wish,
  left: readonly ReplicaSite[],
): Proposal {
  const { resource } = workload
  const single = sites.some(site => site.count === 1)
  const antiAffinity = settings.get(ANTI_AFFINITY, resource)
  const spread = single && resource.selected ? spreadEdits(workload, antiAffinity, workspace.kubernetesVersion) : []
  const counts: Edit[] = sites.map(site => set(site.resource, site.path ?? REPLICAS_PATH, wish.count))
  const warnings = [
    ...warningsFor(workspace, workload),
    ...left.map(site => `${site.resource.origin.file} decides the count of its environment ${decidedBy(site)}`),
  ]
  if (spread.length > 0 && antiAffinity === 'required') {
    warnings.push('the pods must stand on different nodes: a rollout needs one free node more than there are pods')
  }
  return change({
    target: targetOf(sites[0] as ReplicaSite, resource),
    code: single ? 'single-replica' : 'too-few-replicas',
    why: reason(resource, sites, wish, single, spread.length > 0),
    risks: 'restart',
    edits: [...counts, ...spread],
    leaves: spread.length > 0 ? restartSteps(workload) : [],
    warnings,
  })
}

function reason(
  resource: Resource,
  sites: readonly ReplicaSite[],
  wish: Wish,
  single: boolean,
  spread: boolean,
): string {
  const elsewhere = sites.filter(site => site.resource !== resource).map(site => site.resource.origin.file)
  const where = elsewhere.length === 0 ? '' : ` where ${elsewhere.join(' and ')} decides`
  const place = spread ? ', on different nodes and in different zones where there are any' : ''
  return single
    ? `${describe(resource)} runs one pod${where}: a node drain, a crash or a version that does not start takes it down; it gets ${wish.count} pods${place}`
    : `${describe(resource)} runs fewer pods${where} than the ${wish.count} that are wanted; it gets ${wish.count}${place}`
}

function refuse(hazard: Hazard, target: Target): Proposal {
  const { name } = target.resource
  const hint = !HARD.has(hazard.code)
  return decline({
    target,
    ...hazard,
    ...(hint && name !== '' ? { allow: { config: `replicas: {force: [${name}]}` } } : {}),
  })
}

function unclearWish(resource: Resource, { unclear }: Wish): Hazard | undefined {
  if (unclear === undefined) return undefined
  return {
    code: 'unclear-annotation',
    why: `the annotation kubemend.dev/replicas of ${describe(resource)} says ${JSON.stringify(unclear)}, which is no number of pods`,
    next: 'write a whole number in quotes, or take the annotation out',
  }
}

/** Refusals that no request overrides. */
const HARD: ReadonlySet<string> = new Set([
  'unclear-annotation',
  ...['stateful-image', 'single-writer-volume', 'unknown-claim', 'host-path', 'host-port'],
  'image-withdrawn',
])

/** How a count is decided that is not changed where it stands. */
function decidedBy({ path, count }: ReplicaSite): string {
  return path === undefined
    ? 'by a patch that is text inside it or JSON operations, which are not edited'
    : `(${count}), which was not given to be changed`
}

function declineOverridden(resource: Resource, winner: ReplicaSite): Proposal {
  const { file } = winner.resource.origin
  return decline({
    target: { resource, path: REPLICAS_PATH },
    code: 'overridden',
    why: `the count of ${describe(resource)} is decided in ${file} ${decidedBy(winner)}`,
    next: winner.path === undefined ? `set the count in the patch of ${file}` : `give ${file} as well`,
  })
}

/** Patches whose base is not there: their count is known, what it would multiply is not. */
function* judgeOrphans(workspace: Workspace, settings: Settings): Iterable<Proposal> {
  for (const patch of SCALED_KINDS.flatMap(kind => workspace.ofKind(kind))) {
    if (!patch.partial || !patch.selected || patch.name === '' || !isServed(patch)) continue
    if (!isLow(declaredReplicas(patch), wishFor(workspace, settings, patch).count)) continue
    if (workspace.variants(patch.kind, patch.name, patch.namespace).some(variant => !variant.partial)) continue
    yield decline({
      target: { resource: patch, path: REPLICAS_PATH },
      code: 'base-not-found',
      why: `${describe(patch)} is a patch that keeps one pod, and the workload it patches is not among the files`,
      next: 'give the files of the base as well',
    })
  }
}

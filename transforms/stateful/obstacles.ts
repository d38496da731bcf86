// What keeps a workload from becoming a set of members, whatever the system is.

import {
  asArray,
  asString,
  type Container,
  describe,
  detectSystem,
  effectiveImage,
  imageName,
  isPatchedBy,
  isWithdrawn,
  type Kustomization,
  member,
  type RefusalRule,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { strangerIn } from './headless.ts'

/** `code` is one of OBSTACLE_REFUSALS. */
export interface Obstacle {
  readonly code: string
  readonly why: string
  readonly next: string
}

/** The first obstacle, or undefined. */
export function findObstacle(workspace: Workspace, workload: Workload, container: Container): Obstacle | undefined {
  return (
    sharedPod(workload, container) ??
    patched(workspace, workload) ??
    autoscaled(workspace, workload) ??
    onHost(workload) ??
    withdrawn(workspace, container) ??
    sharedLabels(workspace, workload)
  )
}

/** A pod that runs two systems: neither can have members of its own. */
function sharedPod(workload: Workload, container: Container): Obstacle | undefined {
  for (const other of workload.containers) {
    if (other === container || other.role !== 'container') continue
    const system = detectSystem({ ...workload, containers: [other] })
    if (system === undefined) continue
    return {
      code: 'shared-pod',
      why: `container ${other.name} in the same pod runs ${system.title}: each system needs members, names and volumes of its own`,
      next: `move container ${other.name} into a workload of its own, then run again`,
    }
  }
  return undefined
}

/** A patch that names a Deployment no longer finds it once it is a StatefulSet, and a prefix changes names in mid-air. */
function patched(workspace: Workspace, workload: Workload): Obstacle | undefined {
  const { resource } = workload
  const patch = workspace.patchesOf(resource)[0]
  const layers = workspace.kustomizationsOf(resource)
  const layer = layers.find(candidate => patches(candidate, workload))
  const file = patch?.origin.file ?? layer?.file
  if (file !== undefined) {
    return {
      code: 'patched',
      why: layer?.replicas.has(resource.name)
        ? `${file} sets its number of pods, and so decides how many members there are`
        : `${file} patches it as a ${resource.kind}: after the change the patch would find nothing, or undo a part of it`,
      next: `take what ${file} sets into ${resource.origin.file}, remove it there, then run again`,
    }
  }
  const renaming = layers.find(({ resource: { value } }) => asString(value.namePrefix) || asString(value.nameSuffix))
  if (renaming === undefined) return undefined
  return {
    code: 'renamed',
    why: `${renaming.file} gives its objects a prefix or a suffix, which the names of the members in its settings would not get`,
    next: 'render the kustomization and run on the result, or write the names out without prefix and suffix',
  }
}

function patches(layer: Kustomization, { resource }: Workload): boolean {
  if (layer.replicas.has(resource.name) || isPatchedBy(layer, resource, '')) return true
  return layer.patches.some(({ kind, name }) => {
    if (kind === undefined && name === undefined) return false
    return (kind === undefined || kind === resource.kind) && (name === undefined || fits(name, resource.name))
  })
}

/** Names of a patch's target are anchored regular expressions. */
function fits(pattern: string, name: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(name)
  } catch {
    return pattern === name
  }
}

function autoscaled(workspace: Workspace, workload: Workload): Obstacle | undefined {
  const [autoscaler] = workspace.autoscalersOf(workload.resource)
  if (autoscaler === undefined) return undefined
  return {
    code: 'autoscaled',
    why: `${describe(autoscaler)} changes its number of pods, and the members are listed in its settings: one that comes or goes by itself belongs to no list`,
    next: `remove ${autoscaler.name}: a quorum gets slower with each member, not faster`,
  }
}

function onHost(workload: Workload): Obstacle | undefined {
  const next = 'let the pods have a network of their own, then run again'
  if (workload.spec.hostNetwork === true) {
    return { code: 'host-port', why: 'it uses the network of its node: two members cannot meet on one node', next }
  }
  for (const container of workload.containers) {
    const port = asArray(container.value.ports).find(entry => Number(member(entry, 'hostPort')) > 0)
    if (port === undefined) continue
    return {
      code: 'host-port',
      why: `container ${container.name} takes port ${String(member(port, 'hostPort'))} of its node: two members cannot meet on one node`,
      next,
    }
  }
  return undefined
}

function withdrawn(workspace: Workspace, container: Container): Obstacle | undefined {
  const image = effectiveImage(workspace, container)
  if (image === undefined || !isWithdrawn(image)) return undefined
  return {
    code: 'image-withdrawn',
    why: `image no longer pullable: ${imageName(image)} is gone from Docker Hub since 28 August 2025, and members on other nodes have to pull it`,
    next: `point the image at a registry that has it; the same builds stand frozen under bitnamilegacy/${image.components.at(-1)}`,
  }
}

function sharedLabels(workspace: Workspace, workload: Workload): Obstacle | undefined {
  const stranger = strangerIn(workspace, workload)
  if (stranger === undefined) return undefined
  return {
    code: 'label-collision',
    why: `its selector also fits the pods of ${describe(stranger.resource)}, which would become members by name`,
    next: `give the pods of ${workload.resource.name} a label that no other pod has, and select by it`,
  }
}

export const OBSTACLE_REFUSALS: readonly RefusalRule[] = [
  {
    id: 'shared-pod',
    when: 'the pod runs another broker or database as well',
    why: 'each system needs members, names and volumes of its own',
    next: 'give each system a workload of its own',
  },
  {
    id: 'patched',
    when: 'a kustomization patches the workload or sets its number of pods',
    why: 'the patch would find nothing after the change of kind, or undo a part of it',
    next: 'take what the patch sets into the base, or run on the rendered result',
  },
  {
    id: 'renamed',
    when: 'a kustomization adds a prefix or a suffix to names',
    why: 'the names of the members in settings would not get it',
    next: 'run on the rendered result',
  },
  {
    id: 'autoscaled',
    when: 'an autoscaler changes the number of pods',
    why: 'members are listed in settings, and one that comes or goes by itself belongs to no list',
    next: 'remove the autoscaler',
  },
  {
    id: 'host-port',
    when: 'a pod takes a port or the network of its node',
    why: 'two members cannot meet on one node',
    next: 'let the pods have a network of their own',
  },
  {
    id: 'image-withdrawn',
    when: 'the image is gone from its registry',
    why: 'members on other nodes have to pull it',
    next: 'point the image at a registry that has it',
  },
  {
    id: 'label-collision',
    when: 'the selector of the workload fits pods of another one',
    why: 'they would become members by name',
    next: 'select by a label that no other pod has',
  },
]

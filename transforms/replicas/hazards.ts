// Why a workload must not, or perhaps must not, run a second pod.

import {
  asArray,
  asString,
  at,
  describe,
  detectSystem,
  effectiveImage,
  imageName,
  isObject,
  isWithdrawn,
  type JsonObject,
  member,
  storeHint,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { leaderElection, singletonHint } from './singleton.ts'

export interface Hazard {
  /** id of one of the transform's refusals */
  readonly code: string
  readonly why: string
  readonly next: string
}

/** What no request overrides: a second pod would be another system, or would not start, or would damage data. */
export function findObstacle(workspace: Workspace, workload: Workload): Hazard | undefined {
  return stateful(workload) ?? volume(workspace, workload) ?? host(workload) ?? withdrawn(workspace, workload)
}

/** What hints that one pod is meant; an explicit request overrides it. */
export function findHint(workspace: Workspace, workload: Workload): Hazard | undefined {
  return (
    unknownMembers(workload) ??
    store(workload) ??
    recreated(workload) ??
    singleton(workspace, workload) ??
    address(workspace, workload) ??
    unserved(workspace, workload)
  )
}

function stateful(workload: Workload): Hazard | undefined {
  const system = detectSystem(workload)
  const subject = describe(workload.resource)
  // the members of Kafka, ZooKeeper and MongoDB are decided by transforms of their own
  if (system?.family !== 'other') return undefined
  return {
    code: 'stateful-image',
    why: `container ${system.container.name} of ${subject} runs ${system.title}, which keeps its state itself: a second pod would be a second, different ${system.title} behind the same name`,
    next: `set up ${system.title} the way it replicates itself, or let an operator or a managed service run it`,
  }
}

/** Volume types that one node attaches for writing; all but the claim are named in the pod itself. */
const SINGLE_ATTACH: readonly string[] = [
  ...['awsElasticBlockStore', 'gcePersistentDisk', 'azureDisk', 'cinder', 'vsphereVolume', 'photonPersistentDisk'],
  ...['iscsi', 'fc', 'rbd', 'portworxVolume', 'scaleIO'],
]

function volume(workspace: Workspace, workload: Workload): Hazard | undefined {
  for (const entry of asArray(workload.spec.volumes).filter(isObject)) {
    const hazard = claim(workspace, workload, entry) ?? disk(workload, entry)
    if (hazard !== undefined) return hazard
  }
  return undefined
}

function claim(workspace: Workspace, workload: Workload, entry: JsonObject): Hazard | undefined {
  const name = asString(at(entry, ['persistentVolumeClaim', 'claimName']))
  if (name === undefined) return undefined
  const subject = describe(workload.resource)
  const modes = asArray(at(workspace.claim(workload, name)?.value, ['spec', 'accessModes']))
  if (modes.length === 0) {
    return {
      code: 'unknown-claim',
      why: `${subject} mounts the claim ${name}, whose access modes are not among the files: where it is ReadWriteOnce a second pod stays Pending or writes the same files`,
      next: `give the file of PersistentVolumeClaim ${name} as well; with ReadWriteMany the pods can share it`,
    }
  }
  if (modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany')) return undefined
  return {
    code: 'single-writer-volume',
    why: `${subject} mounts the claim ${name}, which is ${modes.join(', ')}: a second pod stays Pending on another node, or writes the same files on this one`,
    next: `make ${workload.resource.name} a StatefulSet with a claim for each pod, or give ${name} the access mode ReadWriteMany if its storage has it and the program expects it`,
  }
}

function disk(workload: Workload, entry: JsonObject): Hazard | undefined {
  const subject = describe(workload.resource)
  const name = asString(entry.name) ?? ''
  if (isObject(entry.hostPath)) {
    const path = asString(entry.hostPath.path) ?? ''
    return {
      code: 'host-path',
      why: `volume ${name} of ${subject} is the folder ${path} of whichever node the pod runs on: a second pod sees other files, or writes the same ones`,
      next: 'move the files into a PersistentVolumeClaim or a ConfigMap, or run one pod on each node with a DaemonSet',
    }
  }
  const type = SINGLE_ATTACH.find(key => isObject(entry[key]))
  if (type === undefined || at(entry, [type, 'readOnly']) === true) return undefined
  return {
    code: 'single-writer-volume',
    why: `volume ${name} of ${subject} is one disk (${type}) that one node attaches for writing: a second pod stays Pending`,
    next: `make ${workload.resource.name} a StatefulSet with a claim for each pod`,
  }
}

function host(workload: Workload): Hazard | undefined {
  const subject = describe(workload.resource)
  const next = 'reach the pods through a Service, or run one pod on each node with a DaemonSet'
  if (workload.spec.hostNetwork === true) {
    const why = `${subject} uses the network of its node: two pods take each other's ports when they meet on one node`
    return { code: 'host-port', why, next }
  }
  for (const container of workload.containers) {
    for (const port of asArray(container.value.ports)) {
      const number = member(port, 'hostPort')
      if (typeof number !== 'number' || number === 0) continue
      const why = `container ${container.name} of ${subject} takes port ${number} of its node: a second pod needs another node that has it free`
      return { code: 'host-port', why, next }
    }
  }
  return undefined
}

function withdrawn(workspace: Workspace, workload: Workload): Hazard | undefined {
  for (const container of workload.containers) {
    const image = effectiveImage(workspace, container)
    if (container.role === 'ephemeral' || image === undefined || !isWithdrawn(image)) continue
    return {
      code: 'image-withdrawn',
      why: `image no longer pullable: ${imageName(image)} of container ${container.name} is gone from Docker Hub since 28 August 2025, so a second pod starts only where the image is cached`,
      next: `point the image at a registry that has it; the same builds stand frozen under bitnamilegacy/${image.components.at(-1)}`,
    }
  }
  return undefined
}

function unknownMembers(workload: Workload): Hazard | undefined {
  if (workload.resource.kind !== 'StatefulSet') return undefined
  return {
    code: 'unknown-stateful-set',
    why: `${describe(workload.resource)} runs one member of a system that is not known here: whether a second one joins it, or starts empty beside it, is for its documentation to say`,
    next: askFor(workload, 'if the system grows by itself'),
  }
}

function store(workload: Workload): Hazard | undefined {
  const hint = storeHint(workload)
  if (hint === undefined) return undefined
  return {
    code: 'store-like',
    why: `${describe(workload.resource)} looks like a store that keeps its state itself (${hint}): a second pod would be a second, different one behind the same name`,
    next: askFor(workload, 'if its pods share their state'),
  }
}

function recreated(workload: Workload): Hazard | undefined {
  if (at(workload.resource.value, ['spec', 'strategy', 'type']) !== 'Recreate') return undefined
  return {
    code: 'recreate-strategy',
    why: `${describe(workload.resource)} has the strategy Recreate: its author rules out that two of its pods run at the same time`,
    next: 'if two pods may run together, change the strategy to RollingUpdate',
  }
}

function singleton(workspace: Workspace, workload: Workload): Hazard | undefined {
  const hint = singletonHint(workspace, workload)
  if (hint === undefined) return undefined
  return {
    code: 'singleton',
    why: `${describe(workload.resource)} looks like something that runs once (${hint}): two of them may do every job twice`,
    next: askFor(workload, 'if several can share the work'),
  }
}

/** Variables in which a process says under which name the others of its kind reach it. */
const OWN_ADDRESS = /(?:^|_)(?:ADVERTISED(?:_[A-Z0-9_]+)?|HOST_?NAME)$/

function address(workspace: Workspace, workload: Workload): Hazard | undefined {
  const names = new Set(workspace.servicesOf(workload).map(service => service.name))
  for (const container of workload.containers.filter(({ role }) => role === 'container')) {
    for (const entry of asArray(container.value.env)) {
      const variable = asString(member(entry, 'name')) ?? ''
      const host = /^(?:[\w+.-]+:\/\/)?([\w-]+)/.exec(asString(member(entry, 'value')) ?? '')?.[1]
      if (host === undefined || !names.has(host) || !OWN_ADDRESS.test(variable)) continue
      return {
        code: 'fixed-address',
        why: `${variable} of container ${container.name} of ${describe(workload.resource)} gives every pod the address of Service ${host}: what one pod means for another reaches either of them`,
        next: askFor(
          workload,
          'give each pod an address of its own (the field status.podIP); if the pods never call each other',
        ),
      }
    }
  }
  return undefined
}

function unserved(workspace: Workspace, workload: Workload): Hazard | undefined {
  if (workspace.servicesOf(workload).length > 0 || leaderElection(workload) === 'on') return undefined
  return {
    code: 'no-service',
    why: `no Service selects the pods of ${describe(workload.resource)}, so nothing shares requests out between them: two workers may do one job twice`,
    next: askFor(workload, 'if several can share the work'),
  }
}

function askFor(workload: Workload, condition: string): string {
  return `${condition}, ask for it: annotate ${describe(workload.resource)} with kubemend.dev/replicas: "2"`
}

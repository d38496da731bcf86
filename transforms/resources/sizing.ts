// How much a container is given: its class, adapted to its heap, its volumes and the policy.

import {
  asArray,
  asString,
  at,
  type Container,
  commandLine,
  detectSystem,
  type Edit,
  envValue,
  type FollowUp,
  isStored,
  isWindows,
  member,
  mountsOf,
  mountsStored,
  parseQuantity,
  type Section,
  type System,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import CLASSES, { type Class, classOf, isHeavy, type Need, oldSpace } from './classes.ts'
import { type Heap, heapShare, jvmHeap, kafkaHeap, type Mebibytes, zookeeperHeap } from './heap.ts'

export type CpuLimits = 'all' | 'stateless' | 'none'
export type Sizing = 'dev' | 'prod'

export const CPU_LIMITS: Section<CpuLimits> = {
  name: 'cpuLimits',
  description: 'Who is given CPU limits: all containers, those of stateless workloads (and Kafka brokers), or none.',
  schema: { enum: ['all', 'stateless', 'none'] },
  defaults: 'stateless',
}

export const SIZING: Section<Sizing> = {
  name: 'sizing',
  description: 'Size of known systems: dev for a laptop or a test cluster, prod for load.',
  schema: { enum: ['dev', 'prod'] },
  defaults: 'dev',
}

export interface Size {
  readonly class: Class
  readonly requests: Need
  readonly limits: { readonly cpu?: number; readonly memory?: Mebibytes }
  /** the least memory limit with which the container works, where it is known */
  readonly floor: Mebibytes
  /** heap that has to fit below the memory limit */
  readonly heap?: Mebibytes
  /** why no memory limit is written, and what to do */
  readonly open?: { readonly code: string; readonly why: string; readonly step: FollowUp }
  /** edit that goes together with a new memory limit */
  readonly withLimit?: { readonly text: string; readonly edit: Edit }
}

export function sizeOf(workspace: Workspace, container: Container, policy: CpuLimits, sizing: Sizing): Size {
  const { workload } = container
  const system = detectSystem({ ...workload, containers: [container] })
  const base = system === undefined ? ofProgram(workspace, container) : ofSystem(workspace, system, sizing)
  const extra = memoryVolumes(container)
  const open =
    base.open ??
    openForReasonOutside(workspace, container, base.class, system) ??
    (extra === undefined ? openVolume(container) : undefined)
  const { withLimit, ...rest } = base
  const cpu = hasCpuLimit(workload, system, base.class, policy, open !== undefined) ? { cpu: base.limits.cpu ?? 0 } : {}
  if (open !== undefined) return { ...rest, limits: cpu, open }
  const memory = Math.max(base.limits.memory ?? 0, base.floor) + (extra ?? 0)
  return {
    ...rest,
    floor: base.floor + (extra ?? 0),
    limits: { ...cpu, memory },
    ...(withLimit === undefined ? {} : { withLimit }),
  }
}

/** Limits are written in steps of 64Mi. */
const STEP: Mebibytes = 64

function plain(kind: Class, least: Mebibytes = 0): Size {
  return { class: kind, requests: kind.requests, limits: kind.limits, floor: Math.ceil(least / STEP) * STEP }
}

function ofSystem(workspace: Workspace, system: System, sizing: Sizing): Size {
  const { container } = system
  if (system.family === 'kafka') {
    const kind = sizing === 'prod' ? CLASSES.kafkaProduction : CLASSES.kafka
    const least = sizing === 'prod' ? kind.limits.memory : 0
    // direct memory may grow as large as the heap; half a GiB for the rest of the process
    return aroundHeap(
      container,
      kind,
      kafkaHeap(workspace, container),
      heap => 2 * heap + 512,
      'twice its heap and 512Mi',
      least,
    )
  }
  if (system.family === 'zookeeper') {
    return aroundHeap(
      container,
      CLASSES.zookeeper,
      zookeeperHeap(workspace, container, system.distro ?? ''),
      heap => 1.5 * heap,
      'one and a half times its heap, at least 768Mi',
    )
  }
  if (system.family === 'mongodb') {
    const cache = /--wiredTigerCacheSizeGB[= ](\d+(?:\.\d+)?)/.exec(commandLine(container))
    const size = plain(CLASSES.mongodb, cache === null ? 0 : Number(cache[1]) * 1024 + 1024)
    if (!holdsData(container)) return size
    return { ...size, open: grown(container, `how large the data of ${system.title} has grown is not in the files`) }
  }
  return {
    ...plain(CLASSES.store),
    open: grown(
      container,
      `${system.title} needs memory for the data that it holds, and how much that is cannot be read from the files`,
    ),
  }
}

function ofProgram(workspace: Workspace, container: Container): Size {
  const kind = classOf(workspace, container)
  if (kind.id === 'node') {
    const options = envValue(workspace, container, 'NODE_OPTIONS')
    const size = oldSpace([commandLine(container), options?.kind === 'literal' ? options.value : ''])
    return plain(kind, size === undefined ? 0 : 1.5 * size)
  }
  if (kind.id === 'go') {
    const limit = envValue(workspace, container, 'GOMEMLIMIT')
    const bytes = limit?.kind === 'literal' ? parseQuantity(limit.value.replace(/B$/, '')) : undefined
    return plain(kind, bytes === undefined ? 0 : (1.25 * bytes) / MEBIBYTE)
  }
  if (kind.id !== 'jvm') return plain(kind)
  const heap = jvmHeap(workspace, container)
  if (heap !== undefined)
    return aroundHeap(container, kind, heap, size => 1.5 * size + 256, 'one and a half times its heap and 256Mi')
  const share = heapShare(workspace, container)
  if (share !== undefined) {
    const text = `${share.variable} lets the heap be three quarters of the limit, because a JVM without heap options would take one quarter of it`
    return { ...plain(kind), withLimit: { text, edit: share.edit } }
  }
  return {
    ...plain(kind),
    open: {
      code: 'heap-unknown',
      why: 'no heap option stands in the files, and a JVM without one shrinks its heap to a quarter of a new limit',
      step: {
        text: `set JAVA_TOOL_OPTIONS to "-XX:MaxRAMPercentage=75.0" on container ${container.name}, unless its image sets heap options, and run again`,
      },
    },
  }
}

const MEBIBYTE = 1024 * 1024

/** The class with a limit of what the heap needs, at least `least`. */
function aroundHeap(
  container: Container,
  kind: Class,
  heap: Heap,
  need: (heap: Mebibytes) => Mebibytes,
  advice: string,
  least: Mebibytes = kind.limits.memory,
): Size {
  if (heap.kind === 'share') return plain(kind)
  if (heap.kind === 'fixed') {
    const size = plain(kind, need(heap.size))
    return { ...size, limits: { ...kind.limits, memory: Math.max(size.floor, least) }, heap: heap.size }
  }
  return {
    ...plain(kind),
    open: {
      code: 'heap-unknown',
      why: 'the size of its heap comes from a value that the files do not hold',
      step: { text: `set limits.memory of container ${container.name} to ${advice}` },
    },
  }
}

function grown(container: Container, why: string): NonNullable<Size['open']> {
  return {
    code: 'memory-unmeasured',
    why,
    step: {
      text: `measure what container ${container.name} uses under load, then set limits.memory to at least half as much again`,
      commands: [`kubectl top pod --containers${namespaceFlag(container.workload)}`],
    },
  }
}

function namespaceFlag(workload: Workload): string {
  return workload.resource.namespace === undefined ? '' : ` -n ${workload.resource.namespace}`
}

/** Reasons that lie outside the program: a guess would stop what ran before. */
function openForReasonOutside(
  workspace: Workspace,
  container: Container,
  kind: Class,
  system: System | undefined,
): Size['open'] {
  if (isCritical(container.workload)) {
    return grown(container, 'it belongs to the system of the cluster, and a limit that is too low takes nodes down')
  }
  if (isWindows(container.workload))
    return grown(container, 'what a Windows container takes is in no table of kubemend')
  if (hasDevice(container))
    return grown(container, 'it works on a device, and how much memory its work takes is not in the files')
  if (system !== undefined || kind.id === 'small' || kind.id === 'exporter') return undefined
  if (isHeavy(workspace, container))
    return grown(container, 'how much memory it needs follows from the work that it is given')
  if (kind.id !== 'jvm' && container.role !== 'init' && holdsData(container)) {
    return grown(container, 'it works on stored data, and how much memory that takes is not in the files')
  }
  return undefined
}

function holdsData(container: Container): boolean {
  return mountsOf(container).some(isStored)
}

function isCritical({ resource, spec }: Workload): boolean {
  return resource.namespace === 'kube-system' || /^system-/.test(asString(spec.priorityClassName) ?? '')
}

function hasDevice(container: Container): boolean {
  return ['requests', 'limits'].some(key =>
    Object.keys(member(member(container.value, 'resources'), key) ?? {}).some(name => name.includes('/')),
  )
}

/**
 * Stateful systems suffer from throttling; a Kafka broker is given two cores, because a review asks for its limit.
 * Where the memory limit stays open the load is unknown, so the CPU limit stays open with it.
 */
function hasCpuLimit(
  workload: Workload,
  system: System | undefined,
  kind: Class,
  policy: CpuLimits,
  open: boolean,
): boolean {
  if (policy !== 'stateless') return policy === 'all'
  if (open) return false
  if (system !== undefined) return system.family === 'kafka'
  if (kind.id === 'small' || kind.id === 'exporter') return true
  return detectSystem(workload) === undefined && workload.resource.kind !== 'StatefulSet' && !mountsStored(workload)
}

/** MiB of the memory-backed volumes that count against the container's limit; undefined when one has no size. */
function memoryVolumes(container: Container): Mebibytes | undefined {
  let sum = 0
  for (const mount of mountsOf(container)) {
    if (at(mount.volume, ['emptyDir', 'medium']) !== 'Memory') continue
    const limit = at(mount.volume, ['emptyDir', 'sizeLimit'])
    const bytes = typeof limit === 'string' || typeof limit === 'number' ? parseQuantity(limit) : undefined
    if (bytes === undefined) return undefined
    sum += Math.ceil(bytes / MEBIBYTE)
  }
  return sum
}

function openVolume(container: Container): NonNullable<Size['open']> {
  const volumes = asArray(container.workload.spec.volumes)
  const volume = volumes.find(
    entry => at(entry, ['emptyDir', 'medium']) === 'Memory' && at(entry, ['emptyDir', 'sizeLimit']) === undefined,
  )
  const name = asString(member(volume, 'name')) ?? 'in memory'
  return {
    code: 'memory-volume',
    why: `its volume ${name} is kept in memory without a size, and counts against the limit`,
    step: { text: `set emptyDir.sizeLimit on volume ${name}, then run again` },
  }
}

// Heaps that are fixed before the container starts: what they are, and how much memory a container needs around them.

import { type Container, commandLine, type Edit, envNames, envValue, set, type Workspace } from '../../src/sdk.ts'

/** MiB */
export type Mebibytes = number

export type Heap =
  /** its size is written down, or is the default of the image */
  | { readonly kind: 'fixed'; readonly size: Mebibytes }
  /** a share of the container's memory */
  | { readonly kind: 'share' }
  /** set by something that the files do not say */
  | { readonly kind: 'unknown' }

/** Variables that the JVM or its usual launchers read options from. */
const OPTIONS = [
  ...['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'JAVA_OPTS', 'JAVA_OPTIONS', 'JVM_OPTS', 'JAVA_ARGS'],
  ...['CATALINA_OPTS', 'KAFKA_HEAP_OPTS', 'JVMFLAGS', 'SERVER_JVMFLAGS', 'HEAP_OPTS', 'ES_JAVA_OPTS', 'LS_JAVA_OPTS'],
]

/** Of these, the ones to which a general option may be added: heap variables hold nothing but the heap. */
const EXTENSIBLE: ReadonlySet<string> = new Set(OPTIONS.slice(0, 8))

const UNITS: Readonly<Record<string, number>> = { '': 1 / 1048576, k: 1 / 1024, m: 1, g: 1024, t: 1048576 }

/** The largest heap that JVM options allow; undefined when they do not speak of it. The last option wins. */
function heapOf(options: string): Heap | undefined {
  const sizes = [...options.matchAll(/-(?:Xmx|XX:MaxHeapSize=)(\d+)([kKmMgGtT]?)(?=\s|["']|$)/g)]
  const last = sizes.at(-1)
  if (last !== undefined) {
    return { kind: 'fixed', size: Math.ceil(Number(last[1]) * (UNITS[(last[2] ?? '').toLowerCase()] ?? 1)) }
  }
  if (/-Xmx|MaxHeapSize/.test(options)) return { kind: 'unknown' }
  return /-XX:MaxRAM(?:Percentage|Fraction)=/.test(options) ? { kind: 'share' } : undefined
}

/** The heap of a container's JVM; undefined when nothing in the files sets it. */
export function jvmHeap(workspace: Workspace, container: Container): Heap | undefined {
  let found = heapOf(commandLine(container))
  for (const name of OPTIONS) {
    const entry = envValue(workspace, container, name)
    const heap = entry?.kind === 'literal' ? heapOf(entry.value) : entry
    if (heap === undefined) continue
    if (heap.kind === 'unknown') return { kind: 'unknown' }
    if (found === undefined || (heap.kind === 'fixed' && (found.kind !== 'fixed' || heap.size > found.size))) {
      found = heap as Heap
    }
  }
  return found
}

/** Default heaps of ZooKeeper images (their start scripts), in MiB. */
const ZOOKEEPER_HEAPS: Readonly<Record<string, Mebibytes>> = { 'zk/official': 1000, 'zk/cp': 512, 'zk/bitnami': 1024 }

/** Variables that hold a heap as a bare number of megabytes. */
const MEGABYTES: Readonly<Record<string, string>> = { 'zk/official': 'ZK_SERVER_HEAP', 'zk/bitnami': 'ZOO_HEAP_SIZE' }

/** The heap of a Kafka broker: 1 GiB unless it is told otherwise (bin/kafka-server-start.sh). */
export function kafkaHeap(workspace: Workspace, container: Container): Heap {
  return jvmHeap(workspace, container) ?? { kind: 'fixed', size: 1024 }
}

export function zookeeperHeap(workspace: Workspace, container: Container, distro: string): Heap {
  const variable = MEGABYTES[distro]
  const entry = variable === undefined ? undefined : envValue(workspace, container, variable)
  if (entry?.kind === 'unknown') return entry
  if (entry !== undefined) {
    const size = Number(entry.value)
    return Number.isInteger(size) && size > 0 ? { kind: 'fixed', size } : { kind: 'unknown' }
  }
  const fallback = ZOOKEEPER_HEAPS[distro]
  return (
    jvmHeap(workspace, container) ?? (fallback === undefined ? { kind: 'unknown' } : { kind: 'fixed', size: fallback })
  )
}

/**
 * Lets the heap be three quarters of the container's limit, in an options variable that the container sets itself.
 * Without it a JVM takes one quarter of a new limit, where it took one quarter of the node. Undefined without such a
 * variable: a new one would replace what the image sets.
 */
export function heapShare(workspace: Workspace, container: Container): { variable: string; edit: Edit } | undefined {
  for (const name of envNames(container).filter(candidate => EXTENSIBLE.has(candidate))) {
    const entry = envValue(workspace, container, name)
    if (entry?.kind !== 'literal' || entry.index === undefined) continue
    const value = `${entry.value.trimEnd()} -XX:MaxRAMPercentage=75.0`.trimStart()
    return {
      variable: name,
      edit: set(container.workload.resource, [...container.path, 'env', entry.index, 'value'], value),
    }
  }
  return undefined
}

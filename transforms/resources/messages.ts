// What is said of a container's resources: the reasons of changes, and what is refused or left open.

import {
  type Change,
  type Container,
  change,
  type Decline,
  decline,
  describe,
  type FollowUp,
  type JsonObject,
  member,
  type Precondition,
} from '../../src/sdk.ts'
import { type Amounts, podsOf } from './bounds.ts'
import { cpuText, memoryText } from './fill.ts'
import type { Size } from './sizing.ts'

export function whyOf(
  container: Container,
  size: Size,
  value: JsonObject,
  open: string | undefined,
  withLimit: string | undefined,
): string {
  const written = Object.entries(value).map(([side, amounts]) => `${side} of ${amountsText(amounts as JsonObject)}`)
  const rest = open === undefined ? '' : `; no memory limit is written, because ${open}`
  const note = withLimit === undefined ? '' : `; ${withLimit}`
  return `${subject(container)} has ${lacksOf(value)}; as ${size.class.title} it gets ${written.join(' and ')}${note}${rest}`
}

function subject(container: Container): string {
  return `container ${container.name} of ${describe(container.workload.resource)}`
}

/** `no requests and no limits`, `no memory request and no CPU limit`. */
function lacksOf(value: JsonObject): string {
  const lacks = ['requests', 'limits'].flatMap(side => {
    const amounts = Object.keys(member(value, side) ?? {})
    if (amounts.length === 2) return [`no ${side}`]
    return amounts.map(name => `no ${name === 'cpu' ? 'CPU' : 'memory'} ${side.slice(0, -1)}`)
  })
  return lacks.length === 1 ? lacks.join('') : `${lacks.slice(0, -1).join(', ')} and ${lacks.at(-1)}`
}

function amountsText(amounts: JsonObject): string {
  return Object.entries(amounts)
    .map(([name, amount]) => `${amount} ${name === 'cpu' ? 'CPU' : name}`)
    .join(' / ')
}

export function openRest(container: Container, open: NonNullable<Size['open']>): Change {
  return change({
    target: targetOf(container),
    code: open.code,
    why: `${subject(container)} has no memory limit, and none is written, because ${open.why}`,
    risks: 'restart',
    edits: [],
    leaves: [open.step],
  })
}

export function targetOf(container: Container) {
  return { resource: container.workload.resource, container, path: [...container.path, 'resources'] }
}

export function belowHeap(container: Container, size: Size, limit: number): Decline {
  return decline({
    target: { ...targetOf(container), path: [...container.path, 'resources', 'limits', 'memory'] },
    code: 'limit-below-heap',
    why: `the memory limit ${memoryText(limit)} of container ${container.name} is not above the heap of ${size.heap}Mi that ${size.class.title} takes here, so it is killed once the heap fills; a limit that somebody wrote is not overwritten`,
    next: `set limits.memory of container ${container.name} to ${Math.max(size.floor, size.limits.memory ?? 0)}Mi, or give it a smaller heap`,
  })
}

export function heapStep(container: Container, small: number | undefined): FollowUp[] {
  if (small === undefined) return []
  return [{ text: `raise limits.memory of container ${container.name}: ${memoryText(small)} is not above its heap` }]
}

export function outOfBounds(container: Container, size: Size, resource: string): Decline {
  const least = resource === 'memory' && size.floor > 0 ? ` of ${size.floor}Mi` : ''
  return decline({
    target: targetOf(container),
    code: 'limit-range',
    why: `the requests and limits of ${subject(container)} are incomplete, and the LimitRange of its namespace leaves no room for a ${resource} limit${least} that fits ${size.class.title}`,
    next: 'raise the maximum of the LimitRange, or write requests and limits by hand',
  })
}

export function overQuota(container: Container, value: JsonObject, quota: string, key: string): Decline {
  return decline({
    target: targetOf(container),
    code: 'quota-exceeded',
    why: `${subject(container)} has ${lacksOf(value)}, and with the usual amounts its namespace would exceed ${key} of ${quota}`,
    next: `raise the quota or write smaller amounts; the usual ones are ${Object.entries(value)
      .map(([side, amounts]) => `${side} of ${amountsText(amounts as JsonObject)}`)
      .join(', ')}`,
  })
}

/** Nodes are in no file: what they have to hold is said, so that a pending pod is no surprise. */
export function roomFor(container: Container, values: Amounts): Precondition[] {
  const { cpu, memory } = values.requests
  const amounts = [
    ...(cpu === undefined ? [] : [`${cpuText(cpu)} CPU`]),
    ...(memory === undefined ? [] : [`${memoryText(memory)} memory`]),
  ]
  if (amounts.length === 0) return []
  const pods = podsOf(container.workload)
  const count = pods === 1 ? 'its pod' : `each of its ${pods} pods`
  return [{ text: `the nodes have ${amounts.join(' and ')} free for ${count}`, state: 'assumed' }]
}

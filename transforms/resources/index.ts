// Gives containers the requests and limits that they lack.

import {
  at,
  type Change,
  type Container,
  change,
  type Decline,
  decline,
  describe,
  type Edit,
  type FollowUp,
  forEachWorkload,
  isContainerPatched,
  isObject,
  isPodPatched,
  isServed,
  type JsonObject,
  member,
  type Precondition,
  type Proposal,
  restartSteps,
  type Settings,
  set,
  type Transform,
  WORKLOAD_KINDS,
  type Workspace,
} from '../../src/sdk.ts'
import { type Amounts, podsOf, QuotaLedger, quantity } from './bounds.ts'
import { cpuText, fillingOf, memoryText, resourcesOf, toValue } from './fill.ts'
import { CPU_LIMITS, SIZING, type Size, sizeOf } from './sizing.ts'

const resources: Transform = {
  id: 'resources',
  title: 'Set the missing requests and limits',
  rationale:
    'Without requests the scheduler places pods blindly, and without limits one container can take the memory or the CPU of its whole node.',
  category: 'resources',
  since: '0.1.0',
  kinds: WORKLOAD_KINDS,
  risks: ['restart'],
  aliases: [
    ...['checkov:CKV_K8S_10', 'checkov:CKV_K8S_11', 'checkov:CKV_K8S_12', 'checkov:CKV_K8S_13'],
    ...['kube-linter:unset-cpu-requirements', 'kube-linter:unset-memory-requirements'],
    'kube-score:container-resources',
    ...['kubescape:C-0004', 'kubescape:C-0009', 'kubescape:C-0050'],
    ...['polaris:cpuLimitsMissing', 'polaris:cpuRequestsMissing'],
    ...['polaris:memoryLimitsMissing', 'polaris:memoryRequestsMissing'],
    ...['trivy:KSV011', 'trivy:KSV015', 'trivy:KSV016', 'trivy:KSV018'],
  ],
  references: ['https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/'],
  refusals: [
    {
      id: 'limit-below-heap',
      when: 'the memory limit is not above the heap of the program',
      why: 'a value that somebody wrote is never overwritten, but the container is killed once its heap fills',
      next: 'raise limits.memory, or lower the heap',
    },
    {
      id: 'limit-range',
      when: 'a LimitRange of the namespace leaves no room for what the container needs',
      why: 'the API server would reject the pod, or the program would not fit',
      next: 'raise the LimitRange, or write requests and limits by hand',
    },
    {
      id: 'quota-exceeded',
      when: 'a ResourceQuota of the namespace would be exceeded',
      why: 'the API server would reject some of the pods',
      next: 'raise the quota, or write smaller requests and limits by hand',
    },
  ],
  sections: [CPU_LIMITS, SIZING],
  *plan(workspace, settings): Iterable<Proposal> {
    const ledger = new QuotaLedger(workspace)
    for (const workload of forEachWorkload(workspace)) {
      const { resource, spec } = workload
      // resources of the pod as a whole (1.34) are shared by its containers
      if (resource.partial || !isServed(resource) || isObject(spec.resources)) continue
      if (isPodPatched(workspace, workload, ['resources'])) continue
      for (const container of workload.containers) {
        if (container.role === 'ephemeral') continue
        const proposal = judge(workspace, container, settings, ledger)
        if (proposal !== undefined) yield proposal
      }
    }
  },
}

export default resources

function judge(
  workspace: Workspace,
  container: Container,
  settings: Settings,
  ledger: QuotaLedger,
): Proposal | undefined {
  const { workload } = container
  const present = resourcesOf(container)
  if (present === undefined || isContainerPatched(workspace, container, ['resources'])) return undefined
  const size = sizeOf(
    workspace,
    container,
    settings.get(CPU_LIMITS, workload.resource),
    settings.get(SIZING, workload.resource),
  )
  const scaled = workspace.verticalAutoscalersOf(workload.resource).length > 0
  const wanted = scaled ? { ...size, limits: {} } : size
  const filling = fillingOf(workspace, workload, container, wanted)
  if (filling.kind === 'out-of-bounds') return outOfBounds(container, size, filling.resource)
  const open = scaled || hasMemoryLimit(present) ? undefined : size.open
  const value = toValue(filling.values)
  const small = limitBelowHeap(present, size)
  if (value.requests === undefined && value.limits === undefined) {
    if (small !== undefined) return belowHeap(container, size, small)
    return open === undefined ? undefined : openRest(container, open)
  }
  const exceeded = ledger.book(container, filling.values)
  if (exceeded !== undefined) return overQuota(container, value, describe(exceeded.quota), exceeded.key)
  const withLimit = value.limits?.memory === undefined ? undefined : size.withLimit
  return change({
    target: targetOf(container),
    code: size.class.id,
    why: whyOf(container, size, value, open?.why, withLimit?.text),
    risks: 'restart',
    edits: [...fillEdits(container, present, value), ...(withLimit === undefined ? [] : [withLimit.edit])],
    leaves: [...restartSteps(workload), ...(open === undefined ? [] : [open.step]), ...heapStep(container, small)],
    preconditions: roomFor(container, filling.values),
  })
}

function targetOf(container: Container) {
  return { resource: container.workload.resource, container, path: [...container.path, 'resources'] }
}

function hasMemoryLimit(present: JsonObject): boolean {
  const limit = at(present, ['limits', 'memory'])
  return limit !== undefined && limit !== null
}

/** Each side as a whole where it is absent, else the amounts that it lacks. */
function fillEdits(container: Container, present: JsonObject, value: JsonObject): Edit[] {
  const { resource } = container.workload
  const path = [...container.path, 'resources']
  if (Object.keys(present).length === 0) return [set(resource, path, value)]
  return Object.entries(value).flatMap(([side, amounts]) => {
    const own = member(present, side)
    if (!isObject(own) || Object.keys(own).length === 0) return [set(resource, [...path, side], amounts)]
    return Object.entries(amounts as JsonObject).map(([name, amount]) => set(resource, [...path, side, name], amount))
  })
}

function whyOf(
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

function openRest(container: Container, open: NonNullable<Size['open']>): Change {
  return change({
    target: targetOf(container),
    code: open.code,
    why: `${subject(container)} has no memory limit, and none is written, because ${open.why}`,
    risks: 'restart',
    edits: [],
    leaves: [open.step],
  })
}

/** The limit that stands, when it is not above the heap. */
function limitBelowHeap(present: JsonObject, size: Size): number | undefined {
  const limit = quantity(at(present, ['limits', 'memory']))
  return limit !== undefined && size.heap !== undefined && limit <= size.heap * 1024 * 1024 ? limit : undefined
}

function belowHeap(container: Container, size: Size, limit: number): Decline {
  return decline({
    target: { ...targetOf(container), path: [...container.path, 'resources', 'limits', 'memory'] },
    code: 'limit-below-heap',
    why: `the memory limit ${memoryText(limit)} of container ${container.name} is not above the heap of ${size.heap}Mi that ${size.class.title} takes here, so it is killed once the heap fills; a limit that somebody wrote is not overwritten`,
    next: `set limits.memory of container ${container.name} to ${Math.max(size.floor, size.limits.memory ?? 0)}Mi, or give it a smaller heap`,
  })
}

function heapStep(container: Container, small: number | undefined): FollowUp[] {
  if (small === undefined) return []
  return [{ text: `raise limits.memory of container ${container.name}: ${memoryText(small)} is not above its heap` }]
}

function outOfBounds(container: Container, size: Size, resource: string): Decline {
  const least = resource === 'memory' && size.floor > 0 ? ` of ${size.floor}Mi` : ''
  return decline({
    target: targetOf(container),
    code: 'limit-range',
    why: `the requests and limits of ${subject(container)} are incomplete, and the LimitRange of its namespace leaves no room for a ${resource} limit${least} that fits ${size.class.title}`,
    next: 'raise the maximum of the LimitRange, or write requests and limits by hand',
  })
}

function overQuota(container: Container, value: JsonObject, quota: string, key: string): Decline {
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
function roomFor(container: Container, values: Amounts): Precondition[] {
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

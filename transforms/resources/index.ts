// Gives containers the requests and limits that they lack.

import {
  at,
  type Container,
  change,
  describe,
  type Edit,
  forEachWorkload,
  isContainerPatched,
  isObject,
  isPodPatched,
  isServed,
  type JsonObject,
  member,
  type Proposal,
  restartSteps,
  type Settings,
  set,
  type Transform,
  WORKLOAD_KINDS,
  type Workspace,
} from '../../src/sdk.ts'
import { QuotaLedger, quantity } from './bounds.ts'
import { fillingOf, resourcesOf, toValue } from './fill.ts'
import { belowHeap, heapStep, openRest, outOfBounds, overQuota, roomFor, targetOf, whyOf } from './messages.ts'
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
    edits: [
      ...fillEdits(container, present, withImplied(present, value)),
      ...(withLimit === undefined ? [] : [withLimit.edit]),
    ],
    leaves: [...restartSteps(workload), ...(open === undefined ? [] : [open.step]), ...heapStep(container, small)],
    preconditions: roomFor(container, filling.values),
  })
}

function hasMemoryLimit(present: JsonObject): boolean {
  const limit = at(present, ['limits', 'memory'])
  return limit !== undefined && limit !== null
}

/**
 * A limit without a request is the request as well. Once other requests are written it is written too, with the text
 * of the limit: linters take a map of requests for complete.
 */
function withImplied(present: JsonObject, value: JsonObject): JsonObject {
  const requests = value.requests
  if (!isObject(requests)) return value
  const implied = (['cpu', 'memory'] as const).flatMap(name => {
    const limit = at(present, ['limits', name]) ?? null
    const request = requests[name] ?? at(present, ['requests', name]) ?? limit
    return request === null || at(present, ['requests', name]) === request ? [] : [[name, request] as const]
  })
  return { ...value, requests: Object.fromEntries(implied) }
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

/** The limit that stands, when it is not above the heap. */
function limitBelowHeap(present: JsonObject, size: Size): number | undefined {
  const limit = quantity(at(present, ['limits', 'memory']))
  return limit !== undefined && size.heap !== undefined && limit <= size.heap * 1024 * 1024 ? limit : undefined
}

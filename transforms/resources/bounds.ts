// What the namespace allows: LimitRanges and ResourceQuotas of the set.

import {
  asArray,
  at,
  type Container,
  type Json,
  member,
  parseQuantity,
  type Resource,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'

export type Resources = 'cpu' | 'memory'
export type Side = 'requests' | 'limits'

/** Cores or bytes by side and resource; absent where nothing stands. */
export type Amounts = { readonly [S in Side]: { readonly [R in Resources]?: number } }

export interface Bounds {
  readonly min: number
  readonly max: number
  /** largest quotient of limit and request */
  readonly ratio: number
  /** whether a default is given for an absent request or limit */
  readonly fills: { readonly [S in Side]: boolean }
}

const ITEMS: readonly (readonly ['min' | 'max' | 'ratio', string])[] = [
  ['min', 'min'],
  ['max', 'max'],
  ['ratio', 'maxLimitRequestRatio'],
]

/** What the LimitRanges that apply to containers of the workload's namespace say about a resource. */
export function boundsOf(workspace: Workspace, workload: Workload, resource: Resources): Bounds {
  const bounds = { min: 0, max: Number.POSITIVE_INFINITY, ratio: Number.POSITIVE_INFINITY }
  const fills = { requests: false, limits: false }
  for (const range of workspace.ruling(workload.resource, 'LimitRange')) {
    for (const item of asArray(at(range.value, ['spec', 'limits']))) {
      if (member(item, 'type') !== 'Container') continue
      for (const [key, field] of ITEMS) {
        const value = quantity(at(item, [field, resource]))
        if (value !== undefined)
          bounds[key] = key === 'min' ? Math.max(bounds.min, value) : Math.min(bounds[key], value)
      }
      // a default limit is the default request as well
      const limit = at(item, ['default', resource]) !== undefined
      fills.limits ||= limit
      fills.requests ||= limit || at(item, ['defaultRequest', resource]) !== undefined
    }
  }
  return { ...bounds, fills }
}

/** Cores or bytes of what stands there; undefined when it is no quantity. */
export function quantity(value: Json | undefined): number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined
}

const NONE: Amounts = { requests: {}, limits: {} }

/** What a container has; a limit without a request is the request as well. */
export function amountsOf(container: Container): Amounts {
  const side = (name: Side) => member(member(container.value, 'resources'), name)
  const read = (name: Side, resource: Resources) => quantity(member(side(name), resource))
  const both = (resource: Resources) => {
    const limit = read('limits', resource)
    return { request: read('requests', resource) ?? limit, limit }
  }
  const [cpu, memory] = [both('cpu'), both('memory')]
  return {
    requests: { ...present('cpu', cpu.request), ...present('memory', memory.request) },
    limits: { ...present('cpu', cpu.limit), ...present('memory', memory.limit) },
  }
}

function present(key: Resources, value: number | undefined): { readonly [R in Resources]?: number } {
  return value === undefined ? {} : { [key]: value }
}

/** Keys of a quota's `hard`, with what they count. */
const COUNTED: readonly (readonly [key: string, side: Side, resource: Resources])[] = [
  ['requests.cpu', 'requests', 'cpu'],
  ['cpu', 'requests', 'cpu'],
  ['requests.memory', 'requests', 'memory'],
  ['memory', 'requests', 'memory'],
  ['limits.cpu', 'limits', 'cpu'],
  ['limits.memory', 'limits', 'memory'],
]

/** Keeps count of what the namespaces' quotas are used for, the changes of this run included. */
export class QuotaLedger {
  readonly #workspace: Workspace
  readonly #used = new Map<Resource, Map<string, number>>()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** Books what a container gains; the first quota line that would be exceeded instead, when there is one. */
  book(container: Container, gains: Amounts): { readonly quota: Resource; readonly key: string } | undefined {
    const { workload } = container
    const pods = podsOf(workload)
    const bookings = this.#quotas(workload).flatMap(quota =>
      COUNTED.flatMap(([key, side, resource]) => {
        const hard = quantity(at(quota.value, ['spec', 'hard', key]))
        const gain = (gains[side][resource] ?? 0) * pods
        if (hard === undefined || gain === 0) return []
        return { quota, key, hard, total: this.#usage(quota, key, side, resource) + gain }
      }),
    )
    const exceeded = bookings.find(({ hard, total }) => total > hard)
    if (exceeded !== undefined) return exceeded
    for (const { quota, key, total } of bookings) this.#used.get(quota)?.set(key, total)
    return undefined
  }

  /** Quotas of the namespace that count every pod; those with a scope count some of them, which the files do not say. */
  #quotas(workload: Workload): Resource[] {
    return this.#workspace
      .ruling(workload.resource, 'ResourceQuota')
      .filter(quota => ['scopes', 'scopeSelector'].every(key => at(quota.value, ['spec', key]) === undefined))
  }

  #usage(quota: Resource, key: string, side: Side, resource: Resources): number {
    const known = this.#used.get(quota) ?? new Map<string, number>()
    this.#used.set(quota, known)
    let used = known.get(key)
    if (used === undefined) {
      used = 0
      for (const workload of this.#workspace.workloads()) {
        if (workload.resource.partial || !this.#quotas(workload).includes(quota)) continue
        used += podsOf(workload) * podAmount(workload, side, resource)
      }
      known.set(key, used)
    }
    return used
  }
}

/** A pod counts the sum of its containers, or its largest init container when that is more. */
function podAmount(workload: Workload, side: Side, resource: Resources): number {
  let sum = 0
  let largest = 0
  for (const container of workload.containers) {
    const amount = (container.role === 'ephemeral' ? NONE : amountsOf(container))[side][resource] ?? 0
    if (container.role === 'init') largest = Math.max(largest, amount)
    else sum += amount
  }
  return Math.max(sum, largest)
}

/** Pods that the workload asks for at once; a DaemonSet counts once, because the files do not say the nodes. */
export function podsOf({ resource }: Workload): number {
  const field = resource.kind === 'Job' ? 'parallelism' : 'replicas'
  const count = at(resource.value, ['spec', field])
  return typeof count === 'number' ? count : 1
}

// Which of a container's four amounts are missing, and what they are filled with.

import { type Container, isObject, type JsonObject, member, type Workload, type Workspace } from '../../src/sdk.ts'
import { type Amounts, amountsOf, type Bounds, boundsOf, type Resources, type Side } from './bounds.ts'
import type { Size } from './sizing.ts'

const MEBIBYTE = 1024 * 1024

export type Filling =
  | { readonly kind: 'values'; readonly values: Amounts }
  | { readonly kind: 'out-of-bounds'; readonly resource: Resources }

/** The resources as they stand: a map, or empty; undefined when something there is of another type. */
export function resourcesOf(container: Container): JsonObject | undefined {
  const resources = member(container.value, 'resources') ?? {}
  if (!isObject(resources)) return undefined
  const sides = [resources.requests, resources.limits]
  return sides.every(side => side === undefined || side === null || isObject(side)) ? resources : undefined
}

/**
 * The missing amounts in cores and bytes. A limit without a request is the request as well, so nothing is missing
 * there; what the namespace's LimitRange fills is not missing either.
 */
export function fillingOf(workspace: Workspace, workload: Workload, container: Container, size: Size): Filling {
  const values: { [S in Side]: { [R in Resources]?: number } } = { requests: {}, limits: {} }
  const own = amountsOf(container)
  for (const resource of ['cpu', 'memory'] as const) {
    const unit = resource === 'cpu' ? 0.001 : MEBIBYTE
    const bounds = boundsOf(workspace, workload, resource)
    const pair = {
      wanted: size.requests[resource] * unit,
      limit: size.limits[resource] === undefined ? undefined : size.limits[resource] * unit,
      floor: resource === 'memory' ? size.floor * unit : 0,
    }
    const has = (side: Side) => isSet(container, side, resource)
    const missing = {
      requests: !has('requests') && !has('limits') && !bounds.fills.requests,
      limits: pair.limit !== undefined && !has('limits') && !bounds.fills.limits,
    }
    const filled = fillPair(pair, missing, { request: own.requests[resource], limit: own.limits[resource] }, bounds)
    if (filled === undefined) return { kind: 'out-of-bounds', resource }
    if (filled.request !== undefined) values.requests[resource] = filled.request
    if (filled.limit !== undefined) values.limits[resource] = filled.limit
  }
  return { kind: 'values', values }
}

/** Something stands there, whether or not it is a quantity: it is never overwritten. */
function isSet(container: Container, side: Side, resource: Resources): boolean {
  const value = member(member(member(container.value, 'resources'), side), resource)
  return value !== undefined && value !== null
}

interface Pair {
  readonly request: number | undefined
  readonly limit: number | undefined
}

function fillPair(
  size: { readonly wanted: number; readonly limit: number | undefined; readonly floor: number },
  missing: { readonly [S in Side]: boolean },
  own: Pair,
  bounds: Bounds,
): Pair | undefined {
  let limit: number | undefined
  if (missing.limits) {
    // twice an existing request: the program was measured once, by whoever wrote that request
    limit = Math.min(Math.max(size.limit ?? 0, 2 * (own.request ?? 0)), bounds.max)
    if (limit < size.floor || limit < (own.request ?? 0) || limit < bounds.min) return undefined
    if (own.request !== undefined && bounds.ratio < Infinity)
      limit = Math.min(limit, own.request * Math.max(1, bounds.ratio))
  }
  if (!missing.requests) return { request: undefined, limit }
  const ceiling = Math.min(limit ?? own.limit ?? bounds.max, bounds.max)
  const least = Math.max(bounds.min, limit === undefined || bounds.ratio === Infinity ? 0 : limit / bounds.ratio)
  const request = Math.min(Math.max(size.wanted, least), ceiling)
  return request < bounds.min ? undefined : { request, limit }
}

/** `250m`, `1`, `1500m`. */
export function cpuText(cores: number): string {
  const millicores = Math.ceil(cores * 1000 - 1e-6)
  return millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`
}

/** `128Mi`, `1Gi`, `1536Mi`; rounded up, so that a request keeps the ratio that it was raised for. */
export function memoryText(bytes: number): string {
  const mebibytes = Math.ceil(bytes / MEBIBYTE - 1e-6)
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`
}

/** Amounts as a manifest writes them, without empty sides. */
export function toValue(values: Amounts): { readonly [S in Side]?: JsonObject } {
  const side = (name: Side): JsonObject => ({
    ...(values[name].cpu === undefined ? {} : { cpu: cpuText(values[name].cpu) }),
    ...(values[name].memory === undefined ? {} : { memory: memoryText(values[name].memory) }),
  })
  const [requests, limits] = [side('requests'), side('limits')]
  return {
    ...(Object.keys(requests).length === 0 ? {} : { requests }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  }
}

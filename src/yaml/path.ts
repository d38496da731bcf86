// Paths into a plain value, and their RFC 6901 spelling.

import { define, isObject, type Json, type JsonObject } from './value.ts'

export type Path = readonly (string | number)[]

/** RFC 6901 pointer of a path: `~` and `/` escaped, the root is the empty string. */
export function toPointer(path: Path): string {
  let pointer = ''
  for (const step of path) pointer += `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`
  return pointer
}

/** Steps of an RFC 6901 pointer; sequence indexes stay strings, as a pointer does not say which is which. */
export function fromPointer(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at a path, or undefined where a step is missing or meets a scalar. */
export function at(value: Json | undefined, path: Path): Json | undefined {
  let current = value
  for (const step of path) {
    if (Array.isArray(current)) current = typeof step === 'number' ? current[step] : undefined
    else if (isObject(current) && Object.hasOwn(current, String(step))) current = current[String(step)]
    else return undefined
  }
  return current
}

/**
 * A copy whose containers on the way to a place are its own, so that a change at that place leaves the given value
 * as it was; everything else is shared. `steps` lead to the place and may end where nothing stands yet.
 */
export function copySpine<T extends Json>(value: T, steps: readonly (string | number)[]): T {
  const root = copyContainer(value)
  let current: Json = root
  for (const step of steps.slice(0, -1)) {
    const child = at(current, [Array.isArray(current) ? Number(step) : step])
    if (child === undefined || child === null || typeof child !== 'object') break
    const copy = copyContainer(child)
    if (Array.isArray(current)) current[Number(step)] = copy
    else if (isObject(current)) define(current, String(step), copy)
    current = copy
  }
  return root
}

function copyContainer<T extends Json>(value: T): T {
  if (Array.isArray(value)) return [...value] as T
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const key of Object.keys(value)) define(copy, key, value[key] as Json)
  return copy as T
}

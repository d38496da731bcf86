// Paths into a plain value, and their RFC 6901 spelling.

import { isObject, type Json } from './value.ts'

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

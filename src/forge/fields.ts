// Reads what a forge answered: a field that is missing or of another type is an error, not a surprise further on.

import { RemoteError } from '../bot/remote-error.ts'
import { type Json, member } from '../yaml/value.ts'

/** Value at a path of keys; undefined where a step is missing. */
export function valueAt(value: unknown, ...keys: readonly string[]): Json | undefined {
  let current: unknown = value
  for (const key of keys) current = member(current, key)
  return current as Json | undefined
}

export function textAt(value: unknown, ...keys: readonly string[]): string {
  const found = valueAt(value, ...keys)
  return typeof found === 'string' ? found : fail(keys, 'text')
}

/** The text, or nothing where the forge says null or says nothing. */
export function maybeTextAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys)
  return found === undefined || found === null ? undefined : textAt(value, ...keys)
}

export function numberAt(value: unknown, ...keys: readonly string[]): number {
  const found = valueAt(value, ...keys)
  return typeof found === 'number' ? found : fail(keys, 'a number')
}

export function booleanAt(value: unknown, ...keys: readonly string[]): boolean {
  const found = valueAt(value, ...keys)
  return typeof found === 'boolean' ? found : fail(keys, 'true or false')
}

export function listAt(value: unknown, ...keys: readonly string[]): readonly Json[] {
  const found = valueAt(value, ...keys)
  return Array.isArray(found) ? found : fail(keys, 'a list')
}

function fail(keys: readonly string[], wanted: string): never {
  const text = `the forge's answer has no ${keys.join('.')} that is ${wanted}`
  throw new RemoteError('permanent', text, { advice: 'check the address of the API and the kind of the forge' })
}

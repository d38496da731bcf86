// Lowers what an author wants (intents) to RFC 6902 operations on the value that stands there.

import { copySpine, type Path, toPointer } from './path.ts'
import type { Intent, Operation } from './types.ts'
import { cloneJson, define, equalJson, isObject, type Json, type JsonObject } from './value.ts'

/** An intent that meets a value of the wrong kind; the engine turns it into a refusal of the change. */
export class LoweringError extends Error {
  readonly code = 'wrong-kind'
  readonly path: string

  constructor(path: Path, text: string) {
    super(`${text} at ${toPointer(path) || 'the root'}`)
    this.name = 'LoweringError'
    this.path = toPointer(path)
  }
}

/**
 * Operations that turn `value` into what the intents ask for, in sequence: each intent sees the ones before it.
 * What already stands lowers to nothing. Throws LoweringError where a scalar stands in the way of a map or sequence.
 */
export function lower(value: Json, intents: readonly Intent[]): Operation[] {
  const operations: Operation[] = []
  const document = { root: value }
  const last = intents.at(-1)
  for (const intent of intents) {
    const operation = lowerOne(document.root, intent)
    if (operation === undefined) continue
    operations.push(operation)
    if (intent !== last) apply(document, intent.path, operation)
  }
  return operations
}

function lowerOne(root: Json, intent: Intent): Operation | undefined {
  const { path } = intent
  switch (intent.op) {
    case 'set':
      return write(root, path, intent.value, intent.after)
    case 'append':
      return insert(root, path, undefined, intent.value)
    case 'insert':
      return insert(root, path, intent.index, intent.value)
    case 'remove':
      return lookUp(root, path).missing === undefined ? { op: 'remove', path: toPointer(path) } : undefined
    case 'rename':
      return rename(root, path, intent.to)
  }
}

interface Found {
  /** value at the path, or at the deepest step that exists */
  readonly value: Json
  /** number of the first step that does not exist */
  readonly missing: number | undefined
}

function lookUp(root: Json, path: Path): Found {
  let value = root
  for (const [depth, step] of path.entries()) {
    const child = childOf(value, step)
    if (child === undefined) return { value, missing: depth }
    value = child
  }
  return { value, missing: undefined }
}

function childOf(value: Json, step: string | number): Json | undefined {
  if (Array.isArray(value)) return isIndex(step) ? value[Number(step)] : undefined
  return isObject(value) && Object.hasOwn(value, String(step)) ? value[String(step)] : undefined
}

function isIndex(step: string | number): boolean {
  return typeof step === 'number' || /^(?:0|[1-9][0-9]*)$/.test(step)
}

function write(root: Json, path: Path, wanted: Json, after?: readonly string[]): Operation | undefined {
  const { value, missing } = lookUp(root, path)
  if (missing === undefined) {
    return equalJson(value, wanted) ? undefined : { op: 'replace', path: toPointer(path), value: cloneJson(wanted) }
  }
  const nested = nest(path.slice(missing + 1), wanted, path)
  const holder = path.slice(0, missing)
  const step = path[missing] as string | number
  if (value === null) return { op: 'replace', path: toPointer(holder), value: nest([step], nested, path) }
  const at = toPointer(path.slice(0, missing + 1))
  if (isObject(value)) {
    // `after` speaks of the last step's neighbours, which a parent made on the way does not have
    const isLast = missing === path.length - 1
    return { op: 'add', path: at, value: nested, ...(isLast && after !== undefined ? { after } : {}) }
  }
  if (!Array.isArray(value)) throw new LoweringError(holder, 'a map was expected and a scalar stands')
  if (!isIndex(step)) throw new LoweringError(holder, 'a map was expected and a sequence stands')
  if (Number(step) !== value.length) throw new LoweringError(path, 'there is no such item')
  return { op: 'add', path: toPointer([...holder, '-']), value: nested }
}

/** The value wrapped in the containers of the missing steps: a number asks for a sequence, a string for a map. */
function nest(steps: Path, wanted: Json, path: Path): Json {
  let value = cloneJson(wanted)
  for (const step of [...steps].reverse()) {
    if (typeof step === 'number') {
      if (step !== 0) throw new LoweringError(path, 'there is no such item')
      value = [value]
    } else {
      const map: JsonObject = {}
      define(map, step, value)
      value = map
    }
  }
  return value
}

function insert(root: Json, path: Path, index: number | undefined, item: Json): Operation | undefined {
  const { value, missing } = lookUp(root, path)
  if (missing !== undefined || value === null) return write(root, path, [item])
  if (!Array.isArray(value)) throw new LoweringError(path, 'a sequence was expected and another value stands')
  if (index !== undefined && (index < 0 || index > value.length)) throw new LoweringError(path, `no index ${index}`)
  const step = index === undefined || index === value.length ? '-' : index
  return { op: 'add', path: toPointer([...path, step]), value: cloneJson(item) }
}

function rename(root: Json, path: Path, to: string): Operation | undefined {
  const holder = path.slice(0, -1)
  if (path.length === 0 || path.at(-1) === to || lookUp(root, path).missing !== undefined) return undefined
  const map = lookUp(root, holder).value
  if (!isObject(map)) throw new LoweringError(path, 'only a key of a map can be renamed')
  if (Object.hasOwn(map, to))
    throw new LoweringError(path, `the key ${to} stands already, so no other can take its name`)
  return { op: 'move', from: toPointer(path), path: toPointer([...holder, to]) }
}

/** Applies one operation just made to the working copy, so that the next intent sees it. */
function apply(document: { root: Json }, path: Path, operation: Operation): void {
  const steps = (operation.op === 'move' ? operation.from : operation.path).split('/').length - 1
  if (steps === 0) {
    if ('value' in operation) document.root = cloneJson(operation.value)
    return
  }
  const isAppend = operation.path.endsWith('/-')
  document.root = copySpine(document.root, [...path.slice(0, steps - 1), ''])
  const holder = lookUp(document.root, path.slice(0, steps - 1)).value
  const step = path[steps - 1]
  if (Array.isArray(holder)) {
    if (operation.op === 'remove') holder.splice(Number(step), 1)
    else if (operation.op === 'replace') holder[Number(step)] = cloneJson(operation.value)
    else if (operation.op === 'add') {
      const index = isAppend ? holder.length : Number(operation.path.slice(operation.path.lastIndexOf('/') + 1))
      holder.splice(index, 0, cloneJson(operation.value))
    }
  } else if (isObject(holder)) {
    const key = String(step)
    if (operation.op === 'remove') delete holder[key]
    else if (operation.op === 'move') {
      define(holder, lastStep(operation.path), holder[key] as Json)
      delete holder[key]
    } else define(holder, key, cloneJson(operation.value))
  }
}

function lastStep(pointer: string): string {
  return pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
}

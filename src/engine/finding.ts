// Identity of findings and the records that reports show of their edits.

import { createHash } from 'node:crypto'
import { type Origin, originKey } from '../kube/resource.ts'
import { at, fromPointer, toPointer } from '../yaml/path.ts'
import type { Operation } from '../yaml/types.ts'
import { isObject, type Json } from '../yaml/value.ts'
import type { EditRecord } from './outcome.ts'
import type { Target } from './transform.ts'

/**
 * Stable id of a finding: first 12 hex digits of sha256 over rule, group/kind/namespace/name, container and pointer.
 * No line numbers and no file, so that it survives edits and moves.
 */
export function findingId(rule: string, target: Target): string {
  const { resource, container, path } = target
  const { group, kind, namespace, name } = resource
  const parts = [rule, `${group}/${kind}/${namespace ?? ''}/${name}`, container?.name ?? '', toPointer(path)]
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12)
}

/** Key of a finding within one run, where variants of one identity in several directories differ. */
export function findingKey(rule: string, target: Target): string {
  // joined, the key is one piece of memory; a template would keep all of its parts as long as the key
  return [rule, originKey(target.resource.origin), target.container?.name ?? '', toPointer(target.path)].join('\0')
}

/** What a report shows of one operation on a resource; `value` is the resource's value just before it. */
export function recordOf(operation: Operation, value: Json, { file, document, path }: Origin): EditRecord {
  const isMove = operation.op === 'move'
  const pointer = isMove ? operation.from : operation.path
  const place = path.length === 0 ? pointer : toPointer(path) + pointer
  const op = isMove ? 'rename' : operation.op
  const record: { -readonly [Key in keyof EditRecord]: EditRecord[Key] } = { op, file, document, path: place }
  const before = op === 'replace' || op === 'remove' ? at(value, pathIn(value, pointer)) : undefined
  if (before !== undefined) record.before = before
  if (isMove) record.after = fromPointer(operation.path).at(-1) ?? ''
  else if (operation.op !== 'remove') record.after = operation.value
  return record
}

/** The path of a pointer, with numbers where the value has sequences. */
export function pathIn(value: Json, pointer: string): (string | number)[] {
  const path: (string | number)[] = []
  let current: Json | undefined = value
  for (const step of fromPointer(pointer)) {
    const typed: string | number = Array.isArray(current) ? Number(step) : step
    path.push(typed)
    if (Array.isArray(current)) current = current[Number(step)]
    else current = isObject(current) ? current[step] : undefined
  }
  return path
}

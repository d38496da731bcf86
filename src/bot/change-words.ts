// An edit in a few words: what stood there and what stands there now.

import type { EditRecord, Finding } from '../engine/outcome.ts'
import { resourceLabel } from '../report/words.ts'
import { fromPointer } from '../yaml/path.ts'
import { asString, isObject, type Json, member } from '../yaml/value.ts'
import { bodyCode, bodyText } from './escape.ts'

const MAX_VALUE = 40

/** The first edit of a finding as Markdown, and how many more there are. */
export function changeWords({ edits }: Finding): string {
  const [first] = edits
  if (first === undefined) return ''
  return `${editWords(first)}${edits.length > 1 ? ` and ${edits.length - 1} more` : ''}`
}

function editWords(edit: EditRecord): string {
  const name = nameOf(edit.path)
  switch (edit.op) {
    case 'create':
      return `new ${bodyText(createdLabel(edit.after))}`
    case 'add':
      return `add ${bodyCode(`${name}: ${shortValue(edit.after)}`)}`
    case 'remove':
      return `remove ${bodyCode(`${name}: ${shortValue(edit.before)}`)}`
    case 'rename':
      return `rename ${bodyCode(`${name} → ${shortValue(edit.after)}`)}`
    case 'replace':
      return bodyCode(`${name}: ${shortValue(edit.before)} → ${shortValue(edit.after)}`)
  }
}

/** The last two keys on the way; the numbers of list items say little. */
function nameOf(pointer: string): string {
  return fromPointer(pointer)
    .filter(step => !/^\d+$/.test(step))
    .slice(-2)
    .join('.')
}

function createdLabel(value: Json | undefined): string {
  const text = (parent: unknown, key: string) => asString(member(parent, key))
  const metadata = member(value, 'metadata')
  const kind = text(value, 'kind') ?? 'resource'
  return resourceLabel({ kind, namespace: text(metadata, 'namespace'), name: text(metadata, 'name') ?? '' })
}

/** A scalar as JSON, with its end cut off where it is long; a map or a list by its keys or its length. */
function shortValue(value: Json | undefined): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.length}]`
  if (isObject(value)) return cut(`{${Object.keys(value).join(', ')}}`)
  return cut(typeof value === 'string' ? value : JSON.stringify(value ?? null))
}

function cut(text: string): string {
  const characters = [...text]
  return characters.length <= MAX_VALUE ? text : `${characters.slice(0, MAX_VALUE - 1).join('')}…`
}

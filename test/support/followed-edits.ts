// Follows the edits of several changes through a document, so that each is told by the place where it began.

import type { EditRecord } from '../../src/engine/outcome.ts'
import { fromPointer, type Path } from '../../src/yaml/path.ts'
import { equalJson, isObject, type Json } from '../../src/yaml/value.ts'

/** A value with the path that it had in the input; undefined for what an edit brought. */
interface Node {
  readonly from: Path | undefined
  content: Json | Node[] | Map<string, Node>
}

export interface Followed {
  /** paths in the input of values that are replaced, removed or renamed */
  readonly taken: readonly Path[]
  /** paths in the input of values that something is added to */
  readonly grown: readonly Path[]
}

/**
 * A record's path holds for the value just before its edit, and findings do not tell which came first. So the next edit
 * is always the first, in the order of the lists, that finds the value that it says was there. Throws when none does.
 */
export function followEdits(value: Json, changes: readonly (readonly EditRecord[])[]): Followed {
  const root = nodeOf(value, [])
  const pending = changes.map(records => [...records]).filter(records => records.length > 0)
  const taken: Path[] = []
  const grown: Path[] = []
  while (pending.some(records => records.length > 0)) {
    const next = pending.find(([record]) => record !== undefined && fits(root, record))
    const record = next?.shift()
    if (record === undefined) throw new Error(`no edit fits: ${pending.flat().map(({ op, path }) => `${op} ${path}`)}`)
    take(root, record, taken, grown)
  }
  return { taken, grown }
}

function nodeOf(value: Json, from: Path | undefined): Node {
  const below = (step: string | number) => (from === undefined ? undefined : [...from, step])
  if (Array.isArray(value)) return { from, content: value.map((item, index) => nodeOf(item, below(index))) }
  if (!isObject(value)) return { from, content: value }
  return { from, content: new Map(Object.entries(value).map(([key, entry]) => [key, nodeOf(entry, below(key))])) }
}

function toJson({ content }: Node): Json {
  if (content instanceof Map) return Object.fromEntries([...content].map(([key, node]) => [key, toJson(node)]))
  return Array.isArray(content) ? (content as Node[]).map(toJson) : content
}

function childOf({ content }: Node, step: string): Node | undefined {
  if (content instanceof Map) return content.get(step)
  return Array.isArray(content) ? (content as Node[])[Number(step)] : undefined
}

function find(root: Node, steps: readonly string[]): Node | undefined {
  let node: Node | undefined = root
  for (const step of steps) node = node === undefined ? undefined : childOf(node, step)
  return node
}

function fits(root: Node, { op, path, before }: EditRecord): boolean {
  const steps = fromPointer(path)
  if (op === 'create') return true
  if (op !== 'add' && op !== 'rename') {
    const node = find(root, steps)
    return node !== undefined && (before === undefined || equalJson(toJson(node), before))
  }
  if (op === 'rename') return find(root, steps) !== undefined
  const parent = find(root, steps.slice(0, -1))
  if (Array.isArray(parent?.content)) return steps.at(-1) === '-' || Number(steps.at(-1)) <= parent.content.length
  return parent?.content instanceof Map && !parent.content.has(steps.at(-1) ?? '')
}

function take(root: Node, { op, path, after }: EditRecord, taken: Path[], grown: Path[]): void {
  const steps = fromPointer(path)
  const last = steps.at(-1) ?? ''
  const parent = find(root, steps.slice(0, -1))
  const node = find(root, steps)
  if (op === 'create' && (steps.length === 0 || parent === undefined)) return
  if (op === 'add' || op === 'create') {
    if (parent?.from !== undefined) grown.push(parent.from)
    put(parent, last, nodeOf(after ?? null, undefined))
    return
  }
  if (node?.from !== undefined) taken.push(node.from)
  if (op === 'replace' && node !== undefined) node.content = nodeOf(after ?? null, undefined).content
  if (op === 'remove') drop(parent, last)
  if (op === 'rename' && node !== undefined) {
    drop(parent, last)
    put(parent, String(after), node)
  }
}

function put(parent: Node | undefined, step: string, node: Node): void {
  if (parent?.content instanceof Map) parent.content.set(step, node)
  else if (Array.isArray(parent?.content)) {
    const index = step === '-' ? parent.content.length : Number(step)
    ;(parent.content as Node[]).splice(index, 0, node)
  }
}

function drop(parent: Node | undefined, step: string): void {
  if (parent?.content instanceof Map) parent.content.delete(step)
  else if (Array.isArray(parent?.content)) parent.content.splice(Number(step), 1)
}

// Edits within flow collections, on one line or one item a line; JSON is the strict case of it.

import type { Emission, Slot } from './emission.ts'
import { emitRename } from './emit-key.ts'
import * as lines from './lines.ts'
import {
  childrenOf,
  type EntryOverlay,
  type ItemOverlay,
  isCollection,
  type MapOverlay,
  type Overlay,
  overlayValue,
  type SequenceOverlay,
} from './overlay.ts'
import { Refused } from './refused.ts'
import { type FlowStyle, quoted, renderFlow, renderFlowKey, renderFlowLines } from './render.ts'
import type { Context } from './style.ts'
import type { Ranged, RangedCollection, RangedEntry, RangedItem } from './tree.ts'
import { equalJson, type Json } from './value.ts'

type Child = EntryOverlay | ItemOverlay
type RangedChild = RangedEntry | RangedItem
type EmitNode = (emission: Emission, origin: Ranged, node: Overlay, slot: Slot) => void

export function emitFlow(
  emission: Emission,
  origin: RangedCollection,
  overlay: MapOverlay | SequenceOverlay,
  slot: Slot,
  emitNode: EmitNode,
): void {
  const survivors = new Set<unknown>(overlay.children.map(child => child.origin))
  if (!origin.children.some(child => survivors.has(child))) {
    replaceInFlow(emission, origin, overlayValue(overlay), slot)
    return
  }
  const emitter = new FlowEmitter(emission, origin, { collection: origin, parent: slot.context })
  emitter.walk(overlay.children, emitNode)
  emitter.remove(origin.children.filter(child => !survivors.has(child)))
}

/** Puts a value in the place of another one that stands in flow style. */
export function replaceInFlow(emission: Emission, origin: Ranged, value: Json, slot: Slot): void {
  if (equalJson(origin.value, value)) return
  const { text } = emission
  const context: Context | undefined = isCollection(origin)
    ? { collection: origin, parent: slot.context }
    : slot.context
  if (context === undefined)
    throw new Refused('root', 'a whole document is never replaced or removed', emission.tree.line)
  emission.refuseComments(origin.start, origin.end)
  const style = emission.styles.flow(context)
  const token = renderToken(emission, origin, value, style, slot)
  if (origin.start < origin.end) emission.cut(origin.start, origin.end, token)
  else emission.cut(origin.head, origin.head, text.charAt(origin.head - 1) === ':' ? ` ${token}` : `: ${token}`)
}

function renderToken(emission: Emission, origin: Ranged, value: Json, style: FlowStyle, slot: Slot): string {
  if (typeof value === 'string' && origin.kind === 'scalar' && typeof origin.value === 'string') {
    if (origin.style === 'double' || origin.style === 'single') return quoted(value, origin.style)
  }
  const isSpread = slot.context?.collection.children.some(
    child => indentBefore(emission.text, child.start) !== undefined,
  )
  const isOwnSpread = childrenOf(origin).some(child => indentBefore(emission.text, child.start) !== undefined)
  if (!isOwnSpread && !(isSpread && style.json)) return renderFlow(value, style)
  const holders = isCollection(origin) ? { collection: origin, parent: slot.context } : slot.context
  return spread(emission, value, style, holders, origin.start)
}

/** White space before an offset that begins its line; undefined when other text stands before it. JSON may use tabs. */
function indentBefore(text: string, at: number): string | undefined {
  const prefix = text.slice(lines.lineStart(text, at), at)
  return prefix.trim() === '' ? prefix : undefined
}

function lineIndent(text: string, at: number): string {
  const start = lines.lineStart(text, at)
  return /^[ \t]*/.exec(text.slice(start, at))?.[0] ?? ''
}

/** A value over several lines, as the collections around it are; `at` is on the line where it begins. */
function spread(emission: Emission, value: Json, style: FlowStyle, context: Context | undefined, at: number): string {
  const indent = lineIndent(emission.text, at)
  const rendered = renderFlowLines(value, indent, indentUnit(emission.text, context), style)
  return rendered.join(lines.lineEndingAt(emission.text, at))
}

/** White space that one level adds, in the nearest flow collection that is spread over lines. */
function indentUnit(text: string, context: Context | undefined): string {
  for (let at = context; at !== undefined; at = at.parent) {
    const [child] = at.collection.children
    const inner = child === undefined || !at.collection.flow ? undefined : indentBefore(text, child.start)
    if (inner === undefined) continue
    const outer = lineIndent(text, at.collection.start)
    if (inner.startsWith(outer)) return inner.slice(outer.length)
  }
  return '  '
}

class FlowEmitter {
  private readonly text: string
  private readonly style: FlowStyle
  private readonly emission: Emission
  private readonly origin: RangedCollection
  private readonly context: Context

  constructor(emission: Emission, origin: RangedCollection, context: Context) {
    this.emission = emission
    this.origin = origin
    this.context = context
    this.text = emission.text
    this.style = { ...emission.styles.flow(context), quoteAll: emission.styles.quotesAll(context) }
  }

  walk(children: readonly Child[], emitNode: EmitNode): void {
    let previous: RangedChild | undefined
    const leading: Child[] = []
    for (const child of children) {
      const { origin } = child
      if (origin === undefined) {
        if (previous === undefined) leading.push(child)
        else this.insertAfter(previous, child)
        continue
      }
      if (previous === undefined && leading.length > 0) this.insertBefore(origin, leading)
      previous = origin
      if ('key' in child) emitRename(this.emission, child, this.context)
      emitNode(this.emission, origin.value, child.node, { context: this.context, column: 0, isItem: !('key' in child) })
    }
  }

  /** Removed children go with one comma each, towards the sibling that stays. */
  remove(removed: readonly RangedChild[]): void {
    const { children } = this.origin
    let previous: RangedChild | undefined
    for (let position = 0; position < children.length; position++) {
      const child = children[position] as RangedChild
      if (!removed.includes(child)) {
        previous = child
        continue
      }
      while (position + 1 < children.length && removed.includes(children[position + 1] as RangedChild)) position++
      const last = children[position] as RangedChild
      const next = children[position + 1]
      const [start, end] = previous !== undefined ? [previous.end, last.end] : [child.start, next?.start ?? last.end]
      this.emission.refuseComments(start, next?.start ?? this.origin.end)
      this.emission.cut(start, end, '')
    }
  }

  private insertAfter(previous: RangedChild, child: Child): void {
    this.emission.refuseComments(previous.end, this.startAfter(previous))
    const separator = this.separator(previous)
    this.emission.cut(previous.end, previous.end, separator + this.render(child, previous))
  }

  private insertBefore(next: RangedChild, children: readonly Child[]): void {
    this.emission.refuseComments(this.origin.start + 1, next.start)
    const separator = this.separator(next)
    const text = children.map(child => this.render(child, next) + separator).join('')
    this.emission.cut(next.start, next.start, text)
  }

  private startAfter(child: RangedChild): number {
    const next = this.origin.children[(this.origin.children as readonly RangedChild[]).indexOf(child) + 1]
    return next?.start ?? this.origin.end
  }

  /** What parts a new child from a sibling: a line break where the sibling has its own line. */
  private separator(sibling: RangedChild): string {
    const indent = indentBefore(this.text, sibling.start)
    return indent === undefined ? this.style.comma : `,${lines.lineEndingAt(this.text, this.origin.start)}${indent}`
  }

  private render(child: Child, sibling: RangedChild): string {
    const value = overlayValue(child.node)
    const key = 'key' in child ? renderFlowKey(child.key, this.style) + this.style.colon : ''
    const isSpread = this.style.json && indentBefore(this.text, sibling.start) !== undefined
    if (!isSpread) return key + renderFlow(value, this.style)
    return key + spread(this.emission, value, this.style, this.context, sibling.start)
  }
}

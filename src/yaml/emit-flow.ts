// Edits within flow collections, on one line or one item a line; JSON is the strict case of it.

import type { Emission, Slot } from './emission.ts'
import { emitRename } from './emit-key.ts'
import * as lines from './lines.ts'
import {
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
  const holder = slot.context?.collection
  const isSpread = holder?.children.some(child => lines.beginsLine(emission.text, child.start)) ?? false
  const isOwnSpread =
    isCollection(origin) && origin.children.some(child => lines.beginsLine(emission.text, child.start))
  if (!(isOwnSpread || (isSpread && style.json))) return renderFlow(value, style)
  const start = lines.lineStart(emission.text, origin.start)
  return spread(emission, value, lines.lineAt(emission.text, start).column, style, slot.context, origin.start)
}

function spread(
  emission: Emission,
  value: Json,
  column: number,
  style: FlowStyle,
  context: Context | undefined,
  at: number,
): string {
  return renderFlowLines(value, column, flowStep(emission.text, context), style).join(
    lines.lineEndingAt(emission.text, at),
  )
}

/** Indentation step of flow collections that are spread over lines. */
function flowStep(text: string, context: Context | undefined): number {
  for (let at = context; at !== undefined; at = at.parent) {
    const [child] = at.collection.children
    if (!at.collection.flow || child === undefined || !lines.beginsLine(text, child.start)) continue
    const column = lines.lineAt(text, lines.lineStart(text, at.collection.start)).column
    return Math.max(lines.columnOf(text, child.start) - column, 0)
  }
  return 2
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
    const isSpread = lines.beginsLine(this.text, previous.start)
    const column = lines.columnOf(this.text, previous.start)
    const separator = isSpread ? `,${this.lineBreak()}${' '.repeat(column)}` : this.style.comma
    this.emission.cut(previous.end, previous.end, separator + this.render(child, isSpread, column))
  }

  private insertBefore(next: RangedChild, children: readonly Child[]): void {
    this.emission.refuseComments(this.origin.start + 1, next.start)
    const isSpread = lines.beginsLine(this.text, next.start)
    const column = lines.columnOf(this.text, next.start)
    const separator = isSpread ? `,${this.lineBreak()}${' '.repeat(column)}` : this.style.comma
    const text = children.map(child => this.render(child, isSpread, column) + separator).join('')
    this.emission.cut(next.start, next.start, text)
  }

  private startAfter(child: RangedChild): number {
    const next = this.origin.children[(this.origin.children as readonly RangedChild[]).indexOf(child) + 1]
    return next?.start ?? this.origin.end
  }

  private lineBreak(): string {
    return lines.lineEndingAt(this.text, this.origin.start)
  }

  private render(child: Child, isSpread: boolean, column: number): string {
    const value = overlayValue(child.node)
    const key = 'key' in child ? renderFlowKey(child.key, this.style) + this.style.colon : ''
    if (!isSpread || !this.style.json) return key + renderFlow(value, this.style)
    return key + spread(this.emission, value, column, this.style, this.context, this.origin.start)
  }
}

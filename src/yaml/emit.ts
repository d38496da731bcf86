// Walks an overlay and says which text changes: block collections here, flow collections and values in their own rooms.

import { countLines } from './chunks.ts'
import { Emission, type Slot } from './emission.ts'
import { emitFlow } from './emit-flow.ts'
import { emitRename } from './emit-key.ts'
import { emitReplacement } from './emit-value.ts'
import * as lines from './lines.ts'
import {
  type EntryOverlay,
  type ItemOverlay,
  type MapOverlay,
  type Overlay,
  overlayValue,
  type SequenceOverlay,
} from './overlay.ts'
import { Refused } from './refused.ts'
import { renderEntry, renderItem } from './render.ts'
import type { Context } from './style.ts'
import type { Ranged, RangedCollection, RangedEntry, RangedItem, Tree } from './tree.ts'

type Child = EntryOverlay | ItemOverlay
type RangedChild = RangedEntry | RangedItem

/** The splices that turn a document's text into what its overlay says. */
export function emit(tree: Tree, overlay: Overlay): Emission {
  const emission = new Emission(tree)
  emitNode(emission, tree.root, overlay, { context: undefined, column: 0, isItem: false })
  return emission
}

function emitNode(emission: Emission, origin: Ranged, node: Overlay, slot: Slot): void {
  if (node.kind === 'kept') return
  if (node.kind === 'fresh' || node.origin === undefined) {
    emitReplacement(emission, origin, overlayValue(node), slot)
    return
  }
  const isBlockSlot = slot.context !== undefined && !slot.context.collection.flow
  if (!node.origin.flow) emitBlock(emission, node.origin, node, slot)
  else if (node.origin.children.length === 0 && isBlockSlot) {
    emitReplacement(emission, origin, overlayValue(node), slot)
  } else emitFlow(emission, node.origin, node, slot, emitNode)
}

function emitBlock(
  emission: Emission,
  origin: RangedCollection,
  overlay: MapOverlay | SequenceOverlay,
  slot: Slot,
): void {
  new BlockEmitter(emission, origin, slot).emit(overlay)
}

class BlockEmitter {
  private readonly text: string
  private readonly context: Context
  /** column of the keys or dashes */
  private readonly column: number
  private readonly emission: Emission
  private readonly origin: RangedCollection
  private readonly slot: Slot

  constructor(emission: Emission, origin: RangedCollection, slot: Slot) {
    this.emission = emission
    this.origin = origin
    this.slot = slot
    this.text = emission.text
    this.context = { collection: origin, parent: slot.context }
    const first = this.first()
    this.column = lines.columnOf(this.text, first.start)
    if (this.text.slice(first.start - this.column, first.start).includes('\t')) {
      this.refuse('tab', 'a tab is used as indentation; use spaces', first.start)
    }
  }

  emit(overlay: MapOverlay | SequenceOverlay): void {
    const children: readonly Child[] = overlay.children
    const survivors = new Set(children.map(child => child.origin))
    const removed = this.origin.children.filter(child => !survivors.has(child as never))
    if (removed.length === this.origin.children.length) {
      if (children.length === 0) this.empty()
      else this.renew(children)
      return
    }
    const join = this.joinTarget(removed)
    this.walk(children, join?.at)
    for (const child of removed) if (join === undefined || !join.consumed.has(child)) this.removeLines(child)
    if (join !== undefined) this.emission.remove(this.first().start, join.at)
  }

  private first(): RangedChild {
    const [first] = this.origin.children
    return first ?? this.refuse('parse-error', 'a block collection without children', this.origin.start)
  }

  private refuse(code: string, text: string, at: number): never {
    throw new Refused(code, text, this.emission.tree.line + countLines(this.text, 0, at))
  }

  private walk(children: readonly Child[], joinAt: number | undefined): void {
    let previous: RangedChild | undefined
    const leading: Child[] = []
    for (const child of children) {
      if (child.origin === undefined) {
        if (previous === undefined) leading.push(child)
        else this.insertBelow(previous, child)
        continue
      }
      if (previous === undefined && leading.length > 0) this.insertFirst(leading, child.origin, joinAt)
      previous = child.origin
      this.visit(child)
    }
  }

  private insertBelow(previous: RangedChild, child: Child): void {
    const at = this.below(previous)
    this.emission.lines(at, this.render(child, lines.wouldBeContent(this.text, at, this.column + 1)))
  }

  private visit(child: Child): void {
    if (child.origin === undefined) return
    if ('key' in child) emitRename(this.emission, child, this.context)
    const isItem = this.origin.kind === 'sequence'
    emitNode(this.emission, child.origin.value, child.node, { context: this.context, column: this.column, isItem })
  }

  private render(child: Child, quoteLines = false): string[] {
    const { styles } = this.emission
    const style = { ...styles.block(this.context), quoteAll: styles.quotesAll(this.context), quoteLines }
    const value = overlayValue(child.node)
    if ('key' in child) return renderEntry(child.key, value, this.column, style)
    return renderItem(value, this.column, styles.dashGap(this.origin), style)
  }

  /** Line where a child that follows this one goes: behind the comments that belong to this one. */
  private below(child: RangedChild): number {
    const end = this.territoryEnd(child)
    const isLast = child === this.origin.children.at(-1)
    return isLast ? lines.skipTrailingComments(this.text, end, this.column) : end
  }

  private territoryEnd(child: RangedChild): number {
    return lines.skipDeeperComments(this.text, lines.lineBelow(this.text, child.end), this.column)
  }

  private territoryStart(child: RangedChild): number {
    return lines.leadingComments(this.text, lines.lineStart(this.text, child.start), this.column)
  }

  /** New children before the first one that stays; it may begin behind a dash, in the middle of a line. */
  private insertFirst(children: readonly Child[], next: RangedChild, joinAt: number | undefined): void {
    const rendered = children.flatMap(child => this.render(child))
    const inline = joinAt ?? (lines.beginsLine(this.text, next.start) ? undefined : next.start)
    if (inline === undefined) {
      this.emission.lines(this.territoryStart(next), rendered)
      return
    }
    const lineEnding = lines.lineEndingAt(this.text, inline)
    const text = rendered.join(lineEnding).slice(this.column) + lineEnding + ' '.repeat(this.column)
    this.emission.cut(inline, inline, text)
  }

  private removeLines(child: RangedChild): void {
    if (!lines.beginsLine(this.text, child.start)) {
      this.refuse('complex-key', 'an entry that shares its line with another cannot be removed', child.start)
    }
    this.emission.remove(this.territoryStart(child), this.territoryEnd(child))
  }

  /**
   * When a first child that stands behind a dash goes, what follows moves up to its place: a key that stays, or the
   * comment that leads it. Removed children on the way go with it.
   */
  private joinTarget(removed: readonly RangedChild[]): { at: number; consumed: Set<RangedChild> } | undefined {
    const first = this.first()
    if (!removed.includes(first) || lines.beginsLine(this.text, first.start)) return undefined
    const consumed = new Set([first])
    let end = this.territoryEnd(first)
    for (;;) {
      while (lines.lineAt(this.text, end).kind === 'blank' && end < this.text.length)
        end = lines.nextLine(this.text, end)
      const next = removed.find(child => !consumed.has(child) && this.holdsLine(child, end))
      if (next === undefined) return { at: end + lines.lineAt(this.text, end).column, consumed }
      consumed.add(next)
      end = this.territoryEnd(next)
    }
  }

  private holdsLine(child: RangedChild, at: number): boolean {
    return this.territoryStart(child) <= at && at < this.territoryEnd(child)
  }

  /** All children go: an empty collection takes their place. */
  private empty(): void {
    const token = this.origin.kind === 'map' ? '{}' : '[]'
    const first = this.first()
    if (!lines.beginsLine(this.text, first.start)) {
      this.replaceFirst([token])
      return
    }
    if (this.slot.context === undefined)
      this.emission.lines(this.territoryStart(first), [' '.repeat(this.column) + token])
    else this.emission.cut(this.origin.head, this.origin.head, ` ${token}`)
    for (const child of this.origin.children) this.removeLines(child)
  }

  /** All children go and new ones come. */
  private renew(children: readonly Child[]): void {
    const first = this.first()
    const rendered = children.flatMap(child => this.render(child))
    if (!lines.beginsLine(this.text, first.start)) {
      this.replaceFirst([(rendered[0] ?? '').slice(this.column), ...rendered.slice(1)])
      return
    }
    this.emission.lines(this.territoryStart(first), rendered)
    for (const child of this.origin.children) this.removeLines(child)
  }

  private replaceFirst(rendered: readonly string[]): void {
    const [first, ...rest] = this.origin.children
    if (first === undefined) return
    const text = rendered.join(lines.lineEndingAt(this.text, first.start))
    this.emission.remove(first.start, lines.beforeBreak(this.text, this.territoryEnd(first)), text)
    for (const child of rest) this.removeLines(child)
  }
}

// Replaces one value in block style by another: scalars in place, collections on lines of their own, block scalars by line.

import { countLines } from './chunks.ts'
import type { Emission, Slot } from './emission.ts'
import { replaceInFlow } from './emit-flow.ts'
import { contentColumn, editLiteral, headerEnd } from './emit-literal.ts'
import * as lines from './lines.ts'
import { isCollection } from './overlay.ts'
import { Refused } from './refused.ts'
import {
  indented,
  isBlockCollection,
  isEmptyCollection,
  isPlainSafe,
  quoted,
  renderBlock,
  renderFlow,
  renderInline,
  type Style,
  toLiteral,
} from './render.ts'
import type { Context } from './style.ts'
import type { Ranged } from './tree.ts'
import { equalJson, type Json } from './value.ts'

/** Puts `value` where `origin` stands, keeping the trailing comment, the anchor and, for scalars, the quotes. */
export function emitReplacement(emission: Emission, origin: Ranged, value: Json, slot: Slot): void {
  if (equalJson(origin.value, value)) return
  const { context } = slot
  if (context === undefined) {
    if (isCollection(origin) && origin.flow) replaceInFlow(emission, origin, value, slot)
    else throw new Refused('root', 'a whole document is never replaced or removed', emission.tree.line)
    return
  }
  if (context.collection.flow) replaceInFlow(emission, origin, value, slot)
  else new ValueEmitter(emission, origin, slot, context).replace(value)
}

class ValueEmitter {
  private readonly text: string
  private readonly emission: Emission
  private readonly origin: Ranged
  private readonly slot: Slot
  private readonly context: Context

  constructor(emission: Emission, origin: Ranged, slot: Slot, context: Context) {
    this.emission = emission
    this.origin = origin
    this.slot = slot
    this.context = context
    this.text = emission.text
  }

  replace(value: Json): void {
    const { origin, emission } = this
    if (isBlockCollection(value)) {
      if (isCollection(origin) && origin.flow && !isEmptyCollection(origin.value)) {
        const style = emission.styles.flow({ collection: origin, parent: this.context })
        emission.refuseComments(origin.start, origin.end)
        emission.cut(origin.start, origin.end, renderFlow(value, style))
      } else this.putBlock(value)
      return
    }
    if (typeof value === 'string' && this.putLiteral(value)) return
    this.putInline(this.scalarToken(value))
  }

  private scalarToken(value: Json): string {
    const { styles } = this.emission
    if (typeof value !== 'string') return renderInline(value, 'double', false)
    const { origin } = this
    const isString = origin.kind === 'scalar' && typeof origin.value === 'string'
    if (isString && (origin.style === 'double' || origin.style === 'single')) return quoted(value, origin.style)
    const isQuoted = !isString && styles.quotesAll(this.context)
    return !isQuoted && isPlainSafe(value, false) ? value : quoted(value, styles.quote(this.context))
  }

  /** A text of several lines as a literal block scalar; false where quotes have to hold it. */
  private putLiteral(value: string): boolean {
    const { origin, emission } = this
    const isQuoted = origin.kind === 'scalar' && (origin.style === 'double' || origin.style === 'single')
    if (isQuoted && typeof origin.value === 'string' && origin.value.includes('\n')) return false
    if (origin.kind === 'scalar' && origin.style === 'literal' && editLiteral(emission, origin, value)) return true
    const literal = toLiteral(value)
    if (literal === undefined) return false
    const style = emission.styles.block(this.context)
    const column =
      origin.kind === 'scalar' && (origin.style === 'literal' || origin.style === 'folded')
        ? (contentColumn(this.text, origin) ?? this.childColumn(style.step))
        : this.childColumn(style.step)
    if (lines.wouldBeContent(this.text, this.valueEnd(), column)) return false
    this.putInline(literal.header, indented(literal.lines, column))
    return true
  }

  private childColumn(step: number): number {
    const { column, isItem } = this.slot
    return column + (isItem ? this.emission.styles.dashGap(this.context.collection) : step)
  }

  /** Start of the line below the value, with the comments inside a block collection. */
  private valueEnd(): number {
    const { origin, text } = this
    const end = lines.lineBelow(text, origin.end)
    return isCollection(origin) && !origin.flow ? lines.skipDeeperComments(text, end, this.slot.column) : end
  }

  /** One token, and lines below it when it heads a block scalar. */
  private putInline(token: string, below: readonly string[] = []): void {
    const { origin, emission, text } = this
    const end = this.valueEnd()
    if (isCollection(origin) && !origin.flow) {
      if (!lines.beginsLine(text, origin.start)) {
        emission.remove(origin.start, lines.beforeBreak(text, end), this.joined([token, ...below]))
        return
      }
      emission.cut(origin.head, origin.head, ` ${token}`)
      emission.remove(lines.nextLine(text, origin.head), end)
    } else if (origin.kind === 'scalar' && (origin.style === 'literal' || origin.style === 'folded')) {
      emission.cut(origin.start, headerEnd(text, origin), token)
      emission.cut(lines.nextLine(text, origin.start), end, '')
    } else if (origin.kind === 'scalar' && origin.style === 'empty') emission.cut(origin.head, origin.head, ` ${token}`)
    else emission.remove(origin.start, origin.end, token)
    if (below.length > 0) emission.lines(end, below)
  }

  private joined(rendered: readonly string[]): string {
    return rendered.join(lines.lineEndingAt(this.text, this.origin.start))
  }

  private putBlock(value: Parameters<typeof renderBlock>[0]): void {
    const { origin, emission, text, slot } = this
    const style = this.blockStyle()
    const column = this.childColumn(Array.isArray(value) ? style.sequenceOffset : style.step)
    const rendered = renderBlock(value, column, style)
    if (slot.isItem && this.putBesideDash(rendered, column)) return
    if (this.putOnOwnLine(value)) return
    const isBlockScalar = origin.kind === 'scalar' && (origin.style === 'literal' || origin.style === 'folded')
    const end = this.valueEnd()
    if (isCollection(origin) && !origin.flow) {
      emission.remove(lines.nextLine(text, origin.head), end)
      emission.lines(end, rendered)
      return
    }
    const tokenEnd = isBlockScalar ? headerEnd(text, origin) : origin.end
    if (origin.start < origin.end || isBlockScalar) {
      const isRestBlank = text.slice(tokenEnd, lines.lineEnd(text, tokenEnd)).trim() === ''
      emission.cut(origin.head, isRestBlank ? lines.lineEnd(text, tokenEnd) : tokenEnd, '')
    }
    if (isBlockScalar) emission.cut(lines.nextLine(text, origin.start), end, '')
    emission.lines(lines.skipDeeperComments(text, end, slot.column), rendered)
  }

  private blockStyle(): Style {
    const quoteLines = lines.wouldBeContent(this.text, this.valueEnd(), this.slot.column + 1)
    return { ...this.emission.styles.block(this.context), quoteLines }
  }

  /** A collection that begins on the line of its dash; false where a comment, an anchor or a tag stands there. */
  private putBesideDash(rendered: readonly string[], column: number): boolean {
    const { origin, emission, text, slot } = this
    if (origin.anchor !== undefined || origin.tag !== undefined) return false
    if (lines.lineStart(text, origin.start) !== lines.lineStart(text, origin.head)) return false
    const isBlockScalar = origin.kind === 'scalar' && (origin.style === 'literal' || origin.style === 'folded')
    const isBlock = isBlockScalar || (isCollection(origin) && !origin.flow)
    const end = isBlock ? lines.beforeBreak(text, this.valueEnd()) : lines.lineEnd(text, origin.end)
    const tokenEnd = isBlockScalar ? headerEnd(text, origin) : origin.end
    const rest = isCollection(origin) && !origin.flow ? '' : text.slice(tokenEnd, lines.lineEnd(text, tokenEnd))
    if (rest.trim() !== '') return false
    const joined = this.joined(rendered).slice(column)
    const gap = ' '.repeat(column - slot.column - 1)
    emission.remove(slot.column + lines.lineStart(text, origin.head) + 1, end, gap + joined)
    return true
  }

  /** A scalar that stands below its key gives its place, and its column, to the collection. */
  private putOnOwnLine(value: Parameters<typeof renderBlock>[0]): boolean {
    const { origin, emission, text, slot } = this
    if (origin.kind !== 'scalar' || origin.style === 'empty' || !lines.beginsLine(text, origin.start)) return false
    const column = lines.columnOf(text, origin.start)
    const isAlone = text.slice(origin.end, lines.lineEnd(text, origin.end)).trim() === ''
    const isBlockScalar = origin.style === 'literal' || origin.style === 'folded'
    if (!isAlone || isBlockScalar || column <= slot.column) {
      const line = emission.tree.line + countLines(text, 0, origin.start)
      throw new Refused('layout', 'a collection cannot take the place of a value below its key', line)
    }
    const rendered = renderBlock(value, column, this.blockStyle())
    emission.cut(origin.start, origin.end, this.joined(rendered).slice(column))
    return true
  }
}

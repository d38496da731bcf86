// The style of new text, taken from its nearest neighbours: siblings first, then the way up, then the document.

import { beginsLine, columnOf, lineStart } from './lines.ts'
import { childrenOf, isCollection } from './overlay.ts'
import type { FlowStyle, Style } from './render.ts'
import type { Ranged, RangedCollection, Tree } from './tree.ts'

/** The way from the root to the collection that is edited. */
export interface Context {
  readonly collection: RangedCollection
  readonly parent: Context | undefined
}

const DEFAULT_STEP = 2
const DASH_GAP = 2

export class Styles {
  private readonly tree: Tree
  private document: { step: number; sequenceOffset: number; quote: 'double' | 'single' } | undefined

  constructor(tree: Tree) {
    this.tree = tree
  }

  /** Style of new block text in a collection. */
  block(context: Context): Style {
    return {
      step: this.nearest(context, 'map') ?? this.ofDocument().step,
      sequenceOffset: this.nearest(context, 'sequence') ?? this.ofDocument().sequenceOffset,
      quote: this.quote(context),
    }
  }

  /** Style of the document as a whole, for new documents beside it. */
  whole(): Style {
    return this.ofDocument()
  }

  /** Columns from a dash to its content: as a sibling in the same sequence has it. */
  dashGap(collection: RangedCollection): number {
    if (collection.kind !== 'sequence') return DASH_GAP
    for (const { start, value } of collection.children) {
      const isBeside =
        value.end > value.start && lineStart(this.tree.text, value.start) === lineStart(this.tree.text, start)
      if (isBeside && value.start === value.head + 1) return value.start - start
      if (isBeside && value.anchor === undefined && value.tag === undefined) return value.start - start
    }
    return DASH_GAP
  }

  quote(context: Context): 'double' | 'single' {
    const counts = countQuotes(context.collection)
    if (counts.single !== counts.double) return counts.single > counts.double ? 'single' : 'double'
    return this.ofDocument().quote
  }

  /** Whether all strings beside are quoted, so that a new one is quoted too. */
  quotesAll(context: Context): boolean {
    const counts = countQuotes(context.collection)
    return counts.plain === 0 && counts.single + counts.double > 0
  }

  flow(context: Context): FlowStyle {
    const { text } = this.tree
    const json = isJson(context.collection) ?? isJson(outermostFlow(context).collection) ?? false
    const sample = findFlow(context, collection => collection.children.length > 0)
    const spaced = findFlow(context, collection => collection.kind === 'map' && collection.children.length > 0)
    const entry =
      spaced?.kind === 'map'
        ? spaced.children.find(child => child.hasColon && child.value.end > child.value.start)
        : undefined
    const colon = entry === undefined ? ': ' : text.slice(entry.keyEnd, entry.value.start)
    const gap = commaGap(text, sample)
    const padded = spaced !== undefined && text.charCodeAt(spaced.start + 1) === 0x20
    return {
      quote: this.quote(context),
      json,
      colon: colon === ':' && json ? ':' : ': ',
      comma: gap === undefined ? (colon === ':' ? ',' : ', ') : gap,
      padding: padded ? ' ' : '',
    }
  }

  private nearest(context: Context, kind: 'map' | 'sequence'): number | undefined {
    for (let at: Context | undefined = context; at !== undefined; at = at.parent) {
      const below = this.offsetOfChildren(at.collection, kind)
      if (below !== undefined) return below
      const above = at.parent
      if (above === undefined || above.collection.kind !== 'map' || at.collection.kind !== kind) continue
      const offset = this.offsetIn(above.collection, at.collection)
      if (offset !== undefined) return offset
    }
    return undefined
  }

  private offsetOfChildren(collection: RangedCollection, kind: 'map' | 'sequence'): number | undefined {
    if (collection.kind !== 'map') return undefined
    for (const { value } of collection.children) {
      if (value.kind !== kind) continue
      const offset = this.offsetIn(collection, value)
      if (offset !== undefined) return offset
    }
    return undefined
  }

  private offsetIn(parent: RangedCollection, child: RangedCollection): number | undefined {
    const first = parent.children[0]
    if (parent.flow || child.flow || first === undefined || !beginsLine(this.tree.text, child.start)) return undefined
    return columnOf(this.tree.text, child.start) - columnOf(this.tree.text, first.start)
  }

  private ofDocument(): { step: number; sequenceOffset: number; quote: 'double' | 'single' } {
    this.document ??= this.survey()
    return this.document
  }

  private survey(): { step: number; sequenceOffset: number; quote: 'double' | 'single' } {
    const steps = new Map<number, number>()
    const offsets = new Map<number, number>()
    let singles = 0
    const visit = (node: Ranged): void => {
      if (node.kind === 'scalar' && node.style === 'single') singles++
      if (node.kind === 'scalar' && node.style === 'double') singles--
      for (const { value } of childrenOf(node)) {
        if (node.kind === 'map' && isCollection(value)) {
          const offset = this.offsetIn(node, value)
          const counts = value.kind === 'map' ? steps : offsets
          if (offset !== undefined) counts.set(offset, (counts.get(offset) ?? 0) + 1)
        }
        visit(value)
      }
    }
    visit(this.tree.root)
    const step = mostCommon(steps) ?? DEFAULT_STEP
    return { step, sequenceOffset: mostCommon(offsets) ?? step, quote: singles > 0 ? 'single' : 'double' }
  }
}

function mostCommon(counts: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined
  for (const [value, count] of counts) if (count > (best === undefined ? 0 : (counts.get(best) ?? 0))) best = value
  return best
}

function countQuotes(collection: RangedCollection): { single: number; double: number; plain: number } {
  const counts = { single: 0, double: 0, plain: 0 }
  for (const { value } of collection.children) {
    if (value.kind !== 'scalar' || typeof value.value !== 'string') continue
    if (value.style === 'single' || value.style === 'double' || value.style === 'plain') counts[value.style]++
  }
  return counts
}

function outermostFlow(context: Context): Context {
  let outermost = context
  for (let at: Context | undefined = context; at?.collection.flow; at = at.parent) outermost = at
  return outermost
}

/** The nearest flow collection on the way up, or one of its children, that fits. */
function findFlow(context: Context, fits: (collection: RangedCollection) => boolean): RangedCollection | undefined {
  for (let at: Context | undefined = context; at !== undefined; at = at.parent) {
    if (at.collection.flow && fits(at.collection)) return at.collection
    for (const { value } of at.collection.children) if (isCollection(value) && value.flow && fits(value)) return value
  }
  return undefined
}

/** Whether the keys of a flow map all stand in double quotes; undefined for one without keys. */
function isJson(collection: RangedCollection): boolean | undefined {
  if (!collection.flow) return false
  if (collection.kind === 'sequence') {
    for (const { value } of collection.children) {
      const json = isCollection(value) ? isJson(value) : undefined
      if (json !== undefined) return json
    }
    return undefined
  }
  if (collection.children.length === 0) return undefined
  return collection.children.every(child => child.keyStyle === 'double')
}

function commaGap(text: string, collection: RangedCollection | undefined): string | undefined {
  const [first, second] = collection?.children ?? []
  if (first === undefined || second === undefined) return undefined
  return /^,[ ]*$/.test(text.slice(first.end, second.start)) ? text.slice(first.end, second.start) : ', '
}

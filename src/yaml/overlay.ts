// The overlay: operations applied, in sequence, over one ranged tree, so that they compose before any text is cut.

import { countLines } from './chunks.ts'
import { fromPointer } from './path.ts'
import { Refused } from './refused.ts'
import type { Ranged, RangedCollection, RangedEntry, RangedItem, RangedMap, RangedSequence, Tree } from './tree.ts'
import type { Operation } from './types.ts'
import { define, equalJson, isObject, type Json, type JsonObject } from './value.ts'

/** What stands at a place after the edits: the original, a new value, or a collection changed within. */
export type Overlay =
  | { readonly kind: 'kept'; readonly origin: Ranged }
  | { readonly kind: 'fresh'; readonly value: Json }
  | MapOverlay
  | SequenceOverlay

export interface EntryOverlay {
  key: string
  readonly origin: RangedEntry | undefined
  node: Overlay
}

export interface ItemOverlay {
  readonly origin: RangedItem | undefined
  node: Overlay
}

/** Without an origin the collection is new. */
export interface MapOverlay {
  readonly kind: 'map'
  readonly origin: RangedMap | undefined
  readonly children: EntryOverlay[]
}

export interface SequenceOverlay {
  readonly kind: 'sequence'
  readonly origin: RangedSequence | undefined
  readonly children: ItemOverlay[]
}

/** Applies the operations to the tree; throws Refused where one cannot be done without touching something else. */
export function buildOverlay(tree: Tree, operations: readonly Operation[]): Overlay {
  const editor = new OverlayEditor(tree)
  for (const operation of operations) editor.apply(operation)
  return editor.root.node
}

/** Plain value of an overlay. */
export function overlayValue(node: Overlay): Json {
  switch (node.kind) {
    case 'kept':
      return node.origin.value
    case 'fresh':
      return node.value
    case 'sequence':
      return node.children.map(child => overlayValue(child.node))
    case 'map': {
      const map: JsonObject = {}
      for (const child of node.children) define(map, child.key, overlayValue(child.node))
      return map
    }
  }
}

interface Holder {
  node: Overlay
}

class OverlayEditor {
  readonly root: Holder
  private readonly tree: Tree

  constructor(tree: Tree) {
    this.tree = tree
    this.root = { node: { kind: 'kept', origin: tree.root } }
  }

  apply(operation: Operation): void {
    const steps = fromPointer(operation.op === 'move' ? operation.from : operation.path)
    const last = steps.pop()
    if (last === undefined) throw new Refused('root', 'a whole document is never replaced or removed', this.tree.line)
    let holder = this.root
    for (const step of steps) holder = this.child(this.open(holder), step)
    const collection = this.open(holder)
    switch (operation.op) {
      case 'add':
        this.add(collection, last, operation.value, operation.after)
        return
      case 'replace':
        this.replace(this.child(collection, last), operation.value)
        return
      case 'remove':
        this.remove(collection, last)
        return
      case 'move':
        this.rename(collection, last, operation.path)
    }
  }

  private refuse(code: string, text: string, at: { readonly start: number } | undefined): never {
    throw new Refused(code, text, at && this.tree.line + countLines(this.tree.text, 0, at.start))
  }

  /** The collection of a holder, ready to be changed within. */
  private open(holder: Holder): MapOverlay | SequenceOverlay {
    const { node } = holder
    if (node.kind === 'map' || node.kind === 'sequence') return node
    const opened = node.kind === 'fresh' ? openFresh(node.value) : this.openOrigin(node.origin)
    if (opened === undefined) {
      this.refuse(
        'path-not-found',
        'an edit leads into a value that is no collection',
        node.kind === 'kept' ? node.origin : undefined,
      )
    }
    holder.node = opened
    return opened
  }

  private openOrigin(origin: Ranged): MapOverlay | SequenceOverlay | undefined {
    this.refuseShared(origin)
    if (origin.kind === 'scalar' || origin.kind === 'alias') return undefined
    if (origin.kind === 'sequence') {
      return {
        kind: 'sequence',
        origin,
        children: origin.children.map(child => ({ origin: child, node: kept(child) })),
      }
    }
    const merge = origin.children.find(child => child.isMerge)
    if (merge !== undefined) this.refuse('merge-key', 'a map with a merge key (<<) stands on the path', merge)
    if (origin.isImplicit)
      this.refuse('complex-key', 'a pair without braces in a flow sequence cannot be edited', origin)
    return {
      kind: 'map',
      origin,
      children: origin.children.map(child => ({ key: child.key, origin: child, node: kept(child) })),
    }
  }

  private refuseImplicit(origin: Ranged): void {
    if (origin.kind !== 'map' || !origin.isImplicit) return
    this.refuse('complex-key', 'a pair without braces in a flow sequence cannot be edited', origin)
  }

  private refuseShared(origin: Ranged): void {
    if (origin.kind === 'alias') this.refuse('alias-on-path', `the alias *${origin.name} stands on the path`, origin)
    const { anchor } = origin
    if (anchor === undefined || !this.tree.aliases.some(alias => alias.name === anchor)) return
    this.refuse('anchor-referenced', `the value is shared: &${anchor} is used by an alias`, origin)
  }

  private child(collection: MapOverlay | SequenceOverlay, step: string): Holder {
    const child =
      collection.kind === 'map'
        ? collection.children.find(entry => entry.key === step)
        : collection.children[indexOf(step, collection.children.length - 1)]
    if (child === undefined) this.refuse('path-not-found', `there is no ${step} on the path`, collection.origin)
    const origin = child.origin
    if (origin !== undefined && 'isComplex' in origin && origin.isComplex) {
      this.refuse('complex-key', 'an explicit key, or one with an anchor or tag, stands on the path', origin)
    }
    return child
  }

  private add(collection: MapOverlay | SequenceOverlay, step: string, value: Json, after?: readonly string[]): void {
    this.refuseComplex(collection)
    if (collection.kind === 'sequence') {
      const { children } = collection
      const index = step === '-' ? children.length : indexOf(step, children.length)
      if (index < 0) this.refuse('path-not-found', `there is no index ${step}`, collection.origin)
      children.splice(index, 0, { origin: undefined, node: { kind: 'fresh', value } })
      return
    }
    const { children } = collection
    const standing = children.find(entry => entry.key === step)
    if (standing !== undefined) {
      this.replace(standing, value)
      return
    }
    const entry: EntryOverlay = { key: step, origin: undefined, node: { kind: 'fresh', value } }
    children.splice(placeAfter(children, after), 0, entry)
  }

  /** Entries that are not written `key: value` have no neighbours whose layout can be trusted. */
  private refuseComplex(collection: MapOverlay | SequenceOverlay): void {
    const { origin } = collection
    if (origin?.kind === 'sequence') for (const child of origin.children) this.refuseImplicit(child.value)
    if (origin?.kind !== 'map') return
    const complex = origin.children.find(child => child.isComplex)
    if (complex !== undefined)
      this.refuse('complex-key', 'the map has a key that is not written on one line, as key: value', complex)
  }

  private remove(collection: MapOverlay | SequenceOverlay, step: string): void {
    const index =
      collection.kind === 'map'
        ? collection.children.findIndex(entry => entry.key === step)
        : indexOf(step, collection.children.length - 1)
    const child = collection.children[index]
    if (child === undefined) this.refuse('path-not-found', `there is no ${step} on the path`, collection.origin)
    this.refuseComplex(collection)
    if (child.origin !== undefined) this.refuseReferenced(child.origin.value, child.origin.start, child.origin.end)
    collection.children.splice(index, 1)
  }

  private rename(collection: MapOverlay | SequenceOverlay, step: string, to: string): void {
    const target = fromPointer(to).at(-1) ?? ''
    if (collection.kind !== 'map')
      this.refuse('path-not-found', 'only a key of a map can be renamed', collection.origin)
    const entry = collection.children.find(child => child.key === step)
    if (entry === undefined) this.refuse('path-not-found', `there is no ${step} on the path`, collection.origin)
    if (collection.children.some(child => child.key === target)) {
      this.refuse('key-exists', `the key ${target} stands already`, collection.origin)
    }
    this.refuseComplex(collection)
    entry.key = target
  }

  /** Replaces a value; two collections of one kind are matched child by child, so that what stays keeps its text. */
  private replace(holder: Holder, value: Json): void {
    const { node } = holder
    if (node.kind === 'kept') {
      this.refuseShared(node.origin)
      if (equalJson(node.origin.value, value)) return
      this.refuseImplicit(node.origin)
      if (node.origin.kind === 'scalar' && node.origin.tag !== undefined) {
        this.refuse('tagged-value', `the value has the tag ${node.origin.tag}`, node.origin)
      }
    }
    const current = overlayValue(node)
    if (isObject(current) && isObject(value) && isNotEmpty(current) && isNotEmpty(value)) {
      const map = this.open(holder)
      if (map.kind === 'map') this.replaceMap(map, value)
      return
    }
    if (Array.isArray(current) && Array.isArray(value) && current.length > 0 && value.length > 0) {
      const sequence = this.open(holder)
      if (sequence.kind === 'sequence') this.replaceSequence(sequence, value)
      return
    }
    const origin = originOf(node)
    if (origin !== undefined) {
      if (origin.kind !== 'scalar' && origin.tag !== undefined) {
        this.refuse('tagged-value', `the value has the tag ${origin.tag}`, origin)
      }
      this.refuseReferenced(origin, origin.start, origin.end)
    }
    holder.node = { kind: 'fresh', value }
  }

  private replaceMap(map: MapOverlay, value: JsonObject): void {
    for (const { key } of [...map.children]) if (!Object.hasOwn(value, key)) this.remove(map, key)
    const before: string[] = []
    for (const key of Object.keys(value)) {
      const standing = map.children.find(entry => entry.key === key)
      if (standing === undefined) this.add(map, key, value[key] as Json, [...before])
      else this.replace(this.child(map, key), value[key] as Json)
      before.push(key)
    }
  }

  private replaceSequence(sequence: SequenceOverlay, value: readonly Json[]): void {
    const { children } = sequence
    const isSame = (position: number, wanted: Json | undefined): boolean => {
      const child = children[position]
      return child !== undefined && wanted !== undefined && equalJson(overlayValue(child.node), wanted)
    }
    let prefix = 0
    while (prefix < Math.min(children.length, value.length) && isSame(prefix, value[prefix])) prefix++
    let suffix = 0
    while (
      suffix < Math.min(children.length, value.length) - prefix &&
      isSame(children.length - 1 - suffix, value[value.length - 1 - suffix])
    ) {
      suffix++
    }
    const wanted = value.slice(prefix, value.length - suffix)
    const surplus = children.length - prefix - suffix
    if (wanted.length === surplus) {
      for (const [offset, item] of wanted.entries()) this.replace(this.child(sequence, `${prefix + offset}`), item)
      return
    }
    for (let position = 0; position < surplus; position++) this.remove(sequence, `${prefix}`)
    for (const [offset, item] of wanted.entries()) this.add(sequence, `${prefix + offset}`, item)
  }

  /** Text that holds an anchor which an alias outside of it uses must stay. */
  private refuseReferenced(origin: Ranged, start: number, end: number): void {
    const outside = new Set<string>()
    for (const alias of this.tree.aliases) if (alias.start < start || alias.start >= end) outside.add(alias.name)
    if (outside.size === 0) return
    const anchored = findAnchor(origin, outside)
    if (anchored === undefined) return
    this.refuse(
      'anchor-referenced',
      `the anchor &${anchored.anchor} is used by an alias outside of the removed text`,
      anchored,
    )
  }
}

function kept(child: RangedEntry | RangedItem): Overlay {
  return { kind: 'kept', origin: child.value }
}

function originOf(node: Overlay): Ranged | undefined {
  return node.kind === 'fresh' ? undefined : node.origin
}

function openFresh(value: Json): MapOverlay | SequenceOverlay | undefined {
  if (Array.isArray(value)) {
    return {
      kind: 'sequence',
      origin: undefined,
      children: value.map(item => ({ origin: undefined, node: fresh(item) })),
    }
  }
  if (!isObject(value)) return undefined
  const children = Object.keys(value).map(key => ({ key, origin: undefined, node: fresh(value[key] as Json) }))
  return { kind: 'map', origin: undefined, children }
}

function fresh(value: Json): Overlay {
  return { kind: 'fresh', value }
}

function isNotEmpty(value: JsonObject): boolean {
  return Object.keys(value).length > 0
}

/** Index written in a pointer, or -1 when it is none or above `highest`. */
function indexOf(step: string, highest: number): number {
  const index = /^(?:0|[1-9][0-9]*)$/.test(step) ? Number(step) : -1
  return index <= highest ? index : -1
}

function placeAfter(children: readonly EntryOverlay[], after: readonly string[] | undefined): number {
  if (after === undefined) return children.length
  const names = new Set(after)
  return children.findLastIndex(entry => names.has(entry.key)) + 1
}

function findAnchor(node: Ranged, names: ReadonlySet<string>): Ranged | undefined {
  if (node.anchor !== undefined && names.has(node.anchor)) return node
  for (const child of childrenOf(node)) {
    const found = findAnchor(child.value, names)
    if (found !== undefined) return found
  }
  return undefined
}

export function childrenOf(node: Ranged): readonly (RangedEntry | RangedItem)[] {
  return node.kind === 'map' || node.kind === 'sequence' ? node.children : []
}

export function isCollection(node: Ranged): node is RangedCollection {
  return node.kind === 'map' || node.kind === 'sequence'
}

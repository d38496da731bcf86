// The ranged tree: a document parsed by the second parser, as nodes that know their offsets and their meaning.

import {
  type Alias,
  type CST,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type Chunk, countLines } from './chunks.ts'
import { type Path, toPointer } from './path.ts'
import { Refused } from './refused.ts'
import { resolvePlain, resolveTagged } from './scalar.ts'
import { define, isObject, type Json, type JsonObject } from './value.ts'

type ScalarStyle = 'empty' | 'plain' | 'single' | 'double' | 'literal' | 'folded'

interface RangedBase {
  /** first character of the value, behind its anchor and tag */
  readonly start: number
  /** end of the last text that belongs to the value; a block scalar ends at the start of the line below it */
  readonly end: number
  /** where an inline value may begin: behind the colon or dash and behind anchor and tag */
  readonly head: number
  readonly anchor: string | undefined
  readonly tag: string | undefined
  readonly value: Json
}

export interface RangedScalar extends RangedBase {
  readonly kind: 'scalar'
  readonly style: ScalarStyle
}

interface RangedAlias extends RangedBase {
  readonly kind: 'alias'
  readonly name: string
}

export interface RangedEntry {
  readonly key: string
  /** the key as written */
  readonly keyStart: number
  readonly keyEnd: number
  readonly keyStyle: ScalarStyle
  /** first character of the entry */
  readonly start: number
  readonly end: number
  /** an explicit key (`? a`), one with anchor, tag or alias, or one of several lines */
  readonly isComplex: boolean
  readonly hasColon: boolean
  readonly isMerge: boolean
  readonly value: Ranged
}

export interface RangedMap extends RangedBase {
  readonly kind: 'map'
  readonly flow: boolean
  /** a single pair written in a flow sequence without braces */
  readonly isImplicit: boolean
  readonly children: readonly RangedEntry[]
}

export interface RangedItem {
  readonly start: number
  readonly end: number
  readonly value: Ranged
}

export interface RangedSequence extends RangedBase {
  readonly kind: 'sequence'
  readonly flow: boolean
  readonly children: readonly RangedItem[]
}

export type RangedCollection = RangedMap | RangedSequence
export type Ranged = RangedScalar | RangedAlias | RangedCollection

export interface Tree {
  /** text of the document, from its directives or `---` to the next marker; all offsets count in it */
  readonly text: string
  /** offset and line of `text` in the file */
  readonly head: number
  readonly line: number
  readonly root: Ranged
  readonly aliases: readonly RangedAlias[]
}

const OPTIONS = {
  schema: 'failsafe',
  // the parser's own check is quadratic; duplicates are checked here
  uniqueKeys: false,
  stringKeys: true,
  keepSourceTokens: true,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** Parses one document. Throws Refused with `parse-error`, `tab`, `complex-key` or `duplicate-key`. */
export function parseTree(fileText: string, chunk: Chunk): Tree {
  const text = fileText.slice(chunk.head, chunk.end)
  const document = parseDocument(text, OPTIONS)
  refuseErrors(document, text, chunk.headLine)
  if (document.contents === null) throw new Refused('parse-error', 'the document has no content')
  const builder = new Builder(text, chunk.headLine)
  const root = builder.build(document.contents, { head: document.contents.range?.[0] ?? 0 })
  return { text, head: chunk.head, line: chunk.headLine, root, aliases: builder.aliases }
}

function refuseErrors(document: Document.Parsed, text: string, firstLine: number): void {
  const [error] = document.errors
  if (error === undefined) return
  const line = firstLine + countLines(text, 0, error.pos[0])
  if (error.code === 'NON_STRING_KEY') throw new Refused('complex-key', 'a map key is not a plain string', line)
  if (error.code === 'TAB_AS_INDENT') throw new Refused('tab', 'a tab is used as indentation; use spaces', line)
  throw new Refused('parse-error', `the document is no valid YAML for the second parser: ${error.message}`, line)
}

interface Slot {
  readonly head: number
  readonly anchor?: string | undefined
}

class Builder {
  readonly aliases: RangedAlias[] = []
  private readonly anchors = new Map<string, Json>()
  private readonly text: string
  private readonly line: number

  constructor(text: string, line: number) {
    this.text = text
    this.line = line
  }

  build(node: unknown, slot: Slot): Ranged {
    if (isScalar(node)) return this.scalar(node, slot)
    if (isMap(node)) return this.map(node, slot)
    if (isSeq(node)) return this.sequence(node, slot)
    if (isAlias(node)) return this.alias(node, slot)
    return { kind: 'scalar', style: 'empty', start: slot.head, end: slot.head, ...slot, ...NO_PROPERTIES, value: null }
  }

  refuse(code: string, text: string, at: number): never {
    throw new Refused(code, text, this.line + countLines(this.text, 0, at))
  }

  private range(node: Node): [number, number] {
    if (!node.range) return this.refuse('parse-error', 'the second parser gave a node without a place', 0)
    return [node.range[0], node.range[1]]
  }

  private scalar(node: Scalar, slot: Slot): RangedScalar {
    const [from, to] = this.range(node)
    const style = styleOf(node, from === to)
    const source = node.source ?? ''
    const value = node.tag === undefined ? untagged(style, source) : resolveTagged(node.tag, source)
    if (value === undefined) return this.refuse('parse-error', `a value does not fit its tag ${node.tag}`, from)
    if (node.anchor !== undefined) this.anchors.set(node.anchor, value)
    const [start, end] = style === 'empty' ? [slot.head, slot.head] : [from, to]
    return { kind: 'scalar', style, start, end, head: slot.head, anchor: node.anchor, tag: node.tag, value }
  }

  private alias(node: Alias, slot: Slot): RangedAlias {
    const [start, end] = this.range(node)
    const value = this.anchors.get(node.source)
    if (value === undefined) return this.refuse('parse-error', `there is no anchor ${node.source}`, start)
    const alias = { kind: 'alias', name: node.source, start, end, head: slot.head, ...NO_PROPERTIES, value } as const
    this.aliases.push(alias)
    return alias
  }

  private map(node: YAMLMap, slot: Slot): RangedMap {
    const [start, to] = this.range(node)
    const value: JsonObject = {}
    if (node.anchor !== undefined) this.anchors.set(node.anchor, value)
    const merged = new Set<string>()
    const children = node.items.map(pair => {
      const entry = this.entry(pair)
      this.store(value, merged, entry)
      return entry
    })
    const flow = node.flow === true
    const end = flow ? to : (children.at(-1)?.end ?? start)
    const isImplicit = flow && this.text[start] !== '{'
    const { anchor, tag } = node
    return { kind: 'map', flow, isImplicit, children, start, end, head: slot.head, anchor, tag, value }
  }

  private entry(pair: Pair): RangedEntry {
    const source = pair.srcToken
    const keyNode = pair.key
    const at = tokensStart(source)
    if (source === undefined || !isScalar(keyNode)) {
      return this.refuse(
        'complex-key',
        'a map key is not a plain string',
        isAlias(keyNode) ? this.range(keyNode)[0] : (at ?? 0),
      )
    }
    const [keyStart, keyEnd] = this.range(keyNode)
    const colon = source.sep?.find(token => token.type === 'map-value-ind')
    const head = propertiesEnd(source.sep ?? [], colon === undefined ? keyEnd : colon.offset + 1)
    const value = this.build(pair.value, { head })
    const prefix = source.start.find(token => isProperty(token) || token.type === 'explicit-key-ind')
    const text = keyNode.source ?? ''
    const keyStyle = styleOf(keyNode, keyStart === keyEnd)
    return {
      key: keyStyle === 'plain' && keyNode.tag === undefined ? String(resolvePlain(text)) : text,
      keyStart,
      keyEnd,
      keyStyle,
      start: prefix?.offset ?? keyStart,
      end: Math.max(value.end, head),
      isComplex: prefix !== undefined || keyStyle === 'empty' || this.text.slice(keyStart, keyEnd).includes('\n'),
      hasColon: colon !== undefined,
      isMerge: keyStyle === 'plain' && text === '<<',
      value,
    }
  }

  /** Adds an entry to the map's value; merge keys as the fast reader resolves them: what stands there itself wins. */
  private store(map: JsonObject, merged: Set<string>, entry: RangedEntry): void {
    if (!entry.isMerge) {
      if (Object.hasOwn(map, entry.key) && !merged.has(entry.key)) {
        this.refuse('duplicate-key', `the key ${entry.key} stands twice in one map; remove one`, entry.start)
      }
      merged.delete(entry.key)
      define(map, entry.key, entry.value.value)
      return
    }
    const { value } = entry.value
    for (const source of Array.isArray(value) ? value : [value]) {
      if (!isObject(source)) this.refuse('merge-key', 'a merge key holds something else than maps', entry.start)
      for (const key of Object.keys(source)) {
        if (Object.hasOwn(map, key)) continue
        define(map, key, source[key] as Json)
        merged.add(key)
      }
    }
  }

  private sequence(node: YAMLSeq, slot: Slot): RangedSequence {
    const [start, to] = this.range(node)
    const value: Json[] = []
    if (node.anchor !== undefined) this.anchors.set(node.anchor, value)
    const flow = node.flow === true
    const tokens = itemTokens(node.srcToken)
    if (tokens.length !== node.items.length) this.refuse('parse-error', 'a sequence has items without a place', start)
    const children = node.items.map((item, position) => {
      const child = this.item(item, tokens[position]?.start ?? [])
      value.push(child.value.value)
      return child
    })
    const end = flow ? to : (children.at(-1)?.end ?? start)
    return { kind: 'sequence', flow, children, start, end, head: slot.head, anchor: node.anchor, tag: node.tag, value }
  }

  private item(node: unknown, tokens: readonly CST.SourceToken[]): RangedItem {
    const dash = tokens.find(token => token.type === 'seq-item-ind')
    if (isPair(node)) return this.refuse('complex-key', 'a sequence holds a pair without a map', tokens[0]?.offset ?? 0)
    const range = (node as Node | null)?.range
    const head = propertiesEnd(tokens, dash === undefined ? (range?.[0] ?? 0) : dash.offset + 1)
    const value = this.build(node, { head })
    const property = tokens.find(isProperty)
    return { start: dash?.offset ?? property?.offset ?? value.start, end: Math.max(value.end, head), value }
  }
}

const NO_PROPERTIES = { anchor: undefined, tag: undefined } as const

function untagged(style: ScalarStyle, source: string): Json {
  return style === 'plain' || style === 'empty' ? resolvePlain(source) : source
}

function styleOf(node: Scalar, isEmpty: boolean): ScalarStyle {
  switch (node.type) {
    case 'QUOTE_DOUBLE':
      return 'double'
    case 'QUOTE_SINGLE':
      return 'single'
    case 'BLOCK_LITERAL':
      return 'literal'
    case 'BLOCK_FOLDED':
      return 'folded'
    default:
      return isEmpty ? 'empty' : 'plain'
  }
}

function isProperty(token: CST.SourceToken): boolean {
  return token.type === 'anchor' || token.type === 'tag'
}

function propertiesEnd(tokens: readonly CST.SourceToken[], from: number): number {
  let end = from
  for (const token of tokens) {
    if (isProperty(token) && token.offset >= from) end = token.offset + token.source.length
  }
  return end
}

function tokensStart(source: Pair['srcToken']): number | undefined {
  return source?.start[0]?.offset
}

/** Tokens of the items that have a value: comments behind the last item and a trailing comma make tokens too. */
function itemTokens(token: CST.Token | undefined): { readonly start: readonly CST.SourceToken[] }[] {
  if (token?.type === 'block-seq') {
    return token.items.filter(item => item.start.some(mark => mark.type === 'seq-item-ind'))
  }
  if (token?.type !== 'flow-collection') return []
  return token.items.filter(item => item.value !== undefined || item.key !== undefined || item.sep !== undefined)
}

/** Path of the first difference of two values, as a pointer; undefined when they are equal. */
export function firstDifference(a: Json, b: Json, path: Path = []): string | undefined {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return toPointer(path)
    for (const [position, item] of a.entries()) {
      const difference = firstDifference(item, b[position] as Json, [...path, position])
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (isObject(a) && isObject(b)) {
    for (const key of Object.keys(a)) {
      if (!Object.hasOwn(b, key)) return toPointer([...path, key])
      const difference = firstDifference(a[key] as Json, b[key] as Json, [...path, key])
      if (difference !== undefined) return difference
    }
    return Object.keys(a).length === Object.keys(b).length ? undefined : toPointer(path)
  }
  return a === b || (typeof a === 'number' && Object.is(a, b)) ? undefined : toPointer(path)
}

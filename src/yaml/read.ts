// The fast reader: every file goes through it, and what it cannot read safely it refuses with a place.

import yaml from 'js-yaml'
import { type Chunk, countLines, cutDocuments } from './chunks.ts'
import { lex } from './lexer.ts'
import { loadOne, TooDeep } from './load.ts'
import type { ReadLimits, ReadResult, Refusal, SourceDocument } from './types.ts'
import type { Json } from './value.ts'

const MAX_DEPTH = 512
const MAX_NODES = 1_000_000

/**
 * Documents of a file's text, in order; those without content are left out. One fault refuses the whole file.
 * Refusal codes: `binary`, `template`, `tab`, `syntax`, `duplicate-key`, `empty-item`, `too-deep`, `too-many-nodes`,
 * `recursive-alias`. Values may share references where the text has aliases.
 */
export function readText(text: string, limits: ReadLimits = {}): ReadResult {
  const refusal = findBinary(text) ?? findTemplate(text)
  if (refusal !== undefined) return { ok: false, refusal }
  const documents: SourceDocument[] = []
  for (const chunk of cutDocuments(text)) {
    const read = readChunk(text, chunk, limits)
    if ('refusal' in read) return { ok: false, refusal: read.refusal }
    if (read.value === null) continue
    const { start, end, line } = chunk
    documents.push({ index: documents.length, start, end, line, value: read.value })
  }
  return { ok: true, documents }
}

function readChunk(text: string, chunk: Chunk, limits: ReadLimits): { value: Json } | { refusal: Refusal } {
  const slice = text.slice(chunk.head, chunk.end)
  const maxDepth = limits.maxDepth ?? MAX_DEPTH
  let value: Json
  try {
    // every value comes from the schema's own types, which give nothing but Json
    value = (loadOne(slice, maxDepth) ?? null) as Json
  } catch (error) {
    return { refusal: explain(error, slice, chunk.headLine) }
  }
  const misread = findEmptyItem(slice, chunk.headLine)
  if (misread !== undefined) return { refusal: misread }
  if (!slice.includes('*')) return { value }
  const fault = countNodes(value, maxDepth, limits.maxNodes ?? MAX_NODES)
  return fault === undefined ? { value } : { refusal: { ...fault, line: chunk.line } }
}

function findBinary(text: string): Refusal | undefined {
  const at = text.indexOf('\0')
  if (at < 0) return undefined
  return { code: 'binary', text: 'the file holds a NUL byte and is no text', ...placeOf(text, at) }
}

function findTemplate(text: string): Refusal | undefined {
  if (!text.includes('{{') && !text.includes('{%')) return undefined
  const mark = lex(text).find(token => token.kind === 'template')
  if (mark === undefined) return undefined
  const open = text.slice(mark.start, mark.end)
  return {
    code: 'template',
    text: `the file is a template (${open} outside quotes); fix its source or the rendered output instead`,
    line: mark.line,
    column: mark.column + 1,
  }
}

const LONE_DASH = /(?:^|[\n \t])-[ \t]*(?:#.*)?\r?\n/

/**
 * js-yaml 4.1 takes the dash below an empty last item for the next item of the same sequence, even when it stands
 * further left and belongs to the sequence around it.
 */
function findEmptyItem(slice: string, firstLine: number): Refusal | undefined {
  if (!LONE_DASH.test(slice)) return undefined
  const dashes = lex(slice).filter(({ kind }) => kind === 'dash')
  for (const [position, dash] of dashes.entries()) {
    const next = dashes[position + 1]
    if (next === undefined || next.line === dash.line || next.column >= dash.column) continue
    if (!isQuiet(slice.slice(dash.end, next.start))) continue
    const line = firstLine + dash.line - 1
    return {
      code: 'empty-item',
      text: 'an empty item ends a sequence within a sequence; write null',
      line,
    }
  }
  return undefined
}

/** Whether a text holds nothing but comments. */
function isQuiet(text: string): boolean {
  return text.split('\n').every(line => /^\s*(?:#|$)/.test(line))
}

function placeOf(text: string, at: number): { line: number; column: number } {
  return { line: countLines(text, 0, at) + 1, column: at - text.lastIndexOf('\n', at - 1) }
}

function explain(error: unknown, slice: string, firstLine: number): Refusal {
  if (error instanceof TooDeep || error instanceof RangeError) {
    const at = error instanceof TooDeep ? error.position : 0
    const line = firstLine + countLines(slice, 0, at)
    return { code: 'too-deep', text: 'the document is nested too deeply to be read safely', line }
  }
  if (!(error instanceof yaml.YAMLException)) throw error
  // js-yaml fails without a mark only for what concerns the text as a whole
  const mark = error.mark as yaml.Mark | undefined
  const line = firstLine + (mark?.line ?? 0)
  const column = (mark?.column ?? 0) + 1
  if (error.reason === 'duplicated mapping key') {
    const name = keyAt(slice, mark?.position ?? 0)
    return {
      code: 'duplicate-key',
      text: `the key ${name} stands twice in one map; remove one`,
      line,
      column,
    }
  }
  if (error.reason.startsWith('tab characters') || hasTabIndent(slice, mark?.position ?? 0)) {
    return { code: 'tab', text: 'a tab is used as indentation; use spaces', line, column }
  }
  return { code: 'syntax', text: `the file is no valid YAML: ${error.reason}`, line, column }
}

function keyAt(slice: string, position: number): string {
  const newline = slice.indexOf('\n', position)
  const rest = slice.slice(position, newline < 0 ? undefined : newline)
  return /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s].*?(?=\s*:(?:\s|$)))/.exec(rest)?.[0] ?? rest.trim()
}

function hasTabIndent(slice: string, position: number): boolean {
  const start = slice.lastIndexOf('\n', Math.max(position - 1, 0)) + 1
  const line = slice.slice(start, start + 200)
  return /^ *\t+ *[^\s]/.test(line)
}

interface Size {
  readonly nodes: number
  readonly depth: number
}

/** Guards against alias bombs: sizes are those of the tree with every alias expanded, computed once per node. */
function countNodes(root: Json, maxDepth: number, maxNodes: number): Refusal | undefined {
  const sizes = new Map<object, Size>()
  const open = new Set<object>()
  let isRecursive = false

  function measure(value: Json): Size {
    if (typeof value !== 'object' || value === null) return { nodes: 1, depth: 0 }
    const known = sizes.get(value)
    if (known !== undefined) return known
    if (open.has(value)) {
      isRecursive = true
      return { nodes: 1, depth: 0 }
    }
    open.add(value)
    let nodes = 1
    let depth = 0
    for (const child of Array.isArray(value) ? value : Object.values(value)) {
      const size = measure(child)
      nodes += size.nodes
      depth = Math.max(depth, size.depth)
    }
    open.delete(value)
    const size = { nodes, depth: depth + 1 }
    sizes.set(value, size)
    return size
  }

  try {
    const { nodes, depth } = measure(root)
    if (isRecursive) return { code: 'recursive-alias', text: 'an alias stands within the node it names' }
    if (depth > maxDepth)
      return { code: 'too-deep', text: 'the document is nested too deeply once aliases are expanded' }
    if (nodes <= maxNodes) return undefined
    return { code: 'too-many-nodes', text: `the document has more than ${maxNodes} nodes once aliases are expanded` }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { code: 'too-deep', text: 'the document is nested too deeply once aliases are expanded' }
  }
}

// New text: values written as YAML in a given style, block or flow. Only new values are ever rendered.

import { isAmbiguous } from './scalar.ts'
import { isObject, type Json, type JsonObject } from './value.ts'

export interface Style {
  /** spaces by which a nested map is indented */
  readonly step: number
  /** column of a dash minus column of its key */
  readonly sequenceOffset: number
  /** the quotes a string gets when it needs some */
  readonly quote: 'double' | 'single'
  /** whether a string beside others that are all quoted is quoted without need; holds for the outermost value */
  readonly quoteAll?: boolean
  /** whether texts of several lines are quoted too, because what follows would become part of a block scalar */
  readonly quoteLines?: boolean
}

export interface FlowStyle {
  readonly quote: 'double' | 'single'
  /** keys and strings always stand in double quotes, as JSON asks for */
  readonly json: boolean
  /** between a key and its value */
  readonly colon: string
  /** between two items */
  readonly comma: string
  /** inside the braces of a map that is not empty */
  readonly padding: string
  readonly quoteAll?: boolean
}

const INDICATOR = /^[-?:,[\]{}#&*!|>'"%@`=<\s]/
const DASH_WORD = /^-[^\s,[\]{}]/
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029]/u
const FLOW_MARK = /[,[\]{}]/

/** Whether a string can stand without quotes and be the same string to every reader of YAML 1.1 and 1.2. */
export function isPlainSafe(text: string, inFlow: boolean): boolean {
  if (text === '' || text.includes('\n') || text.includes('\t') || UNPRINTABLE.test(text)) return false
  if (INDICATOR.test(text) && !(DASH_WORD.test(text) && !text.startsWith('---'))) return false
  if (/\s$/.test(text) || text.includes(': ') || text.endsWith(':') || text.includes(' #')) return false
  if (text.includes('{{') || text.includes('{%') || text.startsWith('...')) return false
  if (inFlow && (FLOW_MARK.test(text) || text.includes(':'))) return false
  return !isAmbiguous(text)
}

function doubleQuoted(text: string): string {
  let quoted = '"'
  for (const char of text) {
    const code = char.codePointAt(0) as number
    if (char === '"' || char === '\\') quoted += `\\${char}`
    else if (char === '\n') quoted += '\\n'
    else if (char === '\t') quoted += '\\t'
    else if (char === '\r') quoted += '\\r'
    else if (!UNPRINTABLE.test(char)) quoted += char
    else if (code > 0xffff) quoted += [...char.split('')].map(unit => escapeUnit(unit.charCodeAt(0))).join('')
    else quoted += escapeUnit(code)
  }
  return `${quoted}"`
}

function escapeUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}

/** A string in the quotes asked for; single ones only where they can hold it. */
export function quoted(text: string, quote: 'double' | 'single'): string {
  if (quote === 'double' || text.includes('\n') || text.includes('\t') || UNPRINTABLE.test(text))
    return doubleQuoted(text)
  return `'${text.replaceAll("'", "''")}'`
}

/** A value that fits on one line: a scalar or an empty collection. */
export function renderInline(value: Json, quote: 'double' | 'single', inFlow: boolean, quoteAll = false): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return renderNumber(value)
  if (typeof value === 'string') return !quoteAll && isPlainSafe(value, inFlow) ? value : quoted(value, quote)
  return Array.isArray(value) ? '[]' : '{}'
}

function renderNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return String(value)
}

export function renderKey(key: string, quote: 'double' | 'single', inFlow: boolean): string {
  return isPlainSafe(key, inFlow) ? key : quoted(key, quote)
}

export function isEmptyCollection(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

/** Whether a value takes lines of its own in block style: a collection that is not empty. */
export function isBlockCollection(value: Json): value is Json[] | JsonObject {
  return typeof value === 'object' && value !== null && !isEmptyCollection(value)
}

/** Header and lines of a literal block scalar, without indentation. */
export interface Literal {
  readonly header: '|' | '|-'
  readonly lines: readonly string[]
}

/** A text of several lines as a literal block scalar, where that gives back exactly this text. */
export function toLiteral(text: string): Literal | undefined {
  if (!text.includes('\n') || UNPRINTABLE.test(text)) return undefined
  const isClipped = text.endsWith('\n')
  const lines = (isClipped ? text.slice(0, -1) : text).split('\n')
  const last = lines.at(-1) ?? ''
  const first = lines.find(line => line !== '') ?? ''
  if (/^\s*$/.test(last) || /^[ \t]/.test(first)) return undefined
  return { header: isClipped ? '|' : '|-', lines }
}

export function indented(lines: readonly string[], column: number): string[] {
  const spaces = ' '.repeat(column)
  return lines.map(line => (line === '' ? '' : spaces + line))
}

/** Lines of a collection that is not empty, each with its indentation; the first key or dash stands at `column`. */
export function renderBlock(value: Json[] | JsonObject, column: number, style: Style): string[] {
  return Array.isArray(value)
    ? value.flatMap(item => renderItem(item, column, 2, style))
    : Object.keys(value).flatMap(key => renderEntry(key, value[key] as Json, column, style))
}

/** Lines of a map entry whose key stands at `column`. */
export function renderEntry(key: string, value: Json, column: number, style: Style): string[] {
  const head = `${' '.repeat(column)}${renderKey(key, style.quote, false)}:`
  if (isBlockCollection(value)) {
    const child = column + (Array.isArray(value) ? style.sequenceOffset : style.step)
    return [head, ...renderBlock(value, child, nested(style))]
  }
  const literal = literalOf(value, style)
  if (literal !== undefined) return [`${head} ${literal.header}`, ...indented(literal.lines, column + style.step)]
  return [`${head} ${renderInline(value, style.quote, false, style.quoteAll)}`]
}

/** Lines of a sequence item whose dash stands at `column`; its content stands `gap` columns behind the dash. */
export function renderItem(value: Json, column: number, gap: number, style: Style): string[] {
  const head = `${' '.repeat(column)}-${' '.repeat(gap - 1)}`
  if (isBlockCollection(value)) {
    const [first = '', ...rest] = renderBlock(value, column + gap, nested(style))
    return [head + first.slice(column + gap), ...rest]
  }
  const literal = literalOf(value, style)
  if (literal !== undefined) return [head + literal.header, ...indented(literal.lines, column + gap)]
  return [head + renderInline(value, style.quote, false, style.quoteAll)]
}

function literalOf(value: Json, style: Style): Literal | undefined {
  return typeof value === 'string' && style.quoteLines !== true ? toLiteral(value) : undefined
}

function nested<S extends { readonly quoteAll?: boolean }>(style: S): S {
  return style.quoteAll === true ? { ...style, quoteAll: false } : style
}

/** A value in flow style on one line. */
export function renderFlow(value: Json, style: FlowStyle): string {
  const inner = nested(style)
  if (Array.isArray(value)) return `[${value.map(item => renderFlow(item, inner)).join(style.comma)}]`
  if (isObject(value)) {
    const entries = Object.keys(value).map(key => renderFlowEntry(key, value[key] as Json, inner))
    return entries.length === 0 ? '{}' : `{${style.padding}${entries.join(style.comma)}${style.padding}}`
  }
  if (style.json && typeof value === 'string') return doubleQuoted(value)
  return renderInline(value, style.quote, true, style.quoteAll)
}

function renderFlowEntry(key: string, value: Json, style: FlowStyle): string {
  return renderFlowKey(key, style) + style.colon + renderFlow(value, style)
}

export function renderFlowKey(key: string, style: FlowStyle): string {
  return style.json ? doubleQuoted(key) : renderKey(key, style.quote, true)
}

/**
 * A value in flow style with one item a line, as JSON is printed. Lines below the first begin with `indent`, the white
 * space of the line that holds the value, and one `unit` more for each level.
 */
export function renderFlowLines(value: Json, indent: string, unit: string, style: FlowStyle): string[] {
  if (!isBlockCollection(value)) return [renderFlow(value, style)]
  const inner = indent + unit
  const isSequence = Array.isArray(value)
  const items: string[][] = isSequence
    ? value.map(item => renderFlowLines(item, inner, unit, style))
    : Object.keys(value).map(key => {
        const [first = '', ...rest] = renderFlowLines(value[key] as Json, inner, unit, style)
        return [renderFlowKey(key, style) + style.colon + first, ...rest]
      })
  const lines = [isSequence ? '[' : '{']
  for (const [position, [first = '', ...rest]] of items.entries()) {
    lines.push(inner + first, ...rest)
    if (position < items.length - 1) lines.push(`${lines.pop() ?? ''},`)
  }
  lines.push(indent + (isSequence ? ']' : '}'))
  return lines
}

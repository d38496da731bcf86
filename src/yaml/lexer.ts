// A light lexer: comments, keys and the parts of a text that are neither quoted nor block scalars, in one linear pass.
// It builds no values and trusts nothing of the parsers, so that the comment gate stands on its own.

export interface Token {
  /**
   * `key`: a map key, without its colon. `dash`: the mark of a sequence item. `marker`: `---` or `...`.
   * `comment`: from `#` to the end of the line. `template`: the opening of `{{` or `{%` outside quotes.
   */
  readonly kind: 'key' | 'dash' | 'comment' | 'template' | 'marker'
  readonly start: number
  readonly end: number
  /** from 1 */
  readonly line: number
  /** offset in the line, from 0 */
  readonly column: number
  /** nesting of flow collections around the token */
  readonly flow: number
}

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const DOUBLE_QUOTE = 0x22
const HASH = 0x23
const PERCENT = 0x25
const AMPERSAND = 0x26
const SINGLE_QUOTE = 0x27
const ASTERISK = 0x2a
const PLUS = 0x2b
const COMMA = 0x2c
const DASH = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const GREATER = 0x3e
const QUESTION = 0x3f
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const PIPE = 0x7c
const CLOSE_BRACE = 0x7d
const EXCLAMATION = 0x21

/** All tokens of a text of one or several documents, in order. Broken YAML gives tokens too, never an exception. */
export function lex(text: string): Token[] {
  return new Lexer(text).run()
}

class Lexer {
  private readonly tokens: Token[] = []
  private position = 0
  private line = 1
  private lineStart = 0
  private flow = 0
  /** column of the key or dash whose value is being read; -1 at the root of a document */
  private owner = -1
  /** whether the next character begins a token, or continues a plain scalar */
  private atToken = true
  /** owner of a plain scalar that deeper lines may continue */
  private pending: number | undefined

  private readonly text: string

  constructor(text: string) {
    this.text = text
    if (text.charCodeAt(0) === 0xfeff) this.position = this.lineStart = 1
  }

  run(): Token[] {
    const { length } = this.text
    while (this.position < length) {
      if (this.position === this.lineStart) this.startLine()
      else this.step()
    }
    return this.tokens
  }

  private code(offset = 0): number {
    return this.text.charCodeAt(this.position + offset)
  }

  private push(kind: Token['kind'], start: number, end: number): void {
    const { line, flow } = this
    this.tokens.push({ kind, start, end, line, column: start - this.lineStart, flow })
  }

  private startLine(): void {
    if (this.isMarker()) {
      this.push('marker', this.position, this.position + 3)
      this.position += 3
      this.flow = 0
      this.owner = -1
      this.atToken = true
      this.pending = undefined
      return
    }
    while (this.code() === SPACE) this.position++
    const code = this.code()
    if (code === LF || code === CR || Number.isNaN(code)) {
      this.endLine()
      return
    }
    if (code === HASH) {
      this.pending = undefined
      this.comment()
      return
    }
    if (this.flow === 0) {
      const column = this.position - this.lineStart
      if (this.pending !== undefined && column > this.pending) {
        this.plain()
        return
      }
      this.pending = undefined
      this.atToken = true
    }
    this.step()
  }

  private isMarker(): boolean {
    const first = this.code()
    if ((first !== DASH && first !== DOT) || this.code(1) !== first || this.code(2) !== first) return false
    return isBlankOrEnd(this.code(3))
  }

  private endLine(): void {
    const next = this.text.indexOf('\n', this.position)
    this.position = next < 0 ? this.text.length : next + 1
    this.line++
    this.lineStart = this.position
  }

  private comment(): void {
    const end = lineEnd(this.text, this.position)
    this.push('comment', this.position, end)
    this.position = end
    this.pending = undefined
    this.endLine()
  }

  private step(): void {
    const code = this.code()
    if (code === LF || code === CR) {
      this.endLine()
      return
    }
    if (code === SPACE || code === TAB) {
      this.position++
      return
    }
    if (code === HASH && isBlankOrEnd(this.code(-1))) {
      this.comment()
      return
    }
    if (this.flow > 0 && this.flowIndicator(code)) return
    if (!this.atToken) {
      this.plain()
      return
    }
    this.token(code)
  }

  private flowIndicator(code: number): boolean {
    if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      this.flow--
      this.atToken = false
    } else if (code === COMMA) this.atToken = true
    else if (code === COLON && isFlowColonEnd(this.code(1))) this.atToken = true
    else return false
    this.position++
    return true
  }

  private token(code: number): void {
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      this.quoted(code)
      return
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      this.openFlow(code)
      return
    }
    if (code === AMPERSAND || code === EXCLAMATION) {
      this.property()
      return
    }
    if (this.flow === 0) {
      if ((code === DASH || code === QUESTION || code === COLON) && isBlankOrEnd(this.code(1))) {
        if (code === DASH) this.push('dash', this.position, this.position + 1)
        this.owner = this.position - this.lineStart
        this.position++
        return
      }
      if (code === PIPE || code === GREATER) {
        this.blockScalar()
        return
      }
    }
    if (code === ASTERISK) {
      this.property()
      this.atToken = false
      return
    }
    this.plain()
  }

  private openFlow(code: number): void {
    const next = this.code(1)
    if (code === OPEN_BRACE && (next === OPEN_BRACE || next === PERCENT)) {
      this.push('template', this.position, this.position + 2)
    }
    this.flow++
    this.position++
  }

  private property(): void {
    while (!isBlankOrEnd(this.code()) && !(this.flow > 0 && isFlowMark(this.code()))) this.position++
  }

  private quoted(quote: number): void {
    const start = this.position
    const startLine = this.line
    this.position++
    while (this.position < this.text.length) {
      const code = this.code()
      if (code === BACKSLASH && quote === DOUBLE_QUOTE) this.position++
      else if (code === quote) {
        if (quote !== SINGLE_QUOTE || this.code(1) !== SINGLE_QUOTE) break
        this.position++
      }
      if (this.code() === LF) {
        this.line++
        this.lineStart = this.position + 1
      }
      this.position++
    }
    this.position++
    if (this.line === startLine && this.isColonNext()) this.key(start, this.position)
    else this.atToken = false
  }

  /** Whether `:` follows the quoted text that ends here, as the sign of a key. */
  private isColonNext(): boolean {
    let offset = 0
    while (this.code(offset) === SPACE) offset++
    if (this.code(offset) !== COLON) return false
    return this.flow > 0 || isBlankOrEnd(this.code(offset + 1))
  }

  private key(start: number, end: number): void {
    this.push('key', start, end)
    if (this.flow === 0) this.owner = start - this.lineStart
    this.position = this.text.indexOf(':', end) + 1
    this.atToken = true
  }

  /** The rest of a plain scalar on this line; a key when a colon ends it. */
  private plain(): void {
    const start = this.position
    const mayBeKey = this.atToken && (this.flow > 0 || this.pending === undefined)
    this.atToken = false
    for (; this.position < this.text.length; this.position++) {
      const code = this.code()
      if (code === LF || code === CR) break
      if (code === HASH && this.position > start && isBlankOrEnd(this.code(-1))) break
      if (this.flow > 0 && isFlowMark(code)) break
      if (code === COLON && this.endsKey()) {
        if (mayBeKey) {
          this.key(start, this.position)
          return
        }
        if (this.flow > 0) break
      }
      if (code === OPEN_BRACE && (this.code(1) === OPEN_BRACE || this.code(1) === PERCENT)) {
        this.push('template', this.position, this.position + 2)
      }
    }
    if (this.flow === 0) this.pending ??= this.owner
    if (this.position === start) this.position++
  }

  private endsKey(): boolean {
    const next = this.code(1)
    return isBlankOrEnd(next) || (this.flow > 0 && isFlowMark(next))
  }

  private blockScalar(): void {
    let explicit = 0
    this.position++
    for (; !isBlankOrEnd(this.code()); this.position++) {
      const code = this.code()
      if (code >= 0x31 && code <= 0x39) explicit = code - 0x30
      else if (code !== PLUS && code !== DASH) break
    }
    while (this.code() === SPACE || this.code() === TAB) this.position++
    if (this.code() === HASH) this.comment()
    else this.endLine()
    this.blockContent(explicit > 0 ? Math.max(this.owner, 0) + explicit : undefined)
  }

  private blockContent(explicit: number | undefined): void {
    let indent = explicit
    while (this.position < this.text.length) {
      if (this.owner < 0 && this.isMarker()) return
      let column = 0
      while (this.code(column) === SPACE) column++
      const code = this.code(column)
      if (code !== LF && code !== CR && !Number.isNaN(code)) {
        indent ??= Math.max(column, this.owner + 1)
        if (column < indent) return
      }
      this.endLine()
    }
  }
}

function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === LF || code === CR || code === TAB || Number.isNaN(code)
}

function isFlowMark(code: number): boolean {
  return (
    code === COMMA || code === OPEN_BRACKET || code === CLOSE_BRACKET || code === OPEN_BRACE || code === CLOSE_BRACE
  )
}

function isFlowColonEnd(code: number): boolean {
  return isBlankOrEnd(code) || isFlowMark(code) || code === DOUBLE_QUOTE || code === SINGLE_QUOTE
}

/** Offset of the end of the line's content, before its `\n` or `\r\n`. */
function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  if (newline < 0) return text.length
  return newline > from && text.charCodeAt(newline - 1) === CR ? newline - 1 : newline
}

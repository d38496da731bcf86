// What the walk over an overlay collects: splices, and the comments and keys that change on purpose.

import { countLines } from './chunks.ts'
import { nameComment } from './comments.ts'
import { lex, type Token } from './lexer.ts'
import { lineEndingAt } from './lines.ts'
import { Refused } from './refused.ts'
import { isCut, type Splice } from './splice.ts'
import { type Context, Styles } from './style.ts'
import type { Tree } from './tree.ts'

/** Where a value stands: the collection that holds it, and the column of its key or dash. */
export interface Slot {
  /** undefined for the root of a document */
  readonly context: Context | undefined
  readonly column: number
  readonly isItem: boolean
}

export class Emission {
  readonly tree: Tree
  readonly text: string
  readonly styles: Styles
  readonly splices: Splice[] = []
  readonly renamedKeys: (readonly [from: string, to: string])[] = []

  private comments: Token[] | undefined

  constructor(tree: Tree) {
    this.tree = tree
    this.text = tree.text
    this.styles = new Styles(tree)
  }

  cut(start: number, end: number, text: string): void {
    this.splices.push({ start, end, text, takesComments: false })
  }

  /** Cuts text together with the comments that belong to it. */
  remove(start: number, end: number, text = ''): void {
    if (start < end || text !== '') this.splices.push({ start, end, text, takesComments: true })
  }

  lines(start: number, lines: readonly string[]): void {
    this.splices.push({ start, lines, lineEnding: lineEndingAt(this.text, start) })
  }

  /** A comment within a flow collection has no place of its own; an edit that meets one is refused. */
  refuseComments(start: number, end: number): void {
    const [comment] = this.commentsWithin([{ start, end }])
    if (comment === undefined) return
    const line = this.tree.line + countLines(this.text, 0, comment.start)
    throw new Refused('comment-in-flow', 'a comment stands within a flow collection at the place of the edit', line)
  }

  /** The comments that go with removed values, spelt as the comment gate spells them. */
  removedComments(): string[] {
    const removals = this.splices.filter(splice => isCut(splice)).filter(({ takesComments }) => takesComments)
    return this.commentsWithin(removals).map(({ start, end, line }) =>
      nameComment(this.tree.line + line - 1, this.text.slice(start, end)),
    )
  }

  private commentsWithin(spans: readonly { readonly start: number; readonly end: number }[]): Token[] {
    if (!spans.some(({ start, end }) => this.text.slice(start, end).includes('#'))) return []
    this.comments ??= lex(this.text).filter(token => token.kind === 'comment')
    return this.comments.filter(({ start: at }) => spans.some(({ start, end }) => at >= start && at < end))
  }
}

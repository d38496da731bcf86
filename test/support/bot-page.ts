// Reads a page of the bot as a forge would: what is text, what is markup, and whether anything is left open.

import MarkdownIt from 'markdown-it'

export interface Page {
  /** text outside of code and links, as readers see it */
  readonly text: string
  /** targets of links, images among them */
  readonly links: readonly string[]
  /** raw HTML, comments among it, as it stands */
  readonly html: readonly string[]
  /** fenced blocks that nothing closes */
  readonly openFences: number
  /** rows of tables, by the number of their cells */
  readonly rows: readonly number[]
}

type Token = ReturnType<InstanceType<typeof MarkdownIt>['parse']>[number]

/** With raw HTML and with links made of bare addresses, as forges have it. */
export function readPage(source: string): Page {
  const lines = source.split('\n')
  const tokens = new MarkdownIt({ html: true, linkify: true }).parse(source, {})
  const links: string[] = []
  const html: string[] = []
  const texts: string[] = []
  let openFences = 0
  for (const token of tokens) {
    if (token.type === 'fence' && !isClosed(token, lines)) openFences += 1
    if (token.type === 'html_block') html.push(token.content)
    if (token.type === 'inline') texts.push(readInline(token.children ?? [], links, html))
  }
  return { text: texts.join('\n'), links, html, openFences, rows: rowsOf(tokens, lines) }
}

function readInline(tokens: readonly Token[], links: string[], html: string[]): string {
  let text = ''
  let depth = 0
  for (const token of tokens) {
    if (token.type === 'link_open') {
      links.push(String(token.attrGet('href')))
      depth += 1
    } else if (token.type === 'link_close') depth -= 1
    else if (token.type === 'image') links.push(String(token.attrGet('src')))
    else if (token.type === 'html_inline') html.push(token.content)
    else if (token.type === 'code_inline') text += '\ufffc'
    else if (token.type === 'softbreak' || token.type === 'hardbreak') text += '\n'
    else if (depth === 0) text += token.content
  }
  return text
}

function isClosed(token: Token, lines: readonly string[]): boolean {
  const end = token.map?.[1] ?? 0
  const last = (lines[end - 1] ?? '').trim()
  return last.startsWith(token.markup) && /^(`+|~+)$/.test(last) && end - (token.map?.[0] ?? 0) > 1
}

function rowsOf(tokens: readonly Token[], lines: readonly string[]): number[] {
  return tokens.flatMap(token => {
    if (token.type !== 'tr_open') return []
    const line = lines[token.map?.[0] ?? 0] ?? ''
    return (line.match(/(?<!\\)(?:\\\\)*\|/g) ?? []).length - 1
  })
}

/** What a forge would make of a text once its Markdown is read: a mention, a reference, a link. */
export const REACHES: readonly RegExp[] = [
  /@[a-z0-9]/i,
  /[#!%~$&^]["\w]/,
  /\bgh-\d/i,
  /\b[A-Z][A-Z0-9_]+-\d/,
  /:\/\/\w/,
  /www\.\w/i,
  /\[\[/,
  /\b(?=\d*[a-f])[0-9a-f]{7,40}\b/i,
]

/** What names, comments and namespaces may hold to reach somebody or something. */
export const HOSTILE: readonly string[] = [
  ...['@octocat', '@acme/team', 'a@b.example', 'closes #12', '!12', 'GH-12', 'gh-7', 'ABC-12', 'acme/app#12', '~bug'],
  ...['%3', '$42', '&7', '^alert#4', '[[home]]', '[issue:12]', 'https://evil.example/x', 'www.evil.example'],
  ...['deadbeefcafe1234', 'acme/app@deadbeef1', '/close', '\n/close\n', '\n\n/assign @octocat\n', '<!-- x -->', '-->'],
  ...['<!-- kubemend:state e30 -->', '- [x] <!-- kubemend:recreate -->', '</details>', '<img src=x onerror=y>', '<b>'],
  ...['```', '\n````\n', '`', '``', '| x |', '\\|', '\\', '[x](https://e.example)', '![x](https://e.example)', '**x**'],
  ...['\u202e', '\u200b', '\ud800', '\r\n', '\t', '\u001b[31m', '&#64;octocat', '&commat;octocat', '[skip ci]'],
  ...['\nCo-authored-by: X <x@y.example>', '\n# heading', '\n---\n', '\n    code', '1. x', '> x', '=====', '~~~'],
]

// The one place where text that comes from manifests and file names is made safe to show.

import { UNPRINTABLE } from '../kube/unprintable.ts'

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

/** One line of text with every unprintable character spelled out: `\n`, `\e`, `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, spellOut)
}

/** The same for text of several lines, whose line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, character =>
    character === '\n' || character === '\t' ? character : spellOut(character),
  )
}

function spellOut(character: string): string {
  return SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

const PLAIN_NAME = /^[\w.:@/+-]+$/

/** What a text on standard input is called in reports. */
export const STDIN_NAME = '<stdin>'

/** A name as it stands when it is an ordinary one, else in double quotes with everything odd spelled out. */
export function printableName(name: string): string {
  if (name === STDIN_NAME || PLAIN_NAME.test(name)) return name
  return `"${printable(name.replaceAll('\\', '\\\\').replaceAll('"', '\\"'))}"`
}

/** JSON text in which nothing unprintable stands raw; it still parses to the same value. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, character => {
    if (character === '\n') return character
    let escaped = ''
    for (let index = 0; index < character.length; index += 1) {
      escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
    }
    return escaped
  })
}

/** A value as a page of JSON that is safe to print. */
export function jsonText(value: unknown): string {
  return printableJson(`${JSON.stringify(value, null, 2)}\n`)
}

/** Text for a Markdown page: shown as it is, never as markup, a link or a mention. */
export function markdownText(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]()#!|<>~@&]/g, character => `\\${character}`)
}

/** A Markdown code span that holds the text whatever backticks it has; `|` is escaped for tables. */
export function markdownCode(text: string): string {
  const safe = printable(text).replaceAll('|', '\\|')
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${safe}${pad}${fence}`
}

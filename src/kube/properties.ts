// Java properties text (`server.properties`): its values, and edits that leave every other line as it is.
// Syntax: java.util.Properties.load; escapes of single characters are undone in values, `\uXXXX` is not.

export interface Property {
  readonly key: string
  readonly value: string
  /** first line, from 0 */
  readonly line: number
  /** lines that it takes, with continuations */
  readonly lines: number
  /** the text up to the value: indentation, key and separator */
  readonly head: string
}

/** Entries in the order of the text; of two with one key, the last counts. */
export function parseProperties(text: string): Property[] {
  const lines = text.split('\n')
  const found: Property[] = []
  for (let line = 0; line < lines.length; line += 1) {
    const start = line
    let logical = stripEnd(lines[line] ?? '')
    if (/^\s*(?:[#!]|$)/.test(logical)) continue
    while (isContinued(logical) && line + 1 < lines.length) {
      line += 1
      logical = logical.slice(0, -1) + stripEnd(lines[line] ?? '').trimStart()
    }
    const match = /^(\s*)((?:\\.|[^\s=:\\])+)(\s*[=:]?\s*)(.*)$/.exec(logical)
    if (match === null) continue
    const [, indent = '', key = '', separator = '', value = ''] = match
    found.push({
      key: key.replace(/\\(.)/g, '$1'),
      value: value.replace(/\\(.)/g, '$1'),
      line: start,
      lines: line - start + 1,
      head: indent + key + separator,
    })
  }
  return found
}

/** The value that counts, or undefined. */
export function propertyOf(text: string, key: string): string | undefined {
  return parseProperties(text).findLast(property => property.key === key)?.value
}

/**
 * The text with the property set: in the line that counts, else in a new line at the end, written with the separator
 * of the lines before it. Comments, order and all other lines stay.
 */
export function setProperty(text: string, key: string, value: string): string {
  const properties = parseProperties(text)
  const present = properties.findLast(property => property.key === key)
  const lines = text.split('\n')
  const written = value.replace(/\\/g, '\\\\')
  if (present !== undefined) {
    if (present.value === value) return text
    const head = /[=:\s]$/.test(present.head) ? present.head : `${present.head}=`
    const end = (lines[present.line] ?? '').endsWith('\r') ? '\r' : ''
    lines.splice(present.line, present.lines, `${head}${written}${end}`)
    return lines.join('\n')
  }
  const separator = /[\s=:]+$/.exec(properties.at(-1)?.head ?? '')?.[0] ?? '='
  const end = text.includes('\r\n') ? '\r' : ''
  const last = lines.findLastIndex(line => line.trim() !== '')
  lines.splice(last + 1, 0, `${key}${separator}${written}${end}`)
  if (last + 2 === lines.length && text.endsWith('\n')) lines.push('')
  return lines.join('\n')
}

/** The text without the property, every line of it that has the key. */
export function removeProperty(text: string, key: string): string {
  const lines = text.split('\n')
  for (const { line, lines: count } of parseProperties(text)
    .filter(property => property.key === key)
    .reverse()) {
    lines.splice(line, count)
  }
  return lines.join('\n')
}

/** An odd number of backslashes at the end joins the next line. */
function isContinued(line: string): boolean {
  return (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1
}

function stripEnd(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

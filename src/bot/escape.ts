// Makes text of a repository harmless on a forge: nobody is pinged, nothing is linked, closed, skipped or executed.

import { markdownCode, markdownText, printable, printableLines } from '../report/escape.ts'

/** A zero-width space, which stands unseen between a sign and what it would reach. */
const GAP = '&#8203;'

/** Places at which a gap keeps a forge from reading on. */
const BREAKS: readonly RegExp[] = [
  // people and addresses; issues; merge requests; GitLab's labels, milestones, snippets, epics and alerts
  /(?<=[@#!~%$&^])(?=[\w"{:])/g,
  // GitLab's pages, issues by number, iterations
  /(?<=\[)(?=\[|[a-z_]+:)|(?<=\*)(?=iteration:)/g,
  // addresses
  /(?<=\/)(?=\/)|(?<=www\.)/gi,
  // GitHub's other way to write an issue, and keys of other trackers
  /(?<=(?<!\w)gh-)(?=\d)/gi,
  /(?<=[A-Z][A-Z0-9_]*-)(?=\d)/g,
]
/** What reads like the hash of a commit, of which seven digits are enough. */
const HASHES = /(?<!\w)(?=\d*[a-f])[0-9a-f]{7,64}(?!\w)/gi
const SHORT_OF_A_HASH = 4

/**
 * Text for a body, shown as it is. Forges look for mentions, references and addresses once the Markdown is read, so that
 * a backslash does not stop them; a gap does.
 */
export function bodyText(text: string): string {
  const line = printable(text)
  const cuts = new Set(BREAKS.flatMap(pattern => [...line.matchAll(pattern)].map(match => match.index)))
  for (const { 0: hash, index } of line.matchAll(HASHES)) {
    for (let at = SHORT_OF_A_HASH; at < hash.length; at += SHORT_OF_A_HASH) cuts.add(index + at)
  }
  const ends = [...[...cuts].sort((a, b) => a - b), line.length]
  return ends.map((end, index) => markdownText(line.slice(ends[index - 1] ?? 0, end))).join(GAP)
}

/** A code span, in which forges link nothing; HTML comments are taken apart, since the bot finds its own marks by them. */
export function bodyCode(text: string): string {
  if (text === '') return bodyText('(empty)')
  // forges do not agree on what a backslash before an escaped `|` does to the cell of a table
  return markdownCode(withoutComments(text).replaceAll('\\|', '\\\\u{7c}'))
}

/** Text within an HTML element of a body. */
export function bodyHtml(text: string): string {
  return printable(text).replace(/[&<>"'@#`*_[\]\\|~:/]/g, character => `&#${character.charCodeAt(0)};`)
}

/** A fenced block whose fence is longer than any in the text. */
export function fenced(language: string, text: string): string {
  const lines = withoutComments(printableLines(text)).replace(/\n$/, '')
  const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${lines}\n${fence}`
}

function withoutComments(text: string): string {
  return text.replaceAll('<!--', '<\\u{21}--').replaceAll('-->', '-\\u{2d}>')
}

const PLAIN = /^[a-z0-9](?:[a-z0-9._/-]{0,98}[a-z0-9])?$/i
/** What forges link wherever it stands in a name: hashes of commits, keys of trackers. */
const LINKED = [/\b(?=\d*[a-f])[0-9a-f]{7,64}\b/i, /\b[A-Z][A-Z0-9_]+-\d/, /\bgh-\d/i]

/**
 * A name for plain text, in which nothing can be escaped: commit messages and titles. Undefined for anything but the
 * letters, digits, dots, dashes and slashes of ordinary names, so that no mention, reference, keyword, address or line
 * break of a repository's gets there.
 */
export function plainName(text: string): string | undefined {
  const isAddress = text.includes('//') || /^www\./i.test(text)
  return PLAIN.test(text) && !LINKED.some(pattern => pattern.test(text)) && !isAddress ? text : undefined
}

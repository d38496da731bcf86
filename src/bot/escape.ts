// Makes text of a repository harmless on a forge: nobody is pinged, nothing is linked, closed, skipped or executed.

import { markdownCode, markdownText, printable, printableLines } from '../report/escape.ts'

/** A zero-width space, which stands unseen between a sign and what it would reach. */
const GAP = '&#8203;'

/**
 * Text for a body, shown as it is. Forges look for mentions and references once the Markdown is read, so that a
 * backslash does not stop them: a gap does, behind `@` (people, and addresses of mail), `#` and `!` (issues, merge
 * requests), `~ % $ & ^ [` (GitLab's labels, milestones, snippets, epics, alerts, pages), within `https://` and `www.`,
 * `GH-12` and the keys of other trackers, and what reads like the hash of a commit.
 */
export function bodyText(text: string): string {
  return markdownText(text)
    .replace(/[@#!~%$&^](?=[\w"{\\:])/g, sign => `${sign}${GAP}`)
    .replace(/\\\[(?=\\\[|[a-z\\_]+:)|\\\*(?=iteration:)/g, sign => `${sign}${GAP}`)
    .replace(/:\/\//g, `:${GAP}//`)
    .replace(/\bwww\./gi, match => `${match}${GAP}`)
    .replace(/\b([A-Z][A-Z0-9\\_]+|gh)-(?=\d)/gi, (match, key: string) =>
      key === key.toUpperCase() || key.toLowerCase() === 'gh' ? `${match}${GAP}` : match,
    )
    .replace(/(?<!\w)(?=[0-9]*[a-f])[0-9a-f]{7,64}(?!\w)/gi, hash => `${hash.slice(0, 4)}${GAP}${hash.slice(4)}`)
}

/** A code span, in which forges link nothing; HTML comments are taken apart, since the bot finds its own marks by them. */
export function bodyCode(text: string): string {
  return text === '' ? bodyText('(empty)') : markdownCode(withoutComments(text))
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

const PLAIN = /^(?!gh-\d)[a-z0-9](?:[a-z0-9._/-]{0,98}[a-z0-9])?$/i
const HASH = /^(?=[0-9]*[a-f])[0-9a-f]{7,64}$/i
const TRACKER_KEY = /^[A-Z][A-Z0-9_]+-\d/

/**
 * A name for plain text, in which nothing can be escaped: commit messages and titles. Undefined for anything but the
 * letters, digits, dots, dashes and slashes of ordinary names, so that no mention, reference, keyword, address or line
 * break of a repository's gets there.
 */
export function plainName(text: string): string | undefined {
  const isAddress = text.includes('//') || /^www\./i.test(text)
  return PLAIN.test(text) && !HASH.test(text) && !TRACKER_KEY.test(text) && !isAddress ? text : undefined
}

// Who owns a file: CODEOWNERS as GitHub, GitLab, Gitea and Forgejo read it.

import ignore from 'ignore'
import type { ForgeKind } from './forge.ts'
import { ownerPattern } from './owner-pattern.ts'

/**
 * Where each forge looks, in this order; the first file that is there counts.
 * GitHub: docs "About code owners". GitLab: docs "Code Owners". Gitea: docs "Code Owners"; Forgejo took it over.
 */
export const CODEOWNERS_PLACES: Readonly<Record<ForgeKind, readonly string[]>> = {
  github: ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'],
  gitlab: ['CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'],
  gitea: ['CODEOWNERS', 'docs/CODEOWNERS', '.gitea/CODEOWNERS'],
  forgejo: ['CODEOWNERS', 'docs/CODEOWNERS', '.gitea/CODEOWNERS'],
}

export interface CodeOwners {
  /** Owners of a file as they are written (`@acme/team`, an address), sorted, each once; empty when nobody owns it. */
  of(path: string): readonly string[]
}

interface Rule {
  fits(path: string): boolean
  readonly owners: readonly string[]
}

/** Rules among which the last that fits a path decides. */
interface Section {
  readonly defaults: readonly string[]
  readonly rules: Rule[]
}

/** Lines that cannot be read own nothing: who owns a file decides over grouping and reviewers, never over permission. */
export function parseCodeowners(text: string, kind: ForgeKind): CodeOwners {
  const lines = text.split(/\r?\n/).map(line => line.trim())
  return kind === 'gitea' || kind === 'forgejo' ? unionOf(lines) : lastOf(lines, kind === 'gitlab')
}

/** GitHub and GitLab: gitignore patterns, the last match wins, in GitLab within each section. */
function lastOf(lines: readonly string[], hasSections: boolean): CodeOwners {
  const sections = new Map<string, Section>([['', { defaults: [], rules: [] }]])
  let current = sections.get('') as Section
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue
    const header = hasSections ? SECTION.exec(line) : null
    if (header !== null) {
      const name = (header[1] ?? '').toLowerCase()
      // sections of one name are one; the default owners are those of its first header
      current = sections.get(name) ?? { defaults: owners(words(header[2] ?? '')), rules: [] }
      sections.set(name, current)
      continue
    }
    const [pattern = '', ...names] = words(line)
    const isExclusion = hasSections && pattern.startsWith('!')
    const fits = globRule(isExclusion ? pattern.slice(1) : pattern, hasSections)
    const named = owners(names)
    if (fits === undefined) continue
    current.rules.push({ fits, owners: isExclusion ? [] : named.length > 0 ? named : current.defaults })
  }
  return {
    of: path =>
      distinct([...sections.values()].flatMap(({ rules }) => rules.findLast(rule => rule.fits(path))?.owners ?? [])),
  }
}

/** `[Name]`, `^[Name]`, `[Name][2]`, with default owners behind it. */
const SECTION = /^\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)$/

/** A gitignore pattern, except that `folder/*` means the files of the folder alone; GitHub knows no `!` and no `[…]`. */
function globRule(pattern: string, isGitlab: boolean): ((path: string) => boolean) | undefined {
  if (pattern === '' || (!isGitlab && /^!|^\\#|\[/.test(pattern))) return undefined
  const matcher = ignore({ ignorecase: false }).add(pattern)
  const isShallow = pattern.endsWith('/*')
  return path => {
    if (!ignore.isPathValid(path) || !matcher.ignores(path)) return false
    const slash = path.lastIndexOf('/')
    return !isShallow || slash < 0 || !matcher.ignores(path.slice(0, slash + 1))
  }
}

/** Gitea and Forgejo: regular expressions over the whole path, all that fit count. */
function unionOf(lines: readonly string[]): CodeOwners {
  const rules: Rule[] = []
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue
    const [pattern = '', ...names] = words(line)
    const isNegative = pattern.startsWith('!')
    const fits = ownerPattern(isNegative ? pattern.slice(1) : pattern)
    if (fits !== undefined) rules.push({ fits: path => fits(path) !== isNegative, owners: owners(names) })
  }
  return { of: path => distinct(rules.flatMap(rule => (rule.fits(path) ? rule.owners : []))) }
}

/** Split at blanks that no backslash escapes; what follows a `#` of its own is a comment. */
function words(line: string): string[] {
  const found = line.match(/(?:\\.|[^\s\\])+/g) ?? []
  const comment = found.findIndex((word, index) => index > 0 && word.startsWith('#'))
  return (comment < 0 ? found : found.slice(0, comment)).map(word => word.replaceAll('\\ ', ' '))
}

/** Accounts, teams, GitLab's roles (`@@developer`) and addresses; anything else is no owner. */
function owners(names: readonly string[]): string[] {
  return names.filter(name => /^@{1,2}[\w.-]+(?:\/[\w.-]+)*$|^[^\s@]+@[^\s@]+$/.test(name))
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}

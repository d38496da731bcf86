// Names of the bot's branches: one for each group, the same for ever, good for every forge.

import { createHash } from 'node:crypto'

/** Gitea keeps 100 characters of a branch name; the prefix has at most 40 of them, a suffix such as `-12` three. */
const MAX_LENGTH = 99
const HASH = 8
const SUFFIX = 3
const OURS = /^(?:[a-z0-9]+-)+[0-9a-f]{8}(?:-(?:[2-9]|[1-9][0-9]))?$/

/**
 * `<prefix><slug of the label>-<8 hex digits of the key>`, valid for git-check-ref-format(1), in lower case since some
 * file systems know no other. The prefix is the configured one or what `freePrefix` makes of it. `variant`, 1 to 99,
 * gives further names, for when a person's work holds the first.
 */
export function branchName(prefix: string, key: string, label: string, variant = 1): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH)
  const slug = slugOf(label, MAX_LENGTH - prefix.length - 1 - HASH - SUFFIX)
  return `${prefix}${slug}-${hash}${variant > 1 ? `-${variant}` : ''}`
}

/** Whether a branch has a name as `branchName` gives them under the prefix. */
export function isBranchOfPrefix(prefix: string, branch: string): boolean {
  return branch.startsWith(prefix) && OURS.test(branch.slice(prefix.length))
}

/**
 * The prefix, with its slashes turned into dashes where a branch stands in its way: git has no branch `kubemend/a`
 * beside a branch `kubemend`. To see such a branch, ask for the refs that begin as the prefix does up to its first slash.
 */
export function freePrefix(prefix: string, branches: Iterable<string>): string {
  for (const branch of branches) {
    if (prefix.startsWith(`${branch}/`)) return prefix.replaceAll('/', '-')
  }
  return prefix
}

function slugOf(label: string, length: number): string {
  const words = label
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const slug = words.replace(/^-+/, '').slice(0, length).replace(/-+$/, '')
  return slug === '' ? 'fixes' : slug
}

// Names of the bot's branches: one for each group, the same for ever, good for every forge.

import { createHash } from 'node:crypto'

/** Gitea keeps 100 characters of a branch name. */
const MAX_LENGTH = 99
const MAX_PREFIX = 60
const HASH = 8
/** room for a suffix such as `-12` */
const SUFFIX = 3
const OURS = /^(?:[a-z0-9]+-)+[0-9a-f]{8}(?:-[1-9][0-9]?)?$/

/**
 * `<prefix><slug of the label>-<8 hex digits of the key>`, valid for git-check-ref-format(1), in lower case since some
 * file systems know no other. `variant` above 1 gives the names that are used while a person's work holds the first.
 */
export function branchName(prefix: string, key: string, label: string, variant = 1): string {
  const start = plainPrefix(prefix)
  const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH)
  const slug = slugOf(label, MAX_LENGTH - start.length - 1 - HASH - SUFFIX)
  return `${start}${slug}-${hash}${variant > 1 ? `-${variant}` : ''}`
}

/** Whether a branch has a name as `branchName` gives them under the prefix. */
export function isBranchOfPrefix(prefix: string, branch: string): boolean {
  const start = plainPrefix(prefix)
  return branch.startsWith(start) && OURS.test(branch.slice(start.length))
}

/**
 * The prefix, with its slashes turned into dashes where a branch stands in its way: git has no branch `kubemend/a`
 * beside a branch `kubemend`. `branches` need hold no more than the branches whose names begin as the prefix does.
 */
export function freePrefix(prefix: string, branches: Iterable<string>): string {
  const start = plainPrefix(prefix)
  for (const branch of branches) {
    if (start.startsWith(`${branch}/`)) return start.replaceAll('/', '-')
  }
  return start
}

/** The prefix in lower case, each of its parts without what git does not take. */
function plainPrefix(prefix: string): string {
  const parts = prefix.split('/').map(part => part.toLowerCase().replace(/[^a-z0-9_-]+/g, '-'))
  const last = parts.pop() ?? ''
  const folders = parts.map(part => part.replace(/^-+/, '')).filter(part => part !== '')
  const start = [...folders, last].join('/').slice(0, MAX_PREFIX)
  return folders.length === 0 ? start.replace(/^-+/, '') : start
}

function slugOf(label: string, length: number): string {
  const words = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const slug = words.replace(/^-+/, '').slice(0, length).replace(/-+$/, '')
  return slug === '' ? 'fixes' : slug
}

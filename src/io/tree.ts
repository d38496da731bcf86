// All files below a folder that are not ignored, in a fixed order: from git where it can tell, else by walking.

import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { listRepository, repositoryOf } from './git.ts'

/** Folders that hold nobody's manifests. */
const NEVER: ReadonlySet<string> = new Set(['node_modules', '.git'])

/** A context without a repository is cut here: a file given in a home folder must not read the whole disk. */
const MAX_CONTEXT_ENTRIES = 20_000

export interface Tree {
  /** absolute paths of files and symbolic links */
  readonly files: readonly string[]
  /** what was passed over, absolute: files, and whole folders with a final `/` */
  readonly ignored: readonly string[]
  /** folders that could not be listed, with the error */
  readonly failed: readonly { readonly folder: string; readonly error: unknown }[]
  /** whether the listing stopped at its limit */
  readonly isCut: boolean
}

/** `isContext`: nothing below is to be changed, so that a listing may be cut. */
export async function listTree(folder: string, isContext: boolean): Promise<Tree> {
  const listing = repositoryOf(folder) === undefined ? undefined : await listRepository(folder)
  // a folder that is ignored as a whole was named by the user, so what is in it is meant
  if (listing === undefined || listing.entries.length === 0) return walk(folder, isContext)
  const files = new Set<string>()
  const ignored = new Set(listing.ignored.map(entry => path.join(folder, entry)))
  const nested: Tree[] = []
  for (const entry of listing.entries) {
    // what git answers in the folder of a submodule that is not checked out
    if (entry === './') continue
    const never = neverFolder(folder, entry)
    if (never !== undefined) ignored.add(never)
    else if (entry.endsWith('/') || isFolder(path.join(folder, entry))) {
      nested.push(await listTree(path.join(folder, entry), isContext))
    } else files.add(path.join(folder, entry))
  }
  return merge([{ files: [...files], ignored: [...ignored], failed: [], isCut: false }, ...nested])
}

function merge(trees: readonly Tree[]): Tree {
  return {
    files: trees.flatMap(tree => tree.files).sort(),
    ignored: trees.flatMap(tree => tree.ignored).sort(),
    failed: trees.flatMap(tree => tree.failed),
    isCut: trees.some(tree => tree.isCut),
  }
}

/** The outermost folder of an entry's path that is never looked into. */
export function neverFolder(folder: string, entry: string): string | undefined {
  if (!entry.includes('node_modules') && !entry.includes('.git/')) return undefined
  const steps = entry.split('/')
  const index = steps.slice(0, -1).findIndex(step => NEVER.has(step))
  return index < 0 ? undefined : `${path.join(folder, ...steps.slice(0, index + 1))}/`
}

/** A submodule is listed by git as one entry without a final `/`; links count as files. */
function isFolder(file: string): boolean {
  // an extension is a good sign of a file and saves the question for most entries
  if (path.extname(file) !== '') return false
  return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false
}

interface Rules {
  readonly folder: string
  readonly ignore: Ignore
}

function walk(root: string, isContext: boolean): Tree {
  const files: string[] = []
  const ignored: string[] = []
  const failed: { folder: string; error: unknown }[] = []
  let isCut = false

  function visit(folder: string, inherited: readonly Rules[]): void {
    let entries: ReturnType<typeof listFolder>
    try {
      entries = listFolder(folder)
    } catch (error) {
      failed.push({ folder, error })
      return
    }
    const rules = entries.some(entry => entry.name === '.gitignore') ? [...inherited, rulesOf(folder)] : inherited
    for (const entry of entries) {
      if (isContext && files.length >= MAX_CONTEXT_ENTRIES) {
        isCut = true
        return
      }
      const file = path.join(folder, entry.name)
      const isDirectory = entry.isDirectory()
      if (isDirectory && entry.name === '.git') continue
      if ((isDirectory && NEVER.has(entry.name)) || isIgnored(rules, file, isDirectory)) {
        ignored.push(isDirectory ? `${file}/` : file)
      } else if (isDirectory) visit(file, rules)
      else files.push(file)
    }
  }

  visit(root, [])
  return { files: files.sort(), ignored, failed, isCut }
}

function listFolder(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function rulesOf(folder: string): Rules {
  try {
    return { folder, ignore: ignore().add(readFileSync(path.join(folder, '.gitignore'), 'utf8')) }
  } catch {
    return { folder, ignore: ignore() }
  }
}

/** The deepest .gitignore that says anything about a file decides. */
function isIgnored(rules: readonly Rules[], file: string, isDirectory: boolean): boolean {
  for (const { folder, ignore } of rules.toReversed()) {
    const relative = path.relative(folder, file).split(path.sep).join('/')
    const verdict = ignore.test(isDirectory ? `${relative}/` : relative)
    if (verdict.ignored) return true
    if (verdict.unignored) return false
  }
  return false
}

// A host over the tree of a commit, so that commands judge a repository that is nowhere on the disk.

import type { Dirent } from 'node:fs'
import path from 'node:path'
import type { FileSystemAdapter } from 'tinyglobby'
import { CONFIGURATION_FILES } from '../config/configuration.ts'
import type { Host } from './host.ts'
import { readInputs } from './inputs.ts'
import { baseFolder, isInside } from './paths.ts'
import { contextOf, expandGlob, isGlob, type Target, type Targets } from './targets.ts'
import { type CommitTree, type EntryKind, TreeFiles } from './tree-files.ts'

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Takes streams and environment from `base`, all files from the tree, below a folder that does not exist. Nothing can
 * be written, and no symbolic link is followed: one that is given is rejected, one for a configuration is an error.
 *
 * What is fetched: the configurations above the given paths; then, in one batch, everything below them and their
 * context that may be a manifest by its name or looks like a text (`text-names.ts`); then the JSON files of folders
 * that are asked for by themselves, which are those of schemas. What else there is cannot be read.
 */
export function createTreeHost(base: Host, tree: CommitTree): Host {
  const cwd = path.resolve(path.sep, 'repository')
  const files = new TreeFiles(cwd, tree)
  let areInputsRead = false
  return {
    ...base,
    cwd,
    isInteractive: false,
    resolveTargets: async given => {
      const targets = await resolveTargets(files, given)
      const folders = targets.targets.map(contextOf)
      const wanted = areInputsRead
        ? folders.flatMap(folder => schemasIn(files, folder))
        : configurationsAbove(folders, cwd)
      await files.load(wanted)
      return targets
    },
    readInputs: async (found, options) => {
      const inputs = await readInputs(found, options, files)
      areInputsRead = true
      return inputs
    },
    findConfiguration: (folder, names) => findConfiguration(files, folder, names),
    readFile: file => readFile(files, file),
    writeFile: () => readOnly(),
    stageChanges: () => readOnly(),
    uncommitted: async () => undefined,
  }
}

function readOnly(): never {
  throw new Error('the tree of a commit cannot be written to')
}

async function resolveTargets(files: TreeFiles, given: readonly string[]): Promise<Targets> {
  const cwd = files.root
  const targets = new Map<string, Target>()
  const unmatched: string[] = []
  const rejected: Targets['rejected'][number][] = []
  for (const text of given.length === 0 ? ['.'] : given) {
    const isKnown = files.kind(path.resolve(cwd, text)) !== undefined
    const matches = isKnown || !isGlob(text) ? [text] : await expandGlob(cwd, text, adapter(files))
    if (matches.length === 0) unmatched.push(text)
    for (const match of matches) {
      const file = path.resolve(cwd, match)
      const kind = files.kind(file)
      if (kind === undefined) unmatched.push(text)
      else if (kind === 'link') rejected.push({ given: match, reason: 'symbolic-link', text: IS_LINK })
      else targets.set(file, { type: kind, path: file })
    }
  }
  const found = [...targets.values()]
  return { targets: found, unmatched, rejected, base: baseFolder(cwd, found.map(contextOf)) }
}

const IS_LINK = 'a symbolic link is not followed here: give the path that it leads to'

/** What the search for files that fit a glob asks of a disk. */
function adapter(files: TreeFiles): FileSystemAdapter {
  const readdir = (folder: string, _options: unknown, done: (error: Error | null, entries: Dirent[]) => void) => {
    const entries = [...(files.entries(path.resolve(folder)) ?? [])]
    done(
      null,
      entries.map(([name, kind]) => entryOf(folder, name, kind)),
    )
  }
  return { readdir } as unknown as FileSystemAdapter
}

function entryOf(folder: string, name: string, kind: EntryKind): Dirent {
  const entry: Partial<Dirent> = {
    name,
    parentPath: folder,
    isFile: () => kind === 'file',
    isDirectory: () => kind === 'folder',
    isSymbolicLink: () => kind === 'link',
  }
  return entry as Dirent
}

function configurationsAbove(folders: readonly string[], root: string): string[] {
  const above = new Set<string>([root])
  for (const folder of folders) {
    for (let current = folder; isInside(root, current) && current !== root; current = path.dirname(current)) {
      above.add(current)
    }
  }
  return [...above].flatMap(folder => CONFIGURATION_FILES.map(name => path.join(folder, name)))
}

function schemasIn(files: TreeFiles, folder: string): string[] {
  return files.below(folder).filter(file => file.endsWith('.json'))
}

function findConfiguration(files: TreeFiles, folder: string, names: readonly string[]): string | undefined {
  for (let current = folder; isInside(files.root, current); current = path.dirname(current)) {
    const found = names
      .map(name => path.join(current, name))
      .find(file => files.kind(file) === 'file' || files.kind(file) === 'link')
    if (found !== undefined) return found
  }
  return undefined
}

/** Only what was fetched can be read; a link in the place of a configuration must not go unnoticed. */
function readFile(files: TreeFiles, file: string): string | undefined {
  const kind = files.kind(file)
  if (kind === 'link') throw new Error('it is a symbolic link, which is not followed here')
  if (kind !== 'file') return undefined
  const bytes = files.bytes(file)
  if (bytes === undefined) throw new Error('it was not fetched')
  return UTF8.decode(bytes)
}

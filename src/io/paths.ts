// Paths: which folder a run is relative to, and the spelling of its files.

import path from 'node:path'

/** Whether a path is a folder itself or something in it; both absolute. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
}

/** A file as reports name it: relative to the base of the run, with `/`. */
export function toReportPath(base: string, file: string): string {
  return path.relative(base, file).split(path.sep).join('/')
}

/** The deepest folder that holds all of the given ones. */
export function commonFolder(folders: readonly string[]): string {
  const [first, ...rest] = folders
  if (first === undefined) return path.parse(process.cwd()).root
  let common = first
  for (const folder of rest) {
    while (!isInside(common, folder)) common = path.dirname(common)
  }
  return common
}

/** The current folder when it holds everything, else the deepest folder that does. */
export function baseFolder(cwd: string, folders: readonly string[]): string {
  return folders.every(folder => isInside(cwd, folder)) ? cwd : commonFolder(folders)
}

/** Folders without those that lie in another of them, in order. */
export function outermost(folders: readonly string[]): string[] {
  const kept: string[] = []
  for (const folder of [...new Set(folders)].sort()) {
    if (!kept.some(other => isInside(other, folder))) kept.push(folder)
  }
  return kept
}

// Which application a file belongs to: the folder of its chart or of its kustomizations, by the names of files alone.

import path from 'node:path'
import { isKustomizationFile } from '../kube/kustomization.ts'

/** Folders inside an application of Kustomize that are no application of their own. */
const PARTS: ReadonlySet<string> = new Set(['base', 'bases', 'overlays', 'components', 'environments', 'envs'])

/**
 * Answers for each file the folder of its application, `.` for the root. A chart's folder counts first; then the
 * nearest folder with a kustomization, without `base`, `overlays/…` and the like at its end; else the file's own folder.
 */
export function appFinder(files: readonly string[]): (file: string) => string {
  const named = (test: (file: string) => boolean) => new Set(files.filter(test).map(file => path.posix.dirname(file)))
  const charts = named(file => path.posix.basename(file) === 'Chart.yaml')
  const kustomizations = named(isKustomizationFile)
  return file => {
    const folders = foldersAbove(file)
    const chart = folders.findLast(folder => charts.has(folder))
    if (chart !== undefined) return chart
    const kustomization = folders.find(folder => kustomizations.has(folder))
    return withoutParts(kustomization ?? path.posix.dirname(file))
  }
}

/** From the file's own folder to the root. */
function foldersAbove(file: string): string[] {
  const folders = [path.posix.dirname(file)]
  while (folders.at(-1) !== '.' && folders.at(-1) !== '/') folders.push(path.posix.dirname(folders.at(-1) ?? ''))
  return folders
}

function withoutParts(folder: string): string {
  const steps = folder.split('/')
  const part = steps.findIndex(step => PARTS.has(step))
  return part < 0 ? folder : steps.slice(0, part).join('/') || '.'
}

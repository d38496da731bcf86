// Which of several related resources is meant: the nearest, as a person would read the tree.

/** Folder of a path with `/`, empty for the root. */
export function directoryOf(file: string): string {
  const slash = file.lastIndexOf('/')
  return slash < 0 ? '' : file.slice(0, slash)
}

/** Whether a file stands in a folder or below it. */
export function encloses(directory: string, file: string): boolean {
  return directory === '' || file.startsWith(`${directory}/`)
}

/**
 * Distance of two files: 0 in one file, 1 in one directory, 2 in one kustomization closure, then 3 and more with
 * every directory that has to be left on the way up from `from` to a directory that holds both.
 */
export function distance(from: string, to: string, shareClosure: boolean): number {
  if (from === to) return 0
  const start = directoryOf(from)
  const end = directoryOf(to)
  if (start === end) return 1
  if (shareClosure) return 2
  let directory = start
  let steps = 3
  while (!encloses(directory, to)) {
    directory = directoryOf(directory)
    steps += 1
  }
  return steps
}

/** Up to this distance two files belong to one set of manifests. */
export const TOGETHER = 2

/** The candidates at the smallest distance; all of them when they tie. */
export function nearest<T>(candidates: readonly T[], distanceTo: (candidate: T) => number): T[] {
  let best = Number.POSITIVE_INFINITY
  let chosen: T[] = []
  for (const candidate of candidates) {
    const steps = distanceTo(candidate)
    if (steps < best) {
      best = steps
      chosen = []
    }
    if (steps === best) chosen.push(candidate)
  }
  return chosen
}

// Globs over paths and names, as the configuration uses them.

import picomatch from 'picomatch'

/** Whether a text fits one of the globs; `**` crosses `/`, dot files count. */
export function globMatcher(globs: readonly string[]): (text: string) => boolean {
  if (globs.length === 0) return () => false
  return picomatch([...globs], { dot: true })
}

// Reads the manifests of a folder for scripts and benchmarks, which need no more than names and texts.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { SourceText } from '../src/engine/run.ts'

/** Manifests below a folder, in a stable order; links are not followed. */
export function manifestsBelow(root: string): SourceText[] {
  const sources: SourceText[] = []
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(directory, entry.name)
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') walk(path)
      else if (entry.isFile() && /\.(ya?ml|json)$/.test(entry.name)) {
        sources.push({ path: relative(root, path), text: readFileSync(path, 'utf8'), selected: true })
      }
    }
  }
  walk(root)
  return sources
}

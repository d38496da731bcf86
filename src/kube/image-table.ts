// A table of image path suffixes, asked once per container of a run: found by the last component, not by a scan.

import { hasPathSuffix, type ImageReference } from './image.ts'

interface Row<T> {
  readonly suffix: string
  readonly length: number
  readonly entry: T
}

export class ImageTable<T extends { readonly images: readonly string[] }> {
  readonly #rows = new Map<string, Row<T>[]>()

  constructor(entries: readonly T[]) {
    for (const entry of entries) {
      for (const suffix of entry.images) {
        const parts = suffix.split('/')
        const last = parts.at(-1) ?? ''
        this.#rows.set(last, [...(this.#rows.get(last) ?? []), { suffix, length: parts.length, entry }])
      }
    }
  }

  /** The entry with the longest matching suffix, the first of several. */
  find(image: ImageReference): T | undefined {
    let best: Row<T> | undefined
    for (const row of this.#rows.get(image.components.at(-1) ?? '') ?? []) {
      if (row.length > (best?.length ?? 0) && hasPathSuffix(image, row.suffix)) best = row
    }
    return best?.entry
  }
}

// Where findings stand in their files: documents are read again only for files that a report speaks of.

import { createLocator } from '../yaml/locate.ts'
import type { Path } from '../yaml/path.ts'
import { readText } from '../yaml/read.ts'
import type { Location, SourceDocument } from '../yaml/types.ts'

/** Looks up places in the files of a run. Keeps the last file it was asked for: ask file by file. */
export class Places {
  readonly #textOf: (file: string) => string | undefined
  #file: string | undefined
  #documents: readonly SourceDocument[] = []
  #locators = new Map<number, (path: Path) => Location>()

  constructor(textOf: (file: string) => string | undefined) {
    this.#textOf = textOf
  }

  documents(file: string): readonly SourceDocument[] {
    if (file !== this.#file) {
      const text = this.#textOf(file)
      const read = text === undefined ? undefined : readText(text)
      this.#file = file
      this.#documents = read?.ok === true ? read.documents : []
      this.#locators = new Map()
    }
    return this.#documents
  }

  /** Place of a path in a document of a file; undefined where there is no such document. */
  locate(file: string, document: number, path: Path): Location | undefined {
    const source = this.documents(file)[document]
    if (source === undefined) return undefined
    let locator = this.#locators.get(document)
    if (locator === undefined) {
      locator = createLocator(this.#textOf(file) ?? '', source)
      this.#locators.set(document, locator)
    }
    return locator(path)
  }
}

// The input of a run: every manifest below the given paths, the context around them, and what was passed over.

import path from 'node:path'
import { CONFIGURATION_FILES } from '../config/configuration.ts'
import { globMatcher } from '../config/match.ts'
import type { RefusedFile, SkippedFile } from '../engine/outcome.ts'
import type { SourceText } from '../engine/run.ts'
import { isKustomizationFile } from '../kube/kustomization.ts'
import type { TextFile } from '../kube/workspace.ts'
import { errorText } from './errors.ts'
import { isInside, outermost, toReportPath } from './paths.ts'
import { type FileRead, type ReadOptions, readManifest, readSmallText, type Stamp } from './read.ts'
import { contextOf, type Target, type Targets } from './targets.ts'
import { listTree, type Tree } from './tree.ts'

/** Files larger than this are not read unless the configuration says so. */
export const DEFAULT_MAX_BYTES = 16 * 2 ** 20

/** Limit of all text files in which references to changed things are sought. */
const MAX_ALL_TEXT_BYTES = 64 * 2 ** 20

const MANIFEST = /\.(?:ya?ml|json)$/i

export interface InputOptions {
  /** folder whose tree is context too, absolute */
  readonly root: string | undefined
  readonly maxBytes: number
  readonly exclude: readonly string[]
  /** folder that the exclude globs are relative to, absolute */
  readonly excludeBase: string
  /** told now and then how many files were read */
  readonly onRead?: (count: number) => void
}

export interface Inputs {
  /** folder that all paths are relative to, absolute */
  readonly base: string
  readonly sources: readonly SourceText[]
  readonly stamps: ReadonlyMap<string, Stamp>
  readonly skipped: readonly SkippedFile[]
  readonly refused: readonly RefusedFile[]
  /** paths that were given as files, rather than found in folders */
  readonly given: ReadonlySet<string>
  readonly unmatched: readonly string[]
  readonly warnings: readonly string[]
  /** text files of the trees, manifests included, read when first asked for */
  texts(): readonly TextFile[]
}

/** Where files are: on the disk, or in the tree of a commit. Paths are absolute. */
export interface FileSource {
  /** All files below a folder; `isContext`: nothing below is to be changed, so that a listing may be cut. */
  list(folder: string, isContext: boolean): Promise<Tree>
  /** Called once before anything is read, with the files that may be manifests, and with all. */
  prepare(candidates: readonly string[], all: readonly string[]): Promise<void>
  readManifest(file: string, options: ReadOptions): FileRead
  /** A text file's content; undefined for what is large, binary, a link or unreadable. */
  readText(file: string): string | undefined
}

const DISK: FileSource = { list: listTree, prepare: async () => {}, readManifest, readText: readSmallText }

/** Reads what the targets and their context hold. One file that cannot be read never stops the others. */
export async function readInputs(found: Targets, options: InputOptions, source: FileSource = DISK): Promise<Inputs> {
  const reader = new InputReader(found, options, source)
  await reader.list()
  await reader.read()
  return reader.inputs()
}

class InputReader {
  readonly #found: Targets
  readonly #options: InputOptions
  readonly #source: FileSource
  readonly #folders: readonly string[]
  readonly #files: ReadonlySet<string>
  readonly #isExcluded: (file: string) => boolean
  #candidates: string[] = []
  #all: string[] = []
  readonly #sources: SourceText[] = []
  readonly #stamps = new Map<string, Stamp>()
  readonly #skipped: SkippedFile[] = []
  readonly #refused: RefusedFile[]
  readonly #warnings: string[] = []
  readonly #unmatched: string[]

  constructor(found: Targets, options: InputOptions, source: FileSource) {
    this.#found = found
    this.#options = options
    this.#source = source
    const ofType = (type: Target['type']) => found.targets.filter(target => target.type === type)
    this.#folders = ofType('folder').map(target => target.path)
    this.#files = new Set(ofType('file').map(target => target.path))
    this.#unmatched = [...found.unmatched]
    const fits = globMatcher(options.exclude)
    this.#isExcluded = file => options.exclude.length > 0 && fits(toReportPath(options.excludeBase, file))
    this.#refused = found.rejected.map(({ given, reason, text }) => ({ file: given, code: reason, text }))
  }

  async list(): Promise<void> {
    const { root } = this.#options
    const contexts = outermost([...this.#found.targets.map(contextOf), ...(root === undefined ? [] : [root])])
    const all = new Set<string>(this.#files)
    for (const folder of contexts) {
      const tree = await this.#source.list(folder, !this.#isSelectedFolder(folder))
      for (const file of tree.files) all.add(file)
      this.#passOver(tree)
      if (tree.isCut) {
        this.#warnings.push(`${folder} holds too many files to read all as context: name a smaller folder with --root`)
      }
    }
    this.#all = [...all].sort()
    this.#candidates = this.#all.filter(file => this.#files.has(file) || isCandidate(file))
    for (const target of this.#found.targets) {
      const isEmpty = target.type === 'folder' && !this.#all.some(file => isInside(target.path, file))
      if (isEmpty) this.#unmatched.push(toReportPath(this.#found.base, target.path) || '.')
    }
  }

  async read(): Promise<void> {
    const wanted = this.#candidates.filter(file => !this.#isExcluded(file))
    await this.#source.prepare(wanted, this.#all)
    for (const [index, file] of this.#candidates.entries()) {
      if (index % 200 === 199) this.#options.onRead?.(index + 1)
      this.#readFile(file)
    }
  }

  inputs(): Inputs {
    const { base } = this.#found
    let texts: readonly TextFile[] | undefined
    return {
      base,
      sources: this.#sources,
      stamps: this.#stamps,
      skipped: this.#skipped,
      refused: this.#refused,
      given: new Set([...this.#files].map(file => toReportPath(base, file))),
      unmatched: this.#unmatched,
      warnings: this.#warnings,
      texts: () => {
        texts ??= this.#readTexts()
        return texts
      },
    }
  }

  #isSelectedFolder(folder: string): boolean {
    return this.#folders.some(selected => isInside(selected, folder))
  }

  #isSelected(file: string): boolean {
    return this.#files.has(file) || this.#isSelectedFolder(file)
  }

  #passOver(tree: Tree): void {
    const { base } = this.#found
    for (const file of tree.ignored) {
      const isFolder = file.endsWith('/')
      if (!this.#isSelectedFolder(file) || this.#files.has(file) || !(isFolder || isManifestName(file))) continue
      const reason = path.basename(file) === 'node_modules' ? 'node_modules' : 'ignored'
      this.#skipped.push({ file: `${toReportPath(base, file)}${isFolder ? '/' : ''}`, reason })
    }
    for (const { folder, error } of tree.failed) {
      const file = toReportPath(base, folder) || '.'
      const text = `the folder cannot be listed: ${errorText(error)}`
      if (this.#isSelected(folder)) this.#refused.push({ file, code: 'unreadable', text })
      else this.#warnings.push(`${file}: ${text}; what it holds is missing as context`)
    }
  }

  #readFile(file: string): void {
    const name = toReportPath(this.#found.base, file)
    const selected = this.#isSelected(file)
    if (this.#isExcluded(file)) {
      if (selected) this.#skipped.push({ file: name, reason: 'excluded' })
      return
    }
    const isGiven = this.#files.has(file)
    const read = this.#source.readManifest(file, {
      maxBytes: this.#options.maxBytes,
      isKustomization: isKustomizationFile(name),
      isGiven,
    })
    switch (read.type) {
      case 'text':
        this.#sources.push({ path: name, text: read.text, selected })
        this.#stamps.set(name, read.stamp)
        break
      case 'skipped':
        if (selected) this.#skipped.push({ file: name, reason: read.reason })
        break
      case 'refused':
        if (selected) this.#refused.push({ file: name, ...withoutType(read) })
        else this.#warnings.push(`${name} ${read.text}; it is missing as context`)
        break
      case 'absent':
        break
    }
  }

  #readTexts(): TextFile[] {
    const known = new Map(this.#sources.map(source => [source.path, source.text]))
    const texts: TextFile[] = []
    let size = 0
    for (const file of this.#all) {
      const name = toReportPath(this.#found.base, file)
      const text = known.get(name) ?? this.#source.readText(file)
      if (text === undefined) continue
      size += text.length
      if (size > MAX_ALL_TEXT_BYTES) break
      texts.push({ path: name, text })
    }
    return texts
  }
}

/** kubemend's own configuration is read, too, but it is no input. */
function isCandidate(file: string): boolean {
  return isManifestName(file) && !CONFIGURATION_FILES.some(name => path.basename(file) === name)
}

function isManifestName(file: string): boolean {
  return MANIFEST.test(file) || isKustomizationFile(file.split(path.sep).join('/'))
}

function withoutType<T extends { readonly type: string }>({ type: _, ...rest }: T): Omit<T, 'type'> {
  return rest
}

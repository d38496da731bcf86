// The files of a commit as if they lay in a folder: listed by name, fetched in few batches, judged by their bytes.

import path from 'node:path'
import type { Repository, TreeFile } from '../bot/repository.ts'
import type { FileSource } from './inputs.ts'
import { isInside } from './paths.ts'
import { type FileRead, judgeBytes, NAME_IS_NOT_UTF8, type ReadOptions, type Stamp, smallText } from './read.ts'
import { isTextName } from './text-names.ts'
import { neverFolder, type Tree } from './tree.ts'

/** A commit's tree as the repository knows it. */
export interface CommitTree {
  readonly files: readonly TreeFile[]
  /** Contents of files, by path, in few requests however many they are. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
}

/** The tree of a commit of a repository; files of equal content are fetched once. */
export async function openCommitTree(
  repository: Pick<Repository, 'files' | 'blobs'>,
  commit: string,
): Promise<CommitTree> {
  const files = await repository.files(commit)
  const ids = new Map(files.map(({ path, id }) => [path, id]))
  return {
    files,
    read: async paths => {
      const wanted = paths.flatMap(name => ids.get(name) ?? [])
      const blobs = wanted.length === 0 ? new Map<string, Uint8Array>() : await repository.blobs(wanted)
      return new Map(
        paths.flatMap(name => {
          const bytes = blobs.get(ids.get(name) ?? '')
          return bytes === undefined ? [] : [[name, bytes] as const]
        }),
      )
    },
  }
}

/** Submodules are folders, empty ones, as they are after a plain clone. */
export type EntryKind = 'file' | 'link' | 'folder'

/** Most texts that are fetched to look for references in. */
const MAX_TEXTS = 2000

/** Marks that no file of a disk has. */
const NO_STAMP = { dev: 0, ino: 0, mtimeMs: 0 } satisfies Partial<Stamp>

/** Paths are absolute, below `root`, which is nowhere on the disk. */
export class TreeFiles implements FileSource {
  readonly root: string
  readonly #tree: CommitTree
  readonly #files: string[] = []
  readonly #hostile: string[] = []
  readonly #folders = new Map<string, Map<string, EntryKind>>()
  readonly #contents = new Map<string, Uint8Array>()

  constructor(root: string, tree: CommitTree) {
    this.root = root
    this.#tree = tree
    this.#folders.set(root, new Map())
    for (const { path: name, mode } of tree.files) {
      const file = `${root}${path.sep}${name.split('/').join(path.sep)}`
      if (isHostile(name)) this.#hostile.push(file)
      else if (mode === '160000') this.#folderOf(file)
      else {
        this.#files.push(file)
        this.#folderOf(path.dirname(file)).set(path.basename(file), mode === '120000' ? 'link' : 'file')
      }
    }
  }

  kind(file: string): EntryKind | undefined {
    if (this.#folders.has(file)) return 'folder'
    return this.#folders.get(path.dirname(file))?.get(path.basename(file))
  }

  /** Names in a folder; undefined when there is no such folder. */
  entries(folder: string): ReadonlyMap<string, EntryKind> | undefined {
    return this.#folders.get(folder)
  }

  /** All files below a folder. */
  below(folder: string): string[] {
    return folder === this.root ? this.#files : this.#files.filter(file => file.startsWith(`${folder}${path.sep}`))
  }

  /** Fetches what is not here yet; links are never read. */
  async load(files: readonly string[]): Promise<void> {
    const names = files
      .filter(file => this.kind(file) === 'file' && !this.#contents.has(file))
      .map(file => this.#nameOf(file))
    if (names.length === 0) return
    for (const [name, bytes] of await this.#tree.read(names)) {
      this.#contents.set(`${this.root}${path.sep}${name.split('/').join(path.sep)}`, bytes)
    }
  }

  /** What was fetched of a file. */
  bytes(file: string): Uint8Array | undefined {
    return this.#contents.get(file)
  }

  async list(folder: string): Promise<Tree> {
    const files: string[] = []
    const ignored = new Set(this.#hostile.filter(file => isInside(folder, file)))
    for (const file of this.below(folder)) {
      const never = neverFolder(
        folder,
        file
          .slice(folder.length + 1)
          .split(path.sep)
          .join('/'),
      )
      if (never === undefined) files.push(file)
      else ignored.add(never)
    }
    return { files, ignored: [...ignored], failed: [], isCut: false }
  }

  async prepare(candidates: readonly string[], all: readonly string[]): Promise<void> {
    const manifests = new Set(candidates)
    const texts = all.filter(file => isTextName(file) && !manifests.has(file)).slice(0, MAX_TEXTS)
    await this.load([...candidates, ...texts])
  }

  readManifest(file: string, options: ReadOptions): FileRead {
    if (this.kind(file) === 'link') return { type: 'skipped', reason: 'symbolic-link' }
    if (file.includes('\ufffd')) return NAME_IS_NOT_UTF8
    const bytes = this.bytes(file)
    if (bytes === undefined) {
      return { type: 'refused', code: 'unreadable', text: 'cannot be read: the remote did not send it' }
    }
    if (bytes.length > options.maxBytes) return { type: 'skipped', reason: 'too-large' }
    const judged = judgeBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), options)
    return judged.type === 'text' ? { ...judged, stamp: { ...NO_STAMP, size: bytes.length } } : judged
  }

  readText(file: string): string | undefined {
    const bytes = this.bytes(file)
    return bytes === undefined ? undefined : smallText(bytes)
  }

  #nameOf(file: string): string {
    return file
      .slice(this.root.length + 1)
      .split(path.sep)
      .join('/')
  }

  #folderOf(folder: string): Map<string, EntryKind> {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const made = new Map<string, EntryKind>()
    this.#folders.set(folder, made)
    this.#folderOf(path.dirname(folder)).set(path.basename(folder), 'folder')
    return made
  }
}

/** Characters that some file systems leave out of names. */
const IGNORED_BY_DISKS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/** Whether git would refuse to check a path out: on some disk it would lead out of the folder or into git's own. */
function isHostile(name: string): boolean {
  return name.split('/').some(step => {
    const plain = step.replace(IGNORED_BY_DISKS, '')
    return plain === '' || plain === '.' || plain === '..' || /^(?:\.git|git~1)[. ]*(?::.*)?$/i.test(plain)
  })
}

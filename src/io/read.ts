// Reading one file: strict UTF-8, whole or not at all, and passed over early when it cannot be a manifest.

import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { errorCode, errorText } from './errors.ts'

/** Files larger than this are no texts to look for references in. */
const MAX_TEXT_BYTES = 2 ** 20

/** What tells whether a file is still the one that was read. */
export interface Stamp {
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
}

export type FileRead =
  | { readonly type: 'text'; readonly text: string; readonly stamp: Stamp }
  /** passed over, counted */
  | { readonly type: 'skipped'; readonly reason: string }
  /** could not be read: the run goes on and ends with exit code 4 */
  | { readonly type: 'refused'; readonly code: string; readonly text: string; readonly line?: number }
  /** known to git and no longer there */
  | { readonly type: 'absent' }

export interface ReadOptions {
  readonly maxBytes: number
  /** a kustomization may leave out its kind */
  readonly isKustomization: boolean
  /** named by the user, so that a link has been resolved and absence is worth a word */
  readonly isGiven: boolean
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function stampOf(stats: Stats): Stamp {
  return { dev: stats.dev, ino: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs }
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs
}

export const NAME_IS_NOT_UTF8: FileRead = {
  type: 'refused',
  code: 'unreadable',
  text: 'the name of the file is not UTF-8: rename it',
}

/** Reads a file that may be a manifest. Links are not followed: what they point to is read where it stands. */
export function readManifest(file: string, options: ReadOptions): FileRead {
  const known = lstatSync(file, { throwIfNoEntry: false })
  if (known === undefined && file.includes('\ufffd')) return NAME_IS_NOT_UTF8
  if (known === undefined) return options.isGiven ? vanished() : { type: 'absent' }
  if (known.isSymbolicLink()) return { type: 'skipped', reason: 'symbolic-link' }
  if (!known.isFile()) return { type: 'skipped', reason: 'not-a-file' }
  if (known.size > options.maxBytes) return { type: 'skipped', reason: 'too-large' }
  try {
    const { bytes, stamp } = readBytes(file)
    const judged = judgeBytes(bytes, options)
    return judged.type === 'text' ? { ...judged, stamp } : judged
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return vanished()
    return { type: 'refused', code: 'unreadable', text: `cannot be read: ${errorText(error)}` }
  }
}

function vanished(): FileRead {
  return { type: 'refused', code: 'vanished', text: 'the file vanished while kubemend ran: run again' }
}

/** Bytes and stamp of one and the same file, whatever happens to its name meanwhile. */
export function readBytes(file: string): { readonly bytes: Buffer; readonly stamp: Stamp } {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const stamp = stampOf(fstatSync(descriptor))
    return { bytes: readFileSync(descriptor), stamp }
  } finally {
    closeSync(descriptor)
  }
}

/** What the content of a file makes of it. */
export type Judged =
  | { readonly type: 'text'; readonly text: string }
  | Extract<FileRead, { readonly type: 'skipped' | 'refused' }>

/** Tells from its bytes whether a file may be a manifest. */
export function judgeBytes(bytes: Buffer, options: Pick<ReadOptions, 'isKustomization'>): Judged {
  if (bytes.length === 0) return { type: 'skipped', reason: 'empty' }
  if (bytes.includes(0)) return { type: 'skipped', reason: 'binary' }
  if (!options.isKustomization && !mayBeManifest(bytes)) return { type: 'skipped', reason: 'not-kubernetes' }
  const text = decode(bytes)
  if (text === undefined) {
    const line = firstBadLine(bytes)
    return {
      type: 'refused',
      code: 'not-utf-8',
      text: `line ${line} is not UTF-8: convert the file to UTF-8 first`,
      line,
    }
  }
  if (!options.isKustomization && !hasManifestKeys(text)) return { type: 'skipped', reason: 'not-kubernetes' }
  return { type: 'text', text }
}

/** A text file's content; undefined for what is large, binary, a link or unreadable. */
export function readSmallText(file: string): string | undefined {
  try {
    const known = lstatSync(file)
    return known.isFile() && known.size <= MAX_TEXT_BYTES ? smallText(readBytes(file).bytes) : undefined
  } catch {
    return undefined
  }
}

/** The text of bytes that are few enough and no binary data. */
export function smallText(bytes: Uint8Array): string | undefined {
  return bytes.length > MAX_TEXT_BYTES || bytes.includes(0) ? undefined : decode(bytes)
}

/** The text of UTF-8 bytes with its byte-order mark; undefined when they are something else. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes)
  } catch {
    return undefined
  }
}

function mayBeManifest(bytes: Buffer): boolean {
  const hasKind = bytes.includes('kind')
  const hasVersion = bytes.includes('apiVersion')
  return (hasKind && hasVersion) || ((hasKind || hasVersion) && bytes.includes('metadata'))
}

const KIND = keyPattern('kind')
const API_VERSION = keyPattern('apiVersion')
const METADATA = keyPattern('metadata')

function keyPattern(name: string): RegExp {
  return new RegExp(`(?:^|[{,-])[ \\t]*["']?${name}["']?[ \\t]*:`, 'm')
}

/** Whether the text has keys of which at least two make a document look like a Kubernetes object. */
export function hasManifestKeys(text: string): boolean {
  const hasKind = KIND.test(text)
  const hasVersion = API_VERSION.test(text)
  return (hasKind && hasVersion) || ((hasKind || hasVersion) && METADATA.test(text))
}

function firstBadLine(bytes: Buffer): number {
  let line = 1
  let start = 0
  for (;;) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline + 1
    if (newline < 0 || !isUtf8(bytes.subarray(start, end))) return line
    start = end
    line += 1
  }
}

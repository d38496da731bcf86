// Writing a run's changes: everything is staged beside its target first, then checked again, then renamed into place.

import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { FileChange } from '../engine/outcome.ts'
import { errorCode, errorText } from './errors.ts'
import { decode, readBytes, type Stamp, sameStamp, stampOf } from './read.ts'

/** Why a file cannot be written. `fatal`: no other file could be either. */
export interface WriteFailure {
  readonly file: string
  /** `changed`, `vanished`, `exists`, `denied`, `full`, `failed` */
  readonly code: string
  readonly text: string
  readonly fatal: boolean
}

/** A change whose new bytes lie on the disk under another name. */
interface Staged {
  readonly change: FileChange
  readonly target: string
  readonly temporary: string
  readonly stamp: Stamp | undefined
}

export interface Staging {
  readonly failures: readonly WriteFailure[]
  /** Renames all staged files into place, one after the other, until `isInterrupted` answers true. */
  commit(options: { readonly backup: boolean; isInterrupted(): boolean }): Promise<Committed>
  /** Removes what was staged. */
  discard(): void
}

export interface Committed {
  readonly written: readonly string[]
  readonly backups: readonly string[]
  readonly failures: readonly WriteFailure[]
  readonly isInterrupted: boolean
}

function checkUnchanged(base: string, file: string, text: string, stamp: Stamp | undefined): WriteFailure | undefined {
  const target = path.join(base, file)
  try {
    const { bytes, stamp: now } = readBytes(target)
    const isSame = (stamp === undefined || sameStamp(stamp, now)) && decode(bytes) === text
    return isSame ? undefined : changed(file)
  } catch (error) {
    return failure(file, error)
  }
}

function changed(file: string): WriteFailure {
  return { file, code: 'changed', text: 'the file changed while kubemend ran: run again', fatal: false }
}

function failure(file: string, error: unknown): WriteFailure {
  const code = errorCode(error)
  const text = `cannot be written: ${errorText(error)}`
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { file, code: 'vanished', text: 'the file vanished while kubemend ran: run again', fatal: false }
  }
  if (code === 'ELOOP') return changed(file)
  if (code === 'EEXIST') return { file, code: 'exists', text: 'a file of that name exists already', fatal: false }
  if (code === 'ENOSPC' || code === 'EDQUOT') return { file, code: 'full', text, fatal: true }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return { file, code: 'denied', text, fatal: false }
  return { file, code: 'failed', text, fatal: false }
}

/** Writes the new bytes of every change beside its target and checks that no target has changed since it was read. */
export function stageChanges(
  base: string,
  changes: readonly FileChange[],
  stamps: ReadonlyMap<string, Stamp>,
): Staging {
  const staged: Staged[] = []
  const failures: WriteFailure[] = []
  for (const change of changes) {
    const outcome = stage(base, change, stamps.get(change.file))
    if ('fatal' in outcome) failures.push(outcome)
    else staged.push(outcome)
    if ('fatal' in outcome && outcome.fatal) break
  }
  return {
    failures,
    commit: options => commitAll(staged, options),
    discard: () => removeTemporaries(staged),
  }
}

function stage(base: string, change: FileChange, stamp: Stamp | undefined): Staged | WriteFailure {
  const { file, before, after } = change
  const target = path.join(base, file)
  const stale = before === undefined ? undefined : checkUnchanged(base, file, before, stamp)
  if (stale !== undefined) return stale
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    if (before === undefined && lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
      return { file, code: 'exists', text: 'a file of that name exists already', fatal: false }
    }
    if (realpathSync(path.dirname(target)) !== path.dirname(target)) return changed(file)
    writeTemporary(temporary, after, before === undefined ? undefined : lstatSync(target))
    return { change, target, temporary, stamp }
  } catch (error) {
    rmSync(temporary, { force: true })
    return failure(file, error)
  }
}

/** New bytes, flushed to the disk, with the rights and the owner of the file that they replace. */
function writeTemporary(temporary: string, text: string, original: Stats | undefined): void {
  const descriptor = openSync(temporary, 'wx', original === undefined ? 0o666 : 0o600)
  try {
    const bytes = Buffer.from(text, 'utf8')
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
    if (original !== undefined) {
      if (original.uid !== process.getuid?.() || original.gid !== process.getgid?.()) keepOwner(descriptor, original)
      fchmodSync(descriptor, original.mode & 0o7777)
    }
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function keepOwner(descriptor: number, original: Stats): void {
  try {
    fchownSync(descriptor, original.uid, original.gid)
  } catch (error) {
    // only root may give files away; the new file then belongs to whoever runs kubemend, as with any editor
    if (errorCode(error) !== 'EPERM') throw error
  }
}

async function commitAll(
  staged: readonly Staged[],
  options: { readonly backup: boolean; isInterrupted(): boolean },
): Promise<Committed> {
  const written: string[] = []
  const backups: string[] = []
  const failures: WriteFailure[] = []
  for (const [index, entry] of staged.entries()) {
    // lets a signal be noticed
    await setImmediate()
    if (options.isInterrupted()) {
      removeTemporaries(staged.slice(index))
      return { written, backups, failures, isInterrupted: true }
    }
    try {
      if (isStale(entry)) failures.push(changed(entry.change.file))
      else {
        if (options.backup && entry.change.before !== undefined) backups.push(backUp(entry))
        moveIntoPlace(entry)
        written.push(entry.change.file)
      }
    } catch (error) {
      failures.push(failure(entry.change.file, error))
    }
  }
  removeTemporaries(staged)
  return { written, backups, failures, isInterrupted: false }
}

function isStale({ target, stamp }: Staged): boolean {
  if (stamp === undefined) return false
  const now = lstatSync(target)
  return now.isSymbolicLink() || !sameStamp(stamp, stampOf(now))
}

/** A new file never replaces one that appeared meanwhile: a hard link, unlike a rename, fails when the name is taken. */
function moveIntoPlace({ change, target, temporary }: Staged): void {
  if (change.before !== undefined) renameSync(temporary, target)
  else {
    linkSync(temporary, target)
    rmSync(temporary, { force: true })
  }
}

/** Keeps the old bytes as `FILE.orig`, or `FILE.orig.1` and so on where that exists. */
function backUp({ change, target }: Staged): string {
  for (let number = 0; ; number += 1) {
    const suffix = number === 0 ? '.orig' : `.orig.${number}`
    try {
      copyKeepingMode(target, `${target}${suffix}`)
      return `${change.file}${suffix}`
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }
}

function copyKeepingMode(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL)
  chmodSync(to, lstatSync(from).mode & 0o7777)
}

function removeTemporaries(staged: readonly Staged[]): void {
  for (const { temporary } of staged) rmSync(temporary, { force: true })
}

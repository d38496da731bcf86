// A private folder and the processes at work in it: both are gone when the run ends, however it ends.

import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Scratch {
  /** absolute; nobody else may look into it */
  readonly folder: string
  /** Counts a process, which leads a group of its own, among those that end with the folder. */
  hold(child: ChildProcess): void
  /** Ends the processes and removes the folder. */
  remove(): void
}

const open = new Set<Scratch>()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function openScratch(): Scratch {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kubemend-git-')))
  const children = new Set<ChildProcess>()
  const scratch: Scratch = {
    folder,
    hold: child => {
      children.add(child)
      child.once('close', () => children.delete(child))
    },
    remove: () => {
      for (const child of children) endGroup(child)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
      open.delete(scratch)
      if (open.size === 0) unwatch()
    },
  }
  if (open.size === 0) watch()
  open.add(scratch)
  return scratch
}

/** Ends a process and all that it started. */
export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function watch(): void {
  process.on('exit', removeAll)
  for (const signal of SIGNALS) process.on(signal, onSignal)
}

function unwatch(): void {
  process.off('exit', removeAll)
  for (const signal of SIGNALS) process.off(signal, onSignal)
}

function removeAll(): void {
  for (const scratch of open) scratch.remove()
}

/** Where nobody else listens, the signal ends the process as it would have without us. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  removeAll()
  process.kill(process.pid, signal)
}

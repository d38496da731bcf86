// A line on the terminal that says what takes its time; nothing at all where nobody watches.

import type { Host } from '../io/host.ts'

const DELAY_MS = 500

export interface Progress {
  /** Shows a phase, once the run has taken long enough to be worth a word. */
  show(text: string): void
  clear(): void
}

const SILENT: Progress = { show() {}, clear() {} }

export function createProgress(host: Host, quiet: boolean): Progress {
  const { stderr, env } = host
  if (quiet || !stderr.isTerminal || env.CI !== undefined || env.TERM === 'dumb') return SILENT
  const start = host.uptime()
  let isShown = false
  return {
    show(text) {
      if (host.uptime() - start < DELAY_MS) return
      isShown = true
      stderr.write(`\r\u001b[K${text} …`)
    },
    clear() {
      if (isShown) stderr.write('\r\u001b[K')
      isShown = false
    },
  }
}

// The real host with its output recorded and the answers of its user given in advance.

import type { FixFlags } from '../../src/commands/options.ts'
import type { Host } from '../../src/io/host.ts'
import { createNodeHost } from '../../src/io/node-host.ts'
import { resolveTargets } from '../../src/io/targets.ts'

export interface RecordingHost extends Host {
  printed(): string
  complained(): string
}

export function recordingHost(root: string, answers: readonly string[] = []): RecordingHost {
  const out: string[] = []
  const err: string[] = []
  const left = [...answers]
  return {
    ...createNodeHost(),
    cwd: root,
    isInteractive: true,
    stdout: { isTerminal: false, write: text => void out.push(String(text)) },
    stderr: { isTerminal: false, write: text => void err.push(String(text)) },
    resolveTargets: given => resolveTargets(root, given),
    ask: async question => {
      out.push(question)
      const answer = left.shift()
      out.push(`${answer ?? '(end)'}\n`)
      return answer
    },
    printed: () => out.join(''),
    complained: () => err.join(''),
  }
}

/** Flags of a plain `fix --isolated` of the current folder. */
export const FIX_FLAGS: FixFlags = {
  paths: [],
  isolated: true,
  schemaLocations: [],
  formats: [],
  quiet: false,
  verbose: false,
  color: 'never',
  only: [],
  skip: [],
  failOn: 'any',
  diff: false,
  check: false,
  dryRun: false,
  interactive: false,
  backup: false,
}

// What a command needs of the machine it runs on; tests give a memory version.

import type { FileChange } from '../engine/outcome.ts'
import type { InputOptions, Inputs } from './inputs.ts'
import type { Stamp } from './read.ts'
import type { Targets } from './targets.ts'
import type { Staging } from './write.ts'

export interface Output {
  write(text: string | Uint8Array): void
  readonly isTerminal: boolean
}

export interface Host {
  /** absolute, without symbolic links */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
  /** whether a person can answer questions */
  readonly isInteractive: boolean
  readStdin(): Promise<Uint8Array>
  /** A line typed by the user; undefined at the end of the input. */
  ask(question: string): Promise<string | undefined>
  resolveTargets(given: readonly string[]): Promise<Targets>
  readInputs(found: Targets, options: InputOptions): Promise<Inputs>
  /** Path of the configuration of a folder or of the nearest folder above it, no further than its repository. */
  findConfiguration(folder: string, names: readonly string[]): string | undefined
  /** Text of a file that is no input: a configuration, a schema; undefined when no file is there. Throws otherwise. */
  readFile(path: string): string | undefined
  /** Writes a report. Throws what the operating system answers. */
  writeFile(path: string, text: string): void
  stageChanges(base: string, changes: readonly FileChange[], stamps: ReadonlyMap<string, Stamp>): Staging
  /** Of the files (absolute), those whose present bytes no commit holds; undefined outside of a repository. */
  uncommitted(folder: string, files: readonly string[]): Promise<readonly string[] | undefined>
  /** Runs an action during which the first interrupt is noted instead of ending the process. */
  holdInterrupts<T>(action: (isInterrupted: () => boolean) => Promise<T>): Promise<T>
  /** Milliseconds since the process began. */
  uptime(): number
}

// What the command line asks for, as plain data; `cli.ts` makes it from flags.

import type { Risk } from '../engine/risk.ts'

export const FORMATS = ['text', 'json', 'sarif', 'markdown', 'patch', 'runbook'] as const
export type Format = (typeof FORMATS)[number]

/** A report and where it goes: a file, else standard output. */
export interface FormatTarget {
  readonly format: Format
  readonly file?: string
}

export type ColorChoice = 'auto' | 'always' | 'never'

/** Flags of every command that reads manifests. */
export interface InputFlags {
  readonly paths: readonly string[]
  readonly stdinFilename?: string
  readonly config?: string
  readonly isolated: boolean
  readonly root?: string
  readonly kubernetesVersion?: string
  readonly schemaLocations: readonly string[]
}

export interface OutputFlags {
  readonly formats: readonly FormatTarget[]
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: ColorChoice
}

/** Which transforms run, and what they may do. */
export interface RuleFlags {
  readonly only: readonly string[]
  readonly skip: readonly string[]
  /** undefined: as the configuration says, else the safe ones */
  readonly risks?: readonly Risk[]
}

/** `any`: every open finding; `fixable`: those that `fix` with the same flags would change. */
export type FailOn = 'any' | 'fixable'

export interface JudgeFlags extends InputFlags, OutputFlags, RuleFlags {
  readonly failOn: FailOn
}

export interface FixFlags extends JudgeFlags {
  readonly diff: boolean
  readonly check: boolean
  readonly dryRun: boolean
  readonly interactive: boolean
  readonly backup: boolean
}

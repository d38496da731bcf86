// What became of each finding, as data that every report renders.

import type { Resource } from '../kube/resource.ts'
import type { Path } from '../yaml/path.ts'
import type { Json } from '../yaml/value.ts'
import type { Risk } from './risk.ts'
import type { Allow, FollowUp, Precondition, Reason } from './transform.ts'

/** `held`: would be applied if its risks were allowed. */
export type Outcome = 'applied' | 'partial' | 'held' | 'refused' | 'already-ok'

/** One edit of a finding as a report shows it; `create` has the new resource as `after`. */
export interface EditRecord {
  readonly op: 'add' | 'replace' | 'remove' | 'rename' | 'create'
  readonly file: string
  readonly document: number
  /** RFC 6901 pointer in the document (List items included) */
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

export interface Finding {
  /** first 12 hex digits of sha256 over rule, group/kind/namespace/name, container and pointer */
  readonly id: string
  readonly rule: string
  /** the resource as the run found it */
  readonly resource: Resource
  readonly container?: string
  readonly path: Path
  readonly outcome: Outcome
  readonly risks: readonly Risk[]
  readonly reason: Reason
  readonly edits: readonly EditRecord[]
  readonly preconditions: readonly Precondition[]
  readonly followUps: readonly FollowUp[]
  readonly warnings: readonly string[]
  readonly snippet?: string
  readonly allow?: Allow
  /** names of this finding, of its unit and of the change that it stands on: findings that share one stay together */
  readonly ties: readonly string[]
}

/** A file of which nothing was judged or nothing could be written, with the place when there is one. */
export interface RefusedFile {
  readonly file: string
  readonly code: string
  readonly text: string
  readonly line?: number
  readonly column?: number
}

export interface SkippedFile {
  readonly file: string
  /** `ignored`, `binary`, `not-kubernetes`, `template`, `too-large`, `empty`, … */
  readonly reason: string
  /** what a person should know about it, when the reason alone does not say */
  readonly text?: string
}

/** A file that the run changes or creates. */
export interface FileChange {
  readonly file: string
  /** undefined for a new file */
  readonly before: string | undefined
  readonly after: string
  /** ids of the findings that changed it */
  readonly findings: readonly string[]
}

/** A finding that an annotation or the configuration silences. */
export interface Suppression {
  readonly id: string
  readonly rule: string
  readonly resource: Resource
  readonly by: string
}

export interface RunResult {
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppression[]
  readonly files: readonly FileChange[]
  readonly refused: readonly RefusedFile[]
  /** files without content; the shell adds what it passed over before reading */
  readonly skipped: readonly SkippedFile[]
  /** warnings about the input that belong to no finding: two resources of one identity in one file, … */
  readonly warnings: readonly InputWarning[]
}

export interface InputWarning {
  readonly code: string
  readonly text: string
  readonly file: string
  readonly document?: number
}

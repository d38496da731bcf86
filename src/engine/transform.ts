// The contract of a transform: what it declares, what it is given, what it may say.

import type { Section } from '../config/section.ts'
import type { Resource } from '../kube/resource.ts'
import type { Container } from '../kube/workload.ts'
import type { Workspace } from '../kube/workspace.ts'
import type { Path } from '../yaml/path.ts'
import type { Json, JsonObject } from '../yaml/value.ts'
import type { Risk } from './risk.ts'
import type { Stage } from './stage.ts'

export type Category = 'availability' | 'security' | 'resources' | 'exposure' | 'data'

/** A situation in which a transform refuses, for `rules`, `explain` and the catalogue. */
export interface RefusalRule {
  /** kebab-case; the `code` of the declines that carry it */
  readonly id: string
  readonly when: string
  readonly why: string
  readonly next: string
}

export interface Transform {
  /** kebab-case, stable, equal to the file or folder name */
  readonly id: string
  /** imperative, one line: diff header, commit subject, catalogue */
  readonly title: string
  /** why a cluster owner cares */
  readonly rationale: string
  readonly category: Category
  /** version of kubemend that brought it */
  readonly since: string
  /** kinds that it looks at */
  readonly kinds: readonly string[]
  /** the most that one of its changes may carry */
  readonly risks: readonly Risk[]
  /** ids of the same concept in other linters, as `tool:id` */
  readonly aliases: readonly string[]
  /** documentation links */
  readonly references: readonly string[]
  readonly refusals: readonly RefusalRule[]
  /** configuration that it reads */
  readonly sections: readonly Section<unknown>[]
  plan(workspace: Workspace, settings: Settings): Iterable<Proposal>
}

/** Effective configuration. */
export interface Settings {
  /** A section's value: defaults, then the configuration, then every override that fits the resource. */
  get<T>(section: Section<T>, resource?: Resource): T
}

/** What a finding is about; its id is made of these and the rule, without line numbers. */
export interface Target {
  readonly resource: Resource
  readonly container?: Container
  /** place in the resource that the finding is about; need not exist */
  readonly path: Path
}

export type Edit =
  | {
      readonly op: 'set'
      readonly resource: Resource
      readonly path: Path
      readonly value: Json
      /** keys that conventionally stand before a new key, when the field order of its parent does not say */
      readonly after?: readonly string[]
    }
  | { readonly op: 'append'; readonly resource: Resource; readonly path: Path; readonly value: Json }
  | {
      readonly op: 'insert'
      readonly resource: Resource
      readonly path: Path
      readonly index: number
      readonly value: Json
    }
  | { readonly op: 'remove'; readonly resource: Resource; readonly path: Path }
  | { readonly op: 'rename'; readonly resource: Resource; readonly path: Path; readonly to: string }
  /** A new resource, behind `beside` in its file (or as the next item of its List), or in the new file `file`. */
  | { readonly op: 'create'; readonly beside: Resource; readonly value: JsonObject; readonly file?: string }

export interface Reason {
  readonly code: string
  readonly text: string
}

export type PreconditionState = 'met' | 'unmet' | 'unknown' | 'assumed'

export interface Precondition {
  readonly text: string
  readonly state: PreconditionState
  /** asks the cluster about it */
  readonly command?: string
}

/** Something that a person does, in words. */
export interface Instruction {
  readonly text: string
  /** exact commands, when there are any: they run as they are, one after the other */
  readonly commands?: readonly string[]
}

/** A step that a person has to do, in order. */
export interface FollowUp extends Instruction {
  /** its place among the steps of all findings; `rest` without one */
  readonly stage?: Stage
  /** what shows that it worked, before the next step is taken */
  readonly check?: Instruction
  /** how to take it back */
  readonly back?: Instruction
}

/** Atomic: all of its edits are applied, or none. Without edits it reports an open rest (`partial`). */
export interface Change {
  readonly type: 'change'
  readonly target: Target
  readonly reason: Reason
  readonly risks: readonly Risk[]
  readonly edits: readonly Edit[]
  /** what a person does when the edits are applied, in order; the finding is closed by it */
  readonly steps?: readonly FollowUp[]
  /** what stays open after the edits: makes the outcome `partial` */
  readonly leaves: readonly FollowUp[]
  readonly preconditions: readonly Precondition[]
  readonly warnings: readonly string[]
  /** changes of one unit are applied together or not at all */
  readonly unit?: string
  /** another change that this one stands on */
  readonly needs?: Needs
}

/** A change of another transform that has to be made first; while it is held, so is the one that needs it. */
export interface Needs {
  readonly rule: string
  readonly target: Target
  /** why nothing is done when the other change is not made at all */
  readonly otherwise: Reason
}

/** A refusal: nothing is edited; the reason's code is one of the transform's `refusals`. */
export interface Decline {
  readonly type: 'decline'
  readonly target: Target
  readonly reason: Reason
  /** what to do instead; for a ready snippet, its text */
  readonly next: string
  /** the way to do it by hand, in order, where it takes several steps */
  readonly steps?: readonly FollowUp[]
  readonly snippet?: string
  /** the one setting or flag that would allow it */
  readonly allow?: Allow
  readonly warnings: readonly string[]
}

/** The flag or the configuration line that would let a held or refused change through. */
export interface Allow {
  readonly flag?: string
  readonly config?: string
}

export type Proposal = Change | Decline

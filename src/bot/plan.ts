// What the bot proposes: groups of findings, each with the changes that it needs when it is planned alone on the base.

import type { Finding } from '../engine/outcome.ts'
import type { Resource } from '../kube/resource.ts'
import type { Report } from '../report/model.ts'

/** Findings that share a branch and a pull request. */
export interface Group {
  /** stable over runs: decides the branch name for ever */
  readonly key: string
  /** what the findings have in common, for titles: a rule, a folder, an owner, a namespace */
  readonly label: string
  /** `unsafe`: some change takes risks beyond `none` and `restart` */
  readonly risk: 'safe' | 'unsafe'
  /** Whether a rule's findings on a resource belong here. */
  has(resource: Resource, rule: string): boolean
}

/** A finding as memory keeps it: `change` is the first 4 hex digits of a hash over its edits. */
export interface FindingMark {
  readonly id: string
  readonly change: string
}

export interface GroupPlan {
  readonly group: Group
  /** the run of this group alone on the base */
  readonly report: Report
  /** findings whose changes are in the plan */
  readonly written: readonly Finding[]
  readonly marks: readonly FindingMark[]
  /** hash over the files before and after: equal fingerprints change the same bytes in the same way */
  readonly fingerprint: string
}

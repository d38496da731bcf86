// One repository at one commit of its base branch, and everything that the bot needs to work on it.

import type { Convention } from './convention.ts'
import type { Account, Forge } from './forge.ts'
import type { FoundGroup, GroupContext } from './group.ts'
import type { GroupPlan } from './plan.ts'
import type { BranchCommits, Commit, ObjectId, Repository } from './repository.ts'
import type { RuleFacts } from './rule-facts.ts'
import type { BotSettings } from './settings.ts'

/** Runs the engine on the base. */
export interface Planner {
  /** Groups of what a run over everything finds. */
  groups(context: Pick<GroupContext, 'hasBranch' | 'isToSplit'>): readonly FoundGroup[]
  /** A group alone on the base, without the findings whose first ties are named. */
  plan(group: FoundGroup, without: ReadonlySet<string>): GroupPlan
}

/** What is needed to look at a repository, and to close what the bot has there. */
export interface Ground {
  readonly repository: Repository
  readonly forge: Forge
  readonly account: Account
  readonly settings: BotSettings
  readonly baseBranch: string
  readonly base: Commit
  /** heads of the branches below the prefix, by name without `refs/heads/` */
  readonly branches: ReadonlyMap<string, ObjectId>
  /** what was fetched of them, by name; counts only while the branch stands at the same head */
  readonly fetched: ReadonlyMap<string, BranchCommits>
  /** seconds since 1970 */
  readonly now: number
}

export interface Site extends Ground {
  readonly planner: Planner
  /** what tells the groups of this base and these paths from those of another run on the same repository */
  readonly scope: string
  readonly convention: Convention
  readonly rules: readonly RuleFacts[]
  /** of kubemend */
  readonly version: string
  /** what the repository's own configuration asks for and does not get */
  readonly denied: readonly string[]
  /** whether new pull requests may be opened now */
  readonly isOpen: boolean
  /** whether nothing is pushed once the base moved on */
  readonly checksBase: boolean
}

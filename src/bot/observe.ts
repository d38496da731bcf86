// Everything that the bot looks at before it decides about a branch.

import { factsOf } from './branch-facts.ts'
import { type CommandComment, type ReadControls, readControls } from './controls.ts'
import { currentOf } from './decide.ts'
import type { BranchFacts } from './decision.ts'
import type { Comment, PullRequest, PullRequestState } from './forge.ts'
import { readMarker } from './marker.ts'
import { type Memory, recall } from './memory.ts'
import type { BranchCommits } from './repository.ts'
import type { Ground } from './site.ts'

export interface Observation {
  /** name of the branch, without `refs/heads/` */
  readonly name: string
  readonly branch: BranchFacts | undefined
  /** newest first */
  readonly pullRequests: readonly PullRequest[]
  /** the open one that counts */
  readonly current: PullRequest | undefined
  /** of the current one */
  readonly state: PullRequestState | undefined
  readonly comments: readonly Comment[]
  readonly controls: ReadControls
  readonly memory: Memory
}

/** Asks the remote and the forge about one branch, in a number of requests that depends on the open pull request alone. */
export async function observe(ground: Ground, name: string): Promise<Observation> {
  const { forge, baseBranch, now, settings } = ground
  const [commits, pullRequests] = await Promise.all([commitsOf(ground, name), forge.pullRequests(name)])
  const current = currentOf(pullRequests, baseBranch)
  const [state, comments] =
    current === undefined ? [undefined, []] : await Promise.all([forge.state(current), forge.comments(current)])
  const { labels = [], title = '', body = '' } = current ?? {}
  const memory = recall(pullRequests, now, settings.reopenDays)
  return {
    ...{ name, pullRequests, current, state, comments },
    branch: commits === undefined ? undefined : factsOf(commits, ground.base.id),
    controls: readControls({
      ...{ labels, title, body, remembered: memory },
      comments: await withRights(ground, body, comments),
    }),
    memory,
  }
}

async function commitsOf({ branches, fetched, repository }: Ground, name: string): Promise<BranchCommits | undefined> {
  const head = branches.get(name)
  if (head === undefined) return undefined
  const known = fetched.get(name)
  return known?.head === head ? known : repository.fetchBranch(name)
}

const COMMAND = /^ {0,3}kubemend[ \t]/im

/** Asks for the rights of those alone who said something new that may be a command. */
async function withRights(ground: Ground, body: string, comments: readonly Comment[]): Promise<CommandComment[]> {
  const considered = readMarker(body)?.considered ?? 0
  const fresh = comments.filter(
    ({ id, author, body: text }) => id > considered && author !== ground.account.login && COMMAND.test(text),
  )
  const authors = [...new Set(fresh.map(({ author }) => author))]
  const rights = new Map(
    await Promise.all(authors.map(async author => [author, await ground.forge.canWrite(author)] as const)),
  )
  return fresh.map(({ id, author, body: text }) => ({ id, body: text, mayWrite: rights.get(author) ?? false }))
}

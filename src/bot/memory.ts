// What a group's earlier pull requests tell: which changes people turned down, and which ones do not last.

import type { PullRequest } from './forge.ts'
import { type Marker, readMarker } from './marker.ts'
import { markKey } from './marks.ts'
import type { FindingMark } from './plan.ts'

export interface Memory {
  /** changes that a person turned down by closing their pull request unmerged */
  readonly rejected: readonly FindingMark[]
  /** changes that were merged twice already: what undoes them is to be found by a person */
  readonly exhausted: readonly FindingMark[]
  /** rules and finding ids that comments of the newest pull request excluded */
  readonly ignore: readonly string[]
  /** id of the last comment whose commands are done, over all pull requests; 0 before the first */
  readonly considered: number
  /** the pull request that the bot closed last, if that was within the given days and nothing came after it */
  readonly reopenable: PullRequest | undefined
}

interface Past {
  readonly pullRequest: PullRequest
  readonly marker: Marker
}

const MAX_ROUNDS = 2
const SECONDS_PER_DAY = 86_400

/** Put on a closed or merged pull request, it takes back what the bot concludes from it. */
const FORGIVING_LABEL = 'kubemend:recreate'

/** `withdrawnAt` of a pull request that was closed because an older one is open: it never comes back. */
export const DUPLICATE = 0

/**
 * `pullRequests` are those of one branch, newest first; `now` is in seconds since 1970. For each change the newest verdict
 * stands: turned down and merged later is not rejected. An open one is no verdict, so reopening takes a rejection
 * back. What the bot closed itself rejects nothing, and neither does a body without a marker.
 */
export function recall(pullRequests: readonly PullRequest[], now: number, reopenDays: number): Memory {
  const past = pullRequests.flatMap(pullRequest => {
    const marker = readMarker(pullRequest.body)
    return marker === undefined ? [] : [{ pullRequest, marker }]
  })
  const verdicts = past.filter(isVerdict)
  return {
    rejected: rejectedIn(verdicts),
    exhausted: exhaustedIn(verdicts),
    ignore: past[0]?.marker.ignore ?? [],
    considered: Math.max(0, ...past.map(({ marker }) => marker.considered)),
    reopenable: reopenableIn(past, now - reopenDays * SECONDS_PER_DAY),
  }
}

function isVerdict({ pullRequest, marker }: Past): boolean {
  if (pullRequest.labels.some(label => label.toLowerCase() === FORGIVING_LABEL)) return false
  return pullRequest.state === 'merged' || (pullRequest.state === 'closed' && marker.withdrawnAt === undefined)
}

function rejectedIn(verdicts: readonly Past[]): FindingMark[] {
  const judged = new Set<string>()
  const rejected: FindingMark[] = []
  for (const { pullRequest, marker } of verdicts) {
    for (const mark of marker.marks) {
      if (judged.has(markKey(mark))) continue
      judged.add(markKey(mark))
      if (pullRequest.state === 'closed') rejected.push(mark)
    }
  }
  return rejected
}

function exhaustedIn(verdicts: readonly Past[]): FindingMark[] {
  const rounds = new Map<string, number>()
  const exhausted: FindingMark[] = []
  for (const { pullRequest, marker } of verdicts) {
    if (pullRequest.state !== 'merged') continue
    for (const mark of marker.marks) {
      const count = (rounds.get(markKey(mark)) ?? 0) + 1
      rounds.set(markKey(mark), count)
      if (count === MAX_ROUNDS) exhausted.push(mark)
    }
  }
  return exhausted
}

function reopenableIn(past: readonly Past[], since: number): PullRequest | undefined {
  const newest = past.find(({ marker }) => marker.withdrawnAt !== DUPLICATE)
  if (newest?.pullRequest.state !== 'closed') return undefined
  return (newest.marker.withdrawnAt ?? DUPLICATE) > since ? newest.pullRequest : undefined
}

// Carries out a decision: the branch first, then the pull request, then what decorates it.

import type { Case } from './case.ts'
import type { PullRequest } from './forge.ts'
import { DUPLICATE } from './memory.ts'
import { duplicateNotice, foreignNotice, withdrawnNotice } from './notice.ts'
import { dismiss, type Presented, present, reopen, say } from './present.ts'
import { type Published, publish, retire } from './publish.ts'
import { RemoteError } from './remote-error.ts'
import type { ObjectId } from './repository.ts'
import type { Site } from './site.ts'

export interface Done {
  readonly published?: Published
  readonly pullRequest: PullRequest | undefined
  /** what did not work and did not stop the rest */
  readonly problems: readonly string[]
}

/** Throws a `StaleError` when the branch moved since it was seen, and a `RemoteError` when a server refuses. */
export async function act(site: Site, entry: Case): Promise<Done> {
  const done = await perform(site, entry)
  const { duplicates, current } = entry.decision
  for (const duplicate of duplicates) {
    await dismiss(site, duplicate, duplicateNotice(current), { withdrawnAt: DUPLICATE })
  }
  return done
}

async function perform(site: Site, entry: Case): Promise<Done> {
  const { base } = site
  const { action, current } = entry.decision
  const { branch } = entry.seen
  switch (action.type) {
    case 'none':
    case 'sidestep':
      return { pullRequest: current, problems: [] }
    case 'leave':
      if (current !== undefined && action.notice !== undefined) await say(site, current, foreignNotice(action.notice))
      return { pullRequest: current, problems: [] }
    case 'withdraw':
      return withdraw(site, entry, action.why)
    case 'keep':
    case 'open':
      return present(site, entry, { head: branch?.head ?? base.id, base: branch?.base ?? base.id })
    case 'create':
      return push(site, entry, [base.id])
    case 'rewrite':
      return push(site, entry, [base.id], action.keep)
    case 'append':
      return push(site, entry, appendedTo(site, entry))
    case 'reopen':
      return bringBack(site, entry, action.pullRequest)
  }
}

/** The base is merged along when it moved, so that the appended commit's tree is the base's with the plan on it. */
function appendedTo({ base }: Site, { seen: { branch } }: Case): ObjectId[] {
  if (branch === undefined) return [base.id]
  return branch.base === base.id ? [branch.head] : [branch.head, base.id]
}

async function push(site: Site, entry: Case, parents: readonly ObjectId[], keep?: ObjectId): Promise<Done> {
  const published = await pushed(site, entry, parents, keep)
  return { published, ...(await present(site, entry, { head: published.head, base: site.base.id })) }
}

async function pushed(
  site: Site,
  { plan, seen }: Case,
  parents: readonly ObjectId[],
  keep?: ObjectId,
): Promise<Published> {
  if (plan === undefined) throw new Error('nothing is pushed without a plan')
  return publish(site, plan, { branch: seen.name, parents, expected: seen.branch?.head, keep })
}

/** Forges do not open a pull request again whose branch was rebuilt meanwhile: then a new one takes its place. */
async function bringBack(site: Site, entry: Case, closed: PullRequest): Promise<Done> {
  const { branch } = entry.seen
  const isThere = branch !== undefined && branch.plan === entry.plan?.fingerprint
  const published = isThere ? undefined : await pushed(site, entry, [site.base.id])
  const shown = { head: published?.head ?? branch?.head ?? site.base.id, base: site.base.id }
  const isPublished = published === undefined ? {} : { published }
  try {
    return { ...isPublished, ...(await reopen(site, entry, closed, shown)) }
  } catch (error) {
    if (!(error instanceof RemoteError) || error.kind === 'temporary') throw error
    const presented: Presented = await present(site, entry, shown)
    return { ...isPublished, ...presented }
  }
}

async function withdraw(site: Site, { decision, seen }: Case, why: string): Promise<Done> {
  const { lasting, considered } = seen.controls
  const marks = { ...lasting, considered, withdrawnAt: site.now }
  const pullRequest = decision.current && (await dismiss(site, decision.current, withdrawnNotice(why), marks))
  if (seen.branch !== undefined) await retire(site, seen.name, seen.branch.head)
  return { pullRequest, problems: [] }
}

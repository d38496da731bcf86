// Makes the commit of a plan and moves the branch to it, each ref only from where it was seen.

import { commitMessage } from './commit-message.ts'
import type { GroupPlan } from './plan.ts'
import { RemoteError } from './remote-error.ts'
import type { NewCommit, ObjectId, PushOutcome, RefUpdate } from './repository.ts'
import type { Ground, Site } from './site.ts'
import { withTrailers } from './trailers.ts'

/** Somebody moved a ref between the look and the push: nothing was pushed, and another look is needed. */
export class StaleError extends RemoteError {
  constructor(text: string) {
    super('temporary', text, { advice: 'run again' })
    this.name = 'StaleError'
  }
}

/** The base moved since it was planned: all is to be planned anew. */
export class BaseMovedError extends RemoteError {
  constructor(branch: string) {
    super('temporary', `${branch} moved while the changes were planned`, { advice: 'run again' })
    this.name = 'BaseMovedError'
  }
}

export interface Published {
  readonly head: ObjectId
  /** undefined where the forge signs nothing */
  readonly isVerified: boolean | undefined
}

/** The plan's tree on the base's head, as one commit behind `parents`. */
export async function publish(
  site: Site,
  plan: GroupPlan,
  {
    branch,
    parents,
    expected,
    keep,
  }: {
    readonly branch: string
    readonly parents: readonly ObjectId[]
    /** head that the branch must have; undefined: it must not exist */
    readonly expected: ObjectId | undefined
    /** an old head that stays reachable */
    readonly keep?: ObjectId | undefined
  },
): Promise<Published> {
  const { repository, forge, base } = site
  if (site.checksBase) await checkBase(site)
  const message = (tree: ObjectId): string =>
    withTrailers(commitMessage(plan, site.rules, site.convention), {
      plan: plan.fingerprint,
      base: base.id,
      version: site.version,
      tree,
      marks: plan.marks,
    })
  const commit: NewCommit = {
    parents,
    onto: base.id,
    files: plan.report.files.map(({ file, after }) => ({ path: file, text: after })),
    author: site.settings.author ?? site.account.identity,
    date: base.committedAt,
    message,
  }
  const made = await repository.commit(commit)
  const signed = await forge.signer?.commit({ ...commit, message: made.message, tree: made.tree })
  const head = signed?.id ?? made.id
  if (keep !== undefined) await preserve(site, keep)
  await move(site, [{ ref: `refs/heads/${branch}`, expected, next: head }])
  return { head, isVerified: signed?.isVerified }
}

async function checkBase({ repository, base, baseBranch }: Site): Promise<void> {
  const ref = `refs/heads/${baseBranch}`
  if ((await repository.refs([ref])).get(ref) !== base.id) throw new BaseMovedError(baseBranch)
}

/** Deletes a branch that stands where it was seen. */
export async function retire(ground: Ground, branch: string, expected: ObjectId): Promise<void> {
  await move(ground, [{ ref: `refs/heads/${branch}`, expected, next: undefined }])
}

/** Keeps the commits of a branch that somebody wants rewritten within reach, before anything is rewritten. */
async function preserve({ repository }: Site, head: ObjectId): Promise<void> {
  const ref = `refs/kubemend/kept/${head}`
  if ((await repository.refs([ref])).has(ref)) return
  // by git on every forge: APIs move branches and tags, and may know no other refs
  settle(await repository.push([{ ref, expected: undefined, next: head }]))
}

async function move({ repository, forge }: Ground, updates: readonly RefUpdate[]): Promise<void> {
  settle(await (forge.signer === undefined ? repository.push(updates) : forge.signer.update(updates)))
}

function settle(outcome: PushOutcome): void {
  if (outcome.type === 'stale') throw new StaleError(outcome.text)
  if (outcome.type === 'denied') {
    const advice = 'let the account push to the branches of kubemend: `kubemend bot doctor` names what is missing'
    throw new RemoteError('permanent', outcome.text, { advice })
  }
}

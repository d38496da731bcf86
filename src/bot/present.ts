// Brings the pull request of a branch to what the plan says: opens it, or edits what differs.

import { renderBody } from './body.ts'
import type { Case } from './case.ts'
import type { PullRequest } from './forge.ts'
import { hashOf, type Marker, markedBody, readMarker, withMarker } from './marker.ts'
import { markKey } from './marks.ts'
import { sameNotice } from './notice.ts'
import { RemoteError } from './remote-error.ts'
import type { ObjectId } from './repository.ts'
import { editOf } from './request-edit.ts'
import { sameText } from './same-text.ts'
import type { Ground, Site } from './site.ts'
import { titleOf } from './title.ts'

export interface Presented {
  readonly pullRequest: PullRequest
  /** what could not be put on it; nothing depends on it */
  readonly problems: readonly string[]
}

/** What the branch of a pull request holds. */
export interface Shown {
  readonly head: ObjectId
  /** commit of the base branch that the head's plan was made on: a base that moves elsewhere changes no text */
  readonly base: ObjectId
}

interface RequestText {
  readonly title: string
  readonly body: string
}

export async function present(site: Site, entry: Case, shown: Shown): Promise<Presented> {
  const { current } = entry.decision
  return current === undefined ? open(site, entry, shown) : refresh(site, entry, current, shown)
}

/** Opens a closed pull request again with the text of the present plan. */
export async function reopen(site: Site, entry: Case, closed: PullRequest, shown: Shown): Promise<Presented> {
  const pullRequest = await site.forge.edit(closed, { state: 'open', ...textOf(site, entry, shown, true) })
  return { pullRequest, problems: [] }
}

async function open(site: Site, entry: Case, shown: Shown): Promise<Presented> {
  const { forge, settings, baseBranch } = site
  const isDecorated = !hasDecorations(site)
  const isUnsafe = entry.group?.risk === 'unsafe'
  const pullRequest = await forge.open({
    branch: entry.seen.name,
    base: baseBranch,
    ...textOf(site, entry, shown, isDecorated),
    isDraft: settings.draft === 'all' || (settings.draft === 'unsafe' && isUnsafe),
  })
  return isDecorated ? { pullRequest, problems: [] } : decorate(site, entry, pullRequest, shown)
}

/** Edits only what differs, puts on what an earlier run did not get to, and takes away requests that are done. */
async function refresh(site: Site, entry: Case, current: PullRequest, shown: Shown): Promise<Presented> {
  const { forge, account } = site
  const { spent } = entry.seen.controls
  const isDecorated = readMarker(current.body)?.isDecorated !== false
  const wanted = { ...textOf(site, entry, shown, isDecorated), isOwn: current.author === account.login }
  const edit = editOf(current, wanted)
  const edited = edit === undefined ? current : await forge.edit(current, edit)
  const pullRequest = edited.state === 'closed' ? await rememberNo(site, current, edited) : edited
  if (spent.labels.length > 0) await forge.label(pullRequest, { add: [], remove: spent.labels })
  return isDecorated ? { pullRequest, problems: [] } : decorate(site, entry, pullRequest, shown)
}

/** Somebody closed it between the look and the edit: what they saw and turned down must not be lost from its marker. */
async function rememberNo({ forge }: Site, seen: PullRequest, edited: PullRequest): Promise<PullRequest> {
  const old = readMarker(seen.body)
  const fresh = readMarker(edited.body)
  if (old === undefined || fresh === undefined) return edited
  const marks = new Map([...old.marks, ...fresh.marks].map(mark => [markKey(mark), mark]))
  return forge.edit(edited, { body: withMarker(edited.body, { marks: [...marks.values()] }) })
}

function hasDecorations({ settings }: Site): boolean {
  return settings.labels.length + settings.reviewers.length + settings.assignees.length > 0
}

/** Once in the life of a pull request, so that what people take away stays away. */
async function decorate(site: Site, entry: Case, pullRequest: PullRequest, shown: Shown): Promise<Presented> {
  const { forge, settings } = site
  const { labels, reviewers, assignees } = settings
  const problems: string[] = []
  const attempt = async (what: string, action: () => Promise<readonly string[]>): Promise<void> => {
    try {
      problems.push(...(await action()).map(name => `${what}: the forge does not take ${name}`))
    } catch (error) {
      if (!(error instanceof RemoteError) || error.kind === 'temporary') throw error
      problems.push(`${what}: ${error.message}`)
    }
  }
  if (labels.length > 0) {
    await attempt('labels', async () => {
      await forge.label(pullRequest, { add: labels, remove: [] })
      return []
    })
  }
  if (reviewers.length + assignees.length > 0) {
    await attempt('reviewers and assignees', () => forge.invite(pullRequest, { reviewers, assignees }))
  }
  const { body } = textOf(site, entry, shown, true)
  return { pullRequest: await forge.edit(pullRequest, { body }), problems }
}

/** Says something once: a comment about the same is edited when its words differ. */
export async function say(ground: Ground, pullRequest: PullRequest, body: string): Promise<void> {
  const { forge, account } = ground
  const known = (await forge.comments(pullRequest)).find(
    comment => comment.author === account.login && sameNotice(comment.body, body),
  )
  if (known === undefined) await forge.comment(pullRequest, body)
  else if (!sameText(known.body, body)) await forge.editComment(pullRequest, known, body)
}

/**
 * Closes a pull request and says why. The mark that the bot itself closes it goes in with the closing: without it the
 * closing would count as a person's no.
 */
export async function dismiss(
  ground: Ground,
  pullRequest: PullRequest,
  notice: string,
  marks: Partial<Omit<Marker, 'body'>>,
): Promise<PullRequest> {
  await say(ground, pullRequest, notice)
  return ground.forge.edit(pullRequest, { body: withMarker(pullRequest.body, marks), state: 'closed' })
}

function textOf(site: Site, entry: Case, shown: Shown, isDecorated: boolean): RequestText {
  const { plan, group, seen, decision } = entry
  if (plan === undefined || group === undefined) throw new Error('a pull request without a plan has no text')
  const { forge, rules, convention, denied } = site
  const title = titleOf(plan, rules, convention, forge.titleLimit)
  const { considered, lasting } = seen.controls
  const marker: Omit<Marker, 'body'> = {
    ...lasting,
    group: `${site.scope}${group.key}`,
    plan: plan.fingerprint,
    head: shown.head,
    marks: plan.marks,
    title: hashOf(title),
    considered,
    isDecorated,
    withdrawnAt: undefined,
  }
  const facts = {
    plan,
    baseHead: shown.base,
    open: group.open,
    leftOut: [...group.leftOut, ...entry.leftOut],
    notTaken: denied,
    rules,
    predecessor: decision.predecessor,
  }
  return { title, body: markedBody(marker, line => renderBody(facts, forge, line)) }
}

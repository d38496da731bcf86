// GitLab's merge requests as its API tells them.

import type { PullRequest } from '../../bot/forge.ts'
import { listAt, maybeTextAt, numberAt, textAt, valueAt } from '../fields.ts'

/** Makes a merge request a draft. */
export const DRAFT = 'Draft: '

/** What GitLab takes for a draft; `WIP` counted before version 14.8. */
const DRAFT_PREFIX = /^\s*(?:draft:|\[draft\]|\(draft\)|wip:|\[wip\])\s*/i

export function toPullRequest(value: unknown): PullRequest {
  const title = textAt(value, 'title')
  const isDraft = valueAt(value, 'draft') === true || valueAt(value, 'work_in_progress') === true
  return {
    number: numberAt(value, 'iid'),
    url: textAt(value, 'web_url'),
    state: stateOf(textAt(value, 'state')),
    title: isDraft ? title.replace(DRAFT_PREFIX, '') : title,
    body: maybeTextAt(value, 'description') ?? '',
    isDraft,
    labels: listAt(value, 'labels').map(label => (typeof label === 'string' ? label : textAt(label, 'name'))),
    branch: textAt(value, 'source_branch'),
    head: maybeTextAt(value, 'sha'),
    base: textAt(value, 'target_branch'),
    author: maybeTextAt(valueAt(value, 'author'), 'username') ?? '',
    createdAt: textAt(value, 'created_at'),
  }
}

/** `locked` stands while a merge is under way. */
function stateOf(state: string): PullRequest['state'] {
  return state === 'merged' || state === 'closed' ? state : 'open'
}

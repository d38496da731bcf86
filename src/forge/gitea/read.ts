// Gitea's pull requests as its API tells them.

import type { PullRequest } from '../../bot/forge.ts'
import { listAt, maybeTextAt, numberAt, textAt, valueAt } from '../fields.ts'

/** Makes a pull request a draft; the field `draft` is told and not taken. One of the prefixes of every default configuration. */
export const DRAFT = 'WIP: '

const DRAFT_PREFIX = /^\s*(?:wip:|\[wip\]|draft:|\[draft\])\s*/i

export interface Read {
  readonly pullRequest: PullRequest
  /** whether its branch is one of the repository itself */
  readonly isOwn: boolean
  /** ISO 8601, whole seconds */
  readonly updatedAt: string
}

export function toRead(value: unknown): Read {
  const repository = valueAt(value, 'base', 'repo_id')
  return {
    pullRequest: toPullRequest(value),
    isOwn: valueAt(value, 'head', 'repo_id') === repository,
    updatedAt: textAt(value, 'updated_at'),
  }
}

/** The branch stands in `head.label`: once the branch is gone, `head.ref` is `refs/pull/N/head`. */
export function toPullRequest(value: unknown): PullRequest {
  const title = textAt(value, 'title')
  const isMerged = valueAt(value, 'merged') === true
  const isDraft =
    typeof valueAt(value, 'draft') === 'boolean' ? valueAt(value, 'draft') === true : DRAFT_PREFIX.test(title)
  return {
    number: numberAt(value, 'number'),
    url: textAt(value, 'html_url'),
    state: isMerged ? 'merged' : textAt(value, 'state') === 'open' ? 'open' : 'closed',
    title: isDraft ? title.replace(DRAFT_PREFIX, '') : title,
    body: maybeTextAt(value, 'body') ?? '',
    isDraft,
    // two labels of a repository may have one name
    labels: [...new Set(listAt(value, 'labels').map(label => textAt(label, 'name')))],
    branch: maybeTextAt(value, 'head', 'label') ?? textAt(value, 'head', 'ref'),
    head: maybeTextAt(value, 'head', 'sha') || undefined,
    base: textAt(value, 'base', 'ref'),
    author: maybeTextAt(value, 'user', 'login') ?? '',
    createdAt: textAt(value, 'created_at'),
  }
}

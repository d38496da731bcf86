// GitHub's pull requests, as REST and as GraphQL tell them.

import type { PullRequest } from '../../bot/forge.ts'
import { asArray, type Json } from '../../yaml/value.ts'
import { booleanAt, listAt, maybeTextAt, numberAt, textAt, valueAt } from '../fields.ts'

export function fromRest(value: unknown): PullRequest {
  const isMerged = maybeTextAt(value, 'merged_at') !== undefined
  return {
    number: numberAt(value, 'number'),
    url: textAt(value, 'html_url'),
    state: isMerged ? 'merged' : textAt(value, 'state') === 'open' ? 'open' : 'closed',
    title: textAt(value, 'title'),
    body: maybeTextAt(value, 'body') ?? '',
    isDraft: valueAt(value, 'draft') === true,
    labels: listAt(value, 'labels').map(label => textAt(label, 'name')),
    branch: textAt(value, 'head', 'ref'),
    head: textAt(value, 'head', 'sha'),
    base: textAt(value, 'base', 'ref'),
    author: maybeTextAt(value, 'user', 'login') ?? '',
    createdAt: textAt(value, 'created_at'),
  }
}

export function fromGraphql(value: Json): PullRequest {
  const state = textAt(value, 'state')
  return {
    number: numberAt(value, 'number'),
    url: textAt(value, 'url'),
    state: state === 'MERGED' ? 'merged' : state === 'OPEN' ? 'open' : 'closed',
    title: textAt(value, 'title'),
    body: textAt(value, 'body'),
    isDraft: booleanAt(value, 'isDraft'),
    labels: asArray(valueAt(value, 'labels', 'nodes')).map(label => textAt(label, 'name')),
    branch: textAt(value, 'headRefName'),
    head: textAt(value, 'headRefOid'),
    base: textAt(value, 'baseRefName'),
    author: loginOf(valueAt(value, 'author')),
    createdAt: textAt(value, 'createdAt'),
  }
}

/** Login as REST spells it: GraphQL leaves the `[bot]` of an App out. Empty when the account is gone. */
export function loginOf(author: Json | undefined): string {
  const login = maybeTextAt(author, 'login') ?? ''
  return isBot(author) && !login.endsWith('[bot]') ? `${login}[bot]` : login
}

export function isBot(author: Json | undefined): boolean {
  return valueAt(author, '__typename') === 'Bot'
}

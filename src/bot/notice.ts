// Comments that the bot writes on pull requests. Each carries its topic unseen, so that it is edited and not repeated.

import type { PullRequest } from './forge.ts'

export type NoticeTopic = 'foreign' | 'duplicate' | 'withdrawn'

const TOPIC = /^<!-- kubemend:notice ([a-z]+) -->/

/** Whether two comments are about one thing: the later takes the place of the earlier. */
export function sameNotice(a: string, b: string): boolean {
  const topic = topicOf(a)
  return topic !== undefined && topic === topicOf(b)
}

export function topicOf(body: string): string | undefined {
  return TOPIC.exec(body)?.[1]
}

/** The bot leaves the branch to a person; `text` says what it found there and how to take the branch back. */
export function foreignNotice(text: string): string {
  return notice('foreign', text, 'No commit of yours is lost: the bot moves a branch only from where it saw it.')
}

/** Two pull requests of one branch are open; `kept` is the one that stays. */
export function duplicateNotice(kept: PullRequest | undefined): string {
  const other = kept === undefined ? 'An older pull request' : `The [older pull request](${kept.url})`
  return notice('duplicate', `${other} proposes the same branch and stays open. This one is closed.`)
}

/** The bot closes a pull request; `commit` is the one of the base branch that made it needless, where it is known. */
export function withdrawnNotice(why: string, commit?: string): string {
  const by = commit === undefined ? '' : `, as of \`${commit}\``
  return notice(
    'withdrawn',
    `Closed by kubemend: ${why}${by}. Nobody turned it down: the changes are proposed again when their findings return.`,
  )
}

function notice(topic: NoticeTopic, ...paragraphs: readonly string[]): string {
  return [`<!-- kubemend:notice ${topic} -->`, ...paragraphs].join('\n\n')
}

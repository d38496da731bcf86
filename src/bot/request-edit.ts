// What is to be edited of an open pull request, so that what people changed stays theirs and nothing is edited in vain.

import { plainTitle, readControls } from './controls.ts'
import type { PullRequest, PullRequestEdit } from './forge.ts'
import { hashOf, type Marker, readMarker } from './marker.ts'

export interface WantedText {
  readonly title: string
  /** rendered, with its marker */
  readonly body: string
  /** whether the bot's account opened the pull request: a person's own text is left alone, a lost marker is restored */
  readonly isOwn: boolean
}

/**
 * Undefined when nothing is to be edited. A title is replaced only while it is the one that the bot gave last; a word
 * such as `rebase!: ` before it goes in either case. A body is replaced when its rendered text or what its marker
 * remembers differs from what was written last, whatever the forge or a person made of it since, and to untick a box.
 * Whether it is a draft is decided once, when it is opened.
 */
export function editOf(current: PullRequest, wanted: WantedText): PullRequestEdit | undefined {
  const written = readMarker(current.body)
  const next = readMarker(wanted.body)
  const { spent } = readControls({ ...current, comments: [] })
  const title = titleFor(current.title, wanted.title, written)
  const mayReplace = written !== undefined || wanted.isOwn
  const isStale = written === undefined || spent.box || JSON.stringify(written) !== JSON.stringify(next)
  const edit: PullRequestEdit = {
    ...(title === current.title ? {} : { title }),
    ...(mayReplace && isStale ? { body: wanted.body } : {}),
  }
  return Object.keys(edit).length === 0 ? undefined : edit
}

function titleFor(current: string, wanted: string, written: Marker | undefined): string {
  const plain = plainTitle(current)
  return written !== undefined && hashOf(plain) === written.title ? wanted : plain
}

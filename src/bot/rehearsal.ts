// A forge and a repository that are asked everything and told nothing: what would be written is noted instead.

import type { Comment, Forge, PullRequest } from './forge.ts'
import type { Repository } from './repository.ts'

/** Something that a real run would send. */
export interface Call {
  /** `push`, `open`, `edit`, `label`, `invite`, `comment` */
  readonly verb: string
  /** what it is done to, and what is sent */
  readonly text: string
}

export interface Rehearsal {
  readonly forge: Forge
  readonly repository: Repository
  /** in the order in which a real run would send them */
  readonly calls: readonly Call[]
}

/** Number of a pull request that does not exist yet. */
const NOT_YET = 0

/** Reads go through, so that a dry run decides as a real one does; commits are made and stay here. */
export function rehearse(forge: Forge, repository: Repository): Rehearsal {
  const calls: Call[] = []
  const note = (verb: string, text: string): void => void calls.push({ verb, text })
  return { calls, repository: quietRepository(repository, note), forge: quietForge(forge, note) }
}

type Note = (verb: string, text: string) => void

function quietRepository(repository: Repository, note: Note): Repository {
  return {
    refs: prefixes => repository.refs(prefixes),
    fetchBase: branch => repository.fetchBase(branch),
    fetchBranch: branch => repository.fetchBranch(branch),
    fetchBranches: branches => repository.fetchBranches(branches),
    files: commit => repository.files(commit),
    blobs: ids => repository.blobs(ids),
    subjects: count => repository.subjects(count),
    commit: commit => repository.commit(commit),
    close: () => repository.close(),
    push: async updates => {
      for (const { ref, expected, next } of updates) {
        const from = expected === undefined ? 'must not exist' : `must be at ${expected}`
        note('push', `${ref} to ${next ?? 'nothing'} (${from})`)
      }
      return { type: 'pushed' }
    },
  }
}

function quietForge(forge: Forge, note: Note): Forge {
  const { kind, bodyLimit, titleLimit, hasCheckboxes, gitUser } = forge
  const named = ({ number }: PullRequest) => (number === NOT_YET ? 'the new one' : `#${number}`)
  return {
    ...{ kind, bodyLimit, titleLimit, hasCheckboxes, gitUser },
    // a dry run has no use for a signature: its commits stay here
    signer: undefined,
    account: () => forge.account(),
    project: () => forge.project(),
    pullRequests: branch => forge.pullRequests(branch),
    state: pullRequest => forge.state(pullRequest),
    comments: async pullRequest => (pullRequest.number === NOT_YET ? [] : forge.comments(pullRequest)),
    canWrite: login => forge.canWrite(login),
    diagnose: () => forge.diagnose(),
    open: async request => {
      const { branch, base, title, body, isDraft } = request
      note('open', `${isDraft ? 'draft ' : ''}${branch} into ${base}: ${title}`)
      const shared = { url: '', state: 'open', labels: [], head: undefined, author: '', createdAt: '' } as const
      return { ...shared, number: NOT_YET, branch, base, title, body, isDraft }
    },
    edit: async (pullRequest, changes) => {
      note('edit', `${named(pullRequest)}: ${Object.keys(changes).join(', ')}`)
      const { state = pullRequest.state, ...rest } = changes
      return { ...pullRequest, ...rest, state }
    },
    label: async (pullRequest, { add, remove }) => {
      const parts = [...add.map(label => `+${label}`), ...remove.map(label => `-${label}`)]
      note('label', `${named(pullRequest)}: ${parts.join(' ')}`)
    },
    invite: async (pullRequest, { reviewers, assignees }) => {
      note('invite', `${named(pullRequest)}: ${[...reviewers, ...assignees].join(', ')}`)
      return []
    },
    comment: async (pullRequest, body): Promise<Comment> => {
      note('comment', `${named(pullRequest)}: ${firstLine(body)}`)
      return { id: 0, author: '', body, createdAt: '' }
    },
    editComment: async (pullRequest, comment, body) => {
      note('comment', `${named(pullRequest)}, comment ${comment.id} anew: ${firstLine(body)}`)
    },
  }
}

function firstLine(text: string): string {
  return text.split('\n').find(line => line.trim() !== '' && !line.startsWith('<!--')) ?? ''
}

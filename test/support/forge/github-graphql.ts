// GitHub's GraphQL over the double's state: documents are carried out by the reference implementation.

import { readFileSync } from 'node:fs'
import { buildSchema, type GraphQLError, graphql } from 'graphql'
import { moveRefs } from './github-git.ts'
import type { RepositoryState } from './repository-state.ts'
import type { ApiReply, ForgeDouble } from './server.ts'
import { type Account, type PullRecord, Refused } from './state.ts'

const SCHEMA = buildSchema(readFileSync('test/contract/github.graphql', 'utf8'))

/** An error as GitHub gives it: with a type beside the message. */
class TypedError extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

export interface GraphqlOutcome {
  readonly reply: ApiReply
  /** errors that the schema itself raises: the document or the answer breaks it */
  readonly violations: readonly string[]
}

export async function answerGraphql(body: unknown, forge: ForgeDouble, account: Account): Promise<GraphqlOutcome> {
  const { query = '', variables = {} } = (body ?? {}) as { query?: string; variables?: Record<string, unknown> }
  const result = await graphql({
    schema: SCHEMA,
    source: query,
    variableValues: variables,
    rootValue: rootOf(forge, account),
  })
  const errors = result.errors ?? []
  const violations = errors.filter(error => typeOf(error) === undefined).map(error => `graphql: ${error.message}`)
  const shown = errors.map(error => ({ type: typeOf(error), path: error.path, message: error.message }))
  return {
    reply: { status: 200, body: { data: result.data ?? null, ...(shown.length > 0 ? { errors: shown } : {}) } },
    violations,
  }
}

function typeOf({ originalError }: GraphQLError): string | undefined {
  return originalError instanceof TypedError ? originalError.type : undefined
}

function rootOf(forge: ForgeDouble, viewer: Account) {
  const pullById = (id: string) => {
    for (const repository of forge.repositories) {
      const pull = repository.pulls.find(candidate => `PR_${candidate.id}` === id)
      if (pull !== undefined) return { repository, pull }
    }
    throw new TypedError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'.`)
  }
  const mayWrite = (): void => {
    if (['admin', 'write'].includes(viewer.role)) return
    throw new TypedError('FORBIDDEN', 'Resource not accessible by integration')
  }
  const setDraft = (id: string, isDraft: boolean) => {
    mayWrite()
    const { repository, pull } = pullById(id)
    try {
      return { pullRequest: shownPull(repository, repository.edit(pull.number, { isDraft })) }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      throw new TypedError('UNPROCESSABLE', 'Draft pull requests are not supported in this repository.')
    }
  }
  return {
    viewer: () => ({ login: viewer.login, databaseId: viewer.id, name: viewer.name ?? null }),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repository = forge.repository(owner, name)
      if (repository === undefined || (repository.isPrivate && viewer.role === 'none')) {
        throw new TypedError('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`)
      }
      return shownRepository(repository)
    },
    convertPullRequestToDraft: ({ input }: { input: { pullRequestId: string } }) => setDraft(input.pullRequestId, true),
    markPullRequestReadyForReview: ({ input }: { input: { pullRequestId: string } }) =>
      setDraft(input.pullRequestId, false),
    updateRefs: ({ input }: { input: UpdateRefsInput }) => {
      mayWrite()
      const repository = forge.repositories.find(({ id }) => `R_${id}` === input.repositoryId)
      if (repository === undefined) throw new TypedError('NOT_FOUND', 'Could not resolve to a node')
      const problem = moveRefs(repository, input.refUpdates)
      if (problem !== undefined) throw new TypedError('UNPROCESSABLE', problem)
      return { clientMutationId: null }
    },
  }
}

interface UpdateRefsInput {
  readonly repositoryId: string
  readonly refUpdates: readonly { name: string; beforeOid?: string; afterOid: string; force?: boolean }[]
}

/** Pages are as small as a test wants them, in order to be more than one. */
const PAGE = 5

function shownRepository(repository: RepositoryState) {
  return {
    pullRequest: ({ number }: { number: number }) => shownPull(repository, repository.pull(number)),
    pullRequests: ({ headRefName, after }: { headRefName: string; after?: string | null }) => {
      repository.sync()
      const found = repository.pulls.filter(({ branch }) => branch === headRefName).reverse()
      const start = after ? Number(after) : 0
      return {
        nodes: found.slice(start, start + PAGE).map(pull => shownPull(repository, pull)),
        pageInfo: { hasNextPage: found.length > start + PAGE, endCursor: String(start + PAGE) },
      }
    },
  }
}

const STATES = { open: 'OPEN', closed: 'CLOSED', merged: 'MERGED' } as const
const VERDICTS = { approved: 'APPROVED', changes: 'CHANGES_REQUESTED', comment: 'COMMENTED' } as const

function shownPull(repository: RepositoryState, pull: PullRecord) {
  const { owner, name } = repository
  return {
    ...{ number: pull.number, title: pull.title, body: pull.body, isDraft: pull.isDraft, createdAt: pull.createdAt },
    ...{ headRefName: pull.branch, headRefOid: pull.head, baseRefName: pull.base, state: STATES[pull.state] },
    url: `https://forge.invalid/${owner}/${name}/pull/${pull.number}`,
    isCrossRepository: pull.fork !== undefined,
    isInMergeQueue: pull.isQueued,
    autoMergeRequest: null,
    author: shownActor(pull.author),
    labels: { nodes: pull.labels.map(label => ({ name: label })) },
    reviews: ({ states }: { states?: readonly string[] }) => ({
      nodes: pull.reviews
        .filter(({ verdict }) => states?.includes(VERDICTS[verdict]) ?? true)
        .map(({ author }) => ({ author: shownActor(author) })),
    }),
    ...mergeStateOf(repository, pull),
  }
}

/** The login of an App has no `[bot]` here. */
function shownActor({ login, isBot }: Account) {
  return { __typename: isBot ? 'Bot' : 'User', login: login.replace(/\[bot\]$/, '') }
}

function mergeStateOf(repository: RepositoryState, pull: PullRecord) {
  let known: { mergeable: string; mergeStateStatus: string } | undefined
  const judge = () => {
    if (pull.state !== 'open') return { mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' }
    if (repository.mergeChecks > 0) {
      repository.mergeChecks -= 1
      return { mergeable: 'UNKNOWN', mergeStateStatus: 'UNKNOWN' }
    }
    if (repository.hasConflicts(pull)) return { mergeable: 'CONFLICTING', mergeStateStatus: 'DIRTY' }
    const isBehind = repository.needsUpToDate && repository.isBehind(pull)
    const status = isBehind ? 'BEHIND' : pull.isDraft ? 'DRAFT' : 'CLEAN'
    return { mergeable: 'MERGEABLE', mergeStateStatus: status }
  }
  const once = () => {
    known ??= judge()
    return known
  }
  return { mergeable: () => once().mergeable, mergeStateStatus: () => once().mergeStateStatus }
}

// Commits that GitHub makes and signs, and refs moved through its API by compare-and-swap.

import type { CommitSigner } from '../../bot/forge.ts'
import { RemoteError } from '../../bot/remote-error.ts'
import type { FileText, ObjectId, PushOutcome, RefUpdate } from '../../bot/repository.ts'
import { booleanAt, listAt, textAt, valueAt } from '../fields.ts'
import type { Http } from '../http.ts'
import { pathOf } from '../url.ts'
import { UPDATE_REFS } from './documents.ts'
import { graphql } from './graphql.ts'

/** Stands for "must not exist" before an update and for "deleted" after it. */
const NO_OBJECT = '0'.repeat(40)
/** Files in one request for a tree; more are sent on top of its answer. */
const FILES_PER_TREE = 100

type SignedCommit = Parameters<CommitSigner['commit']>[0]

export class GithubSigner implements CommitSigner {
  readonly #http: Http
  readonly #repository: string
  readonly #repositoryId: () => Promise<string>

  /** `repository`: path of the repository below the API's address; `repositoryId`: its id in GraphQL */
  constructor(http: Http, repository: string, repositoryId: () => Promise<string>) {
    this.#http = http
    this.#repository = repository
    this.#repositoryId = repositoryId
  }

  /** Author and date are GitHub's: it signs only what names neither. */
  async commit({ parents, onto, files, message, tree }: SignedCommit): Promise<{ id: ObjectId; isVerified: boolean }> {
    await this.#makeTree(textAt(await this.#commit(onto), 'tree', 'sha'), files, tree)
    const { body } = await this.#http.request({
      method: 'POST',
      path: `${this.#repository}/git/commits`,
      body: { message, tree, parents },
      // an object that no ref reaches: a second one does no harm
      idempotent: true,
    })
    const id = textAt(body, 'sha')
    const made = await this.#commit(id)
    if (textAt(made, 'tree', 'sha') !== tree) throw otherTree()
    return { id, isVerified: booleanAt(made, 'verification', 'verified') }
  }

  async #commit(id: ObjectId): Promise<unknown> {
    return (await this.#http.request({ method: 'GET', path: `${this.#repository}/git/commits/${id}` })).body
  }

  /** Modes are those of ordinary files first: looking them up costs a list of the whole tree. */
  async #makeTree(base: ObjectId, files: readonly FileText[], wanted: ObjectId): Promise<void> {
    if ((await this.#sendTree(base, files, new Map())) === wanted) return
    const path = `${this.#repository}/git/trees/${base}`
    const { body } = await this.#http.request({ method: 'GET', path, query: { recursive: 1 } })
    if (valueAt(body, 'truncated') === true) throw otherTree()
    const modes = new Map(listAt(body, 'tree').map(entry => [textAt(entry, 'path'), textAt(entry, 'mode')]))
    if ((await this.#sendTree(base, files, modes)) !== wanted) throw otherTree()
  }

  async #sendTree(tree: ObjectId, files: readonly FileText[], modes: ReadonlyMap<string, string>): Promise<ObjectId> {
    let base = tree
    for (let start = 0; start < files.length; start += FILES_PER_TREE) {
      const { body } = await this.#http.request({
        method: 'POST',
        path: `${this.#repository}/git/trees`,
        body: {
          base_tree: base,
          tree: files
            .slice(start, start + FILES_PER_TREE)
            .map(({ path, text }) => ({ path, mode: modes.get(path) ?? '100644', type: 'blob', content: text })),
        },
        idempotent: true,
      })
      base = textAt(body, 'sha')
    }
    return base
  }

  async update(updates: readonly RefUpdate[]): Promise<PushOutcome> {
    const repositoryId = await this.#repositoryId()
    const refUpdates = updates.map(({ ref, expected, next }) => ({
      name: ref,
      beforeOid: expected ?? NO_OBJECT,
      afterOid: next ?? NO_OBJECT,
      force: true,
    }))
    return this.#http.ensure({
      find: () => this.#outcome(updates),
      create: async () => {
        try {
          await graphql(this.#http, UPDATE_REFS, { input: { repositoryId, refUpdates } })
          return { type: 'pushed' }
        } catch (error) {
          if (!(error instanceof RemoteError) || error.kind === 'temporary' || error.status === 401) throw error
          return (await this.#outcome(updates)) ?? { type: 'denied', text: error.message }
        }
      },
    })
  }

  /** What the refs themselves tell of an update; undefined while all stand where they are expected. */
  async #outcome(updates: readonly RefUpdate[]): Promise<PushOutcome | undefined> {
    const heads = await Promise.all(updates.map(({ ref }) => this.#head(ref)))
    if (updates.every(({ next }, index) => heads[index] === next)) return { type: 'pushed' }
    const moved = updates.filter(({ expected }, index) => heads[index] !== expected)
    if (moved.length === 0) return undefined
    return { type: 'stale', text: `${moved.map(({ ref }) => ref).join(', ')} moved meanwhile` }
  }

  async #head(ref: string): Promise<ObjectId | undefined> {
    const steps = ref.split('/').slice(1).map(encodeURIComponent).join('/')
    const path = `${this.#repository}/git/ref/${steps}`
    const { status, body } = await this.#http.request({ method: 'GET', path, accept: [404] })
    return status === 404 ? undefined : textAt(body, 'object', 'sha')
  }
}

function otherTree(): RemoteError {
  const advice = 'run with commits that are pushed by git instead of made by the forge'
  return new RemoteError('permanent', 'GitHub made another tree than the one that was planned', { advice })
}

/** Path of a repository below the API's address. */
export function repositoryPath(owner: string, name: string): string {
  return pathOf`/repos/${owner}/${name}`
}

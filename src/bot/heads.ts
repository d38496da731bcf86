// The branches below the bot's prefix, and those that stand in its way.

import type { ObjectId, Repository } from './repository.ts'

/** Branches whose names begin with the first step of the prefix, by name without `refs/heads/`. */
export async function headsOf(repository: Repository, prefix: string): Promise<ReadonlyMap<string, ObjectId>> {
  const [first = ''] = prefix.split('/')
  const refs = await repository.refs([`refs/heads/${first}`])
  return new Map([...refs].map(([ref, id]) => [ref.slice('refs/heads/'.length), id]))
}

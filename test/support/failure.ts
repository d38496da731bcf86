// What a promise fails with, when that is a failure of a server.

import { RemoteError } from '../../src/bot/remote-error.ts'

/** Throws when the promise holds, or fails with anything else. */
export async function failure(work: Promise<unknown>): Promise<RemoteError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof RemoteError) return error
  throw new Error(`a RemoteError was expected, not ${error}`)
}

// Does the same with every repository of a command, one after the other; one that fails does not stop the others.

import { explained, RemoteError } from '../../bot/remote-error.ts'
import type { Host } from '../../io/host.ts'
import { printable } from '../../report/escape.ts'
import { EXIT } from '../exit-code.ts'
import { shownAddress } from './address.ts'
import type { Connect, Connection } from './connect.ts'
import type { BotFlags } from './options.ts'

/** Answers the exit code: wrong usage before refused before the largest, which is temporary, that there is. */
export async function onEach(
  host: Host,
  flags: Pick<BotFlags, 'repositories'>,
  connect: Connect,
  action: (connection: Connection) => Promise<number>,
): Promise<number> {
  const codes = new Set<number>()
  for (const address of new Set(flags.repositories)) codes.add(await onOne(host, connect, address, action))
  if (codes.has(EXIT.usage)) return EXIT.usage
  if (codes.has(EXIT.refused)) return EXIT.refused
  return Math.max(EXIT.ok, ...codes)
}

async function onOne(
  host: Host,
  connect: Connect,
  address: string,
  action: (connection: Connection) => Promise<number>,
): Promise<number> {
  let connection: Connection | undefined
  try {
    connection = connect(address)
    return await action(connection)
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    host.stderr.write(`kubemend: ${printable(`${connection?.url ?? shownAddress(address)}: ${explained(error)}`)}\n`)
    if (connection === undefined) return EXIT.usage
    return error.kind === 'temporary' ? EXIT.temporary : EXIT.refused
  } finally {
    await connection?.close()
  }
}

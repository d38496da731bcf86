// Hands git the token: a small program in the private folder answers git's question from a file beside it.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { RemoteError } from '../../bot/remote-error.ts'
import type { Location } from './location.ts'

/**
 * Only the repository's own host is told: after a redirect git would ask on behalf of another one. The helper uses what
 * every POSIX shell has built in. It answers as often as it is asked, because a fetch may open a second connection.
 */
function script({ protocol, host }: Location): string {
  return `#!/bin/sh
case $1 in
  "Username for '${protocol}://${host}': ") file=user ;;
  "Username for '${protocol}://"*"@${host}': ") file=user ;;
  "Password for '${protocol}://${host}': ") file=token ;;
  "Password for '${protocol}://"*"@${host}': ") file=token ;;
  *) exit 1 ;;
esac
IFS= read -r answer <"\${0%/*}/$file" || exit 1
printf '%s\\n' "$answer"
`
}

/** Characters that a host may have; all of them mean nothing to a shell between double quotes. */
const PLAIN_HOST = /^[\w.:[\]-]+$/

/** Writes the helper and what it tells; answers the helper's path. Without a token it tells nothing. */
export function writeAskpass(folder: string, location: Location, user: string, token: string | undefined): string {
  if (!PLAIN_HOST.test(location.host)) throw new RemoteError('permanent', 'the host of the repository has an odd name')
  if (/\p{Cc}/u.test(`${user}${token ?? ''}`)) {
    throw new RemoteError('permanent', 'the user or the token holds a line break or another control character', {
      advice: 'give the token without anything around it',
    })
  }
  const helper = path.join(folder, 'askpass')
  writeFileSync(helper, script(location), { flag: 'wx', mode: 0o700 })
  if (token !== undefined) {
    writeFileSync(path.join(folder, 'user'), `${user}\n`, { flag: 'wx', mode: 0o600 })
    writeFileSync(path.join(folder, 'token'), `${token}\n`, { flag: 'wx', mode: 0o600 })
  }
  return helper
}

// The address of a repository: HTTPS, or HTTP on this machine, and nothing else.

import { RemoteError } from '../../bot/remote-error.ts'
import { printable } from '../../report/escape.ts'

export interface Location {
  /** without user and password */
  readonly url: string
  /** `https` or `http` */
  readonly protocol: string
  /** with the port, as git spells it in its questions */
  readonly host: string
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Throws a `RemoteError` for an address that credentials may not be sent to. */
export function locate(address: string): Location {
  const refuse = (why: string): never => {
    throw new RemoteError('permanent', `this address of a repository cannot be used: ${why}`, {
      advice: 'give the address as https://HOST/OWNER/NAME',
    })
  }
  if (printable(address) !== address || !URL.canParse(address)) return refuse('it is no URL')
  const { protocol, host, hostname, pathname, username, password, search, hash } = new URL(address)
  if (username !== '' || password !== '') return refuse('it holds a user or a password')
  if (search !== '' || hash !== '') return refuse('it has a query or a fragment')
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) return refuse('over plain HTTP others could read the token')
  if (protocol !== 'https:' && protocol !== 'http:') return refuse(`${protocol} is not spoken here`)
  if (pathname === '/') return refuse('it names no repository')
  return { url: `${protocol}//${host}${pathname}`, protocol: protocol.slice(0, -1), host }
}

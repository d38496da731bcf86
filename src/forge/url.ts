// Addresses that a token is sent to: encrypted or loopback, and of one origin.

import { isIP } from 'node:net'
import { RemoteError } from '../bot/remote-error.ts'
import { printable } from '../report/escape.ts'

/** Whether a host name (as `URL` gives it) can only be this machine. */
function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** An API address without a final `/`. Throws a `RemoteError` when a token must not be sent there. */
export function checkedBase(base: string): string {
  if (!URL.canParse(base)) throw new RemoteError('permanent', 'the API address is no URL')
  const url = new URL(base)
  if (url.username !== '' || url.password !== '') {
    throw new RemoteError('permanent', 'the API address holds credentials: give the token by an environment variable')
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    const text = `${printable(url.origin === 'null' ? url.protocol : url.origin)}: a token is sent over https only`
    throw new RemoteError('permanent', text)
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

export function sameOrigin(url: URL, base: string): boolean {
  return url.origin === new URL(base).origin
}

/**
 * A path whose inserted values are encoded, so that none adds a segment or a query:
 * ``pathOf`/repos/${owner}/${name}/labels/${label}` ``.
 */
export function pathOf(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  let path = texts[0] ?? ''
  for (const [index, value] of values.entries()) {
    // URL resolves both, encoded or not, as steps to other folders
    if (value === '.' || value === '..' || value === '') {
      throw new RemoteError('permanent', `'${value}' cannot stand in an address of the forge`)
    }
    path += encodeURIComponent(value) + (texts[index + 1] ?? '')
  }
  return path
}

/** Target of a `Link` header's `rel="next"` (RFC 8288), made absolute; undefined on the last page. */
export function nextLink(headers: Headers, base: string): string | undefined {
  for (const [, target = '', parameters = ''] of (headers.get('link') ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel="?next"?/i.test(parameters) && URL.canParse(target, base)) return new URL(target, base).href
  }
  return undefined
}

/** Where a redirect leads; undefined when the answer is none. */
export function redirectTarget({ status, headers }: { status: number; headers: Headers }, from: URL): URL | undefined {
  const location = headers.get('location')
  if (![301, 302, 303, 307, 308].includes(status) || location === null || !URL.canParse(location, from.href)) {
    return undefined
  }
  return new URL(location, from.href)
}

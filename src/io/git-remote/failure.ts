// What git's complaints about a remote mean, in words that say what to do.

import { RemoteError, type RemoteErrorKind } from '../../bot/remote-error.ts'

interface Meaning {
  readonly pattern: RegExp
  readonly kind: RemoteErrorKind
  readonly text: string
  readonly status?: number
  readonly advice?: string
}

const CHECK_TOKEN = 'check that the token is valid, not expired, and made for this host'

/** The first that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /cannot (?:exec|run) '[^']*askpass'/,
    kind: 'permanent',
    text: 'the helper that hands git the token cannot be run',
    advice: 'set TMPDIR to a folder whose files may be executed',
  },
  {
    pattern: /Authentication failed|could not read (?:Username|Password)|returned error: 401|HTTP 401/,
    kind: 'permanent',
    text: 'the remote does not accept the credentials',
    status: 401,
    advice: CHECK_TOKEN,
  },
  {
    pattern: /returned error: 403|HTTP 403/,
    kind: 'permanent',
    text: 'the remote forbids it',
    status: 403,
    advice: 'check that the token may read and write the contents of this repository',
  },
  {
    pattern: /repository '[^']*' not found|Repository not found|returned error: 404|HTTP 404/,
    kind: 'permanent',
    text: 'the remote knows no such repository, or does not show it to this token',
    status: 404,
    advice: 'check the address, and that the token may read the repository',
  },
  {
    pattern: /returned error: (?:408|429|5\d\d)|HTTP (?:408|429|5\d\d)/,
    kind: 'temporary',
    text: 'the remote cannot answer at the moment',
  },
  {
    pattern: /Could not resolve (?:host|proxy)|Failed to connect|Connection (?:refused|reset|timed out)|timed out/i,
    kind: 'temporary',
    text: 'the remote cannot be reached',
  },
  {
    pattern: /certificate|unable to get local issuer|SSL_ERROR_BAD_CERT/i,
    kind: 'permanent',
    text: 'the certificate of the remote is not trusted',
    advice: 'set SSL_CERT_FILE or GIT_SSL_CAINFO to the authority of the host',
  },
  {
    pattern: /early EOF|RPC failed|hung up|Empty reply|too slow|unexpected disconnect|Broken pipe|gnutls|SSL_connect/i,
    kind: 'temporary',
    text: 'the connection to the remote broke',
  },
  {
    pattern: /not our ref|remote error: upload-pack/,
    kind: 'temporary',
    text: 'the remote no longer has what it named before',
  },
  {
    pattern: /transport '[^']*' not allowed|is this a git repository|invalid server response/,
    kind: 'permanent',
    text: 'there is no git repository at this address',
    advice: 'check the address',
  },
  {
    pattern: /fsck error/,
    kind: 'permanent',
    text: 'the remote holds objects that git takes for broken or dangerous, so that they are not fetched',
    advice: 'ask the people who keep the repository to remove them',
  },
  {
    pattern: /No space left|Disk quota/,
    kind: 'permanent',
    text: 'the disk is full',
    advice: 'free some space, or set TMPDIR to a folder on another disk',
  },
]

const LONGEST = 600

/** `clean` takes credentials and control characters out of git's own words. */
export function failureOf(command: string, stderr: string, clean: (text: string) => string): RemoteError {
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(stderr))
  const status = meaning?.status ?? statusIn(stderr)
  const words = clean(complaints(stderr)).slice(0, LONGEST)
  const text = `${meaning?.text ?? 'the remote could not be used'} (git ${command}${words === '' ? '' : `: ${words}`})`
  return new RemoteError(meaning?.kind ?? 'permanent', text, {
    ...(status === undefined ? {} : { status }),
    ...(meaning?.advice === undefined ? {} : { advice: meaning.advice }),
  })
}

function statusIn(stderr: string): number | undefined {
  const [, status] = /(?:returned error:|HTTP) (\d{3})\b/.exec(stderr) ?? []
  return status === undefined ? undefined : Number(status)
}

/** The lines of git's messages that say what went wrong, as one line. */
export function complaints(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(line => /^(?:remote|fatal|error):/.test(line))
    .map(line => line.replace(/^(?:fatal|error):\s*/, '').replace(/^remote:\s*/, ''))
    .filter(line => line !== '')
    .join('; ')
}

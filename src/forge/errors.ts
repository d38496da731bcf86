// What a failed answer means: whether running again can help, whether the request may be sent again, what to do.

import { RemoteError } from '../bot/remote-error.ts'
import { printable } from '../report/escape.ts'
import { asArray, isObject, member } from '../yaml/value.ts'

/** What a server answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** parsed JSON; undefined when the answer has no body or another type */
  readonly body: unknown
  /** the server's words, safe to print: no token, one line; empty when there are none */
  readonly message: string
}

/** `always`: it was turned away before anything happened. `idempotent`: it may have happened. */
export type Again = 'never' | 'always' | 'idempotent'

export interface Failure {
  readonly error: RemoteError
  readonly again: Again
}

/** A forge's own knowledge of its failures. */
export type Explain = (answer: Answer) => string | undefined

const LONGEST_MESSAGE = 400

/** The words of an error body of any forge: GitHub's and Gitea's `message` and `errors`, GitLab's `message` and `error`. */
export function messageOf(body: unknown, redact: (text: string) => string): string {
  const parts = [...wordsOf(member(body, 'message')), ...wordsOf(member(body, 'error')), ...detailsOf(body)]
  const text = printable(redact([...new Set(parts)].join('; ')))
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text
}

function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()]
  if (Array.isArray(value)) return value.flatMap(wordsOf)
  if (!isObject(value)) return []
  return Object.entries(value).map(([field, words]) => `${field} ${wordsOf(words).join(', ')}`)
}

function detailsOf(body: unknown): string[] {
  return asArray(member(body, 'errors')).flatMap(entry => {
    if (typeof entry === 'string') return [entry]
    const message = member(entry, 'message')
    if (typeof message === 'string') return [message]
    const parts = [member(entry, 'field'), member(entry, 'code')].filter(part => typeof part === 'string')
    return parts.length === 0 ? [] : [parts.join(' ')]
  })
}

const TOO_OFTEN = /secondary rate limit|abuse detection|rate limit exceeded|too many requests/i
/** Seconds to wait after a secondary limit that names no time (GitHub: "Rate limits for the REST API"). */
const UNNAMED_WAIT = 60

/** Seconds after which a server that is asked too often answers again; undefined when this is no such answer. */
export function limitOf(answer: Answer, now: number): number | undefined {
  const { status, headers, message } = answer
  const isSpent = headers.get('x-ratelimit-remaining') === '0'
  const named = retryAfter(headers, now)
  const isLimited = status === 429 || (status === 403 && (isSpent || named !== undefined || TOO_OFTEN.test(message)))
  if (!isLimited) return undefined
  return named ?? resetOf(headers, now, isSpent || status === 429) ?? UNNAMED_WAIT
}

/** Seconds of `Retry-After`, which holds seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

/** Seconds until the reset time that GitHub (`x-ratelimit-reset`) and GitLab (`ratelimit-reset`) give in Unix time. */
function resetOf(headers: Headers, now: number, isSpent: boolean): number | undefined {
  const value = headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset')
  if (!isSpent || value === null || !/^\d+$/.test(value.trim())) return undefined
  return Math.max(1, Math.ceil(Number(value) - now / 1000))
}

const ADVICE: Readonly<Record<number, string>> = {
  401: 'the token is wrong, expired, revoked or of another server: make a new one',
  403: 'give the token the missing permission: `kubemend bot doctor` lists what is needed',
  404: 'check the address of the repository, that the token may see it, and that it is the kind of forge that was named',
  410: 'the feature is switched off for this repository',
  451: 'the repository is not available for legal reasons',
}

/** Classifies an answer that is no success. */
export function failureOf(answer: Answer, request: string, now: number, explain: Explain): Failure {
  const { status, message } = answer
  const limit = limitOf(answer, now)
  const text = `${request}: answered ${status}${message === '' ? '' : `: ${message}`}`
  if (limit !== undefined) return temporarilyLimited(text, status, limit)
  if (isTemporary(status)) {
    const wait = retryAfter(answer.headers, now)
    const facts = { status, ...(wait === undefined ? {} : { retryAfter: wait }) }
    return { error: new RemoteError('temporary', text, facts), again: 'idempotent' }
  }
  const advice = explain(answer) ?? ADVICE[status]
  const facts = { status, ...(advice === undefined ? {} : { advice }) }
  return { error: new RemoteError('permanent', text, facts), again: 'never' }
}

/** A request that was turned away because of a limit: nothing happened, and it may be sent again in `seconds`. */
export function temporarilyLimited(text: string, status: number, seconds: number): Failure {
  const facts = { status, retryAfter: seconds, advice: 'the forge is asked too often: run again later' }
  return { error: new RemoteError('temporary', text, facts), again: 'always' }
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 425 || (status >= 500 && status !== 501 && status !== 505)
}

/** Codes of failures before anything was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
const CERTIFICATE = /CERT|SIGNATURE|ERR_TLS|SSL/

/** Classifies a request without an answer by the code of its failure; the failure's own text may hold anything. */
export function networkFailure(error: unknown, request: string, timeout: number): Failure {
  const code = codeOf(error)
  if (code === 'TimeoutError') {
    const text = `${request}: no answer within ${Math.round(timeout / 1000)} s`
    return { error: new RemoteError('temporary', text), again: 'idempotent' }
  }
  if (CERTIFICATE.test(code)) {
    const advice = 'name the file of your certificate authority in NODE_EXTRA_CA_CERTS'
    return {
      error: new RemoteError('permanent', `${request}: certificate not trusted (${code})`, { advice }),
      again: 'never',
    }
  }
  const text = `${request}: connection failed${code === '' ? '' : ` (${code})`}`
  const advice = 'check the address and the network, then run again'
  return { error: new RemoteError('temporary', text, { advice }), again: NOT_SENT.has(code) ? 'always' : 'idempotent' }
}

/** The first code along the causes of an error; `fetch` wraps what happened into errors without one. */
function codeOf(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if (current.name === 'TimeoutError') return current.name
    if ('code' in current && typeof current.code === 'string') return current.code
  }
  return ''
}

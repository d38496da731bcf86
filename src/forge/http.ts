// The one HTTP client of all forges: JSON over the built-in fetch, sent at a pace, tried again where that is safe.

import { RemoteError } from '../bot/remote-error.ts'
import { printable } from '../report/escape.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { type Answer, type Explain, type Failure, failureOf, messageOf, networkFailure } from './errors.ts'
import { NO_PACING, type Pace, Pacer } from './pacing.ts'
import { type Budget, DEFAULT_BUDGET, ensure, Patience } from './retry.ts'
import { checkedBase, nextLink, redirectTarget, sameOrigin } from './url.ts'

export interface HttpOptions {
  /** address that paths are below: `https://api.github.com`, `https://host/api/v4`; plain http only on loopback */
  readonly base: string
  /** sent with every request, the authorization among them */
  readonly headers: Readonly<Record<string, string>>
  /** takes secrets out of a text */
  readonly redact: (text: string) => string
  /** shared by all clients of one token; without one nothing is held back */
  readonly pacer?: Pacer
  readonly clock?: Clock
  readonly budget?: Partial<Budget>
  /** a forge's advice on its own failures */
  readonly explain?: Explain
  /** told of every answer and every failed connection */
  readonly trace?: (exchange: Exchange) => void
}

export interface Exchange {
  readonly method: string
  /** without the query */
  readonly url: string
  /** undefined when there was no answer */
  readonly status: number | undefined
  readonly attempt: number
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** below the base, beginning with `/` (see `pathOf`), or a whole URL of the base's origin */
  readonly path: string
  /** parameters that are undefined are left out */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** sent as JSON */
  readonly body?: unknown
  /** statuses beyond 2xx that are answered like these instead of thrown */
  readonly accept?: readonly number[]
  /** whether sending it twice does what sending it once does; every method but POST, unless said otherwise */
  readonly idempotent?: boolean
  /** `read` for GET, `write` for all else, unless said otherwise */
  readonly pace?: Pace
  /** finds the failure in an answer that counts as a success by its status, as GraphQL's do; `now` in milliseconds */
  readonly check?: (answer: Answer, request: string, now: number) => Failure | undefined
}

/** Every method throws a `RemoteError`: permanent, or temporary once the budget of attempts and waiting is used up. */
export interface Http {
  readonly base: string
  /** what its waits are measured by, for those of its callers */
  readonly clock: Clock
  request(request: HttpRequest): Promise<Answer>
  /** Items of all pages of a list, along `Link: …; rel="next"`. */
  pages(request: Omit<HttpRequest, 'method' | 'body'>): Promise<unknown[]>
  /** Makes a thing no more than once, however its requests fail: see `ensure` of retry.ts. */
  ensure<T>(steps: { readonly find: () => Promise<T | undefined>; readonly create: () => Promise<T> }): Promise<T>
}

/** Requests in flight at once; what is more waits. */
const CONNECTIONS = 8
const MOST_PAGES = 100
const MOST_REDIRECTS = 3

export function createHttp(options: HttpOptions): Http {
  return new Client(options)
}

class Client implements Http {
  readonly base: string
  readonly #options: HttpOptions
  readonly clock: Clock
  readonly #pacer: Pacer
  readonly #patience: Patience
  #free = CONNECTIONS
  readonly #waiting: (() => void)[] = []

  constructor(options: HttpOptions) {
    this.base = checkedBase(options.base)
    this.#options = options
    this.clock = options.clock ?? SYSTEM_CLOCK
    this.#pacer = options.pacer ?? new Pacer(NO_PACING, this.clock)
    this.#patience = new Patience({ ...DEFAULT_BUDGET, ...options.budget }, this.clock)
  }

  async request(request: HttpRequest): Promise<Answer> {
    const { method, idempotent = method !== 'POST', pace = method === 'GET' ? 'read' : 'write' } = request
    const url = this.#url(request)
    for (let attempt = 1; ; attempt += 1) {
      await this.#pacer.turn(pace)
      const outcome = await this.#connected(() => this.#send(request, url, attempt))
      if (!('error' in outcome)) return outcome
      const { error, again } = outcome
      if (error.status !== undefined && again === 'always') this.#pacer.hold((error.retryAfter ?? 0) * 1000)
      if (again === 'never' || (again === 'idempotent' && !idempotent)) throw error
      await this.#patience.wait(attempt, error)
    }
  }

  async pages(request: Omit<HttpRequest, 'method' | 'body'>): Promise<unknown[]> {
    const items: unknown[] = []
    let answer = await this.request({ ...request, method: 'GET' })
    for (let page = 1; ; page += 1) {
      if (!Array.isArray(answer.body)) throw this.#fault(`${request.path}: the answer is no list`)
      items.push(...answer.body)
      const next = nextLink(answer.headers, this.base)
      if (next === undefined) return items
      if (page === MOST_PAGES) throw this.#fault(`${request.path}: more than ${MOST_PAGES} pages`)
      answer = await this.request({ method: 'GET', path: next })
    }
  }

  ensure<T>(steps: { readonly find: () => Promise<T | undefined>; readonly create: () => Promise<T> }): Promise<T> {
    return ensure(this.#patience, steps)
  }

  #url({ path, query = {} }: HttpRequest): URL {
    const url = new URL(path.startsWith('/') ? `${this.base}${path}` : path)
    if (!sameOrigin(url, this.base)) throw this.#fault(`${url.origin} is not the server of the token: not asked`)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    return url
  }

  async #connected<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  async #send(request: HttpRequest, start: URL, attempt: number): Promise<Answer | Failure> {
    const { method, body, accept = [], check } = request
    const { timeout } = this.#patience.budget
    const name = this.#safe(`${method} ${start.origin}${start.pathname}`)
    const note = (status: number | undefined) =>
      this.#options.trace?.({ method, url: this.#safe(`${start.origin}${start.pathname}`), status, attempt })
    try {
      const signal = AbortSignal.timeout(timeout)
      let url = start
      for (let hops = 0; ; hops += 1) {
        const response = await fetch(url, {
          method,
          redirect: 'manual',
          signal,
          headers: {
            accept: 'application/json',
            'user-agent': 'kubemend',
            ...this.#options.headers,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const answer = await this.#answer(response, name)
        note(answer.status)
        const target = redirectTarget(answer, url)
        if (target === undefined) {
          const isFine = (answer.status >= 200 && answer.status < 300) || accept.includes(answer.status)
          if (!isFine) return this.#failure(answer, name)
          return check?.(answer, name, this.clock.now()) ?? answer
        }
        if (hops === MOST_REDIRECTS) throw this.#fault(`${name}: redirected more than ${MOST_REDIRECTS} times`)
        url = this.#followed(target, method, answer.status, name)
      }
    } catch (error) {
      if (error instanceof RemoteError) throw error
      note(undefined)
      return networkFailure(error, name, timeout)
    }
  }

  /** A redirect is followed to the same server only, and a write only where the status promises to repeat it as it is. */
  #followed(target: URL, method: string, status: number, name: string): URL {
    const place = this.#safe(`${target.origin}${target.pathname}`)
    if (!sameOrigin(target, this.base)) {
      throw this.#fault(`${name}: redirected to ${place}, another server, which does not get the token`)
    }
    if (method === 'GET' || status === 307 || status === 308) return target
    const advice = 'the repository was renamed or moved: give its new address'
    throw new RemoteError('permanent', `${name}: moved to ${place}`, { status, advice })
  }

  async #answer(response: Response, name: string): Promise<Answer> {
    const text = await readLimited(response, this.#patience.budget.answerSize)
    if (text === undefined) throw this.#fault(`${name}: the answer is too large`)
    const { status, headers, ok } = response
    const isJson = /\bjson\b/.test(headers.get('content-type') ?? '')
    const body = isJson && text !== '' ? parse(text) : undefined
    if (ok && text !== '' && !isJson) {
      const advice = 'check the address of the API'
      throw new RemoteError('permanent', `${name}: the answer is no JSON`, { status, advice })
    }
    const isPlain = (headers.get('content-type') ?? '').startsWith('text/plain')
    return { status, headers, body, message: messageOf(isPlain ? { message: text } : body, this.#options.redact) }
  }

  #failure(answer: Answer, name: string): Failure {
    return failureOf(answer, name, this.clock.now(), this.#options.explain ?? (() => undefined))
  }

  #fault(text: string): RemoteError {
    return new RemoteError('permanent', this.#safe(text))
  }

  #safe(text: string): string {
    return printable(this.#options.redact(text))
  }
}

/** A cut-off body is a failed connection like any other: the error has no code, so the request may be sent again. */
function parse(text: string): unknown {
  return JSON.parse(text)
}

/** The body as text; undefined when it has more bytes than allowed. */
async function readLimited(response: Response, limit: number): Promise<string | undefined> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  const parts: string[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.byteLength
    if (size > limit) return undefined
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

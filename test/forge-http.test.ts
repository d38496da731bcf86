// The HTTP client of all forges: where it sends a token, when it sends again, how fast, and what its errors say.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createHttp, type Exchange, type Http, type HttpOptions } from '../src/forge/http.ts'
import { NO_PACING, Pacer } from '../src/forge/pacing.ts'
import { pathOf } from '../src/forge/url.ts'
import { failure } from './support/failure.ts'
import { testClock } from './support/forge/clock.ts'

const TOKEN = 'canary-7f3a9c'

type Step = number | 'drop' | ((request: Received, response: ServerResponse) => void)

interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Site {
  readonly url: string
  readonly received: Received[]
}

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})

/** A server that answers as the steps say, one after the other; the last one for ever. */
async function site(...steps: readonly Step[]): Promise<Site> {
  const received: Received[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const request = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    }
    received.push(request)
    const step = steps[Math.min(received.length, steps.length) - 1] ?? 200
    if (step === 'drop') response.destroy()
    else if (typeof step === 'number') json(step, { ok: true })(request, response)
    else step(request, response)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return (_: Received, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function client(base: string, options: Partial<HttpOptions> = {}) {
  const clock = testClock()
  const http = createHttp({
    base,
    headers: { authorization: `Bearer ${TOKEN}` },
    redact: text => text.replaceAll(TOKEN, '***'),
    clock,
    ...options,
  })
  return { http, clock }
}

const get = (http: Http, path = '/thing') => http.request({ method: 'GET', path })
const post = (http: Http, path = '/things') => http.request({ method: 'POST', path, body: { name: 'x' } })

describe('an answer', () => {
  test('is parsed JSON, asked for with the headers and parameters given', async () => {
    const { url, received } = await site(json(200, { id: 1 }))
    const { http } = client(`${url}/api/v3/`)
    const query = { page: 2, q: 'a b&c', none: undefined }
    expect((await http.request({ method: 'GET', path: '/thing', query })).body).toEqual({ id: 1 })
    expect(received[0]?.url).toBe('/api/v3/thing?page=2&q=a+b%26c')
    expect(received[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, accept: 'application/json' })
  })

  test('without a body is a success', async () => {
    const { url } = await site((_, response) => void response.writeHead(204).end())
    expect((await get(client(url).http)).body).toBeUndefined()
  })

  test('that is compressed is read', async () => {
    const body = gzipSync('{"id":2}')
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const { url } = await site((_, response) => void response.writeHead(200, headers).end(body))
    expect((await get(client(url).http)).body).toEqual({ id: 2 })
  })

  test('of a page in place of JSON is a wrong address', async () => {
    const { url } = await site(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    )
    expect(await failure(get(client(url).http))).toMatchObject({
      kind: 'permanent',
      advice: 'check the address of the API',
    })
  })

  test('that is too large is not read to its end', async () => {
    const { url } = await site(json(200, 'x'.repeat(5000)))
    const error = await failure(get(client(url, { budget: { answerSize: 1000 } }).http))
    expect(error).toMatchObject({ kind: 'permanent', message: expect.stringContaining('too large') })
  })

  test.each([404, 409])('of status %i is handed over when the request accepts it', async status => {
    const { url } = await site(json(status, { message: 'no' }))
    const answer = await client(url).http.request({ method: 'GET', path: '/thing', accept: [status] })
    expect(answer).toMatchObject({ status, message: 'no' })
  })
})

describe('a token', () => {
  test.each(['http://forge.example', 'http://127.0.0.1.example.com/api', 'ftp://127.0.0.1', 'http://[::2]'])(
    'is not sent to %s',
    base => {
      expect(() => client(base)).toThrow('over https only')
    },
  )

  test.each(['https://forge.example/api/v3', 'http://localhost:3000', 'http://[::1]:3000', 'http://127.8.0.1'])(
    'may be sent to %s',
    base => {
      expect(client(base).http.base).toBe(base)
    },
  )

  test('is not taken from an address, which is not shown either', () => {
    const open = () => client(`https://user:${TOKEN}@forge.example`)
    expect(open).toThrow('holds credentials')
    expect(open).not.toThrow(TOKEN)
  })

  test.each([301, 302, 303, 307, 308])('does not follow a redirect (%i) to another origin', async status => {
    const other = await site(200)
    const { url } = await site(json(status, {}, { location: `${other.url}/stolen` }))
    const error = await failure(get(client(url).http))
    expect(error).toMatchObject({ kind: 'permanent', message: expect.stringContaining('does not get the token') })
    expect(other.received).toEqual([])
  })

  test('follows a redirect of a read on its server', async () => {
    const { url, received } = await site(json(301, {}, { location: '/moved?x=1' }), json(200, { id: 7 }))
    expect((await get(client(url).http)).body).toEqual({ id: 7 })
    expect(received.map(request => request.url)).toEqual(['/thing', '/moved?x=1'])
  })

  test('does not run in circles', async () => {
    const { url, received } = await site(json(302, {}, { location: '/thing' }))
    expect((await failure(get(client(url).http))).message).toContain('redirected more than 3 times')
    expect(received).toHaveLength(4)
  })

  test('repeats a write as it is where the redirect promises that', async () => {
    const { url, received } = await site(json(307, {}, { location: '/moved' }), 201)
    await post(client(url).http)
    expect(received[1]).toMatchObject({ method: 'POST', url: '/moved', body: '{"name":"x"}' })
  })

  test('does not turn a write into a read, as a redirect of an old kind would', async () => {
    const { url, received } = await site(json(301, {}, { location: '/moved' }), 200)
    const error = await failure(post(client(url).http))
    expect(error).toMatchObject({ kind: 'permanent', advice: expect.stringContaining('renamed') })
    expect(received).toHaveLength(1)
  })

  test('does not follow the next page to another origin', async () => {
    const other = await site(json(200, []))
    const { url } = await site(json(200, [1], { link: `<${other.url}/page2>; rel="next"` }))
    expect((await failure(client(url).http.pages({ path: '/things' }))).message).toContain(
      'not the server of the token',
    )
    expect(other.received).toEqual([])
  })

  test('is in no error, whatever the server says', async () => {
    const echo: Step = (request, response) =>
      json(422, { message: `bad ${request.headers.authorization}\u001b[31m`, errors: [{ message: TOKEN }] })(
        request,
        response,
      )
    const { url } = await site(echo)
    const error = await failure(get(client(url).http, `/x/${TOKEN}`))
    expect(JSON.stringify([error.message, error.advice, error.stack])).not.toContain(TOKEN)
    expect(error.message).toContain('\\e[31m')
    expect(error.cause).toBeUndefined()
  })

  test('is in no error of a connection', async () => {
    const { url } = await site('drop')
    const error = await failure(post(client(url).http, `/x/${TOKEN}`))
    expect(error.message).toContain('connection failed')
    expect(`${error.message}${error.stack}`).not.toContain(TOKEN)
    expect(error.cause).toBeUndefined()
  })
})

describe('pages', () => {
  test('are followed to the last one', async () => {
    const { url, received } = await site(
      json(200, [1, 2], { link: '</things?page=9>; rel="last", </things?page=2>; rel="next"' }),
      json(200, [3], { link: '</things?page=1>; rel="prev"' }),
    )
    expect(await client(url).http.pages({ path: '/things' })).toEqual([1, 2, 3])
    expect(received.map(request => request.url)).toEqual(['/things', '/things?page=2'])
  })

  test('end', async () => {
    const { url, received } = await site(json(200, [1], { link: '</things>; rel="next"' }))
    expect((await failure(client(url).http.pages({ path: '/things' }))).message).toContain('more than 100 pages')
    expect(received).toHaveLength(100)
  })
})

describe('sending again', () => {
  test.each([
    ['a server error', 500],
    ['a gateway without an answer', 502],
    ['a cut connection', 'drop' as const],
  ])('a read goes through after %s', async (_, step) => {
    const { url, received } = await site(step, step, 200)
    const { http, clock } = client(url)
    await get(http)
    expect(received).toHaveLength(3)
    // twice as long each time, with chance in it
    expect(clock.slept).toEqual([750, 1500])
  })

  test.each([500, 503, 'drop' as const])('a POST is not sent again after %s', async step => {
    const { url, received } = await site(step, 200)
    expect((await failure(post(client(url).http))).kind).toBe('temporary')
    expect(received).toHaveLength(1)
  })

  test('a POST that does the same twice is', async () => {
    const { url, received } = await site(500, 201)
    await client(url).http.request({ method: 'POST', path: '/labels', body: {}, idempotent: true })
    expect(received).toHaveLength(2)
  })

  test('a POST that was turned away untouched is', async () => {
    const { url, received } = await site(json(429, {}, { 'retry-after': '7' }), 201)
    const { http, clock } = client(url)
    await post(http)
    expect(received).toHaveLength(2)
    expect(clock.slept).toEqual([7000])
  })

  test('a body that ends early counts as a cut connection', async () => {
    const cut: Step = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"id":', () => response.destroy())
    }
    const { url } = await site(cut, 200)
    expect((await get(client(url).http)).body).toEqual({ ok: true })
  })

  test('an answer that does not come in time does, too', async () => {
    const { url } = await site(() => {})
    const error = await failure(get(client(url, { budget: { timeout: 50, attempts: 2 } }).http))
    expect(error).toMatchObject({ kind: 'temporary', message: expect.stringContaining('no answer within') })
  })

  test('a port without a server is tried as often as any, and is temporary', async () => {
    const { url } = await site(200)
    const server = servers.pop()
    await new Promise(resolve => server?.close(resolve))
    const trace: Exchange[] = []
    const error = await failure(post(client(url, { trace: exchange => trace.push(exchange) }).http))
    expect(error).toMatchObject({ kind: 'temporary', message: expect.stringContaining('ECONNREFUSED') })
    // nothing was sent, so a POST may be, too
    expect(trace.map(({ attempt, status }) => [attempt, status])).toEqual([1, 2, 3, 4, 5].map(n => [n, undefined]))
  })

  test.each([400, 401, 403, 404, 410, 422, 451, 501])('status %i is final', async status => {
    const { url, received } = await site(status)
    expect(await failure(get(client(url).http))).toMatchObject({ kind: 'permanent', status })
    expect(received).toHaveLength(1)
  })

  test('ends with the attempts', async () => {
    const { url, received } = await site(500)
    expect(await failure(get(client(url).http))).toMatchObject({ kind: 'temporary', status: 500 })
    expect(received).toHaveLength(5)
  })

  test('ends with the budget of waiting, at once when one wait is longer', async () => {
    const { url, received } = await site(json(429, {}, { 'retry-after': '3600' }))
    const { http, clock } = client(url)
    expect(await failure(get(http))).toMatchObject({ kind: 'temporary', retryAfter: 3600 })
    expect(clock.slept).toEqual([])
    expect(received).toHaveLength(1)
  })

  test('spends one budget for all requests of a client', async () => {
    const { url } = await site(json(429, {}, { 'retry-after': '40' }), 200, json(429, {}, { 'retry-after': '40' }), 200)
    const { http } = client(url, { budget: { waiting: 60_000 } })
    await get(http)
    expect(await failure(get(http))).toMatchObject({ kind: 'temporary', retryAfter: 40 })
  })
})

describe('a limit', () => {
  const seconds = Date.UTC(2026, 0, 1) / 1000
  test.each([
    ['seconds', 429, { 'retry-after': '12' }, {}, 12],
    ['a date', 503, { 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' }, {}, 20],
    [
      'the reset time of a spent limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${seconds + 30}` },
      {},
      30,
    ],
    ["GitLab's reset time", 429, { 'ratelimit-reset': `${seconds + 25}` }, {}, 25],
    ['a secondary limit in words', 403, {}, { message: 'You have exceeded a secondary rate limit.' }, 60],
    ['no time at all', 429, {}, {}, 60],
  ])('given by %s is kept', async (_, status, headers, body, wait) => {
    const { url } = await site(json(status, body, headers), 200)
    const { http, clock } = client(url)
    await get(http)
    expect(clock.slept).toEqual([wait * 1000])
  })

  test('of plain text is one, too', async () => {
    const { url } = await site(
      (_, response) => void response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n'),
    )
    const error = await failure(get(client(url, { budget: { attempts: 1 } }).http))
    expect(error).toMatchObject({ kind: 'temporary', message: expect.stringContaining('429: Retry later') })
  })

  test('that is not reached does not make a refusal temporary', async () => {
    const { url } = await site(
      json(403, { message: 'no' }, { 'x-ratelimit-remaining': '12', 'x-ratelimit-reset': '1' }),
    )
    expect((await failure(get(client(url).http))).kind).toBe('permanent')
  })

  test('holds back all requests of the token', async () => {
    const { url, received } = await site(json(429, {}, { 'retry-after': '9' }), 200)
    const clock = testClock()
    const pacer = new Pacer(NO_PACING, clock)
    const first = client(url, { clock, pacer, budget: { attempts: 1 } }).http
    await failure(get(first))
    await get(client(url, { clock, pacer }).http)
    expect(clock.slept).toEqual([9000])
    expect(received).toHaveLength(2)
  })
})

describe('a pace', () => {
  const pacing = { writeGap: 1000, contentGap: 3000, perMinute: 5, perHour: 8, longestWait: 300_000 }

  /** Seconds from the start at which each request was sent. */
  async function times(paces: readonly ('read' | 'write' | 'content')[]) {
    const clock = testClock(0)
    const pacer = new Pacer(pacing, clock)
    const sent: number[] = []
    for (const pace of paces) {
      await pacer.turn(pace)
      sent.push(clock.now() / 1000)
    }
    return sent
  }

  test('keeps a second between writes and three between what people are told of', async () => {
    expect(await times(['write', 'write', 'content', 'write', 'content', 'read'])).toEqual([0, 1, 2, 3, 5, 5])
  })

  test('keeps to the number in a minute and in an hour', async () => {
    const content = Array.from({ length: 9 }, () => 'content' as const)
    const start = await times(content.slice(0, 8))
    expect(start).toEqual([0, 3, 6, 9, 12, 60, 63, 66])
    await expect(times(content)).rejects.toMatchObject({ kind: 'temporary', retryAfter: 3600 - 66 })
  })

  test('lets writes through in the order in which they were asked for', async () => {
    const clock = testClock(0)
    const pacer = new Pacer(pacing, clock)
    const sent: string[] = []
    const turn = async (name: string) => {
      await pacer.turn('write')
      sent.push(`${name} ${clock.now() / 1000}`)
    }
    await Promise.all([turn('a'), turn('b'), turn('c')])
    expect(sent).toEqual(['a 0', 'b 1', 'c 2'])
  })

  test('counts what is sent again', async () => {
    const { url } = await site(json(429, {}, { 'retry-after': '0' }), 201, 201)
    const clock = testClock(0)
    const http = client(url, { clock, pacer: new Pacer(pacing, clock) }).http
    await http.request({ method: 'POST', path: '/comments', body: {}, pace: 'content' })
    await http.request({ method: 'POST', path: '/comments', body: {}, pace: 'content' })
    expect(clock.now()).toBe(6000)
  })
})

describe('making a thing once', () => {
  function shelf() {
    const things: string[] = []
    return {
      things,
      find: async () => things[0],
    }
  }

  test('makes nothing that is there', async () => {
    const { url } = await site(200)
    const { things, find } = shelf()
    things.push('old')
    const create = async () => expect.unreachable()
    expect(await client(url).http.ensure({ find, create })).toBe('old')
  })

  test('looks again when the outcome is not known', async () => {
    const { url, received } = await site('drop')
    const { things, find } = shelf()
    const { http } = client(url)
    const create = async () => {
      things.push(`made ${things.length}`)
      await post(http)
      return 'answered'
    }
    expect(await http.ensure({ find, create })).toBe('made 0')
    expect(received).toHaveLength(1)
  })

  test('tries again when it did not happen, and gives up in the end', async () => {
    const { url, received } = await site(500)
    const { http } = client(url)
    const error = await failure(http.ensure({ find: async () => undefined, create: () => post(http) }))
    expect(error.kind).toBe('temporary')
    expect(received).toHaveLength(5)
  })

  test('does not try again what is refused', async () => {
    const { url, received } = await site(422)
    const { http } = client(url)
    expect((await failure(http.ensure({ find: async () => undefined, create: () => post(http) }))).status).toBe(422)
    expect(received).toHaveLength(1)
  })
})

test('no more than eight requests are in flight', async () => {
  let running = 0
  let most = 0
  const { url } = await site((request, response) => {
    running += 1
    most = Math.max(most, running)
    setTimeout(() => {
      running -= 1
      json(200, {})(request, response)
    }, 5)
  })
  const { http } = client(url)
  await Promise.all(Array.from({ length: 30 }, () => get(http)))
  expect(most).toBe(8)
})

describe('a path', () => {
  test('holds what is inserted as one step', () => {
    expect(pathOf`/labels/${'a/b?c#d%'}`).toBe('/labels/a%2Fb%3Fc%23d%25')
  })

  test.each(['.', '..', ''])('does not take %j for a step', value => {
    expect(() => pathOf`/labels/${value}`).toThrow('cannot stand in an address')
  })
})

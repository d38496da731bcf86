// A git server on loopback: bare repositories behind git's own `http-backend`, with accounts, a log and faults on demand.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { BareRepository, type Entries, GIT_ENVIRONMENT } from './git-repository.ts'

export interface GitUser {
  readonly password: string
  /** default: true */
  readonly mayPush?: boolean
}

export interface GitRequest {
  /** counted from 1 */
  readonly number: number
  readonly method: string
  /** with the query */
  readonly path: string
  /** `owner/name`, without `.git` */
  readonly repository: string
  readonly service: 'upload-pack' | 'receive-pack' | undefined
  /** whether it asks for refs or capabilities alone */
  readonly isAdvertisement: boolean
  readonly user: string | undefined
  /** objects that a fetch asks for */
  readonly wants: readonly string[]
  readonly bytesIn: number
  bytesOut: number
  /** 0: no reply was sent */
  status: number
}

/** `drop`: the connection ends unanswered; `lose`: the request is carried out and its reply is lost. */
export type Fault =
  | 'drop'
  | 'lose'
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }

export interface GitServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** every request so far */
  readonly log: GitRequest[]
  /** Called before each request is carried out; may wait, act as a person, and answer a fault. */
  onRequest: ((request: GitRequest) => Promise<Fault | undefined> | Fault | undefined) | undefined
  /** Makes `owner/name` with a first commit on `main`. */
  create(name: string, files: Entries, objectFormat?: 'sha1' | 'sha256'): BareRepository
  /** Serves another server's requests: true when the path is that of a git repository. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  stop(): Promise<void>
}

export interface GitServerOptions {
  /** accounts by name; without any, everybody may read and push */
  readonly users?: Readonly<Record<string, GitUser>>
}

const ROUTE = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/

export async function startGitServer({ users }: GitServerOptions = {}): Promise<GitServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kubemend-git-server-'))
  const sockets = new Set<Socket>()
  const running = new Set<Promise<Reply>>()
  const server = createServer((request, response) => {
    if (!self.handle(request, response)) response.writeHead(404).end('not found\n')
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: GitServer = {
    url,
    log: [],
    onRequest: undefined,
    create: (name, files, objectFormat) =>
      new BareRepository(path.join(folder, `${name}.git`), `${url}/${name}.git`, files, objectFormat),
    handle: (request, response) => {
      const [, repository, route] = ROUTE.exec(decodeURI(pathOf(request))) ?? []
      if (repository === undefined || route === undefined) return false
      serve(request, response, repository, route).catch(() => response.destroy())
      return true
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
      await Promise.allSettled(running)
      rmSync(folder, { recursive: true, force: true })
    },
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse, repository: string, route: string) {
    const body = await read(incoming)
    const request = describe(incoming, body, self.log.length + 1, repository, route)
    self.log.push(request)
    response.once('close', () => {
      request.status = response.headersSent ? response.statusCode : 0
    })
    const refused = refusal(request, incoming, users)
    const fault = (await self.onRequest?.(request)) ?? refused
    if (fault === 'drop') return void response.destroy()
    if (typeof fault === 'object') return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
    const answer = backend(incoming, request, body, folder, `/${repository}.git/${route}`)
    running.add(answer)
    const reply = await answer.finally(() => running.delete(answer))
    if (fault === 'lose') return void response.destroy()
    request.bytesOut = reply.body.length
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }

  return self
}

function pathOf(incoming: IncomingMessage): string {
  return (incoming.url ?? '').replace(/\?.*$/s, '')
}

function describe(
  incoming: IncomingMessage,
  body: Buffer,
  number: number,
  repository: string,
  route: string,
): GitRequest {
  const [user] = credentials(incoming) ?? []
  const plain = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  const isFetch = route === 'git-upload-pack'
  return {
    number,
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    repository,
    service: /git-(upload-pack|receive-pack)/.exec(incoming.url ?? '')?.[1] as GitRequest['service'],
    isAdvertisement: route === 'info/refs' || (isFetch && plain.includes('command=ls-refs')),
    user,
    wants: isFetch ? [...plain.toString('latin1').matchAll(/want ([0-9a-f]{40,64})/g)].map(([, id]) => id ?? '') : [],
    bytesIn: body.length,
    bytesOut: 0,
    status: 0,
  }
}

function credentials(incoming: IncomingMessage): [user: string, password: string] | undefined {
  const [scheme, value = ''] = (incoming.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const text = Buffer.from(value, 'base64').toString()
  return [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
}

function refusal(request: GitRequest, incoming: IncomingMessage, users: GitServerOptions['users']): Fault | undefined {
  if (users === undefined) return undefined
  const [user = '', password] = credentials(incoming) ?? []
  const account = Object.hasOwn(users, user) ? users[user] : undefined
  if (account === undefined || account.password !== password) {
    return { status: 401, headers: { 'www-authenticate': 'Basic realm="git"' }, body: 'who are you?\n' }
  }
  return request.service === 'receive-pack' && account.mayPush === false
    ? { status: 403, body: 'not yours to push to\n' }
    : undefined
}

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Runs git's CGI program; what it prints is a header block and a body. */
async function backend(
  incoming: IncomingMessage,
  request: GitRequest,
  body: Buffer,
  root: string,
  place: string,
): Promise<Reply> {
  const child = spawn('git', ['http-backend'], {
    env: {
      ...GIT_ENVIRONMENT,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(incoming.headers['git-protocol'] ?? ''),
      PATH_INFO: place,
      QUERY_STRING: request.path.split('?')[1] ?? '',
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: incoming.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: incoming.headers['content-encoding'] ?? '',
      REMOTE_USER: request.user ?? 'anonymous',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(body)
  const output = await read(child.stdout)
  const end = output.indexOf('\r\n\r\n')
  const lines = output.subarray(0, end).toString().split('\r\n')
  const headers = Object.fromEntries(lines.map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]))
  return { status: Number.parseInt(headers.Status ?? '200', 10), headers, body: output.subarray(end + 4) }
}

// A forge on loopback: git repositories and an API over them, with a log, a contract, and disturbances on demand.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Entries } from '../git-repository.ts'
import { type Fault, type GitServer, startGitServer } from '../git-server.ts'
import { RepositoryState } from './repository-state.ts'
import { type Account, type Role, Ticker } from './state.ts'

export interface ApiRequest {
  readonly method: string
  /** below the host, not decoded, without the query */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** parsed JSON; undefined without a body */
  readonly body: unknown
}

export interface ApiReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** sent as JSON; a text that is sent as it is when the type in `headers` says so; undefined: no body */
  readonly body?: unknown
}

/** One forge's API over the shared state. */
export interface Face {
  /** whether a path of the host belongs to the API */
  owns(path: string): boolean
  /** what the forge does otherwise with pushes to a new repository */
  prepare?(repository: RepositoryState): void
  reply(request: ApiRequest, forge: ForgeDouble): Promise<ApiReply> | ApiReply
  /** how request and reply break the contract */
  violations(request: ApiRequest, reply: ApiReply): readonly string[]
}

/** A request as disturbances and logs see it. */
export interface ForgeRequest {
  /** counted from 1 over the API and git together */
  readonly number: number
  readonly channel: 'api' | 'git'
  readonly method: string
  /** with the query */
  readonly path: string
  readonly body: unknown
  /** 0: no reply was sent */
  status: number
}

/** Beyond those of git: `repeat` carries a request of the API out twice, as a network may deliver it. */
export type Disturbance = Fault | 'repeat'

export interface ForgeDouble {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly log: ForgeRequest[]
  /** what broke the contract so far; `stop` throws when there is something */
  readonly violations: string[]
  readonly accounts: Account[]
  readonly repositories: RepositoryState[]
  /** Called before each request is carried out; may wait, act as a person, and answer a disturbance. */
  onRequest: ((request: ForgeRequest) => Promise<Disturbance | undefined> | Disturbance | undefined) | undefined
  account(login: string, options?: Partial<Omit<Account, 'id' | 'login'>>): Account
  /** A repository `owner/name` with a first commit on `main`. */
  create(place: string, files: Entries): RepositoryState
  repository(owner: string, name: string): RepositoryState | undefined
  stop(): Promise<void>
}

export interface ForgeOptions {
  readonly faces: readonly Face[]
  /** passwords of git's users, by name; without any, everybody may read and push */
  readonly gitUsers?: Readonly<Record<string, string>>
}

export async function startForge({ faces, gitUsers }: ForgeOptions): Promise<ForgeDouble> {
  const users = Object.entries(gitUsers ?? {}).map(([name, password]) => [name, { password }] as const)
  const git: GitServer = await startGitServer(gitUsers === undefined ? {} : { users: Object.fromEntries(users) })
  const ticker = new Ticker()
  const sockets = new Set<Socket>()
  const server = createServer((incoming, response) => {
    if (git.handle(incoming, response)) return
    serve(incoming, response).catch(error => {
      self.violations.push(String(error))
      response.destroy()
    })
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const self: ForgeDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: [],
    violations: [],
    accounts: [],
    repositories: [],
    onRequest: undefined,
    account: (login, options = {}) => {
      const defaults = { name: undefined, isBot: false, token: undefined, role: 'write' as Role, scopes: [] }
      const account = { id: ticker.id(), login, ...defaults, ...options }
      self.accounts.push(account)
      return account
    },
    create: (place, files) => {
      const end = place.lastIndexOf('/')
      const [owner, name] = [place.slice(0, end), place.slice(end + 1)]
      const repository = new RepositoryState(owner, name, git.create(place, files), ticker)
      for (const face of faces) face.prepare?.(repository)
      self.repositories.push(repository)
      return repository
    },
    repository: (owner, name) =>
      self.repositories.find(
        found => found.owner.toLowerCase() === owner.toLowerCase() && found.name.toLowerCase() === name.toLowerCase(),
      ),
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
      await git.stop()
      const broken = [...new Set(self.violations)]
      if (broken.length > 0) throw new Error(`the contract was broken:\n${broken.slice(0, 20).join('\n')}`)
    },
  }
  // one count and one hook for both
  git.onRequest = async request => {
    const entry = note('git', request.method, request.path, undefined)
    const disturbance = await self.onRequest?.(entry)
    return disturbance === 'repeat' ? undefined : disturbance
  }

  function note(channel: 'api' | 'git', method: string, path: string, body: unknown): ForgeRequest {
    const entry = { number: self.log.length + 1, channel, method, path, body, status: 0 }
    self.log.push(entry)
    return entry
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', self.url)
    const face = faces.find(candidate => candidate.owns(url.pathname))
    const body = parse(await text(incoming))
    const method = incoming.method ?? ''
    const entry = note('api', method, `${url.pathname}${url.search}`, body)
    const disturbance = await self.onRequest?.(entry)
    if (disturbance === 'drop') return void response.destroy()
    const request = { method, path: url.pathname, query: url.searchParams, headers: incoming.headers, body }
    let reply = typeof disturbance === 'object' ? disturbance : await carryOut(face, request)
    if (disturbance === 'repeat') reply = await carryOut(face, request)
    if (disturbance === 'lose') return void response.destroy()
    entry.status = reply.status
    send(response, reply)
  }

  async function carryOut(face: Face | undefined, request: ApiRequest): Promise<ApiReply> {
    if (face === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found' }
    const reply = await face.reply(request, self)
    for (const violation of face.violations(request, reply)) {
      self.violations.push(`${request.method} ${request.path}: ${violation}`)
    }
    return reply
  }

  return self
}

function send(response: ServerResponse, { status, headers = {}, body }: ApiReply): void {
  if (body === undefined) return void response.writeHead(status, headers).end()
  const type = { 'content-type': 'application/json; charset=utf-8', ...headers }
  const isText = typeof body === 'string' && !type['content-type'].includes('json')
  response.writeHead(status, type).end(isText || typeof body === 'string' ? body : JSON.stringify(body))
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function parse(body: string): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

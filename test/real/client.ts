// Asks a kube-apiserver over HTTPS: raw YAML in, the server's verdict out.

import { Agent, request } from 'node:https'
import type { Resource } from '../../src/kube/resource.ts'
import { asArray, asObject, asString, type Json, type JsonObject, member } from '../../src/yaml/value.ts'

export interface Address {
  readonly host: string
  readonly port: number
  /** PEM of the certificate that the server made for itself */
  readonly ca: string
  readonly token: string
}

export interface Answer {
  readonly status: number
  readonly body: string
  /** texts of the Warning headers */
  readonly warnings: readonly string[]
}

/** What the server says to one object. */
export interface Verdict {
  readonly accepted: boolean
  /** HTTP status; 404 for a kind or a namespace that the server does not know */
  readonly status: number
  /** the server's words, empty when it accepted */
  readonly message: string
  readonly warnings: readonly string[]
  /** the object as the server holds it, with defaults; undefined when it was not accepted */
  readonly object: JsonObject | undefined
}

/** Names an object for the server. */
export interface ObjectName {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** where the object says none; cluster-wide kinds pass it over */
  readonly namespace: string
}

interface ResourceKind {
  readonly plural: string
  readonly namespaced: boolean
}

const MANAGER = 'kubemend-test'

export class Client {
  readonly #address: Address
  readonly #agent: Agent
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, ResourceKind>>>()

  constructor(address: Address) {
    this.#address = address
    this.#agent = new Agent({ ca: address.ca, keepAlive: true, maxSockets: 4 })
  }

  /** POSTs an author's own text as it stands, to be decoded strictly; nothing is stored with `dryRun`. */
  async create(target: ObjectName, text: string, mode: 'dry-run' | 'real'): Promise<Verdict> {
    const place = await this.#collection(target)
    if (place === undefined) return unserved(target)
    const query = `fieldManager=${MANAGER}&fieldValidation=Strict${mode === 'dry-run' ? '&dryRun=All' : ''}`
    return toVerdict(await this.send('POST', `${place}?${query}`, text, 'application/yaml'))
  }

  /** Server-side apply of a text, strictly decoded; takes fields over from other managers. */
  async apply(target: ObjectName, text: string, mode: 'dry-run' | 'real'): Promise<Verdict> {
    const place = await this.#collection(target)
    if (place === undefined) return unserved(target)
    const query = `fieldManager=${MANAGER}&force=true&fieldValidation=Strict${mode === 'dry-run' ? '&dryRun=All' : ''}`
    const path = `${place}/${encodeURIComponent(target.name)}?${query}`
    return toVerdict(await this.send('PATCH', path, text, 'application/apply-patch+yaml'))
  }

  async delete(target: ObjectName): Promise<Verdict> {
    const place = await this.#collection(target)
    if (place === undefined) return unserved(target)
    const path = `${place}/${encodeURIComponent(target.name)}?propagationPolicy=Background&gracePeriodSeconds=0`
    return toVerdict(await this.send('DELETE', path))
  }

  /** Makes a namespace; one that is there already is as good. */
  async createNamespace(name: string): Promise<void> {
    const target = { apiVersion: 'v1', kind: 'Namespace', name, namespace: '' }
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const verdict = await this.create(target, text, 'real')
    if (!verdict.accepted && verdict.status !== 409) throw new Error(`namespace ${name}: ${verdict.message}`)
  }

  /** Whether the server serves the kind. */
  async serves(apiVersion: string, kind: string): Promise<boolean> {
    return (await this.#kind(apiVersion, kind)) !== undefined
  }

  /** Forgets which kinds are served: after a CustomResourceDefinition was made. */
  forgetKinds(): void {
    this.#groups.clear()
  }

  send(method: string, path: string, body?: string, type?: string): Promise<Answer> {
    const { host, port, token } = this.#address
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    }
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, method, path, headers, agent: this.#agent }, response => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8')
          resolve({ status: response.statusCode ?? 0, body: text, warnings: warningsOf(response.rawHeaders) })
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  async #collection({ apiVersion, kind, namespace }: ObjectName): Promise<string | undefined> {
    const found = await this.#kind(apiVersion, kind)
    if (found === undefined) return undefined
    return `${groupPath(apiVersion)}${found.namespaced ? `/namespaces/${namespace}` : ''}/${found.plural}`
  }

  async #kind(apiVersion: string, kind: string): Promise<ResourceKind | undefined> {
    const known = this.#groups.get(apiVersion) ?? this.#discover(apiVersion)
    this.#groups.set(apiVersion, known)
    return (await known).get(kind)
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, ResourceKind>> {
    const kinds = new Map<string, ResourceKind>()
    const { status, body } = await this.send('GET', groupPath(apiVersion))
    if (status !== 200) return kinds
    for (const entry of asArray(member(parsed(body), 'resources'))) {
      const plural = asString(member(entry, 'name'))
      const kind = asString(member(entry, 'kind'))
      if (plural === undefined || kind === undefined || plural.includes('/')) continue
      kinds.set(kind, { plural, namespaced: member(entry, 'namespaced') === true })
    }
    return kinds
  }
}

/** The name of a resource of a workspace, in `default` where it says no namespace. */
export function nameOf({ apiVersion, kind, name, namespace }: Resource): ObjectName {
  return { apiVersion, kind, name, namespace: namespace ?? 'default' }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

function unserved({ apiVersion, kind }: ObjectName): Verdict {
  const message = `the server does not serve ${apiVersion} ${kind}`
  return { accepted: false, status: 404, message, warnings: [], object: undefined }
}

function toVerdict({ status, body, warnings }: Answer): Verdict {
  const value = parsed(body)
  const accepted = status >= 200 && status < 300
  const message = accepted ? '' : (asString(member(value, 'message')) ?? body)
  return { accepted, status, message, warnings, object: accepted ? asObject(value) : undefined }
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json
  } catch {
    return null
  }
}

/** RFC 7234 warnings, as Kubernetes writes them: `299 - "text"`. */
function warningsOf(rawHeaders: readonly string[]): string[] {
  const warnings: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'warning') continue
    const text = /^299 - "(.*)"$/.exec(rawHeaders[index + 1] ?? '')?.[1]
    if (text !== undefined) warnings.push(text.replaceAll('\\"', '"'))
  }
  return warnings
}

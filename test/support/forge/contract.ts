// Holds requests and replies of a REST API against what the forge publishes of it (see test/contract).

import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

type Value = null | boolean | number | string | Value[] | { [key: string]: Value }
type Schema = { readonly [key: string]: Value }

export interface Operation {
  readonly id: string
  readonly method: string
  /** `/repos/{owner}/{repo}`; below the API's address */
  readonly path: string
  /** schemas of query parameters */
  readonly query: Readonly<Record<string, Schema>>
  readonly body?: Schema
  /** by status; null: no body */
  readonly responses: Readonly<Record<string, Schema | null>>
}

interface ContractFile {
  readonly operations: readonly Operation[]
  readonly definitions: Readonly<Record<string, Schema>>
}

export interface Match {
  readonly operation: Operation
  /** values in the path, decoded */
  readonly parameters: Readonly<Record<string, string>>
}

export class Contract {
  readonly #file: ContractFile
  readonly #routes: readonly { readonly operation: Operation; readonly pattern: RegExp }[]
  readonly #ajv: Ajv
  readonly #validators = new Map<Schema, ValidateFunction>()
  /** name of the definition of an error whose status an operation does not list */
  readonly #error: string

  /** `greedy`: path parameters that may hold slashes */
  constructor(file: string, { greedy = [], error }: { greedy?: readonly string[]; error: string }) {
    this.#file = JSON.parse(readFileSync(file, 'utf8')) as ContractFile
    this.#error = error
    this.#ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }))
    this.#routes = this.#file.operations.map(operation => {
      const pattern = operation.path.replace(/\{(\w+)\}/g, (_, name) =>
        greedy.includes(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
      )
      return { operation, pattern: new RegExp(`^${pattern}$`) }
    })
  }

  /** How a request below the API's address and its reply break what is published. */
  violations(
    request: { readonly method: string; readonly query: URLSearchParams; readonly body: unknown },
    path: string,
    reply: { readonly status: number; readonly body?: unknown },
  ): readonly string[] {
    const match = this.match(request.method, path)
    if (match === undefined) return ['no such operation in the contract']
    return [
      ...this.checkRequest(match, request.query, request.body),
      ...this.checkReply(match, reply.status, reply.body),
    ]
  }

  match(method: string, path: string): Match | undefined {
    for (const { operation, pattern } of this.#routes) {
      const found = operation.method === method ? pattern.exec(path) : null
      if (found === null) continue
      const parameters = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])
      return { operation, parameters: Object.fromEntries(parameters) }
    }
    return undefined
  }

  /** What a request has that the operation does not know or does not take. */
  checkRequest({ operation }: Match, query: URLSearchParams, body: unknown): string[] {
    const unknown = [...query.keys()].filter(name => operation.query[name] === undefined)
    const violations = unknown.map(name => `${operation.id}: no query parameter ${name}`)
    if (operation.body === undefined) {
      if (body !== undefined) violations.push(`${operation.id}: takes no body`)
      return violations
    }
    const { properties } = this.#resolve(operation.body)
    for (const name of Object.keys((body ?? {}) as object)) {
      if (typeof properties === 'object' && properties !== null && !(name in properties)) {
        violations.push(`${operation.id}: the request's body has no field ${name}`)
      }
    }
    return [...violations, ...this.#check(operation.body, body ?? {}, `${operation.id}: request`)]
  }

  checkReply({ operation }: Match, status: number, body: unknown): string[] {
    const listed = operation.responses[String(status)]
    const name = `${operation.id}: reply ${status}`
    if (listed !== undefined && listed !== null) return this.#check(listed, body, name)
    if (status >= 400) return this.#check({ $ref: `#/definitions/${this.#error}` }, body, name)
    if (listed === undefined) return [`${name} is not listed`]
    return body === undefined ? [] : [`${name} has no body`]
  }

  /** A value of a definition in which every field that is demanded and not given has the plainest value it may have. */
  fill(definition: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const schema = this.#resolve({ $ref: `#/definitions/${definition}` })
    return { ...(this.#plain(schema) as Record<string, unknown>), ...given }
  }

  #plain(schema: Schema): unknown {
    const resolved = this.#resolve(schema)
    const choice = resolved.enum ?? resolved.anyOf ?? resolved.oneOf
    if (resolved.enum !== undefined) return (choice as Value[])[0]
    if (choice !== undefined) return this.#plain((choice as Schema[])[0] ?? {})
    if (resolved.allOf !== undefined) {
      return Object.assign({}, ...(resolved.allOf as Schema[]).map(part => this.#plain(part)))
    }
    const types = [resolved.type ?? 'object'].flat()
    if (types.includes('null')) return null
    switch (types[0]) {
      case 'string':
        return PLAIN_TEXT[String(resolved.format)] ?? ''
      case 'integer':
      case 'number':
        return 0
      case 'boolean':
        return false
      case 'array':
        return []
      default: {
        const properties = (resolved.properties ?? {}) as Readonly<Record<string, Schema>>
        const required = (resolved.required ?? []) as string[]
        return Object.fromEntries(required.map(name => [name, this.#plain(properties[name] ?? {})]))
      }
    }
  }

  #resolve(schema: Schema): Schema {
    const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined
    return name === undefined ? schema : this.#resolve(this.#file.definitions[name] ?? {})
  }

  #check(schema: Schema, value: unknown, name: string): string[] {
    let validate = this.#validators.get(schema)
    if (validate === undefined) {
      validate = this.#ajv.compile({ ...schema, definitions: this.#file.definitions })
      this.#validators.set(schema, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${name}: ${instancePath || '/'} ${message}`)
  }
}

const PLAIN_TEXT: Readonly<Record<string, string>> = {
  uri: 'https://forge.invalid/',
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  email: 'nobody@forge.invalid',
}

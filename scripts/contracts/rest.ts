// Cuts an OpenAPI 3.0 document down to some operations, with all their schemas as JSON Schema and without any prose.

type Value = null | boolean | number | string | Value[] | { [key: string]: Value }
type Node = { [key: string]: Value }

export interface Subset {
  /** JSON with one operation or definition a line */
  toText(source: string): string
}

/** Keys that say nothing about what is valid, or that JSON Schema does not have. */
const DROPPED = new Set([
  ...['description', 'title', 'example', 'examples', 'default', 'externalDocs', 'deprecated', 'readOnly', 'writeOnly'],
  ...['discriminator', 'nullable'],
])
/** Formats that are checked; `int64` and templates of addresses are not. */
const FORMATS = new Set(['date-time', 'date', 'uri', 'email'])
/** Keys whose value has names of its own as keys. */
const NAMED = new Set(['properties', 'patternProperties'])

/** Operations are given as `METHOD /path/{parameter}`. */
export function restSubset(document: Node, operations: readonly string[]): Subset {
  const used = new Map<string, Value>()
  const resolve = (value: Value | undefined): Node => {
    const reference = isNode(value) ? value.$ref : undefined
    if (typeof reference !== 'string') return isNode(value) ? value : {}
    let current: Value | undefined = document
    for (const step of reference.slice(2).split('/')) current = isNode(current) ? current[step] : undefined
    return resolve(current)
  }

  const toSchema = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(toSchema)
    if (!isNode(value)) return value
    if (typeof value.$ref === 'string') return { $ref: `#/definitions/${use(value.$ref)}` }
    const schema: Node = {}
    for (const [key, entry] of Object.entries(value)) {
      if (DROPPED.has(key) || key.startsWith('x-') || (key === 'format' && !FORMATS.has(String(entry)))) continue
      schema[key] =
        NAMED.has(key) && isNode(entry) ? mapValues(entry, toSchema) : key === 'enum' ? entry : toSchema(entry)
    }
    return value.nullable === true ? orNull(schema) : schema
  }

  const use = (reference: string): string => {
    const name = reference.split('/').at(-1) ?? ''
    if (!used.has(name)) {
      // set first: schemas refer to themselves
      used.set(name, {})
      used.set(name, toSchema(resolve({ $ref: reference })))
    }
    return name
  }

  const cut = operations.map(operation => {
    const [method = '', path = ''] = operation.split(' ')
    const found = resolve(resolve(resolve(document.paths)[path])[method.toLowerCase()])
    if (typeof found.operationId !== 'string') throw new Error(`${operation} is not in the document`)
    const query: Node = {}
    for (const parameter of asList(found.parameters).map(resolve)) {
      if (parameter.in === 'query') query[String(parameter.name)] = toSchema(parameter.schema ?? {})
    }
    const body = jsonOf(resolve(found.requestBody))
    const responses = mapValues(resolve(found.responses), response => {
      const schema = jsonOf(resolve(response))
      return schema === undefined ? null : toSchema(schema)
    })
    return {
      id: found.operationId,
      method,
      path,
      query,
      ...(body === undefined ? {} : { body: toSchema(body) }),
      responses,
    }
  })
  use('#/components/schemas/basic-error')

  return {
    toText: source => {
      const lines = (entries: readonly string[]) => entries.join(',\n')
      const definitions = [...used].sort(([a], [b]) => (a < b ? -1 : 1))
      return `{
"source": ${JSON.stringify(source)},
"operations": [
${lines(cut.map(operation => JSON.stringify(operation)))}
],
"definitions": {
${lines(definitions.map(([name, schema]) => `${JSON.stringify(name)}: ${JSON.stringify(schema)}`))}
}
}
`
    },
  }
}

function isNode(value: Value | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asList(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : []
}

function mapValues(node: Node, change: (value: Value) => Value): Node {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value)]))
}

function jsonOf({ content }: Node): Value | undefined {
  if (!isNode(content)) return undefined
  const [, json] = Object.entries(content).find(([type]) => /\bjson\b/.test(type)) ?? []
  return isNode(json) ? json.schema : undefined
}

function orNull(schema: Node): Node {
  if (typeof schema.type === 'string' && schema.enum === undefined) return { ...schema, type: [schema.type, 'null'] }
  return { anyOf: [schema, { type: 'null' }] }
}

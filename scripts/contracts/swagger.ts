// Turns a Swagger 2.0 document of Gitea into the OpenAPI 3.0 shape that `restSubset` cuts, as strict as the server is.

type Value = null | boolean | number | string | Value[] | { [key: string]: Value }
type Node = { [key: string]: Value }

/** Fields that the server leaves out when they are empty; it sends all others of its replies (seen on Gitea 1.26). */
const LEFT_OUT = new Set([
  ...['additions', 'deletions', 'changed_files', 'review_comments'],
  ...['parent', 'external_tracker', 'external_wiki', 'repo_transfer', 'default_target_branch'],
  ...['errors', 'url'],
])
/** Texts that are null where there is none, beside all dates. */
const NULL_TEXTS = new Set(['merge_commit_sha'])
/** Fields that the document has forgotten. */
const FORGOTTEN: Readonly<Record<string, Node>> = { User: { username: { type: 'string' } } }

const JSON_TYPE = 'application/json'

export function openApiOf(swagger: Node): Node {
  const schemas = mapNode(nodeAt(swagger, 'definitions'), (schema, name) => definition(name, schema))
  return {
    paths: mapNode(nodeAt(swagger, 'paths'), path => mapNode(path, operation => toOperation(operation, swagger))),
    components: { schemas: { ...schemas, 'basic-error': schemas.APIError ?? {} } },
  }
}

function definition(name: string, schema: Node): Node {
  const properties = { ...nodeAt(schema, 'properties'), ...FORGOTTEN[name] }
  if (name.endsWith('Option') || name.endsWith('Options')) return moved(schema)
  const required = Object.keys(properties).filter(property => !LEFT_OUT.has(property))
  return {
    ...moved(schema),
    ...(schema.type === 'object'
      ? {
          properties: mapNode(properties, (property, key) => orNull(key, property)),
          // an object of free names demands none
          ...(required.length > 0 ? { required } : {}),
        }
      : {}),
  }
}

/** An empty pointer or list of Go is null in JSON, which Swagger 2.0 cannot say. */
function orNull(name: string, property: Node): Node {
  const schema = moved(property)
  const isPointer = typeof property.$ref === 'string' || property.type === 'array'
  const isText = property.format === 'date-time' || NULL_TEXTS.has(name)
  return isPointer || isText ? { anyOf: [{ type: 'null' }, schema] } : schema
}

function toOperation(operation: Node, swagger: Node): Node {
  const parameters = (Array.isArray(operation.parameters) ? operation.parameters : []).filter(isNode)
  const body = parameters.find(parameter => parameter.in === 'body')
  return {
    operationId: operation.operationId ?? null,
    parameters: parameters
      .filter(parameter => parameter.in === 'query')
      .map(({ name = '', type = 'string', items = {} }) => ({
        name,
        in: 'query',
        schema: type === 'array' ? { type, items } : { type },
      })),
    ...(body === undefined ? {} : { requestBody: content(nodeAt(body, 'schema')) }),
    responses: mapNode(nodeAt(operation, 'responses'), response => toResponse(response, swagger)),
  }
}

/** Errors have their fields described as headers. */
function toResponse(response: Node, swagger: Node): Node {
  const name = typeof response.$ref === 'string' ? (response.$ref.split('/').at(-1) ?? '') : undefined
  const resolved = name === undefined ? response : nodeAt(nodeAt(swagger, 'responses'), name)
  // an empty list of Go is null in JSON
  const { schema } = resolved
  if (isNode(schema)) return content(schema.type === 'array' ? { anyOf: [schema, { type: 'null' }] } : schema)
  return name === undefined || name === 'empty' ? {} : content({ $ref: '#/definitions/APIError' })
}

function content(schema: Node): Node {
  return { content: { [JSON_TYPE]: { schema: moved(schema) } } }
}

function moved(schema: Node): Node {
  const text = JSON.stringify(schema).replaceAll('"#/definitions/', '"#/components/schemas/')
  return JSON.parse(text) as Node
}

function nodeAt(node: Node, key: string): Node {
  const found = node[key]
  return isNode(found) ? found : {}
}

function mapNode(node: Node, change: (value: Node, key: string) => Node): Node {
  const entries = Object.entries(node).map(([key, value]) => [key, isNode(value) ? change(value, key) : value])
  return Object.fromEntries(entries)
}

function isNode(value: Value | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

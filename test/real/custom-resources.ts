// Teaches a server the custom kinds that kubemend bundles: CustomResourceDefinitions made of the compact schemas.

import { setTimeout as sleep } from 'node:timers/promises'
import { groupOf } from '../../src/kube/resource.ts'
import type { JsonSchema } from '../../src/schema/compact.ts'
import { BundledDefinitions } from '../../src/schema/definitions.ts'
import { asObject, type Json, type JsonObject } from '../../src/yaml/value.ts'
import type { Client } from './client.ts'

const OPEN: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true }

/** A definition that refers to itself has no structural schema: so deep it takes anything. */
const MAX_DEPTH = 24

const CLUSTER_WIDE: ReadonlySet<string> = new Set(['ClusterIssuer', 'GatewayClass', 'ClusterTriggerAuthentication'])

/** Installs the bundled custom kinds among the given `apiVersion/kind`s; answers those that it installed. */
export async function installCustomKinds(client: Client, version: string, keys: ReadonlySet<string>) {
  const definitions = new BundledDefinitions(version)
  const installed: string[] = []
  for (const key of keys) {
    const slash = key.lastIndexOf('/')
    const [apiVersion, kind] = [key.slice(0, slash), key.slice(slash + 1)]
    const name = definitions.nameOf(apiVersion, kind)
    if (name === undefined || (await client.serves(apiVersion, kind))) continue
    const schema = structural(definitions, definitions.schemaOf(name) ?? {}, 0)
    await install(client, apiVersion, kind, withOpenMetadata(schema))
    installed.push(key)
  }
  return installed
}

/** The server judges metadata by itself and takes no schema of it. */
function withOpenMetadata(schema: JsonObject): JsonObject {
  return { ...schema, properties: { ...asObject(schema.properties), metadata: { type: 'object' } } }
}

async function install(client: Client, apiVersion: string, kind: string, openAPIV3Schema: JsonObject): Promise<void> {
  const group = groupOf(apiVersion)
  const plural = `${kind.toLowerCase()}s`
  const name = `${plural}.${group}`
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    spec: {
      group,
      names: { kind, plural },
      scope: CLUSTER_WIDE.has(kind) ? 'Cluster' : 'Namespaced',
      versions: [
        { name: apiVersion.slice(group.length + 1), served: true, storage: true, schema: { openAPIV3Schema } },
      ],
    },
  }
  const target = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name, namespace: '' }
  const verdict = await client.create(target, JSON.stringify(definition), 'real')
  if (!verdict.accepted) throw new Error(`the definition of ${kind}: ${verdict.message}`)
  for (let attempt = 0; attempt < 100; attempt += 1) {
    client.forgetKinds()
    if (await client.serves(apiVersion, kind)) return
    await sleep(100)
  }
  throw new Error(`${apiVersion} ${kind} is not served ten seconds after its definition was made`)
}

/** A JSON Schema as the API server wants it: references inlined, a type at every node, unknown fields by absence. */
function structural(definitions: BundledDefinitions, schema: JsonSchema, depth: number): JsonObject {
  if (depth > MAX_DEPTH) return OPEN
  if (typeof schema.$ref === 'string') return structural(definitions, definitions.schemaOf(schema.$ref) ?? {}, depth)
  const inner = (part: unknown) => structural(definitions, isSchema(part) ? part : {}, depth + 1)
  if (Array.isArray(schema.type)) return { 'x-kubernetes-int-or-string': true }
  switch (schema.type) {
    case 'object': {
      if (isSchema(schema.properties)) {
        const fields = Object.entries(schema.properties).map(([name, part]): [string, Json] => [name, inner(part)])
        const required = Array.isArray(schema.required) ? { required: schema.required as Json[] } : {}
        return { type: 'object', properties: Object.fromEntries(fields), ...required }
      }
      if (isSchema(schema.additionalProperties)) {
        return { type: 'object', additionalProperties: inner(schema.additionalProperties) }
      }
      return { type: 'object', ...OPEN }
    }
    case 'array':
      return { type: 'array', items: inner(schema.items) }
    case undefined:
      return OPEN
    default:
      return asObject(schema as Json) ?? OPEN
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

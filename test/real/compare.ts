// Holds kubemend's verdict on a document against that of a real API server.

import { isKubernetesObject } from '../../src/kube/resource.ts'
import { semanticErrors } from '../../src/schema/semantics.ts'
import type { SchemaError, Validation, Validator } from '../../src/schema/types.ts'
import { validateEach } from '../../src/schema/validator.ts'
import { DEFAULT_VERSION, resolveKubernetesVersion } from '../../src/schema/versions.ts'
import { at, toPointer } from '../../src/yaml/path.ts'
import { readText } from '../../src/yaml/read.ts'
import { asString, isObject, type Json, type JsonObject } from '../../src/yaml/value.ts'
import type { Client, ObjectName, Verdict } from './client.ts'

/**
 * - `agree`, `disagree`: both judged it
 * - `unserved`: the server does not know the kind, or no schema is bundled for it
 * - `cluster-fact`: the server refuses what only a cluster can tell: address ranges, classes that are not there
 * - `unresolved`: the text holds `${NAME}`, `$(NAME)` or `{{ name }}`, which is filled in before a server sees it
 */
type Agreement = 'agree' | 'disagree' | 'unserved' | 'cluster-fact' | 'unresolved'

export interface Comparison {
  /** file, document and item, as messages name it */
  readonly place: string
  readonly apiVersion: string
  readonly kind: string
  readonly agreement: Agreement
  /** `valid`, or what kubemend holds against it */
  readonly ours: string
  /** `accepted`, or the server's words */
  readonly server: string
}

/**
 * Rules by which kubemend is stricter than the server on purpose: the server takes the object, the controller or the
 * container does not.
 */
const BEYOND_THE_SERVER: ReadonlySet<string> = new Set([
  'duplicate-claim', // the last one stands
  'duplicate-container-port', // a warning, and a fault in every later apply
  'duplicate-env', // the last one stands
  'env-order', // `$(NAME)` stays as it is
  'pdb-unbounded', // nothing is kept
  'root-user', // the container never starts
])

/** Refusals of the server that say something about the cluster and nothing about the manifest. */
const CLUSTER_FACTS = [
  /provided IP is not in the valid range|not in the valid range for this allocator|failed to allocate/,
  /provided port is not in the valid range/,
  /no PriorityClass with name/,
  /RuntimeClass .* not found/,
]

/** The version whose bundled schemas belong to a server's version. */
export function validatorVersion(serverVersion: string): string {
  return resolveKubernetesVersion(serverVersion).version ?? DEFAULT_VERSION
}

/** Contradictions, each with both sides. */
export function disagreements(comparisons: readonly Comparison[]): string[] {
  return comparisons
    .filter(comparison => comparison.agreement === 'disagree')
    .map(({ place, kind, ours, server }) => `${place} ${kind}: kubemend: ${ours}; server: ${server}`)
}

/** Figures for a person: how many were compared, and which kinds were not. */
export function summary(comparisons: readonly Comparison[]): string {
  const counts = countBy(comparisons, comparison => comparison.agreement)
  const agreed = comparisons.filter(comparison => comparison.agreement === 'agree')
  const invalid = agreed.filter(comparison => comparison.ours !== 'valid')
  const unserved = countBy(
    comparisons.filter(comparison => comparison.agreement === 'unserved'),
    ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
  )
  return [
    `${comparisons.length} objects: ${listed(counts)}; ${invalid.length} of those agreed on are invalid`,
    `not compared: ${listed(unserved) || 'none'}`,
  ].join('\n')
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
}

/** Judges every object of a text by both; an item of a List counts as an object. */
export async function compareText(client: Client, validator: Validator, file: string, text: string) {
  const read = readText(text)
  if (!read.ok) return []
  const comparisons: Comparison[] = []
  for (const document of read.documents) {
    if (!isKubernetesObject(document.value)) continue
    for (const { path, value, validation } of validateEach(validator, document.value)) {
      if (!isKubernetesObject(value)) continue
      const place = `${file}#${document.index}${toPointer(path)}`
      const raw = path.length === 0 ? text.slice(document.start, document.end) : JSON.stringify(value)
      comparisons.push(await compare(client, place, value, raw, validation))
    }
  }
  return comparisons
}

async function compare(
  client: Client,
  place: string,
  value: JsonObject,
  raw: string,
  validation: Validation,
): Promise<Comparison> {
  const target = targetOf(value)
  const { apiVersion, kind } = target
  const errors = ourErrors(value, validation)
  const ours = errors.length === 0 ? 'valid' : errors.join('; ')
  const compared = (agreement: Agreement, server: string) => ({ place, apiVersion, kind, agreement, ours, server })
  const isServed = await client.serves(apiVersion, kind)
  if (validation.status === 'removed') return compared(isServed ? 'disagree' : 'agree', isServed ? 'served' : 'removed')
  if (!isServed || validation.status === 'not-validated') {
    return compared('unserved', isServed ? 'served, and no schema is bundled' : 'not served')
  }
  if (isLegalNamespace(target.namespace)) await client.createNamespace(target.namespace)
  const verdict = await strictVerdict(client, target, raw)
  const server = verdict.accepted ? 'accepted' : verdict.message
  if (verdict.accepted === (errors.length === 0)) return compared('agree', server)
  return compared(excuse(verdict, value) ?? 'disagree', server)
}

function targetOf(value: JsonObject): ObjectName {
  return {
    apiVersion: asString(value.apiVersion) ?? '',
    kind: asString(value.kind) ?? '',
    name: asString(at(value, ['metadata', 'name'])) ?? '',
    namespace: asString(at(value, ['metadata', 'namespace'])) || 'default',
  }
}

function isLegalNamespace(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
}

/** What the server says to a new object; of one that is there, what it says to applying it. */
async function strictVerdict(client: Client, target: ObjectName, raw: string): Promise<Verdict> {
  const created = await client.create(target, raw, 'dry-run')
  return created.status === 409 ? client.apply(target, raw, 'dry-run') : created
}

function ourErrors(value: JsonObject, validation: Validation): string[] {
  const errors: SchemaError[] = [
    ...(validation.status === 'invalid' ? validation.errors : []),
    ...semanticErrors(value).filter(error => !BEYOND_THE_SERVER.has(error.keyword)),
  ]
  const found = errors.map(({ path, message, keyword }) => `${toPointer(path)} ${message} [${keyword}]`)
  return validation.status === 'removed' ? [`removed in ${validation.removedIn}`, ...found] : found
}

/** Why a server that refuses what kubemend takes does not contradict it. */
function excuse(verdict: Verdict, value: JsonObject): Agreement | undefined {
  if (verdict.accepted) return undefined
  if (CLUSTER_FACTS.some(fact => fact.test(verdict.message))) return 'cluster-fact'
  return holdsVariables(value) ? 'unresolved' : undefined
}

function holdsVariables(value: Json): boolean {
  if (typeof value === 'string') return /\$\{\w+\}|^\$\(\w+\)$|\{\{/.test(value)
  if (Array.isArray(value)) return value.some(holdsVariables)
  return isObject(value) && Object.values(value).some(entry => entry !== undefined && holdsVariables(entry))
}

// A resource: one Kubernetes object of a document, or one item of a List.

import { at, type Path } from '../yaml/path.ts'
import { asString, isObject, type Json, type JsonObject, member } from '../yaml/value.ts'

/** Where a resource stands: a file, a document of it, and the path of a List's item (empty for a whole document). */
export interface Origin {
  readonly file: string
  readonly document: number
  readonly path: Path
}

export interface Resource {
  readonly origin: Origin
  readonly apiVersion: string
  /** API group, empty for the core group */
  readonly group: string
  readonly kind: string
  readonly name: string
  /** metadata.namespace, else the owning kustomization's, else undefined: unknown, which fits any */
  readonly namespace: string | undefined
  readonly value: JsonObject
  /** a Kustomize patch or another fragment: what is absent here may stand elsewhere */
  readonly partial: boolean
  /** false for context that was read but not given to be changed */
  readonly selected: boolean
}

/** Group of an apiVersion: `apps` of `apps/v1`, empty of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** What makes two resources one object: group, kind, namespace and name; an unknown namespace is `?`. */
export function identity(resource: Pick<Resource, 'group' | 'kind' | 'namespace' | 'name'>): string {
  return `${resource.group}/${resource.kind}/${resource.namespace ?? '?'}/${resource.name}`
}

/** Place of a resource within a run; two variants of one identity differ here. */
export function originKey(origin: Origin): string {
  return `${origin.file}\0${origin.document}\0${origin.path.join('/')}`
}

/** `Deployment platform/kafka`, for messages. */
export function describe(resource: Pick<Resource, 'kind' | 'namespace' | 'name'>): string {
  return `${resource.kind} ${resource.namespace === undefined ? '' : `${resource.namespace}/`}${resource.name}`
}

/** metadata.labels or metadata.annotations as a map of strings; other types of value are left out. */
export function stringMap(value: Json | undefined): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null)
  if (!isObject(value)) return result
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === 'string') result[key] = entry
  }
  return result
}

export function labelsOf(resource: Resource): Readonly<Record<string, string>> {
  return stringMap(at(resource.value, ['metadata', 'labels']))
}

export function annotationsOf(resource: Resource): Readonly<Record<string, string>> {
  return stringMap(at(resource.value, ['metadata', 'annotations']))
}

/** Same namespace, where an unknown one fits any. */
export function sameNamespace(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b
}

/** Whether a value claims to be a Kubernetes object: text in both apiVersion and kind. */
export function isKubernetesObject(value: Json): value is JsonObject {
  return asString(member(value, 'apiVersion')) !== undefined && asString(member(value, 'kind')) !== undefined
}

// What validation answers, and what it may be given.

import type { Path } from '../yaml/path.ts'
import type { JsonObject } from '../yaml/value.ts'

export interface SchemaError {
  /** place of the wrong value; of a missing or an unknown field, the place where it is missing or stands */
  readonly path: Path
  /** the fact, without the path: `unknown field "replica": did you mean "replicas"?` */
  readonly message: string
  /** stable name of the broken rule: a JSON Schema keyword or a semantic rule's own */
  readonly keyword: string
}

export type Validation =
  | { readonly status: 'valid' }
  | { readonly status: 'invalid'; readonly errors: readonly SchemaError[] }
  /** no schema belongs to the kind */
  | { readonly status: 'not-validated'; readonly reason: string }
  /** the API version existed once and is no longer served */
  | { readonly status: 'removed'; readonly removedIn: string; readonly replacement?: string }

export interface Validator {
  /** Judges one resource; null values count as absent. A List is judged item by item with `validateEach`. */
  validate(value: JsonObject): Validation
  readonly kubernetesVersion: string
}

/** Schemas given by the user, as `--schema-location`: answers the schema of a kind, undefined where it has none. */
export interface SchemaSource {
  schemaFor(apiVersion: string, kind: string, kubernetesVersion: string): FoundSchema | undefined
}

export interface FoundSchema {
  /** where it was found, for messages and as the base of its relative references */
  readonly location: string
  readonly schema: JsonObject
}

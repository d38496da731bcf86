// Which schema belongs to a resource, and what it says about it.

import { asString, type Json, type JsonObject } from '../yaml/value.ts'
import { loadPrecompiled, type StandaloneValidate } from './bundled.ts'
import type { JsonSchema } from './compact.ts'
import { Compiler, type DefinitionLookup } from './compiler.ts'
import { customResourceSchemas } from './custom-resource.ts'
import { BundledDefinitions } from './definitions.ts'
import { strictFoundSchema } from './location.ts'
import { toSchemaErrors } from './messages.ts'
import { withoutNulls } from './nulls.ts'
import { removedApi } from './removed.ts'
import type { SchemaError, SchemaSource, Validation, Validator } from './types.ts'

export interface ValidatorOptions {
  /** one of the bundled versions: see `resolveKubernetesVersion` */
  readonly kubernetesVersion: string
  readonly customResourceDefinitions?: readonly JsonObject[]
  readonly schemas?: SchemaSource
}

/** What judges one kind. */
interface Judge {
  readonly validate: StandaloneValidate
  readonly root: JsonSchema
  readonly lookup: DefinitionLookup
}

/** Compiled builtin kinds do not depend on a run: they are kept for the life of the process. */
const bundledByVersion = new Map<string, BundledSchemas>()

/**
 * A validator for one Kubernetes version. Schemas given by the user come first, then the CustomResourceDefinitions,
 * then the bundled ones. Nothing is loaded or compiled before the first resource of a kind is judged.
 */
export function createValidator(options: ValidatorOptions): Validator {
  const { kubernetesVersion } = options
  const bundled = bundledByVersion.get(kubernetesVersion) ?? new BundledSchemas(kubernetesVersion)
  bundledByVersion.set(kubernetesVersion, bundled)
  const judges = new Map<string, Judge | string>()
  let custom: ReadonlyMap<string, JsonSchema> | undefined

  function find(apiVersion: string, kind: string): Judge | string {
    const given = options.schemas?.schemaFor(apiVersion, kind, kubernetesVersion)
    if (given !== undefined) {
      const judge = bundled.compile(strictFoundSchema(given.schema))
      return judge ?? `the schema at ${given.location} cannot be used: correct it or give another --schema-location`
    }
    custom ??= customResourceSchemas(options.customResourceDefinitions ?? [])
    const schema = custom.get(`${apiVersion}/${kind}`)
    if (schema !== undefined) {
      return bundled.compile(schema) ?? `the CustomResourceDefinition of ${apiVersion} ${kind} holds no usable schema`
    }
    return bundled.judgeOf(apiVersion, kind) ?? bundled.whyUnknown(apiVersion, kind)
  }

  function validate(value: JsonObject): Validation {
    const apiVersion = asString(value.apiVersion)
    const kind = asString(value.kind)
    if (apiVersion === undefined || kind === undefined) {
      return { status: 'not-validated', reason: 'the document names no apiVersion and kind' }
    }
    const key = `${apiVersion}/${kind}`
    const judge = judges.get(key) ?? find(apiVersion, kind)
    judges.set(key, judge)
    if (typeof judge !== 'string') return judgement(judge, value)
    const removed = removedApi(apiVersion, kind, kubernetesVersion)
    return removed === undefined ? { status: 'not-validated', reason: judge } : { status: 'removed', ...removed }
  }

  return { validate, kubernetesVersion }
}

function judgement({ validate, root, lookup }: Judge, value: JsonObject): Validation {
  const judged = withoutNulls(value)
  if (validate(judged)) return { status: 'valid' }
  const errors = toSchemaErrors(validate.errors ?? [], judged, root, lookup)
  return errors.length === 0 ? { status: 'valid' } : { status: 'invalid', errors }
}

class BundledSchemas {
  readonly #version: string
  readonly #definitions: BundledDefinitions
  readonly #compiler: Compiler
  readonly #lookup: DefinitionLookup
  readonly #judges = new Map<string, Judge | undefined>()
  #precompiled: Readonly<Record<string, StandaloneValidate>> | undefined

  constructor(version: string) {
    this.#version = version
    this.#definitions = new BundledDefinitions(version)
    this.#lookup = name => this.#definitions.schemaOf(name)
    this.#compiler = new Compiler(this.#lookup)
  }

  judgeOf(apiVersion: string, kind: string): Judge | undefined {
    const key = `${apiVersion}/${kind}`
    if (!this.#judges.has(key)) this.#judges.set(key, this.#judge(apiVersion, kind))
    return this.#judges.get(key)
  }

  #judge(apiVersion: string, kind: string): Judge | undefined {
    const name = this.#definitions.nameOf(apiVersion, kind)
    if (name === undefined) return undefined
    this.#precompiled ??= loadPrecompiled(this.#version)
    const validate = this.#precompiled[name] ?? this.#compiler.definition(name)
    return validate === undefined ? undefined : { validate, root: { $ref: name }, lookup: this.#lookup }
  }

  /** A judge for a schema from elsewhere; undefined when ajv cannot compile it. */
  compile(schema: JsonSchema): Judge | undefined {
    try {
      return { validate: this.#compiler.schema(schema), root: schema, lookup: this.#lookup }
    } catch {
      return undefined
    }
  }

  whyUnknown(apiVersion: string, kind: string): string {
    const versions = this.#definitions.versionsOf(apiVersion, kind)
    if (versions.length === 0) return `no schema is known for ${apiVersion} ${kind}`
    return `${apiVersion} ${kind} is served by Kubernetes ${versions.join(', ')} but not by ${this.#version}`
  }
}

/** One judged resource of a document: the document itself, or an item of a List at its path. */
export interface JudgedResource {
  readonly path: readonly (string | number)[]
  readonly value: Json
  readonly validation: Validation
}

/**
 * Judges a document: each item of a List (`v1 List` or any `…List` with `items`) on its own, any other document whole.
 * The paths of the errors are those within the document.
 */
export function validateEach(validator: Validator, document: JsonObject): JudgedResource[] {
  const items = document.items
  if (!asString(document.kind)?.endsWith('List') || !Array.isArray(items)) {
    return [{ path: [], value: document, validation: validator.validate(document) }]
  }
  const judged: JudgedResource[] = []
  for (const [index, item] of items.entries()) {
    const path = ['items', index]
    const validation = judgeItem(validator, document, item)
    judged.push({ path, value: item, validation: prefixed(validation, path) })
  }
  return judged
}

function judgeItem(validator: Validator, list: JsonObject, item: Json): Validation {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    const error: SchemaError = { path: [], keyword: 'type', message: 'an item of a List is a resource, which is a map' }
    return { status: 'invalid', errors: [error] }
  }
  // Items of a typed list may leave out what the list's own kind says.
  const kind = asString(list.kind)?.slice(0, -'List'.length)
  if (kind === undefined || kind === '' || item.kind !== undefined) return validator.validate(item)
  return validator.validate({ apiVersion: list.apiVersion ?? null, kind, ...item })
}

function prefixed(validation: Validation, prefix: readonly (string | number)[]): Validation {
  if (validation.status !== 'invalid') return validation
  return { status: 'invalid', errors: validation.errors.map(error => ({ ...error, path: [...prefix, ...error.path] })) }
}

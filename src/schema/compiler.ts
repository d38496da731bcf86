// Compiles JSON Schemas into validators with ajv, one definition at a time, when first asked.

import type { Ajv } from 'ajv'
import { loadAjv, type StandaloneValidate } from './bundled.ts'
import type { JsonSchema } from './compact.ts'
import { formats } from './formats.ts'

/** Answers the schema of a definition by the name that `$ref` uses; undefined for names that do not exist. */
export type DefinitionLookup = (name: string) => JsonSchema | undefined

export const AJV_OPTIONS = {
  strict: false,
  validateSchema: false,
  meta: false,
  inlineRefs: false,
  allErrors: true,
  messages: false,
  unicodeRegExp: false,
  logger: false,
  formats,
  code: { optimize: false },
} as const

/** Validators over one set of definitions; a definition is compiled once, however many kinds refer to it. */
export class Compiler {
  readonly #lookup: DefinitionLookup
  readonly #added = new Set<string>()
  #ajv: Ajv | undefined

  constructor(lookup: DefinitionLookup) {
    this.#lookup = lookup
  }

  /** The validator of a definition; undefined when there is no such definition. */
  definition(name: string): StandaloneValidate | undefined {
    if (this.#lookup(name) === undefined) return undefined
    const ajv = this.#instance()
    this.#add(ajv, name)
    return ajv.getSchema(name) as StandaloneValidate | undefined
  }

  /** The validator of a schema that is not one of the definitions but may refer to them. */
  schema(schema: JsonSchema): StandaloneValidate {
    const ajv = this.#instance()
    this.#addReferences(ajv, schema)
    return ajv.compile(schema) as StandaloneValidate
  }

  #instance(): Ajv {
    this.#ajv ??= new (loadAjv())(AJV_OPTIONS)
    return this.#ajv
  }

  #add(ajv: Ajv, name: string): void {
    if (this.#added.has(name)) return
    this.#added.add(name)
    // a custom resource may refer to a definition that this Kubernetes version lacks: it is not judged there
    const schema = this.#lookup(name) ?? {}
    ajv.addSchema(schema, name)
    this.#addReferences(ajv, schema)
  }

  #addReferences(ajv: Ajv, schema: JsonSchema): void {
    for (const name of definitionReferences(schema)) this.#add(ajv, name)
  }
}

/** Names of other definitions that a schema refers to, wherever the reference stands. */
export function definitionReferences(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const names: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$ref' && typeof value === 'string') {
      if (!value.startsWith('#')) names.push(value)
    } else names.push(...definitionReferences(value))
  }
  return names
}

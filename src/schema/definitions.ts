// The bundled definitions of one Kubernetes version, expanded from the compact files when first asked for.

import { readCompactSchemas } from './bundled.ts'
import { type CompactSchemas, expandDefinition, inVersion, type JsonSchema } from './compact.ts'

/** Kinds and definitions of a Kubernetes version, together with the bundled custom resources. */
export class BundledDefinitions {
  readonly #version: string
  readonly #expanded = new Map<string, JsonSchema>()
  #builtin: CompactSchemas | undefined
  #custom: CompactSchemas | undefined
  #kinds: ReadonlyMap<string, string> | undefined
  #customKinds: ReadonlyMap<string, string> | undefined

  constructor(version: string) {
    this.#version = version
  }

  /** Name of the definition of `apiVersion/kind`, among the builtin kinds first. */
  nameOf(apiVersion: string, kind: string): string | undefined {
    const key = `${apiVersion}/${kind}`
    return this.builtinKinds.get(key) ?? this.customKinds.get(key)
  }

  /** Every kind of the version, builtin and custom. */
  kinds(): [apiVersion: string, kind: string][] {
    return [...this.builtinKinds.keys(), ...this.customKinds.keys()].map(key => {
      const slash = key.lastIndexOf('/')
      return [key.slice(0, slash), key.slice(slash + 1)]
    })
  }

  schemaOf(name: string): JsonSchema | undefined {
    const known = this.#expanded.get(name)
    if (known !== undefined) return known
    const schema = this.#expand(name)
    if (schema !== undefined) this.#expanded.set(name, schema)
    return schema
  }

  /** Versions that serve the kind, in ascending order. */
  versionsOf(apiVersion: string, kind: string): string[] {
    const key = `${apiVersion}/${kind}`
    const { versions, kinds } = this.builtin
    return versions.filter(version => inVersion(versions, version, kinds).has(key))
  }

  #expand(name: string): JsonSchema | undefined {
    const builtin = this.builtin.definitions[name]
    if (builtin !== undefined) {
      return expandDefinition(inVersion(this.builtin.versions, this.#version, builtin), 'builtin')
    }
    const custom = this.custom.definitions[name]
    const version = this.custom.versions[0] ?? ''
    return custom === undefined
      ? undefined
      : expandDefinition(inVersion(this.custom.versions, version, custom), 'custom')
  }

  private get builtinKinds(): ReadonlyMap<string, string> {
    this.#kinds ??= inVersion(this.builtin.versions, this.#version, this.builtin.kinds)
    return this.#kinds
  }

  private get customKinds(): ReadonlyMap<string, string> {
    this.#customKinds ??= inVersion(this.custom.versions, this.custom.versions[0] ?? '', this.custom.kinds)
    return this.#customKinds
  }

  private get builtin(): CompactSchemas {
    this.#builtin ??= readCompactSchemas('kubernetes')
    return this.#builtin
  }

  private get custom(): CompactSchemas {
    this.#custom ??= readCompactSchemas('custom')
    return this.#custom
  }
}

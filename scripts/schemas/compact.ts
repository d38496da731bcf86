// Makes models compact: only what a kind reaches, one entry a definition, each version only what it changed.

import { type CompactSchemas, referencesOf, type TypeWord } from '../../src/schema/compact.ts'
import type { Model } from './model.ts'

type Changes<T> = Record<string, T | null>

/** Versions in ascending order, each with its model. */
export function compact(models: ReadonlyMap<string, Model>): CompactSchemas {
  const versions = [...models.keys()]
  const kinds: Record<string, Changes<string>> = {}
  const definitions: Record<string, Record<string, Changes<TypeWord>>> = {}
  let previous: Model = { kinds: new Map(), definitions: new Map() }
  for (const [version, model] of models) {
    kinds[version] = difference(previous.kinds, model.kinds)
    const reached = reachable(model)
    for (const name of reached) {
      const changes = difference(previous.definitions.get(name) ?? new Map(), model.definitions.get(name) ?? new Map())
      if (Object.keys(changes).length > 0 || definitions[name] === undefined) {
        definitions[name] = { ...definitions[name], [version]: changes }
      }
    }
    // a definition that a version does not reach keeps its last fields: the next difference is taken from those
    previous = { kinds: model.kinds, definitions: new Map([...previous.definitions, ...pick(model, reached)]) }
  }
  return { versions, kinds, definitions: sorted(definitions) }
}

function difference<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Changes<T> {
  const changes: Changes<T> = {}
  for (const [key, value] of after) {
    if (JSON.stringify(before.get(key)) !== JSON.stringify(value)) changes[key] = value
  }
  for (const key of before.keys()) if (!after.has(key)) changes[key] = null
  return sorted(changes)
}

function reachable(model: Model): Set<string> {
  const reached = new Set<string>()
  const open = [...model.kinds.values()]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const fields = model.definitions.get(name)
    if (fields === undefined || reached.has(name)) continue
    reached.add(name)
    open.push(...referencesOf(fields.values()))
  }
  return reached
}

function pick(model: Model, names: ReadonlySet<string>): [string, Map<string, TypeWord>][] {
  return [...names].map(name => [name, model.definitions.get(name) ?? new Map()])
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** JSON text with one definition a line, so that a new version reads well as a diff. */
export function toText(schemas: CompactSchemas): string {
  const block = (entries: Readonly<Record<string, unknown>>) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n')
  return `{"versions":${JSON.stringify(schemas.versions)},\n"kinds":{\n${block(schemas.kinds)}},\n"definitions":{\n${block(schemas.definitions)}}}\n`
}

// Reads the builtin definitions of one Kubernetes version out of @kubernetes/client-node.

import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Model } from './model.ts'
import { type FetchedPackage, readAll } from './packages.ts'

interface Attribute {
  readonly name: string
  readonly baseName: string
  readonly type: string
  readonly format?: string
}

/** Kinds and definitions of one version; integers of the oldest generator carry no width and become `int64`. */
export function readClientNode(source: FetchedPackage, kubernetesVersion: string): Model {
  // The packages still hold files of earlier releases; each file names its own.
  const release = new RegExp(`(?:release-|v)${kubernetesVersion.replace('.', '\\.')}(?:\\.\\d+)?$`, 'm')
  const generated = path.join(source.directory, 'dist/gen')
  const models = existsSync(path.join(generated, 'models')) ? 'models' : 'model'
  const required = readRequired(readAll(path.join(generated, models), '.d.ts'))
  const definitions: Model['definitions'] = new Map()
  for (const text of readAll(path.join(generated, models), '.js')) {
    if (!release.test(text)) continue
    const found = /^(\w+)\.attributeTypeMap = (\[[\s\S]*?\n\]);/m.exec(text)
    if (found?.[1] === undefined || found[2] === undefined) continue
    const attributes = JSON.parse(found[2]) as Attribute[]
    const fields = new Map<string, string>()
    for (const { name, baseName, type, format } of attributes) {
      const mark = required.get(found[1])?.has(name) ? '!' : ''
      fields.set(baseName, mark + wordOf(type, format ?? ''))
    }
    definitions.set(found[1], fields)
  }
  const apis = existsSync(path.join(generated, 'apis')) ? 'apis' : 'api'
  return { kinds: readKinds(readAll(path.join(generated, apis), '.js'), definitions), definitions }
}

function readRequired(declarations: readonly string[]): Map<string, Set<string>> {
  const required = new Map<string, Set<string>>()
  for (const text of declarations) {
    const name = /export declare class (\w+)/.exec(text)?.[1]
    if (name === undefined) continue
    required.set(name, new Set(Array.from(text.matchAll(/^ {4}'([^']+)':/gm), match => match[1] ?? '')))
  }
  return required
}

function wordOf(type: string, format: string): string {
  const array = /^(?:Array|Set)<(.+)>$/.exec(type)?.[1]
  if (array !== undefined) return `${wordOf(array, format)}[]`
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1]
  if (map !== undefined) return `${wordOf(map, format)}{}`
  if (format === 'byte') return 'byte'
  if (type === 'Date' || type === 'V1MicroTime') return 'date-time'
  if (type === 'IntOrString') return 'int-or-string'
  if (type === 'number') return format === 'int32' ? 'int32' : format === 'double' ? 'number' : 'int64'
  if (type === 'string' || type === 'boolean' || type === 'any') return type
  return type === 'object' ? 'object' : `#${type}`
}

/** A kind is what can be created at the collection's own path, which also names its group and version. */
function readKinds(apis: readonly string[], definitions: Model['definitions']): Map<string, string> {
  const kinds = new Map<string, string>()
  for (const text of apis) {
    for (const method of text.split(/^ {4}async /m)) {
      if (!method.startsWith('create')) continue
      const api = /'\/apis?\/([^']*?)\/(?:namespaces\/\{namespace\}\/)?[a-z]+'/.exec(method)?.[1]
      const definition = /serialize\(body, "(\w+)"/.exec(method)?.[1]
      if (api === undefined || definition === undefined || !definitions.has(definition) || api.includes('{')) continue
      kinds.set(`${api}/${definition.replace(/^.*?V\d+((alpha|beta)\d+)?/, '')}`, definition)
    }
  }
  return kinds
}

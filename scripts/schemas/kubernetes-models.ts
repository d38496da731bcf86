// Turns the kubernetes-models family of packages into models: enums and quantities for the builtin kinds, and the
// definitions of custom resources.

import type { TypeWord } from '../../src/schema/compact.ts'
import { type Declaration, type Declared, type DeclaredField, readDeclaration } from './declarations.ts'
import { type Limits, readLimits } from './limits.ts'
import type { Model } from './model.ts'
import { type FetchedPackage, readAll, readNamed } from './packages.ts'

const QUANTITY = 'IoK8sApimachineryPkgApiResourceQuantity'

/** Types of other packages that are no object of their own. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  [QUANTITY]: 'quantity',
  IoK8sApimachineryPkgUtilIntstrIntOrString: 'int-or-string',
  IoK8sApimachineryPkgApisMetaV1Time: 'date-time',
  IoK8sApimachineryPkgApisMetaV1MicroTime: 'date-time',
  IoK8sApimachineryPkgApisMetaV1Duration: 'string',
  IoK8sApimachineryPkgRuntimeRawExtension: 'any',
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSON: 'any',
}

/** Names that client-node may give to a definition: `CoreV1Event` where two groups share a name, else `V1Event`. */
function builtinNames(id: string): string[] {
  const parts = /^IoK8s(?:Api|Kube).*?([A-Z][a-z]+)(V\d+(?:(?:alpha|beta)\d+)?.+)$/.exec(id)
  return parts?.[1] === undefined || parts[2] === undefined ? [] : [parts[1] + parts[2], parts[2]]
}

function findBuiltin(id: string, definitions: Model['definitions']): string | undefined {
  return builtinNames(id).find(name => definitions.has(name))
}

function readDeclarations(source: FetchedPackage): Map<string, Declaration> {
  const declarations = new Map<string, Declaration>()
  for (const text of readAll(source.directory, '.d.ts')) {
    const declaration = readDeclaration(text)
    if (declaration !== undefined) declarations.set(declaration.id, declaration)
  }
  return declarations
}

/** Narrows the texts of builtin definitions to the quantities and enums that kubernetes-models knows. */
export function refineBuiltins(source: FetchedPackage, definitions: Model['definitions']): void {
  for (const declaration of readDeclarations(source).values()) {
    const fields = definitions.get(findBuiltin(declaration.id, definitions) ?? '')
    if (fields === undefined || declaration.type.is !== 'fields') continue
    for (const [name, field] of declaration.type.fields) {
      const word = fields.get(name)
      const narrow = narrowing(field.type)
      if (typeof word !== 'string' || narrow === undefined || name === 'apiVersion' || name === 'kind') continue
      fields.set(name, word.replace(/^(!?)string/, `$1${narrow}`))
    }
  }
}

function narrowing(type: Declared): string | undefined {
  if (type.is === 'array' || type.is === 'map') return narrowing(type.of)
  if (type.is === 'choice') return `=${type.choices.join('|')}`
  return type.is === 'name' && type.name === QUANTITY ? 'quantity' : undefined
}

/**
 * Kinds and definitions of a package of custom resources; `prefix` keeps its names apart from all others. `shared` maps
 * the ids of packages read before to their names, and takes those of this one.
 */
export function readCustomResources(
  source: FetchedPackage,
  prefix: string,
  builtin: Model['definitions'],
  shared: Map<string, string>,
): Model {
  const declarations = readDeclarations(source)
  const limits = new Map<string, Map<string, Limits>>()
  for (const [name, text] of readNamed(`${source.directory}/_schemas`, '.js')) limits.set(name, readLimits(text))
  const kinds: Model['kinds'] = new Map()
  const definitions: Model['definitions'] = new Map()
  const shortName = (id: string) => `${prefix}_${id.replace(/^.*(?:Apis|Pkg|Api)(?=[A-Z])/, '')}`

  function word(type: Declared, own: Limits | undefined): TypeWord {
    switch (type.is) {
      case 'text':
        return limited('string', own)
      case 'number':
        return limited(own?.integer ?? 'number', own)
      case 'boolean':
        return 'boolean'
      case 'choice':
        return `=${type.choices.join('|')}`
      case 'array':
        return limited(`${plainWord(type.of)}[]`, own)
      case 'map':
        return `${plainWord(type.of)}{}`
      case 'name':
        return named(type.name)
      default:
        return 'any'
    }
  }

  function plainWord(type: Declared): string {
    const found = word(type, undefined)
    return typeof found === 'string' ? found : found[0]
  }

  function named(id: string): TypeWord {
    const known = WELL_KNOWN[id]
    if (known !== undefined) return known
    const declaration = declarations.get(id)
    if (declaration === undefined) {
      const name = shared.get(id) ?? findBuiltin(id, builtin)
      return name === undefined ? 'any' : `#${name}`
    }
    if (declaration.type.is !== 'fields') return word(declaration.type, limits.get(id)?.get(''))
    return declaration.type.fields.size === 0 && declaration.parents.length === 0 ? 'any' : `#${shortName(id)}`
  }

  function fieldsOf(id: string): Map<string, TypeWord> {
    const declaration = declarations.get(id)
    if (declaration === undefined) return new Map(builtin.get(findBuiltin(id, builtin) ?? ''))
    const fields = new Map<string, TypeWord>()
    for (const parent of declaration.parents) for (const [name, type] of fieldsOf(parent)) fields.set(name, type)
    if (declaration.type.is === 'name') return fieldsOf(declaration.type.name)
    if (declaration.type.is !== 'fields') return fields
    for (const [name, field] of declaration.type.fields)
      fields.set(name, mark(field, word(field.type, limits.get(id)?.get(name))))
    return fields
  }

  for (const { id, type } of declarations.values()) {
    if (type.is !== 'fields') continue
    const [apiVersion, kind] = [constant(type.fields.get('apiVersion')), constant(type.fields.get('kind'))]
    const fields = fieldsOf(id)
    // the items of a List are judged on their own
    if (apiVersion !== undefined && kind !== undefined && !kind.endsWith('List')) {
      kinds.set(`${apiVersion}/${kind}`, shortName(id))
      fields.set('apiVersion', 'string').set('kind', 'string')
      fields.set('status', optional(fields.get('status') ?? 'any'))
    }
    definitions.set(shortName(id), fields)
    shared.set(id, shortName(id))
  }
  return { kinds, definitions }
}

function mark(field: DeclaredField, type: TypeWord): TypeWord {
  if (!field.required) return type
  return typeof type === 'string' ? `!${type}` : [`!${type[0]}`, type[1]]
}

function optional(type: TypeWord): TypeWord {
  return typeof type === 'string' ? type.replace(/^!/, '') : type
}

function limited(word: string, limits: Limits | undefined): TypeWord {
  const { integer: _, ...rest } = limits ?? {}
  return Object.keys(rest).length === 0 ? word : [word, rest]
}

function constant(field: DeclaredField | undefined): string | undefined {
  return field?.type.is === 'choice' && field.type.choices.length === 1 ? field.type.choices[0] : undefined
}

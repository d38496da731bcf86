// Kustomizations: which files they include, which they patch, and the values that they override.

import { asArray, asObject, asString, isObject, type JsonObject, member } from '../yaml/value.ts'
import { directoryOf, distance } from './proximity.ts'
import type { Resource } from './resource.ts'

/** Names that `kustomize build` looks for. */
const FILE_NAMES: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

export interface KustomizationPatch {
  /** file of the patch; undefined for an inline one */
  readonly file: string | undefined
  /** kind and name that it says it targets, where it says so */
  readonly kind: string | undefined
  readonly name: string | undefined
}

export interface Kustomization {
  readonly resource: Resource
  readonly file: string
  /** folder of the kustomization, empty for the root */
  readonly directory: string
  readonly namespace: string | undefined
  /** files and folders that it includes (resources, bases, components), normalised from the root */
  readonly includes: readonly string[]
  readonly patches: readonly KustomizationPatch[]
  /** `replicas:` entries by workload name, with their index */
  readonly replicas: ReadonlyMap<string, { readonly index: number; readonly count: number | undefined }>
}

export function isKustomizationFile(file: string): boolean {
  return FILE_NAMES.has(file.slice(file.lastIndexOf('/') + 1))
}

/** The kustomization view of a resource that stands in a kustomization file. */
export function kustomizationOf(resource: Resource): Kustomization {
  const file = resource.origin.file
  const directory = directoryOf(file)
  const value = resource.value
  const includes = ['resources', 'bases', 'components', 'crds']
    .flatMap(field => asArray(value[field]))
    .flatMap(entry => resolvePath(directory, asString(entry)))
  return {
    resource,
    file,
    directory,
    namespace: asString(value.namespace),
    includes,
    patches: patchesOf(value, directory),
    replicas: new Map(
      asArray(value.replicas).flatMap((entry, index) => {
        const name = asString(member(entry, 'name'))
        const count = member(entry, 'count')
        return name === undefined ? [] : [[name, { index, count: typeof count === 'number' ? count : undefined }]]
      }),
    ),
  }
}

function patchesOf(value: JsonObject, directory: string): KustomizationPatch[] {
  const patches: KustomizationPatch[] = []
  for (const entry of asArray(value.patchesStrategicMerge)) {
    const file = resolvePath(directory, asString(entry))[0]
    if (file !== undefined) patches.push({ file, kind: undefined, name: undefined })
  }
  for (const entry of [...asArray(value.patches), ...asArray(value.patchesJson6902)]) {
    if (!isObject(entry)) continue
    const target = asObject(entry.target)
    patches.push({
      file: resolvePath(directory, asString(entry.path))[0],
      kind: asString(target?.kind),
      name: asString(target?.name) ?? inlineName(asString(entry.patch)),
    })
  }
  return patches
}

/** Name that an inline strategic merge patch gives in its metadata; a rough reading, only ever used to hold back. */
function inlineName(patch: string | undefined): string | undefined {
  return patch?.match(/^metadata:[^\S\n]*\n[^\S\n]+name:[^\S\n]*["']?([\w.-]+)/m)?.[1]
}

/** A relative path of a kustomization, normalised from the root; empty for a URL, a text block or an escape upward. */
function resolvePath(directory: string, path: string | undefined): string[] {
  if (path === undefined || path.includes('://') || path.includes('\n') || path.startsWith('/')) return []
  const steps = directory === '' ? [] : directory.split('/')
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return []
  }
  return [steps.join('/')]
}

/** Kustomizations that include each file, directly or through another kustomization, nearest to the file first. */
export function closuresOf(kustomizations: readonly Kustomization[]): Map<string, readonly Kustomization[]> {
  const byDirectory = new Map(kustomizations.map(k => [k.directory, k]))
  const closures = new Map<string, Set<Kustomization>>()
  for (const root of kustomizations) {
    const seen = new Set<Kustomization>()
    const pending = [root]
    for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
      if (seen.has(current)) continue
      seen.add(current)
      const patches = current.patches.flatMap(patch => patch.file ?? [])
      for (const file of [current.file, ...current.includes, ...patches]) {
        const members = closures.get(file) ?? new Set()
        closures.set(file, members.add(root))
        const nested = byDirectory.get(file)
        if (nested !== undefined) pending.push(nested)
      }
    }
  }
  return new Map([...closures].map(([file, members]) => [file, nearestFirst(file, [...members])]))
}

function nearestFirst(file: string, members: Kustomization[]): Kustomization[] {
  const steps = new Map(members.map(member => [member, distance(file, member.file, false)]))
  return members.sort((a, b) => (steps.get(a) ?? 0) - (steps.get(b) ?? 0) || (a.file < b.file ? -1 : 1))
}

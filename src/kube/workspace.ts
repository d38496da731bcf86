// The workspace: all resources of a run, and the relations between them (who selects, targets, mounts, includes whom).

import { at } from '../yaml/path.ts'
import type { SourceDocument } from '../yaml/types.ts'
import { asArray, asObject, asString, type Json, type JsonObject, member } from '../yaml/value.ts'
import { isKustomizationFile, type Kustomization, kustomizationOf, ownNamespace } from './kustomization.ts'
import { distance, nearest, TOGETHER } from './proximity.ts'
import {
  groupOf,
  isKubernetesObject,
  type Origin,
  originKey,
  type Resource,
  sameNamespace,
  stringMap,
} from './resource.ts'
import { labelSelectorSelects, mapSelects } from './selector.ts'
import { isWorkloadKind, type Workload, workloadOf } from './workload.ts'

/** A file that was read: its path from the root with `/`, its text, and whether it may be changed. */
export interface LoadedFile {
  readonly path: string
  readonly text: string
  readonly selected: boolean
  readonly documents: readonly SourceDocument[]
}

export interface TextFile {
  readonly path: string
  readonly text: string
}

export interface TextReference {
  readonly file: string
  /** from 1 */
  readonly line: number
  /** the line, trimmed */
  readonly text: string
}

export interface WorkspaceOptions {
  /** minor version such as `1.36` */
  readonly kubernetesVersion: string
  /** all text files of the tree up to 1 MB, manifests included; read only when a transform asks for references */
  readonly texts?: () => readonly TextFile[]
}

type Key = string

export class Workspace {
  readonly kubernetesVersion: string
  /** The input of the run, before any change. */
  readonly original: Workspace
  readonly #files: readonly LoadedFile[]
  readonly #options: WorkspaceOptions
  #resources: Resource[] = []
  readonly #slots = new Map<Key, number>()
  readonly #workloads = new WeakMap<Resource, Workload | null>()
  readonly #indexes = new Map<string, { generation: number; index: unknown }>()
  #generation = 0
  #kustomizations: readonly Kustomization[] = []
  #closures: ReadonlyMap<string, ReadonlySet<Kustomization>> = new Map()

  constructor(files: readonly LoadedFile[], options: WorkspaceOptions, original?: Workspace) {
    this.#files = files
    this.#options = options
    this.kubernetesVersion = options.kubernetesVersion
    this.original = original ?? this
    if (original === undefined) this.#load()
  }

  /** A copy that the engine may advance; relations of the copy start as those of this workspace. */
  fork(): Workspace {
    const copy = new Workspace(this.#files, this.#options, this.original)
    copy.#resources = [...this.#resources]
    for (const [key, slot] of this.#slots) copy.#slots.set(key, slot)
    copy.#kustomizations = this.#kustomizations
    copy.#closures = this.#closures
    return copy
  }

  get files(): readonly LoadedFile[] {
    return this.#files
  }

  get resources(): readonly Resource[] {
    return this.#resources
  }

  /** The resource as it stands now at the same place; undefined when it is gone. */
  current(origin: Origin): Resource | undefined {
    const slot = this.#slots.get(originKey(origin))
    return slot === undefined ? undefined : this.#resources[slot]
  }

  ofKind(kind: string): readonly Resource[] {
    return this.#index('kinds', () => groupBy(this.#resources, resource => [resource.kind])).get(kind) ?? []
  }

  workload(resource: Resource): Workload | undefined {
    let workload = this.#workloads.get(resource)
    if (workload === undefined) {
      workload = workloadOf(resource) ?? null
      this.#workloads.set(resource, workload)
    }
    return workload ?? undefined
  }

  /** Every workload with a pod spec, of all kinds, in the order of the input. */
  workloads(): readonly Workload[] {
    return this.#index('workloads', () => this.#resources.flatMap(resource => this.workload(resource) ?? []))
  }

  /** Candidates nearest to `from` (decisions.md 1 order: file, directory, kustomization closure, enclosing folders). */
  nearest(from: Resource, candidates: readonly Resource[]): Resource[] {
    return nearest(candidates, candidate => this.#distance(from, candidate))
  }

  // ---- selection (all that belong together: one file, directory or closure counts as one place) ----

  /** Services whose selector selects the workload's pods. */
  servicesOf(workload: Workload): Resource[] {
    return this.#selectors('Service', resource => at(resource.value, ['spec', 'selector']), mapSelects, workload)
  }

  /** PodDisruptionBudgets that select the workload's pods. */
  budgetsOf(workload: Workload): Resource[] {
    return this.#selectors('PodDisruptionBudget', budgetSelector, selectsBudget, workload)
  }

  /** All workloads whose pods a Service selects. */
  workloadsOfService(service: Resource): Workload[] {
    return this.#selected(service, labels => mapSelects(at(service.value, ['spec', 'selector']), labels))
  }

  /** All workloads whose pods a LabelSelector selects, seen from the place of `from`. */
  workloadsSelected(from: Resource, selector: JsonObject | undefined): Workload[] {
    return this.#selected(from, labels => labelSelectorSelects(selector, labels), selector?.matchLabels)
  }

  // ---- scaling ----

  /** HorizontalPodAutoscalers and KEDA ScaledObjects that target the resource. */
  autoscalersOf(resource: Resource): Resource[] {
    return this.#scalers(resource, 'scaleTargetRef', ['HorizontalPodAutoscaler', 'ScaledObject'])
  }

  /** VerticalPodAutoscalers that target the resource. */
  verticalAutoscalersOf(resource: Resource): Resource[] {
    return this.#scalers(resource, 'targetRef', ['VerticalPodAutoscaler'])
  }

  // ---- names ----

  /** The resource of that kind and name that `from` means, nearest first; undefined when nothing in the tree fits. */
  named(from: Resource, kind: string, name: string): Resource | undefined {
    const index = this.#index('names', () => groupBy(this.#resources, r => [`${r.kind}/${r.name}`]))
    const candidates = (index.get(`${kind}/${name}`) ?? []).filter(r => sameNamespace(r.namespace, from.namespace))
    return this.nearest(from, candidates)[0]
  }

  /** Resources of a kind in the namespace of `from`, nearest first only where several directories hold variants. */
  inNamespace(from: Resource, kind: string): Resource[] {
    const candidates = this.ofKind(kind).filter(r => sameNamespace(r.namespace, from.namespace))
    return this.#together(from, candidates)
  }

  /** The PersistentVolumeClaim that a workload's volume names. */
  claim(workload: Workload, claimName: string): Resource | undefined {
    return this.named(workload.resource, 'PersistentVolumeClaim', claimName)
  }

  /** Workloads that read a ConfigMap, Secret or PersistentVolumeClaim (env, envFrom, volumes, projected volumes). */
  consumersOf(resource: Resource): Workload[] {
    const index = this.#index('consumers', () => groupBy(this.workloads(), consumedNames))
    const candidates = index.get(`${resource.kind}/${resource.name}`) ?? []
    return this.#nearestWorkloads(resource, candidates)
  }

  // ---- kustomizations ----

  get kustomizations(): readonly Kustomization[] {
    return this.#kustomizations
  }

  /** Kustomizations whose closure holds the file of the resource, nearest first. */
  kustomizationsOf(resource: Resource): readonly Kustomization[] {
    const including = [...(this.#closures.get(resource.origin.file) ?? [])]
    const steps = (k: Kustomization) => distance(resource.origin.file, k.file, false)
    return including.sort((a, b) => steps(a) - steps(b) || (a.file < b.file ? -1 : 1))
  }

  /** Partial documents (patch files) for the same kind and name, of kustomizations that include the resource. */
  patchesOf(resource: Resource): Resource[] {
    if (resource.partial) return []
    const index = this.#index('names', () => groupBy(this.#resources, r => [`${r.kind}/${r.name}`]))
    return (index.get(`${resource.kind}/${resource.name}`) ?? []).filter(
      candidate => candidate.partial && sameNamespace(candidate.namespace, resource.namespace),
    )
  }

  // ---- text ----

  /** Lines of the tree's text files that match, at most `limit`; a manifest's own lines are among them. */
  textReferences(pattern: RegExp, limit = 20): TextReference[] {
    const found: TextReference[] = []
    for (const file of this.#options.texts?.() ?? []) {
      if (!pattern.test(file.text)) continue
      for (const [index, line] of file.text.split('\n').entries()) {
        if (!pattern.test(line)) continue
        found.push({ file: file.path, line: index + 1, text: line.trim() })
        if (found.length >= limit) return found
      }
    }
    return found
  }

  // ---- advancing (the engine only) ----

  /** Gives the resource at that place a new value. */
  replace(origin: Origin, value: JsonObject): Resource {
    const slot = this.#slots.get(originKey(origin))
    const before = slot === undefined ? undefined : this.#resources[slot]
    if (slot === undefined || before === undefined) throw new Error(`no resource at ${origin.file}`)
    const after = { ...describeValue(value, before.namespace), ...keep(before), value }
    this.#resources[slot] = after
    this.#generation += 1
    return after
  }

  /** Adds a new resource at a place that none has. */
  add(origin: Origin, value: JsonObject, beside: Resource): Resource {
    const resource: Resource = {
      ...describeValue(value, beside.namespace),
      origin,
      partial: false,
      selected: true,
      value,
    }
    this.#slots.set(originKey(origin), this.#resources.length)
    this.#resources.push(resource)
    this.#generation += 1
    return resource
  }

  // ---- inside ----

  #load(): void {
    for (const file of this.#files) {
      for (const document of file.documents) {
        for (const [path, value] of objectsOf(document.value, file.path)) {
          const origin = { file: file.path, document: document.index, path }
          this.#slots.set(originKey(origin), this.#resources.length)
          this.#resources.push({
            ...describeValue(value, undefined),
            origin,
            partial: isFragment(value),
            selected: file.selected,
            value,
          })
        }
      }
    }
    this.#relateKustomizations()
  }

  #relateKustomizations(): void {
    const kustomizations = this.#resources
      .filter(resource => isKustomizationFile(resource.origin.file))
      .map(kustomizationOf)
    if (kustomizations.length === 0) return
    this.#kustomizations = kustomizations
    const closures = closuresOf(kustomizations)
    this.#closures = closures
    const patchFiles = new Set(kustomizations.flatMap(k => k.patches.flatMap(patch => patch.file ?? [])))
    this.#resources = this.#resources.map(resource => {
      const partial = resource.partial || patchFiles.has(resource.origin.file)
      const namespaces = new Set([...(closures.get(resource.origin.file) ?? [])].flatMap(k => k.namespace ?? []))
      const namespace = resource.namespace ?? (namespaces.size === 1 ? [...namespaces][0] : undefined)
      return partial === resource.partial && namespace === resource.namespace
        ? resource
        : { ...resource, partial, namespace }
    })
  }

  #distance(from: Resource, to: Resource): number {
    return distance(from.origin.file, to.origin.file, this.#shareClosure(from.origin.file, to.origin.file))
  }

  #shareClosure(a: string, b: string): boolean {
    const closures = this.#closures.get(a)
    if (closures === undefined) return false
    const others = this.#closures.get(b)
    return others !== undefined && [...closures].some(k => others.has(k))
  }

  #selectors(
    kind: string,
    selectorOf: (resource: Resource) => Json | undefined,
    selects: (selector: Json | undefined, labels: Readonly<Record<string, string>>) => boolean,
    workload: Workload,
  ): Resource[] {
    const index = this.#index(`selectors ${kind}`, () => selectorIndex(this.ofKind(kind), selectorOf))
    const { resource, labels } = workload
    const matches: Resource[] = []
    for (const candidate of candidatesFor(index, labels)) {
      if (!sameNamespace(candidate.namespace, resource.namespace)) continue
      if (selects(selectorOf(candidate), labels)) matches.push(candidate)
    }
    return this.#together(resource, matches)
  }

  #selected(
    from: Resource,
    selects: (labels: Readonly<Record<string, string>>) => boolean,
    pairs: Json | undefined = at(from.value, ['spec', 'selector']),
  ): Workload[] {
    const index = this.#index('labels', () =>
      groupBy(this.workloads(), workload => Object.entries(workload.labels).map(([key, value]) => `${key}=${value}`)),
    )
    const keys = Object.entries(stringMap(pairs)).map(([key, value]) => index.get(`${key}=${value}`) ?? [])
    const fewest = keys.length === 0 ? this.workloads() : keys.reduce((a, b) => (b.length < a.length ? b : a))
    return this.#nearestWorkloads(
      from,
      fewest.filter(workload => selects(workload.labels)),
    )
  }

  #nearestWorkloads(from: Resource, candidates: readonly Workload[]): Workload[] {
    const fitting = candidates.filter(workload => sameNamespace(workload.resource.namespace, from.namespace))
    return nearest(fitting, workload => Math.max(TOGETHER, this.#distance(from, workload.resource)))
  }

  #together(from: Resource, candidates: readonly Resource[]): Resource[] {
    return nearest(candidates, candidate => Math.max(TOGETHER, this.#distance(from, candidate)))
  }

  #scalers(resource: Resource, field: string, kinds: readonly string[]): Resource[] {
    const index = this.#index(`scalers ${field}`, () =>
      groupBy(
        kinds.flatMap(kind => this.ofKind(kind)),
        scaler => [targetKey(at(scaler.value, ['spec', field]))],
      ),
    )
    const candidates = (index.get(`${resource.kind}/${resource.name}`) ?? []).filter(scaler =>
      sameNamespace(scaler.namespace, resource.namespace),
    )
    return this.#together(resource, candidates)
  }

  /** A derived index, built when it is first asked for and again only after the workspace advanced. */
  #index<T>(name: string, build: () => T): T {
    const cached = this.#indexes.get(name)
    if (cached !== undefined && cached.generation === this.#generation) return cached.index as T
    const index = build()
    this.#indexes.set(name, { generation: this.#generation, index })
    return index
  }
}

function describeValue(value: JsonObject, fallbackNamespace: string | undefined) {
  const apiVersion = asString(value.apiVersion) ?? ''
  return {
    apiVersion,
    group: groupOf(apiVersion),
    kind: asString(value.kind) ?? '',
    name: asString(at(value, ['metadata', 'name'])) ?? '',
    namespace: ownNamespace(value) ?? fallbackNamespace,
  }
}

function keep(resource: Resource) {
  return { origin: resource.origin, partial: resource.partial, selected: resource.selected }
}

/** The Kubernetes objects of a document: itself, the items of a List, or a kustomization that leaves out its kind. */
function* objectsOf(value: Json, file: string): Iterable<[readonly (string | number)[], JsonObject]> {
  if (isKustomizationFile(file)) {
    const object = asObject(value)
    if (object !== undefined) yield [[], object]
    return
  }
  if (!isKubernetesObject(value)) return
  const items = member(value, 'items')
  if (!asString(value.kind)?.endsWith('List') || !Array.isArray(items)) {
    yield [[], value]
    return
  }
  for (const [index, item] of items.entries()) {
    if (isKubernetesObject(item)) yield [['items', index], item]
  }
}

/** A workload that could not be applied by itself: it leaves out what the API requires, so the rest is elsewhere. */
function isFragment(value: JsonObject): boolean {
  const kind = asString(value.kind) ?? ''
  const group = groupOf(asString(value.apiVersion) ?? '')
  if (!isWorkloadKind(group, kind)) return false
  const stub = { group, kind, value } as Resource
  const workload = workloadOf(stub)
  if (workload === undefined) return group !== 'argoproj.io'
  const containers = workload.containers.filter(container => container.role === 'container')
  return containers.length === 0 || containers.some(container => !Object.hasOwn(container.value, 'image'))
}

function budgetSelector(budget: Resource): Json | undefined {
  return at(budget.value, ['spec', 'selector'])
}

function selectsBudget(selector: Json | undefined, labels: Readonly<Record<string, string>>): boolean {
  return labelSelectorSelects(asObject(selector), labels)
}

interface SelectorIndex {
  readonly byPair: ReadonlyMap<Key, readonly Resource[]>
  /** selectors without a single equality: every pod is a candidate */
  readonly open: readonly Resource[]
}

/** Selectors by their rarest equality, so that a label that everything carries makes no long lists. */
function selectorIndex(
  resources: readonly Resource[],
  selectorOf: (resource: Resource) => Json | undefined,
): SelectorIndex {
  const pairsOf = (resource: Resource) => {
    const selector = asObject(selectorOf(resource))
    const equalities = stringMap(isKindOfLabelSelector(resource) ? selector?.matchLabels : selector)
    return Object.entries(equalities).map(([key, value]) => `${key}=${value}`)
  }
  const counts = new Map<Key, number>()
  for (const resource of resources) {
    for (const pair of pairsOf(resource)) counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  const open: Resource[] = []
  const byPair = new Map<Key, Resource[]>()
  for (const resource of resources) {
    const pairs = pairsOf(resource)
    if (pairs.length === 0) open.push(resource)
    else {
      const rarest = pairs.reduce((a, b) => ((counts.get(b) ?? 0) < (counts.get(a) ?? 0) ? b : a))
      push(byPair, rarest, resource)
    }
  }
  return { byPair, open }
}

function isKindOfLabelSelector(resource: Resource): boolean {
  return resource.kind !== 'Service'
}

function* candidatesFor(index: SelectorIndex, labels: Readonly<Record<string, string>>): Iterable<Resource> {
  for (const [key, value] of Object.entries(labels)) yield* index.byPair.get(`${key}=${value}`) ?? []
  yield* index.open
}

function targetKey(reference: Json | undefined): Key {
  // KEDA leaves the kind out for a Deployment
  return `${asString(member(reference, 'kind')) ?? 'Deployment'}/${asString(member(reference, 'name')) ?? ''}`
}

/** `Kind/name` of each ConfigMap, Secret and PersistentVolumeClaim that a workload's pods read. */
function consumedNames(workload: Workload): Key[] {
  const names = new Set<Key>()
  const note = (kind: string, name: Json | undefined) => {
    if (typeof name === 'string') names.add(`${kind}/${name}`)
  }
  for (const volume of asArray(workload.spec.volumes)) {
    note('ConfigMap', at(volume, ['configMap', 'name']))
    note('Secret', at(volume, ['secret', 'secretName']))
    note('PersistentVolumeClaim', at(volume, ['persistentVolumeClaim', 'claimName']))
    for (const source of asArray(at(volume, ['projected', 'sources']))) {
      note('ConfigMap', at(source, ['configMap', 'name']))
      note('Secret', at(source, ['secret', 'name']))
    }
  }
  for (const container of workload.containers) {
    for (const source of asArray(container.value.envFrom)) {
      note('ConfigMap', at(source, ['configMapRef', 'name']))
      note('Secret', at(source, ['secretRef', 'name']))
    }
    for (const entry of asArray(container.value.env)) {
      note('ConfigMap', at(entry, ['valueFrom', 'configMapKeyRef', 'name']))
      note('Secret', at(entry, ['valueFrom', 'secretKeyRef', 'name']))
    }
  }
  return [...names]
}

/** Kustomizations that include each file, directly or through another kustomization. */
function closuresOf(kustomizations: readonly Kustomization[]): Map<string, ReadonlySet<Kustomization>> {
  const byDirectory = new Map(kustomizations.map(k => [k.directory, k]))
  const closures = new Map<string, Set<Kustomization>>()
  for (const root of kustomizations) {
    const seen = new Set<Kustomization>()
    const pending = [root]
    for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
      if (seen.has(current)) continue
      seen.add(current)
      const files = [current.file, ...current.includes, ...current.patches.flatMap(patch => patch.file ?? [])]
      for (const file of files) {
        let members = closures.get(file)
        if (members === undefined) {
          members = new Set()
          closures.set(file, members)
        }
        members.add(root)
        const nested = byDirectory.get(file)
        if (nested !== undefined) pending.push(nested)
      }
    }
  }
  return closures
}

function groupBy<T>(items: readonly T[], keysOf: (item: T) => readonly Key[]): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const item of items) {
    for (const key of keysOf(item)) push(groups, key, item)
  }
  return groups
}

function push<T>(groups: Map<Key, T[]>, key: Key, item: T): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [item])
  else group.push(item)
}

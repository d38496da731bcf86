// The workspace: all resources of a run, and what is asked about how they belong together.

import { at } from '../yaml/path.ts'
import type { SourceDocument } from '../yaml/types.ts'
import { asObject, asString, equalJson, type Json, type JsonObject, member } from '../yaml/value.ts'
import { closuresOf, isKustomizationFile, type Kustomization, kustomizationOf } from './kustomization.ts'
import { directoryOf, distance, encloses, nearest, TOGETHER } from './proximity.ts'
import { Relations, relationKeys, type Slot } from './relations.ts'
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

export class Workspace {
  readonly files: readonly LoadedFile[]
  readonly kubernetesVersion: string
  /** The input of the run, before any change. */
  readonly original: Workspace
  readonly #options: WorkspaceOptions
  readonly #resources: Resource[]
  readonly #slots: Map<string, Slot>
  readonly #workloads = new WeakMap<Resource, Workload | null>()
  readonly #closures: ReadonlyMap<string, readonly Kustomization[]>
  #index: Relations | undefined

  /** A workspace of the files as they stand, or (with `original`) a copy of it that the engine may advance. */
  constructor(files: readonly LoadedFile[], options: WorkspaceOptions, original?: Workspace) {
    this.files = files
    this.kubernetesVersion = options.kubernetesVersion
    this.original = original ?? this
    this.#options = options
    const { resources, closures } =
      original === undefined ? load(files) : { resources: original.#resources, closures: original.#closures }
    this.#resources = [...resources]
    this.#closures = closures
    this.#slots = new Map(this.#resources.map((resource, slot) => [originKey(resource.origin), slot]))
  }

  /** A copy that the engine may advance; its `original` is this workspace's. */
  fork(): Workspace {
    return new Workspace(this.files, this.#options, this.original)
  }

  get resources(): readonly Resource[] {
    return this.#resources
  }

  /** The resource as it stands now at that place; undefined where there is none. */
  current(origin: Origin): Resource | undefined {
    const slot = this.#slots.get(originKey(origin))
    return slot === undefined ? undefined : this.#resources[slot]
  }

  ofKind(kind: string): readonly Resource[] {
    return this.#at(this.#relations.ofKind(kind))
  }

  /** The workload view of a resource; undefined when it runs no pods. */
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
    return this.#workloadsAt(this.#relations.workloads)
  }

  /** Candidates nearest to `from`: one file, one directory, one kustomization closure, then enclosing folders. */
  nearest(from: Resource, candidates: readonly Resource[]): Resource[] {
    return nearest(candidates, candidate => this.distance(from.origin.file, candidate.origin.file))
  }

  /** Distance of two files (proximity.ts). */
  distance(from: string, to: string): number {
    return distance(from, to, this.#shareClosure(from, to))
  }

  // Selection. What stands in one file, directory or closure counts as one place.

  /** Services whose selector selects the workload's pods. */
  servicesOf(workload: Workload): Resource[] {
    const candidates = this.#at(this.#relations.selecting('Service', workload.labels))
    return this.#together(
      workload.resource,
      candidates.filter(service => mapSelects(at(service.value, ['spec', 'selector']), workload.labels)),
    )
  }

  /** PodDisruptionBudgets that select the workload's pods. */
  budgetsOf(workload: Workload): Resource[] {
    const candidates = this.#at(this.#relations.selecting('PodDisruptionBudget', workload.labels))
    return this.#together(
      workload.resource,
      candidates.filter(budget => {
        const selector = asObject(at(budget.value, ['spec', 'selector']))
        return labelSelectorSelects(selector, workload.labels)
      }),
    )
  }

  /** Workloads whose pods a Service selects. */
  workloadsOfService(service: Resource): Workload[] {
    const selector = at(service.value, ['spec', 'selector'])
    return this.#selected(service, stringMap(selector), labels => mapSelects(selector, labels))
  }

  /** Workloads whose pods a LabelSelector selects, seen from the place of `from`. */
  workloadsSelected(from: Resource, selector: JsonObject | undefined): Workload[] {
    return this.#selected(from, stringMap(selector?.matchLabels), labels => labelSelectorSelects(selector, labels))
  }

  // Scaling.

  /** HorizontalPodAutoscalers and KEDA ScaledObjects that target the resource. */
  autoscalersOf(resource: Resource): Resource[] {
    return this.#together(resource, this.#at(this.#relations.targeting('scaleTargetRef', resource.kind, resource.name)))
  }

  /** VerticalPodAutoscalers that target the resource. */
  verticalAutoscalersOf(resource: Resource): Resource[] {
    return this.#together(resource, this.#at(this.#relations.targeting('targetRef', resource.kind, resource.name)))
  }

  // Names.

  /** The resource of that kind and name that `from` means, the nearest; undefined when nothing in the tree fits. */
  named(from: Resource, kind: string, name: string): Resource | undefined {
    return this.nearest(from, this.variants(kind, name, from.namespace))[0]
  }

  /** Every resource of that kind and name, wherever it stands; an unknown namespace fits any. */
  variants(kind: string, name: string, namespace: string | undefined): Resource[] {
    return this.#at(this.#relations.named(kind, name)).filter(other => sameNamespace(other.namespace, namespace))
  }

  /** Resources of a kind in the namespace of `from`; of the nearest place that has any. */
  inNamespace(from: Resource, kind: string): Resource[] {
    return this.#together(from, this.ofKind(kind))
  }

  /**
   * Resources of a kind that rule the whole namespace of `from`, such as quotas. Nothing but the namespace ties them to
   * it: where one of the two names none, only those beside `from` or in a folder above it are meant.
   */
  ruling(from: Resource, kind: string): Resource[] {
    const { file } = from.origin
    const ruling = this.ofKind(kind).filter(
      ({ namespace, origin }) =>
        (namespace !== undefined && namespace === from.namespace) ||
        this.distance(file, origin.file) <= TOGETHER ||
        encloses(directoryOf(origin.file), file),
    )
    return this.#together(from, ruling)
  }

  /** The PersistentVolumeClaim that a workload's volume names. */
  claim(workload: Workload, claimName: string): Resource | undefined {
    return this.named(workload.resource, 'PersistentVolumeClaim', claimName)
  }

  /** Workloads that read a ConfigMap, Secret or PersistentVolumeClaim (env, envFrom, volumes, projected volumes). */
  consumersOf(resource: Resource): Workload[] {
    return this.#workloadsTogether(resource, this.#workloadsAt(this.#relations.consuming(resource.kind, resource.name)))
  }

  // Kustomizations.

  /** Kustomizations whose closure holds the file of the resource, nearest first. */
  kustomizationsOf(resource: Resource): readonly Kustomization[] {
    return this.#closures.get(resource.origin.file) ?? []
  }

  /** Whether one kustomization applies both resources. */
  shareKustomization(a: Resource, b: Resource): boolean {
    return this.#shareClosure(a.origin.file, b.origin.file)
  }

  /** Partial documents (patch files) for the same kind and name. */
  patchesOf(resource: Resource): Resource[] {
    if (resource.partial) return []
    return this.variants(resource.kind, resource.name, resource.namespace).filter(candidate => candidate.partial)
  }

  // Text.

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

  // Advancing: the engine only.

  /** Gives the resource at that place a new value. */
  replace(origin: Origin, value: JsonObject): Resource {
    const slot = this.#slots.get(originKey(origin))
    const before = slot === undefined ? undefined : this.#resources[slot]
    if (slot === undefined || before === undefined) throw new Error(`no resource at ${origin.file}`)
    const { partial, selected } = before
    const after = describeValue(value, origin, { partial, selected, namespace: before.namespace })
    this.#resources[slot] = after
    if (!equalJson(relationKeys(before, this.workload(before)), relationKeys(after, this.workload(after))))
      this.#index = undefined
    return after
  }

  /** Adds a new resource at a place that none has; without a namespace of its own it is in that of `beside`. */
  add(origin: Origin, value: JsonObject, beside: Resource): Resource {
    const traits = { partial: false, selected: true, namespace: beside.namespace }
    const resource = describeValue(value, origin, traits)
    const slot = this.#resources.length
    this.#slots.set(originKey(origin), slot)
    this.#resources.push(resource)
    this.#index?.add(slot, resource, this.workload(resource))
    return resource
  }

  /** Built when it is first asked for: nothing may ask an input that is only ever compared with. */
  get #relations(): Relations {
    if (this.#index === undefined) {
      this.#index = new Relations()
      for (const [slot, resource] of this.#resources.entries()) this.#index.add(slot, resource, this.workload(resource))
    }
    return this.#index
  }

  #at(slots: readonly Slot[]): Resource[] {
    return slots.map(slot => this.#resources[slot] as Resource)
  }

  #workloadsAt(slots: readonly Slot[]): Workload[] {
    return this.#at(slots).flatMap(resource => this.workload(resource) ?? [])
  }

  #shareClosure(a: string, b: string): boolean {
    const closures = this.#closures.get(a)
    const others = closures === undefined ? undefined : this.#closures.get(b)
    return closures !== undefined && others !== undefined && closures.some(k => others.includes(k))
  }

  #selected(from: Resource, equalities: Labels, selects: (labels: Labels) => boolean): Workload[] {
    const candidates = this.#workloadsAt(this.#relations.labelled(equalities))
    return this.#workloadsTogether(
      from,
      candidates.filter(workload => selects(workload.labels)),
    )
  }

  #workloadsTogether(from: Resource, candidates: readonly Workload[]): Workload[] {
    const fitting = candidates.filter(workload => sameNamespace(workload.resource.namespace, from.namespace))
    return nearest(fitting, workload => this.#place(from, workload.resource))
  }

  #together(from: Resource, candidates: readonly Resource[]): Resource[] {
    const fitting = candidates.filter(candidate => sameNamespace(candidate.namespace, from.namespace))
    return nearest(fitting, candidate => this.#place(from, candidate))
  }

  #place(from: Resource, to: Resource): number {
    return Math.max(TOGETHER, this.distance(from.origin.file, to.origin.file))
  }
}

type Labels = Readonly<Record<string, string>>

interface Traits {
  readonly partial: boolean
  readonly selected: boolean
  readonly namespace: string | undefined
}

function describeValue(value: JsonObject, origin: Origin, traits: Traits): Resource {
  const apiVersion = asString(value.apiVersion) ?? ''
  return {
    origin,
    apiVersion,
    group: groupOf(apiVersion),
    kind: asString(value.kind) ?? '',
    name: asString(at(value, ['metadata', 'name'])) ?? '',
    value,
    partial: traits.partial,
    selected: traits.selected,
    namespace: asString(at(value, ['metadata', 'namespace'])) ?? traits.namespace,
  }
}

function load(files: readonly LoadedFile[]) {
  const resources: Resource[] = []
  for (const { path: file, selected, documents } of files) {
    for (const document of documents) {
      for (const [path, value] of objectsOf(document.value, file)) {
        const traits = { partial: isFragment(value), selected, namespace: undefined }
        resources.push(describeValue(value, { file, document: document.index, path }, traits))
      }
    }
  }
  const kustomizations = resources.filter(resource => isKustomizationFile(resource.origin.file)).map(kustomizationOf)
  const closures = closuresOf(kustomizations)
  const patchFiles = new Set(kustomizations.flatMap(k => k.patches.flatMap(patch => patch.file ?? [])))
  const related =
    kustomizations.length === 0
      ? resources
      : resources.map(resource => {
          const { file } = resource.origin
          const namespaces = new Set([...(closures.get(file) ?? [])].flatMap(k => k.namespace ?? []))
          const namespace = resource.namespace ?? (namespaces.size === 1 ? [...namespaces][0] : undefined)
          return { ...resource, namespace, partial: resource.partial || patchFiles.has(file) }
        })
  return { resources: related, closures }
}

/** The Kubernetes objects of a document: itself, the items of a List, or a kustomization, which may omit its kind. */
function* objectsOf(value: Json, file: string): Iterable<[path: Origin['path'], value: JsonObject]> {
  const object = asObject(value)
  if (object === undefined) return
  if (isKustomizationFile(file)) {
    yield [[], object]
    return
  }
  if (!isKubernetesObject(object)) return
  const items = member(object, 'items')
  if (!asString(object.kind)?.endsWith('List') || !Array.isArray(items)) {
    yield [[], object]
    return
  }
  for (const [index, item] of items.entries()) {
    if (isKubernetesObject(item)) yield [['items', index], item]
  }
}

/** A workload that leaves out what the API requires of it: the rest stands elsewhere (a patch, an overlay). */
function isFragment(value: JsonObject): boolean {
  const origin = { file: '', document: 0, path: [] }
  const resource = describeValue(value, origin, { partial: false, selected: false, namespace: undefined })
  if (!isWorkloadKind(resource.group, resource.kind)) return false
  const workload = workloadOf(resource)
  // an Argo Rollout may take its template from a workloadRef
  if (workload === undefined) return resource.group !== 'argoproj.io'
  const containers = workload.containers.filter(container => container.role === 'container')
  return containers.length === 0 || containers.some(container => !Object.hasOwn(container.value, 'image'))
}

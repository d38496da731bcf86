// The index over a workspace: who has which kind and name, who selects, targets and mounts whom.

import { at } from '../yaml/path.ts'
import { asArray, asObject, asString, type Json, member } from '../yaml/value.ts'
import { type Resource, stringMap } from './resource.ts'
import type { Workload } from './workload.ts'

/** Number of a resource in its workspace; it stays while the resource's value changes. */
export type Slot = number

type Labels = Readonly<Record<string, string>>

const SCALERS: ReadonlyMap<string, string> = new Map([
  ['HorizontalPodAutoscaler', 'scaleTargetRef'],
  ['ScaledObject', 'scaleTargetRef'],
  ['VerticalPodAutoscaler', 'targetRef'],
])

/** Grows by one resource at a time, so that a run that adds resources never builds it again. */
export class Relations {
  readonly #kinds = new Map<string, Slot[]>()
  readonly #names = new Map<string, Slot[]>()
  readonly #labels = new Map<string, Slot[]>()
  readonly #targets = new Map<string, Slot[]>()
  readonly #consumers = new Map<string, Slot[]>()
  readonly #selectors = new Map<string, SelectorIndex>()
  readonly #workloads: Slot[] = []

  add(slot: Slot, resource: Resource, workload: Workload | undefined): void {
    push(this.#kinds, resource.kind, slot)
    push(this.#names, `${resource.kind}/${resource.name}`, slot)
    if (workload !== undefined) {
      this.#workloads.push(slot)
      for (const pair of pairs(workload.labels)) push(this.#labels, pair, slot)
      for (const name of consumedNames(workload)) push(this.#consumers, name, slot)
    }
    const field = SCALERS.get(resource.kind)
    if (field !== undefined) push(this.#targets, targetKey(field, at(resource.value, ['spec', field])), slot)
    if (resource.kind === 'Service' || resource.kind === 'PodDisruptionBudget') {
      let index = this.#selectors.get(resource.kind)
      if (index === undefined) {
        index = new SelectorIndex()
        this.#selectors.set(resource.kind, index)
      }
      index.add(slot, equalities(resource))
    }
  }

  get workloads(): readonly Slot[] {
    return this.#workloads
  }

  ofKind(kind: string): readonly Slot[] {
    return this.#kinds.get(kind) ?? []
  }

  named(kind: string, name: string): readonly Slot[] {
    return this.#names.get(`${kind}/${name}`) ?? []
  }

  /** Services or PodDisruptionBudgets whose selector may select the labels; the caller judges each. */
  selecting(kind: 'Service' | 'PodDisruptionBudget', labels: Labels): Slot[] {
    return this.#selectors.get(kind)?.candidates(labels) ?? []
  }

  /** Workloads that may carry all of these labels; the caller judges each. */
  labelled(labels: Labels): readonly Slot[] {
    let fewest: readonly Slot[] = this.#workloads
    for (const pair of pairs(labels)) {
      const slots = this.#labels.get(pair) ?? []
      if (slots.length < fewest.length) fewest = slots
    }
    return fewest
  }

  /** Autoscalers by the field that names their target: `scaleTargetRef` or, for vertical ones, `targetRef`. */
  targeting(field: 'scaleTargetRef' | 'targetRef', kind: string, name: string): readonly Slot[] {
    return this.#targets.get(`${field} ${kind}/${name}`) ?? []
  }

  /** Workloads that read a ConfigMap, Secret or PersistentVolumeClaim. */
  consuming(kind: string, name: string): readonly Slot[] {
    return this.#consumers.get(`${kind}/${name}`) ?? []
  }
}

/** What the index knows of a resource; while it stays the same, so does the index. */
export function relationKeys(resource: Resource, workload: Workload | undefined): Json {
  const field = SCALERS.get(resource.kind)
  return [
    resource.kind,
    resource.name,
    resource.namespace ?? null,
    workload === undefined ? null : [{ ...workload.labels }, ...consumedNames(workload)],
    field === undefined ? null : targetKey(field, at(resource.value, ['spec', field])),
    { ...equalities(resource) },
  ]
}

/** Selectors under one of their equalities: the one that the fewest others use, so that common labels make no lists. */
class SelectorIndex {
  readonly #byPair = new Map<string, Slot[]>()
  readonly #uses = new Map<string, number>()
  /** selectors without an equality: any pod is a candidate */
  readonly #open: Slot[] = []

  add(slot: Slot, labels: Labels): void {
    let rarest: string | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (const pair of pairs(labels)) {
      const uses = this.#uses.get(pair) ?? 0
      this.#uses.set(pair, uses + 1)
      if (uses < fewest) {
        fewest = uses
        rarest = pair
      }
    }
    if (rarest === undefined) this.#open.push(slot)
    else push(this.#byPair, rarest, slot)
  }

  candidates(labels: Labels): Slot[] {
    const slots = [...this.#open]
    for (const pair of pairs(labels)) slots.push(...(this.#byPair.get(pair) ?? []))
    return slots.sort((a, b) => a - b)
  }
}

function equalities(resource: Resource): Labels {
  const selector = at(resource.value, ['spec', 'selector'])
  if (resource.kind === 'Service') return stringMap(selector)
  return stringMap(asObject(selector)?.matchLabels)
}

function pairs(labels: Labels): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}

function targetKey(field: string, reference: Json | undefined): string {
  // KEDA lets the kind out for a Deployment
  const kind = asString(member(reference, 'kind')) ?? 'Deployment'
  return `${field} ${kind}/${asString(member(reference, 'name')) ?? ''}`
}

/** `Kind/name` of each ConfigMap, Secret and PersistentVolumeClaim that a workload's pods read. */
function consumedNames(workload: Workload): string[] {
  const names = new Set<string>()
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

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [item])
  else group.push(item)
}

// Effective settings: defaults, then the configuration, then every override that fits the resource.

import { annotationsOf, type Resource, stringMap } from '../kube/resource.ts'
import { workloadOf } from '../kube/workload.ts'
import { at } from '../yaml/path.ts'
import { isObject, type Json, member } from '../yaml/value.ts'
import { type Configuration, NO_CONFIGURATION, type Override } from './configuration.ts'
import { globMatcher } from './match.ts'
import type { Section } from './section.ts'

export const SKIP_ANNOTATION = 'kubemend.dev/skip'

interface Condition {
  readonly override: Override
  fits(resource: Resource): boolean
}

/**
 * Answers what the transforms and the engine ask of the configuration.
 * `relocate` turns the path of a workspace file into one relative to the configuration file's folder.
 */
export class EffectiveSettings {
  readonly #configuration: Configuration
  readonly #conditions: readonly Condition[]
  readonly #fitting = new WeakMap<Resource, readonly number[]>()
  readonly #values = new Map<string, unknown>()

  constructor(configuration: Configuration = NO_CONFIGURATION, relocate: (file: string) => string = file => file) {
    this.#configuration = configuration
    this.#conditions = configuration.overrides.map(override => toCondition(override, relocate))
  }

  /** A section's value; maps are merged key by key, everything else is replaced. */
  get<T>(section: Section<T>, resource?: Resource): T {
    const fitting = resource === undefined ? [] : this.#overridesOf(resource)
    const key = `${section.name} ${fitting.join(' ')}`
    if (!this.#values.has(key)) {
      const layers = [this.#configuration.value, ...fitting.map(index => this.#conditions[index]?.override.set ?? {})]
      let value: unknown = section.defaults
      for (const layer of layers) {
        if (Object.hasOwn(layer, section.name)) value = merge(value, layer[section.name])
      }
      this.#values.set(key, value)
    }
    // the schema of the configuration was assembled from the section's own, so the merged value has its shape
    return this.#values.get(key) as T
  }

  /** What silences a rule for a resource: the annotation or the override, named; undefined when nothing does. */
  skipped(resource: Resource, rule: string): string | undefined {
    if (skipAnnotation(resource).includes(rule)) return `annotation ${SKIP_ANNOTATION}`
    for (const index of this.#overridesOf(resource)) {
      if (this.#conditions[index]?.override.skip.includes(rule)) {
        return `${this.#configuration.file ?? 'configuration'}: overrides[${index}].skip`
      }
    }
    return undefined
  }

  /** Risks that the configuration allows a transform for a resource; undefined when it says nothing. */
  risks(rule: string, resource: Resource): readonly string[] | undefined {
    const overridden = this.#overridesOf(resource).flatMap(index => {
      const risks = this.#conditions[index]?.override.risks
      return risks === undefined ? [] : [risks]
    })
    const last = overridden.at(-1)
    if (last !== undefined) return last
    return this.#configuration.transforms.get(rule)?.risks ?? this.#configuration.risks
  }

  #overridesOf(resource: Resource): readonly number[] {
    let fitting = this.#fitting.get(resource)
    if (fitting === undefined) {
      fitting = [...this.#conditions.keys()].filter(index => this.#conditions[index]?.fits(resource))
      this.#fitting.set(resource, fitting)
    }
    return fitting
  }
}

function toCondition(override: Override, relocate: (file: string) => string): Condition {
  const path = override.paths && globMatcher(override.paths)
  const namespace = override.namespaces && globMatcher(override.namespaces)
  const name = override.names && globMatcher(override.names)
  return {
    override,
    fits: resource =>
      (path === undefined || path(relocate(resource.origin.file))) &&
      (namespace === undefined || (resource.namespace !== undefined && namespace(resource.namespace))) &&
      (override.kinds === undefined || override.kinds.includes(resource.kind)) &&
      (name === undefined || name(resource.name)),
  }
}

/** Rules that the annotation on the object or on its pod template names, separated by commas. */
export function skipAnnotation(resource: Resource): string[] {
  const own = annotationsOf(resource)[SKIP_ANNOTATION]
  const template = stringMap(at(workloadOf(resource)?.template, ['metadata', 'annotations']))[SKIP_ANNOTATION]
  return [own, template].flatMap(text => text?.split(',') ?? []).flatMap(rule => rule.trim() || [])
}

function merge(base: unknown, over: Json | undefined): unknown {
  if (!isObject(base) || !isObject(over)) return over
  const laid = Object.entries(over).map(([key, value]) => [key, merge(member(base, key), value)])
  return { ...base, ...Object.fromEntries(laid) }
}

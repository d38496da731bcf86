// The gates that a change passes on values: no new schema error, no new violation of a rule the schema cannot say.

import { TOGETHER } from '../kube/proximity.ts'
import { describe, type Resource } from '../kube/resource.ts'
import type { Workspace } from '../kube/workspace.ts'
import { semanticErrors } from '../schema/semantics.ts'
import type { SchemaError, Validator } from '../schema/types.ts'
import { at, toPointer } from '../yaml/path.ts'
import { asObject, type JsonObject } from '../yaml/value.ts'
import type { Step } from './documents.ts'
import type { Phase } from './phase.ts'
import type { Reason } from './transform.ts'

/** Judges values before and after; what was wrong with a value before is worked out once per value. */
export class ValueGates {
  readonly #validator: () => Validator
  readonly #onPhase: (phase: Phase) => void
  readonly #known = new WeakMap<JsonObject, ReadonlySet<string>>()

  constructor(validator: () => Validator, onPhase: (phase: Phase) => void) {
    this.#validator = validator
    this.#onPhase = onPhase
  }

  /** The first thing wrong with `after` that was not wrong with `before`; fragments and unknown kinds pass. */
  newError(before: Resource, after: JsonObject): Reason | undefined {
    if (before.partial) return undefined
    this.#onPhase('validate')
    const known = this.#errorsOf(before.value)
    const found = [...this.#find(after)]
    const fresh = found.find(([key]) => !known.has(key))
    if (fresh !== undefined) return reasonOf(describe(before), fresh[1])
    // the value before the next change
    this.#known.set(after, new Set(found.map(([key]) => key)))
    return undefined
  }

  /** The first thing wrong with a new resource, which has to be strictly valid. */
  creationError(value: JsonObject, name: string): Reason | undefined {
    const validation = this.#validator().validate(value)
    if (validation.status === 'removed') {
      return { code: 'removed-api', text: `${name}: the API version was removed in Kubernetes ${validation.removedIn}` }
    }
    for (const [, error] of this.#find(value)) return reasonOf(name, error)
    return undefined
  }

  #errorsOf(value: JsonObject): ReadonlySet<string> {
    let known = this.#known.get(value)
    if (known === undefined) {
      known = new Set([...this.#find(value)].map(([key]) => key))
      this.#known.set(value, known)
    }
    return known
  }

  *#find(value: JsonObject): Iterable<[string, SchemaError]> {
    const validation = this.#validator().validate(value)
    const schemaErrors = validation.status === 'invalid' ? validation.errors : []
    for (const error of [...schemaErrors, ...semanticErrors(value)]) {
      yield [`${error.keyword} ${toPointer(error.path)}`, error]
    }
  }
}

function reasonOf(name: string, error: SchemaError): Reason {
  return { code: `gate-${error.keyword}`, text: `${name} at ${toPointer(error.path) || '/'}: ${error.message}` }
}

/**
 * Rules over several resources that a change would break: a pod with two PodDisruptionBudgets cannot be evicted.
 * Judged before the workspace takes the change over.
 */
export function relationError(workspace: Workspace, step: Step): Reason | undefined {
  for (const { value, beside } of [...step.creations, ...step.items]) {
    if (value.kind !== 'PodDisruptionBudget') continue
    const selector = asObject(at(value, ['spec', 'selector']))
    for (const workload of workspace.workloadsSelected(beside, selector)) {
      // a budget of another environment is never applied with this one
      const other = workspace
        .budgetsOf(workload)
        .find(budget => workspace.distance(beside.origin.file, budget.origin.file) <= TOGETHER)
      if (other === undefined) continue
      const text = `the pods of ${describe(workload.resource)} have a PodDisruptionBudget already (${other.name}); a second one makes every eviction fail`
      return { code: 'gate-budget-overlap', text }
    }
  }
  return undefined
}

// The loop: transforms plan on the workspace, accepted changes advance it, until nothing more is proposed.

import { TOGETHER } from '../kube/proximity.ts'
import { describe, originKey, type Resource } from '../kube/resource.ts'
import type { Workspace } from '../kube/workspace.ts'
import { type Creation, DocumentStates, type DocumentStep, type Step } from './documents.ts'
import { findingId, findingKey } from './finding.ts'
import { relationError, type ValueGates } from './gates.ts'
import type { Finding, Outcome, Suppression } from './outcome.ts'
import type { Phase } from './phase.ts'
import { RISKS, type Risk } from './risk.ts'
import type { Allow, Change, Decline, Proposal, Reason, Settings, Transform } from './transform.ts'

const MAX_PASSES = 5

/** Who silences a finding: answers its name, undefined when nobody does. `key` is the first of the finding's ties. */
export type Skip = (resource: Resource, rule: string, key: string) => string | undefined

export interface LoopOptions {
  readonly transforms: readonly Transform[]
  readonly settings: Settings
  readonly allowed: (transform: Transform, resource: Resource) => ReadonlySet<Risk>
  readonly skip: Skip
  readonly gates: ValueGates
  /** changes that may not be made, by finding key, with the reason (a failed proof, a clash) */
  readonly blocked: ReadonlyMap<string, Reason>
  /** risks that some change of a unit lacks: they hold all of its changes back */
  readonly heldUnits: ReadonlyMap<string, ReadonlySet<Risk>>
  /** resources that may not be touched, by origin, with the reason */
  readonly locked: ReadonlyMap<string, Reason>
  readonly onPhase: (phase: Phase) => void
}

/** A change that was taken over. */
export interface AppliedChange {
  readonly key: string
  readonly unit: string | undefined
  readonly finding: Finding
}

/** What one applied change did to documents; a change may speak in several passes. */
export interface LogEntry {
  readonly change: AppliedChange
  readonly steps: readonly DocumentStep[]
  readonly creations: readonly Creation[]
}

/** A finding that was not applied; `missing` are the risks that hold it back. */
export interface OpenFinding {
  readonly finding: Finding
  readonly unit?: string | undefined
  readonly missing?: readonly Risk[]
}

export interface LoopResult {
  readonly applied: readonly AppliedChange[]
  /** the steps of all applied changes, in the order in which they were made */
  readonly log: readonly LogEntry[]
  /** held and refused findings, and open rests that need no edit */
  readonly open: readonly (OpenFinding & { readonly key: string })[]
  readonly suppressed: readonly Suppression[]
  readonly states: DocumentStates
  /** finding keys that the last allowed pass still changed: the transforms do not converge on them */
  readonly unsettled: readonly string[]
}

/** Plans until nothing more is proposed, five passes at most. Advances `workspace`. */
export function settle(workspace: Workspace, options: LoopOptions): LoopResult {
  const loop = new Loop(workspace, options)
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    if (!loop.pass()) break
  }
  return loop.result()
}

class Loop {
  readonly #workspace: Workspace
  readonly #options: LoopOptions
  readonly #states: DocumentStates
  readonly #applied = new Map<string, AppliedChange>()
  readonly #log: LogEntry[] = []
  readonly #suppressed = new Map<string, Suppression>()
  #open = new Map<string, OpenFinding>()
  #changed: string[] = []

  constructor(workspace: Workspace, options: LoopOptions) {
    this.#workspace = workspace
    this.#options = options
    this.#states = new DocumentStates(workspace.files)
  }

  /** Runs every transform once; true when something was changed. */
  pass(): boolean {
    this.#open = new Map()
    this.#changed = []
    for (const transform of this.#options.transforms) {
      for (const proposal of [...transform.plan(this.#workspace, this.#options.settings)]) {
        this.#take(transform, proposal)
      }
    }
    return this.#changed.length > 0
  }

  result(): LoopResult {
    const open = [...this.#open].filter(([key]) => !this.#applied.has(key))
    return {
      applied: [...this.#applied.values()],
      log: this.#log,
      open: open.map(([key, finding]) => ({ key, ...finding })),
      suppressed: [...this.#suppressed.values()],
      states: this.#states,
      unsettled: this.#changed,
    }
  }

  #take(transform: Transform, proposal: Proposal): void {
    const { target } = proposal
    const key = findingKey(transform.id, target)
    const by = this.#options.skip(target.resource, transform.id, key)
    if (by !== undefined) {
      const { id: rule } = transform
      this.#suppressed.set(key, { id: findingId(rule, target), rule, resource: target.resource, by })
      return
    }
    if (proposal.type === 'decline') this.#open.set(key, { finding: this.#declined(transform, proposal, key) })
    else this.#change(transform, proposal, key)
  }

  #change(transform: Transform, change: Change, key: string): void {
    const { target } = change
    const { unit } = change
    const refuse = (reason: Reason) =>
      this.#open.set(key, { finding: this.#finding(transform, change, key, 'refused', NONE, { reason }), unit })
    const stop = this.#options.blocked.get(key) ?? this.#options.blocked.get(change.unit ?? key) ?? this.#lock(change)
    if (stop !== undefined) {
      refuse(stop)
      return
    }
    let step: Step
    try {
      step = this.#states.prepare(change.edits, this.#workspace)
    } catch (error) {
      refuse({ code: 'cannot-apply', text: error instanceof Error ? error.message : String(error) })
      return
    }
    const idle = step.records.length === 0
    if (idle && change.leaves.length === 0) return
    if (idle) {
      this.#open.set(key, { finding: this.#finding(transform, change, key, 'partial', NONE) })
      return
    }
    const basis = this.#basis(change)
    if (basis === 'none') {
      // the others of the unit do not stand on it
      const reason = change.needs?.otherwise ?? change.reason
      this.#open.set(key, { finding: this.#finding(transform, change, key, 'refused', NONE, { reason }) })
      return
    }
    const allowed = this.#options.allowed(transform, target.resource)
    const lacking = unit === undefined ? undefined : this.#options.heldUnits.get(unit)
    const missing = [...new Set([...change.risks.filter(risk => !allowed.has(risk)), ...(lacking ?? []), ...basis])]
    if (missing.length > 0) {
      const finding = this.#finding(transform, change, key, 'held', step.records, { allow: allowFor(missing) })
      this.#open.set(key, { finding, unit, missing })
      return
    }
    const error = this.#valueError(step)
    this.#options.onPhase('plan')
    if (error !== undefined) {
      refuse(error)
      return
    }
    this.#states.commit(step, this.#workspace)
    const before = this.#applied.get(key)
    const records = before === undefined ? step.records.slice() : [...before.finding.edits, ...step.records]
    const finding = this.#finding(transform, change, key, change.leaves.length > 0 ? 'partial' : 'applied', records)
    const applied = { key, unit, finding }
    this.#applied.set(key, applied)
    this.#log.push({ change: applied, steps: step.steps.slice(), creations: step.creations.slice() })
    this.#changed.push(key)
  }

  /** The risks that hold back the change that this one stands on; `none` when that one is not made at all. */
  #basis({ needs }: Change): readonly Risk[] | 'none' {
    if (needs === undefined) return []
    const key = findingKey(needs.rule, needs.target)
    return this.#applied.has(key) ? [] : (this.#open.get(key)?.missing ?? 'none')
  }

  #lock(change: Change): Reason | undefined {
    for (const edit of change.edits) {
      const resource = edit.op === 'create' ? edit.beside : edit.resource
      const reason = this.#options.locked.get(originKey(resource.origin))
      if (reason !== undefined) return reason
      if (!resource.selected) {
        const { file } = resource.origin
        return {
          code: 'not-selected',
          text: `${describe(resource)} in ${file} is context and was not given to be changed`,
        }
      }
    }
    return undefined
  }

  #valueError(step: Step): Reason | undefined {
    const { gates } = this.#options
    for (const [resource, value] of step.values) {
      const error = gates.newError(resource, value)
      if (error !== undefined) return error
    }
    for (const { value, file } of [
      ...step.creations,
      ...step.items.map(item => ({ value: item.value, file: item.origin.file })),
    ]) {
      const error = this.#nameTaken(value, file) ?? gates.creationError(value, nameOf(value))
      if (error !== undefined) return error
    }
    return relationError(this.#workspace, step)
  }

  #nameTaken(value: Step['creations'][number]['value'], file: string): Reason | undefined {
    const metadata = value.metadata
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return undefined
    const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined
    const taken = this.#workspace
      .variants(String(value.kind), String(metadata.name), namespace)
      .find(other => !other.partial && this.#workspace.distance(file, other.origin.file) <= TOGETHER)
    if (taken === undefined) return undefined
    return { code: 'name-taken', text: `${describe(taken)} exists already, in ${taken.origin.file}` }
  }

  #declined(transform: Transform, proposal: Decline, key: string): Finding {
    const { reason, next, steps = NONE, warnings, snippet, allow } = proposal
    return this.#record(transform, proposal, {
      ...{ outcome: 'refused', risks: NONE, reason, edits: NONE, preconditions: NONE, warnings, ties: [key] },
      ...{ followUps: next === '' ? steps : [{ text: next }, ...steps], snippet, allow },
    })
  }

  #finding(
    transform: Transform,
    change: Change,
    key: string,
    outcome: Outcome,
    edits: Finding['edits'],
    { reason, allow }: { readonly reason?: Reason; readonly allow?: Allow } = {},
  ): Finding {
    const { preconditions, warnings, steps = NONE, leaves } = change
    return this.#record(transform, change, {
      ...{ outcome, edits, reason: reason ?? change.reason, preconditions, warnings, snippet: undefined, allow },
      risks: inOrder(change.risks),
      followUps: steps.length === 0 ? leaves : [...steps, ...leaves],
      ties: [key, ...tiesOf(change)],
    })
  }

  /**
   * A large run has many findings: written in one piece, all of them have one hidden class, where spreading the parts
   * gives each one of its own, which takes as much memory as the finding.
   */
  #record(transform: Transform, { target }: Proposal, parts: Verdict): Finding {
    const { outcome, risks, reason, edits, preconditions, followUps, warnings, ties, snippet, allow } = parts
    // a change of this run may have made another kind of it
    const resource = this.#workspace.original.current(target.resource.origin) ?? target.resource
    const id = findingId(transform.id, { ...target, resource })
    const rule = transform.id
    // lists that grew item by item have room for more
    const path = target.path.slice()
    const finding: Writable = {
      id,
      rule,
      resource,
      path,
      outcome,
      risks,
      reason,
      edits,
      preconditions,
      followUps,
      warnings,
      ties,
    }
    if (target.container !== undefined) finding.container = target.container.name
    if (snippet !== undefined) finding.snippet = snippet
    if (allow !== undefined) finding.allow = allow
    return finding
  }
}

/** One list for each set of risks, in the order of the vocabulary. */
function inOrder(risks: readonly Risk[]): readonly Risk[] {
  const sorted = RISKS.filter(risk => risks.includes(risk))
  const key = sorted.join()
  const known = RISK_LISTS.get(key)
  if (known === undefined) RISK_LISTS.set(key, sorted)
  return known ?? sorted
}

const RISK_LISTS = new Map<string, readonly Risk[]>()

type Writable = { -readonly [Key in keyof Finding]: Finding[Key] }

/** What a finding says beyond its place. */
type Verdict = Omit<Finding, 'id' | 'rule' | 'resource' | 'container' | 'path' | 'snippet' | 'allow'> & {
  readonly snippet: string | undefined
  readonly allow: Allow | undefined
}

const NONE: readonly never[] = []

function tiesOf({ unit, needs }: Change): string[] {
  return [unit, needs && findingKey(needs.rule, needs.target)].filter(name => name !== undefined)
}

function nameOf(value: Step['creations'][number]['value']): string {
  const metadata = value.metadata
  const name = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata.name : undefined
  return `new ${String(value.kind)} ${typeof name === 'string' ? name : ''}`
}

/** The flag and the setting that would let risks through. */
function allowFor(missing: readonly Risk[]): Allow {
  const risks = RISKS.filter(risk => risk === 'none' || risk === 'restart' || missing.includes(risk))
  return { flag: `--risk ${risks.join(',')}`, config: `risks: [${risks.join(', ')}]` }
}

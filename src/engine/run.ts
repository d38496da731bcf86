// A run: texts in, findings and proved new texts out. Pure: it touches no disk and starts no process.

import { isDeepStrictEqual } from 'node:util'
import { isKustomizationFile } from '../kube/kustomization.ts'
import { describe, type Resource } from '../kube/resource.ts'
import { type LoadedFile, type TextFile, Workspace } from '../kube/workspace.ts'
import { removedApi } from '../schema/removed.ts'
import type { Validator } from '../schema/types.ts'
import { readText } from '../yaml/read.ts'
import type { Operation } from '../yaml/types.ts'
import { asObject, type Json, type JsonObject } from '../yaml/value.ts'
import { findClashes } from './clash.ts'
import { applyOperations, type Creation, type DocumentStates } from './documents.ts'
import { ValueGates } from './gates.ts'
import { type AppliedChange, type LogEntry, type LoopResult, type Skip, settle } from './loop.ts'
import type { FileChange, Finding, InputWarning, RefusedFile, RunResult, SkippedFile } from './outcome.ts'
import type { Phase } from './phase.ts'
import { type FilePlan, type Proof, proveFile } from './prove.ts'
import type { Risk } from './risk.ts'
import type { Reason, Settings, Transform } from './transform.ts'

/** A text to judge; its path is relative to the root, with `/`. */
export interface SourceText {
  readonly path: string
  readonly text: string
  /** false for context, which is read and never changed */
  readonly selected: boolean
}

export interface RunOptions {
  readonly transforms: readonly Transform[]
  readonly settings: Settings
  /** risks that may be taken with a resource by a transform */
  readonly allowed: (transform: Transform, resource: Resource) => ReadonlySet<Risk>
  readonly skip?: Skip
  /** asked once something has to be validated, with the CustomResourceDefinitions that the input holds */
  readonly validator: (customResourceDefinitions: readonly JsonObject[]) => Validator
  readonly kubernetesVersion: string
  readonly texts?: () => readonly TextFile[]
  /** told when a phase begins */
  readonly onPhase?: (phase: Phase) => void
}

/** A failed proof blocks its change and everything is planned again; so many times at most. */
const MAX_ROUNDS = 20

/** Texts that were read and indexed, for one run or several. */
export interface Input {
  readonly files: readonly LoadedFile[]
  readonly refused: readonly RefusedFile[]
  readonly skipped: readonly SkippedFile[]
  /** never advanced: each run forks it */
  readonly original: Workspace
}

export type InputOptions = Pick<RunOptions, 'kubernetesVersion' | 'texts' | 'onPhase'>

/** Reads and indexes texts. Never throws for what they hold. */
export function readSources(
  sources: readonly SourceText[],
  { kubernetesVersion, texts, onPhase }: InputOptions,
): Input {
  onPhase?.('read')
  const loaded = load(sources)
  onPhase?.('index')
  const original = new Workspace(loaded.files, { kubernetesVersion, ...(texts === undefined ? {} : { texts }) })
  return { ...loaded, original }
}

/** Judges and fixes texts. Never throws for what they hold. */
export function run(sources: readonly SourceText[], options: RunOptions): RunResult {
  return runOn(readSources(sources, options), options)
}

/** The same for texts that were read before, with the same Kubernetes version. */
export function runOn({ files, refused, skipped, original }: Input, options: RunOptions): RunResult {
  const onPhase = options.onPhase ?? (() => {})
  const clashes = findClashes(original)
  const gates = new ValueGates(
    memo(() => options.validator(definitionsIn(original))),
    onPhase,
  )
  const blocked = new Map<string, Reason>()
  const heldUnits = new Map<string, Set<Risk>>()
  const proofs = new ProofCache(onPhase)
  for (let round = 1; ; round += 1) {
    onPhase('plan')
    const { transforms, settings, allowed } = options
    const skip = options.skip ?? (() => undefined)
    const loop = settle(original.fork(), {
      ...{ transforms, settings, allowed, skip, gates, blocked, heldUnits, onPhase },
      locked: clashes.locked,
    })
    const faults =
      round < MAX_ROUNDS ? keepWhole(loop, blocked, heldUnits) || block(loop, proofs, blocked) : blockAll(loop, blocked)
    if (faults > 0) continue
    onPhase('done')
    return {
      findings: ordered(loop, original, transforms),
      suppressed: loop.suppressed,
      files: changesOf(loop, proofs),
      refused,
      skipped,
      warnings: [...clashes.warnings, ...removedApis(original), ...incomplete(files)],
    }
  }
}

function memo<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function definitionsIn(workspace: Workspace): JsonObject[] {
  return workspace.ofKind('CustomResourceDefinition').map(definition => definition.value)
}

function load(sources: readonly SourceText[]) {
  const files: LoadedFile[] = []
  const refused: RefusedFile[] = []
  const skipped: SkippedFile[] = []
  for (const { path, text, selected } of sources) {
    const read = readText(text)
    if (read.ok) files.push({ path, text, selected, documents: read.documents })
    else if (selected) refused.push({ file: path, ...read.refusal })
    if (read.ok && selected && read.documents.length === 0) skipped.push({ file: path, reason: 'empty' })
  }
  return { files, refused, skipped }
}

/** A unit is changed whole or not at all: one change that is held or refused stops the others. Answers how many. */
function keepWhole(loop: LoopResult, blocked: Map<string, Reason>, heldUnits: Map<string, Set<Risk>>): number {
  const changed = new Set(loop.applied.flatMap(change => change.unit ?? []))
  let faults = 0
  for (const { key, finding, unit, missing } of loop.open) {
    if (unit === undefined || !changed.has(unit)) continue
    faults += 1
    if (missing === undefined) {
      blocked.set(key, finding.reason)
      blocked.set(unit, unitRefused(finding.reason))
    } else heldUnits.set(unit, new Set([...(heldUnits.get(unit) ?? []), ...missing]))
  }
  return faults
}

function unitRefused(reason: Reason): Reason {
  return { code: 'unit-refused', text: `another change of the same unit was refused: ${reason.text}` }
}

/** Proves every file of the plan; blocks the changes that fail, and their units. Answers how many were blocked. */
function block(loop: LoopResult, proofs: ProofCache, blocked: Map<string, Reason>): number {
  let faults = 0
  const refuse = (change: AppliedChange, reason: Reason) => {
    blocked.set(change.key, reason)
    if (change.unit !== undefined) blocked.set(change.unit, unitRefused(reason))
    faults += 1
  }
  const unsettled = new Set(loop.unsettled)
  for (const change of loop.applied.filter(candidate => unsettled.has(candidate.key))) {
    const text = 'the change is proposed again after it was made: this is a fault of kubemend, please report it'
    refuse(change, { code: 'no-convergence', text })
  }
  if (faults > 0) return faults
  for (const [file, log] of byFile(loop.log)) {
    const proof = proofs.prove(file, wholePlan(file, log, loop.states))
    if (proof.ok) continue
    const culprit = findCulprit(file, log, loop.states, proofs)
    refuse(culprit?.change ?? (log.at(-1) as LogEntry).change, culprit?.reason ?? proof.reason)
  }
  return faults
}

/** The end of a search that does not end: nothing that is left is written. */
function blockAll(loop: LoopResult, blocked: Map<string, Reason>): number {
  for (const change of loop.applied) {
    blocked.set(change.key, { code: 'not-proved', text: 'no proof was found for the changes of this file together' })
  }
  return loop.applied.length
}

/** The first change, in the order in which they were made, with which the file can no longer be proved. */
function findCulprit(file: string, log: readonly LogEntry[], states: DocumentStates, proofs: ProofCache) {
  for (let count = 1; count <= log.length; count += 1) {
    const proof = proofs.attempt(replayedPlan(file, log.slice(0, count), states))
    const change = log[count - 1]?.change
    if (!proof.ok && change !== undefined) return { change, reason: proof.reason }
  }
  return undefined
}

/** Proofs by file; one that was made for the same operations stands for the next round as well. */
class ProofCache {
  readonly #onPhase: (phase: Phase) => void
  readonly #proofs = new Map<string, { readonly plan: FilePlan; readonly proof: Proof }>()

  constructor(onPhase: (phase: Phase) => void) {
    this.#onPhase = onPhase
  }

  prove(file: string, plan: FilePlan): Proof {
    const known = this.#proofs.get(file)
    if (known !== undefined && isSamePlan(known.plan, plan)) return known.proof
    const proof = this.attempt(plan)
    this.#proofs.set(file, { plan, proof })
    return proof
  }

  latest(file: string): Proof | undefined {
    return this.#proofs.get(file)?.proof
  }

  /** A fault of kubemend's own in one file is that file's refusal: the others go on. */
  attempt(plan: FilePlan): Proof {
    try {
      return proveFile(plan, this.#onPhase)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      return {
        ok: false,
        reason: { code: 'internal-fault', text: `this is a fault of kubemend, please report it: ${text}` },
      }
    }
  }
}

function isSamePlan(a: FilePlan, b: FilePlan): boolean {
  return isDeepStrictEqual(
    [a.operations, a.creations.map(creation => [creation.after, creation.value])],
    [b.operations, b.creations.map(creation => [creation.after, creation.value])],
  )
}

function byFile(log: readonly LogEntry[]): Map<string, LogEntry[]> {
  const files = new Map<string, LogEntry[]>()
  for (const entry of log) {
    const { steps, creations } = entry
    for (const file of new Set([...steps, ...creations].map(part => part.file))) {
      const entries = files.get(file)
      if (entries === undefined) files.set(file, [entry])
      else entries.push(entry)
    }
  }
  return files
}

/** All that the run does to a file, with the values that the loop arrived at. */
function wholePlan(file: string, log: readonly LogEntry[], states: DocumentStates): FilePlan {
  const creations = states.created(file).map(creation => ({
    ...creation,
    value: asObject(states.oracle(file, creation.document)) ?? creation.value,
  }))
  return {
    file: states.file(file),
    operations: operationsOf(file, log, states),
    creations,
    oracle: document => states.oracle(file, document),
  }
}

/** A part of it, with the values worked out again from the operations of that part alone. */
function replayedPlan(file: string, log: readonly LogEntry[], states: DocumentStates): FilePlan {
  const values = new Map<number, Json>()
  const currentValue = (document: number): Json =>
    values.get(document) ?? states.file(file)?.documents[document]?.value ?? null
  const creations: Creation[] = []
  for (const { steps, creations: added } of log) {
    for (const { document, operations } of steps.filter(part => part.file === file)) {
      values.set(document, applyOperations(currentValue(document), operations))
    }
    for (const creation of added.filter(part => part.file === file)) {
      creations.push(creation)
      values.set(creation.document, creation.value)
    }
  }
  return {
    file: states.file(file),
    operations: operationsOf(file, log, states),
    creations: creations.map(creation => ({ ...creation, value: asObject(currentValue(creation.document)) ?? {} })),
    oracle: currentValue,
  }
}

/** Operations by document that the file has; those on new documents are in their values already. */
function operationsOf(file: string, log: readonly LogEntry[], states: DocumentStates): Map<number, Operation[]> {
  const existing = states.file(file)?.documents.length ?? 0
  const operations = new Map<number, Operation[]>()
  for (const { steps } of log) {
    for (const part of steps) {
      if (part.file !== file || part.document >= existing) continue
      operations.set(part.document, [...(operations.get(part.document) ?? []), ...part.operations])
    }
  }
  return operations
}

function changesOf(loop: LoopResult, proofs: ProofCache): FileChange[] {
  const changes: FileChange[] = []
  for (const [file, log] of byFile(loop.log)) {
    // the last round proved every file of its log
    const proof = proofs.latest(file)
    const before = loop.states.file(file)?.text
    if (proof === undefined || !proof.ok || proof.text === before) continue
    const findings = [...new Set(log.map(entry => entry.change.finding.id))]
    changes.push({ file, before, after: proof.text, findings })
  }
  return changes.sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Findings in the order of the input: file, document, item, transform, place. */
function ordered(loop: LoopResult, original: Workspace, transforms: readonly Transform[]): Finding[] {
  const files = new Map(original.files.map((file, index) => [file.path, index]))
  const rules = new Map(transforms.map((transform, index) => [transform.id, index]))
  const rank = ({ resource, rule }: Finding) => [
    files.get(resource.origin.file) ?? 0,
    resource.origin.document,
    Number(resource.origin.path[1] ?? 0),
    rules.get(rule) ?? 0,
  ]
  const findings = [...loop.applied, ...loop.open].map(({ finding }) => ({ finding, rank: rank(finding) }))
  findings.sort((a, b) => compare(a.rank, b.rank))
  return findings.map(({ finding }) => finding)
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function removedApis(workspace: Workspace): InputWarning[] {
  const warnings: InputWarning[] = []
  for (const resource of workspace.resources) {
    if (!resource.selected) continue
    const removed = removedApi(resource.apiVersion, resource.kind, workspace.kubernetesVersion)
    if (removed === undefined) continue
    const use = removed.replacement === undefined ? '' : `; use ${removed.replacement}`
    const text = `${describe(resource)}: ${resource.apiVersion} was removed in Kubernetes ${removed.removedIn}${use}`
    warnings.push({ code: 'removed-api', text, file: resource.origin.file, document: resource.origin.document })
  }
  return warnings
}

/** Documents that look like a Kubernetes object and lack the apiVersion or the kind that would make them one. */
function incomplete(files: readonly LoadedFile[]): InputWarning[] {
  const warnings: InputWarning[] = []
  for (const { path, selected, documents } of files) {
    if (!selected || isKustomizationFile(path)) continue
    for (const { index, value } of documents) {
      const object = asObject(value)
      if (object === undefined || asObject(object.metadata) === undefined) continue
      const missing = ['apiVersion', 'kind'].filter(field => typeof object[field] !== 'string')
      if (missing.length !== 1) continue
      const text = `the document has ${missing[0] === 'kind' ? 'an apiVersion' : 'a kind'} and metadata, but no ${missing[0]}: passed over`
      warnings.push({ code: 'incomplete-object', text, file: path, document: index })
    }
  }
  return warnings
}

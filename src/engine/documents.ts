// The documents of a run as they stand now: the oracle that the written text has to equal.

import jsonpatch from 'fast-json-patch'
import { keysBefore } from '../kube/field-order.ts'
import type { Origin, Resource } from '../kube/resource.ts'
import type { LoadedFile, Workspace } from '../kube/workspace.ts'
import { lower } from '../yaml/lower.ts'
import { copySpine, fromPointer, type Path, toPointer } from '../yaml/path.ts'
import type { Intent, Operation } from '../yaml/types.ts'
import { asObject, cloneJson, type Json, type JsonObject } from '../yaml/value.ts'
import { recordOf } from './finding.ts'
import type { EditRecord } from './outcome.ts'
import type { Edit } from './transform.ts'

/** What one change does to one document: operations on its value, in the coordinates of the whole document. */
export interface DocumentStep {
  readonly file: string
  readonly document: number
  readonly operations: readonly Operation[]
}

/** A new document, or a new item of a List. */
export interface Creation {
  readonly file: string
  readonly document: number
  /** existing document behind which it goes; undefined in a new file */
  readonly after: number | undefined
  readonly value: JsonObject
  readonly beside: Resource
}

/** What a change would do, worked out on values and not yet taken over. */
export interface Step {
  readonly steps: readonly DocumentStep[]
  readonly creations: readonly Creation[]
  readonly records: readonly EditRecord[]
  /** new values of resources that exist */
  readonly values: ReadonlyMap<Resource, JsonObject>
  /** List items that the change appends, with the resource whose List they join */
  readonly items: readonly { readonly origin: Origin; readonly value: JsonObject; readonly beside: Resource }[]
}

function documentKey(file: string, document: number): string {
  return `${file}\0${document}`
}

/** Values of all documents that changed, kept in step with the workspace. */
export class DocumentStates {
  readonly #files: ReadonlyMap<string, LoadedFile>
  readonly #values = new Map<string, Json>()
  readonly #created = new Map<string, Creation[]>()

  constructor(files: readonly LoadedFile[]) {
    this.#files = new Map(files.map(file => [file.path, file]))
  }

  file(path: string): LoadedFile | undefined {
    return this.#files.get(path)
  }

  /** Value that the document has to have in the written text. */
  oracle(file: string, document: number): Json {
    const changed = this.#values.get(documentKey(file, document))
    if (changed !== undefined) return changed
    return this.#files.get(file)?.documents[document]?.value ?? null
  }

  /** Documents that the run adds to a file, in the order in which they were created. */
  created(file: string): readonly Creation[] {
    return this.#created.get(file) ?? []
  }

  /** Works out what a change's edits do. Throws LoweringError and JsonPatchError for edits that cannot be applied. */
  prepare(edits: readonly Edit[], workspace: Workspace): Step {
    const steps: DocumentStep[] = []
    const records: EditRecord[] = []
    const values = new Map<Resource, JsonObject>()
    const creations: Creation[] = []
    const items: { origin: Origin; value: JsonObject; beside: Resource }[] = []
    for (const group of byResource(edits)) {
      const resource = workspace.current(group.resource.origin) ?? group.resource
      const { file, document, path: prefix } = resource.origin
      const intents = group.edits.map(toIntent)
      const operations = lower(resource.value, intents).map(operation => placed(operation, resource.kind))
      if (operations.length === 0) continue
      let value = resource.value
      for (const operation of operations) {
        records.push(recordOf(operation, value, resource.origin))
        value = applied(value, operation)
      }
      values.set(resource, value)
      steps.push({ file, document, operations: operations.map(operation => prefixed(operation, prefix)) })
    }
    for (const edit of edits) {
      if (edit.op !== 'create') continue
      const beside = workspace.current(edit.beside.origin) ?? edit.beside
      if (edit.file === undefined && beside.origin.path.length > 0) {
        const origin = this.#nextItem(beside, items.length)
        const pointer = `${toPointer(origin.path.slice(0, -1))}/-`
        const operations: Operation[] = [{ op: 'add', path: pointer, value: edit.value }]
        steps.push({ file: origin.file, document: origin.document, operations })
        items.push({ origin, value: cloneJson(edit.value), beside })
        records.push(creationRecord(origin, edit.value, toPointer(origin.path)))
        continue
      }
      const creation = this.#place(edit.value, beside, edit.file, creations)
      creations.push(creation)
      records.push(creationRecord(creation, edit.value, ''))
    }
    return { steps, creations, records, values, items }
  }

  /** Takes a prepared step over, into the workspace as well. */
  commit(step: Step, workspace: Workspace): void {
    for (const [resource, value] of step.values) {
      this.#store(resource.origin, value)
      workspace.replace(resource.origin, value)
    }
    for (const { origin, value, beside } of step.items) {
      this.#store(origin, value)
      workspace.add(origin, value, beside)
    }
    for (const creation of step.creations) {
      const list = this.#created.get(creation.file) ?? []
      this.#created.set(creation.file, [...list, creation])
      const { file, document, value, beside } = creation
      this.#values.set(documentKey(file, document), value)
      workspace.add({ file, document, path: [] }, value, beside)
    }
  }

  #store(origin: Origin, value: JsonObject): void {
    const key = documentKey(origin.file, origin.document)
    const [list, index] = origin.path
    if (list === undefined || index === undefined) {
      this.#values.set(key, value)
      return
    }
    // the List itself is copied once, then its items are exchanged in place
    let root = asObject(this.#values.get(key))
    if (root === undefined) {
      const original = asObject(this.oracle(origin.file, origin.document)) ?? {}
      const items = original[list]
      root = { ...original, [list]: Array.isArray(items) ? [...items] : [] }
      this.#values.set(key, root)
    }
    const items = root[list]
    if (Array.isArray(items)) items[Number(index)] = value
  }

  #nextItem(beside: Resource, offset: number): Origin {
    const { file, document, path } = beside.origin
    const root = asObject(this.oracle(file, document))
    const items = root?.[String(path[0])]
    const length = (Array.isArray(items) ? items.length : 0) + offset
    return { file, document, path: [...path.slice(0, -1), length] }
  }

  #place(value: JsonObject, beside: Resource, file: string | undefined, pending: readonly Creation[]): Creation {
    const path = file ?? beside.origin.file
    const existing = this.#files.get(path)?.documents.length ?? 0
    const added = this.created(path).length + pending.filter(creation => creation.file === path).length
    const document = existing + added
    const after = existing === 0 ? undefined : this.#behind(beside, path, existing)
    return { file: path, document, after, value: cloneJson(value), beside }
  }

  /** The existing document behind which a new one goes: the owner's, or the one that a created owner follows. */
  #behind(beside: Resource, file: string, existing: number): number {
    if (beside.origin.file !== file) return existing - 1
    const { document } = beside.origin
    return document < existing ? document : (this.created(file)[document - existing]?.after ?? existing - 1)
  }
}

function creationRecord(place: { file: string; document: number }, value: JsonObject, path: string): EditRecord {
  return { op: 'create', file: place.file, document: place.document, path, after: value }
}

type ResourceEdit = Exclude<Edit, { op: 'create' }>

function byResource(edits: readonly Edit[]): { resource: Resource; edits: ResourceEdit[] }[] {
  const groups: { resource: Resource; edits: ResourceEdit[] }[] = []
  for (const edit of edits) {
    if (edit.op === 'create') continue
    const group = groups.find(({ resource }) => resource.origin === edit.resource.origin)
    if (group === undefined) groups.push({ resource: edit.resource, edits: [edit] })
    else group.edits.push(edit)
  }
  return groups
}

function toIntent(edit: ResourceEdit): Intent {
  const { path } = edit
  switch (edit.op) {
    case 'set':
      return { op: 'set', path, value: edit.value, ...(edit.after === undefined ? {} : { after: edit.after }) }
    case 'append':
      return { op: 'append', path, value: edit.value }
    case 'insert':
      return { op: 'insert', path, index: edit.index, value: edit.value }
    case 'remove':
      return { op: 'remove', path }
    case 'rename':
      return { op: 'rename', path, to: edit.to }
  }
}

/** A new key stands where people look for it, also when it is a parent that an edit made on its way. */
function placed(operation: Operation, kind: string): Operation {
  if (operation.op !== 'add' || operation.after !== undefined) return operation
  const steps = fromPointer(operation.path)
  const after = keysBefore(kind, steps.slice(0, -1), steps.at(-1) ?? '')
  return after === undefined ? operation : { op: 'add', path: operation.path, value: operation.value, after }
}

function prefixed(operation: Operation, prefix: Path): Operation {
  if (prefix.length === 0) return operation
  const lead = toPointer(prefix)
  if (operation.op === 'move') return { ...operation, from: lead + operation.from, path: lead + operation.path }
  return { ...operation, path: lead + operation.path }
}

/** RFC 6902 without kubemend's hint about the place of a new key. */
function withoutPlacement(operation: Operation) {
  if (operation.op !== 'add') return operation
  return { op: operation.op, path: operation.path, value: cloneJson(operation.value) }
}

/** The value that RFC 6902 operations lead to; the given one stays as it is. Throws JsonPatchError. */
export function applyOperations(value: Json, operations: readonly Operation[]): Json {
  return operations.reduce(applied<Json>, value)
}

function applied<T extends Json>(value: T, operation: Operation): T {
  const place = operation.op === 'move' ? operation.from : operation.path
  const copy = copySpine(value, fromPointer(place))
  return jsonpatch.applyOperation(copy, withoutPlacement(operation), true, true).newDocument
}

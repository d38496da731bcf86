// The gates on text: what was written reads back, by a second parser, as exactly what was decided.

import type { LoadedFile } from '../kube/workspace.ts'
import { lostComments } from '../yaml/comments.ts'
import { editText, renderDocuments } from '../yaml/edit.ts'
import { readText } from '../yaml/read.ts'
import type { Operation } from '../yaml/types.ts'
import { equalJson, type Json } from '../yaml/value.ts'
import type { Creation } from './documents.ts'
import type { Phase } from './phase.ts'
import type { Reason } from './transform.ts'

/** All that a run does to one file. */
export interface FilePlan {
  /** undefined for a new file */
  readonly file: LoadedFile | undefined
  readonly operations: ReadonlyMap<number, readonly Operation[]>
  readonly creations: readonly Creation[]
  /** value that each document of the file has to have afterwards */
  readonly oracle: (document: number) => Json
}

export type Proof = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: Reason }

/** The new text of a file, spliced once and proved once. */
export function proveFile(plan: FilePlan, onPhase: (phase: Phase) => void): Proof {
  const { file, creations } = plan
  onPhase('splice')
  if (file === undefined) {
    const values = creations.map(creation => creation.value)
    return checked(renderDocuments(values), values, onPhase)
  }
  const edits = [...plan.operations].flatMap(([index, operations]) => {
    const document = file.documents[index]
    return document === undefined ? [] : [{ document, operations }]
  })
  const inserts = file.documents.flatMap(document => {
    const values = creations.filter(creation => creation.after === document.index).map(creation => creation.value)
    return values.length === 0 ? [] : [{ after: document, values }]
  })
  const spliced = editText(file.text, edits, inserts)
  if (!spliced.ok) return { ok: false, reason: { code: spliced.refusal.code, text: placed(spliced.refusal) } }
  const expected = file.documents.flatMap(document => [
    plan.oracle(document.index),
    ...(inserts.find(insert => insert.after === document)?.values ?? []),
  ])
  const proof = checked(spliced.text, expected, onPhase)
  if (!proof.ok) return proof
  const lost = lostComments(file.text, spliced.text, spliced.removedComments, spliced.renamedKeys)[0]
  return lost === undefined
    ? proof
    : { ok: false, reason: { code: 'comment-lost', text: `a comment would be lost: ${lost}` } }
}

function checked(text: string, expected: readonly Json[], onPhase: (phase: Phase) => void): Proof {
  onPhase('prove')
  const read = readText(text)
  if (!read.ok) {
    return {
      ok: false,
      reason: { code: 'unreadable-result', text: `the new text cannot be read: ${placed(read.refusal)}` },
    }
  }
  const { documents } = read
  if (documents.length !== expected.length || !documents.every((d, i) => equalJson(d.value, expected[i] ?? null))) {
    return { ok: false, reason: { code: 'wrong-result', text: 'the new text does not read back as what was decided' } }
  }
  return { ok: true, text }
}

function placed({ text, line, column }: { text: string; line?: number; column?: number }): string {
  if (line === undefined) return text
  return `${text} (line ${line}${column === undefined ? '' : `, column ${column}`})`
}

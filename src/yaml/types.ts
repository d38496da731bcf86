// The contract between text and values: what the reader gives, what the splicer takes.

import type { Path } from './path.ts'
import type { Json } from './value.ts'

/** Why a text cannot be read or edited; `line` and `column` count from 1 in the whole file. */
export interface Refusal {
  /** kebab-case and stable: `template`, `duplicate-key`, `alias-on-path`, … */
  readonly code: string
  /** what is wrong and what to do; the place is not part of it */
  readonly text: string
  readonly line?: number
  readonly column?: number
}

/** One document of a file: its place in the text and its meaning for Kubernetes (YAML 1.1 scalars, merges resolved). */
export interface SourceDocument {
  /** position among the documents of the file that have content, from 0 */
  readonly index: number
  /** offsets in the file's text: first character after the `---` line (or of the file) to the next marker */
  readonly start: number
  readonly end: number
  /** line of `start`, from 1 */
  readonly line: number
  /** a value that stands in the text as `${NAME}` alone is unknown: it is kept as that string */
  readonly value: Json
}

export type ReadResult =
  | { readonly ok: true; readonly documents: readonly SourceDocument[] }
  | { readonly ok: false; readonly refusal: Refusal }

export interface ReadLimits {
  /** deepest nesting accepted; default 512 */
  readonly maxDepth?: number
  /** most nodes accepted after aliases are expanded; default 1,000,000 */
  readonly maxNodes?: number
}

/**
 * RFC 6902, the four kinds that the splicer knows. `move` only renames a key within its map.
 * `after` places a new map key: behind the last of these keys that the map has, first when it has none of them,
 * at the end when `after` is absent.
 */
export type Operation =
  | { readonly op: 'add'; readonly path: string; readonly value: Json; readonly after?: readonly string[] }
  | { readonly op: 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move'; readonly from: string; readonly path: string }

/** `removedComments` and `renamedKeys` are what the edit did on purpose; the comment gate takes both. */
export type SpliceResult =
  | {
      readonly ok: true
      readonly text: string
      readonly removedComments: readonly string[]
      readonly renamedKeys: readonly (readonly [from: string, to: string])[]
    }
  | { readonly ok: false; readonly refusal: Refusal }

/** Where a value stands in a file; lines and columns count from 1, the end is exclusive. */
export interface Location {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
  readonly start: number
  readonly end: number
}

/** What an author wants at a path, before it is known what stands there. */
export type Intent =
  | { readonly op: 'set'; readonly path: Path; readonly value: Json; readonly after?: readonly string[] }
  | { readonly op: 'append'; readonly path: Path; readonly value: Json }
  | { readonly op: 'insert'; readonly path: Path; readonly index: number; readonly value: Json }
  | { readonly op: 'remove'; readonly path: Path }
  | { readonly op: 'rename'; readonly path: Path; readonly to: string }

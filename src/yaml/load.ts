// js-yaml set up as Kubernetes reads: our scalar resolver, merge keys, unknown tags by kind, and a depth guard.

import yaml from 'js-yaml'
import { resolvePlain, resolveTagged } from './scalar.ts'
import type { Json } from './value.ts'

/** What js-yaml tells a listener about its position; its types leave this out. */
export interface ReaderState {
  readonly input: string
  readonly position: number
  readonly kind: string | null
  readonly result: unknown
}

export type Listener = (event: 'open' | 'close', state: ReaderState) => void

/** Thrown out of js-yaml, which would overflow the stack at about twice the depth we accept. */
export class TooDeep extends Error {
  readonly position: number
  constructor(position: number) {
    super('nested too deeply')
    this.position = position
  }
}

const NULL_OR_TEXT = (data: unknown): string => (typeof data === 'string' ? data : '')

const MERGE = new yaml.Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (data: unknown) => data === '<<' })

function plainType(): yaml.Type {
  let resolved: Json = null
  return new yaml.Type('tag:kubemend,plain', {
    kind: 'scalar',
    resolve: (data: string) => {
      resolved = resolvePlain(data)
      return typeof resolved !== 'string'
    },
    construct: () => resolved,
  })
}

function taggedType(name: string): yaml.Type {
  const tag = `tag:yaml.org,2002:${name}`
  return new yaml.Type(tag, {
    kind: 'scalar',
    resolve: (data: unknown) => resolveTagged(tag, NULL_OR_TEXT(data)) !== undefined,
    construct: (data: unknown) => resolveTagged(tag, NULL_OR_TEXT(data)),
  })
}

const SCHEMA = yaml.FAILSAFE_SCHEMA.extend({
  implicit: [MERGE, plainType()],
  explicit: [
    ...['null', 'bool', 'int', 'float'].map(taggedType),
    new yaml.Type('', { kind: 'scalar', multi: true, construct: NULL_OR_TEXT }),
    new yaml.Type('', { kind: 'sequence', multi: true }),
    new yaml.Type('', { kind: 'mapping', multi: true }),
  ],
})

/**
 * Value of a text that holds one document, undefined when it holds nothing.
 * Throws js-yaml's exception, or TooDeep. Aliases give shared references.
 */
export function loadOne(text: string, maxDepth: number, listener?: Listener): unknown {
  let depth = 0
  const options: yaml.LoadOptions = {
    schema: SCHEMA,
    listener(event, state) {
      if (event === 'open') depth++
      else depth--
      // the reader opens up to two nodes more than there are levels: the scalar at the bottom, and a flow collection twice
      if (depth > maxDepth + 2) throw new TooDeep((state as ReaderState).position)
      listener?.(event as 'open' | 'close', state as ReaderState)
    },
  }
  return yaml.load(text, options)
}

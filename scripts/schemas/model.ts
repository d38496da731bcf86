// What the generator knows of one set of schemas before it is made compact.

import type { TypeWord } from '../../src/schema/compact.ts'

export interface Model {
  /** `apiVersion/kind` to the name of its definition */
  readonly kinds: Map<string, string>
  readonly definitions: Map<string, Map<string, TypeWord>>
}

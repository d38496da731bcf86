// What every command is given besides its flags: the machine, the transforms, and who it is.

import type { Transform } from '../engine/transform.ts'
import type { Host } from '../io/host.ts'

export interface Tooling {
  readonly host: Host
  readonly transforms: readonly Transform[]
  /** version of kubemend */
  readonly version: string
}

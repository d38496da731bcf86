// What the texts of the bot say of a rule: from the transform that it is.

import type { Transform } from '../engine/transform.ts'

export type RuleFacts = Pick<Transform, 'id' | 'title' | 'rationale' | 'references'>

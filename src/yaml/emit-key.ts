// Renames keys in place.

import type { Emission } from './emission.ts'
import type { EntryOverlay } from './overlay.ts'
import { quoted, renderKey } from './render.ts'
import type { Context } from './style.ts'

/** Key token of a renamed entry, in the quotes of the old one. */
export function emitRename(emission: Emission, entry: EntryOverlay, context: Context): void {
  const { origin, key } = entry
  if (origin === undefined || origin.key === key) return
  const before = emission.text.slice(origin.keyStart, origin.keyEnd)
  const isQuoted = origin.keyStyle === 'double' || origin.keyStyle === 'single'
  const quote = origin.keyStyle === 'single' ? 'single' : 'double'
  const token = isQuoted ? quoted(key, quote) : renderKey(key, emission.styles.quote(context), context.collection.flow)
  emission.cut(origin.keyStart, origin.keyEnd, token)
  emission.renamedKeys.push([before, token])
}

// Words of commands that a person pastes into a shell.

import { UNPRINTABLE } from './unprintable.ts'

/** Characters into which no shell reads anything. */
const PLAIN_WORD = /^[\w./:@+-][\w./:@%+,=-]*$/

/** A word that a POSIX shell reads back as the text; bash's `$'…'` where it holds unprintable characters. */
export function shellWord(text: string): string {
  if (PLAIN_WORD.test(text)) return text
  const spelled = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(UNPRINTABLE, character =>
      [...Buffer.from(character)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    )
  if (text.search(UNPRINTABLE) >= 0) return `$'${spelled}'`
  return `'${text.replaceAll("'", "'\\''")}'`
}

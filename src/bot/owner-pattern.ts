// The regular expressions of Gitea's CODEOWNERS, as far as they can be run without risk.

/** So many `*` and `+` at most: each multiplies the time that a long path may take. */
const MAX_REPEATS = 3
const MAX_LENGTH = 200
const MAX_PATH = 1_000

/**
 * A whole-path matcher for a pattern of literals, `.`, `[^/]`, alternatives of literals, `*` and `+`; undefined for any
 * other. A repository may write what it likes here, and a backtracking matcher must not be made to run for ever.
 */
export function ownerPattern(pattern: string): ((path: string) => boolean) | undefined {
  // the file escapes once more: `\\.` there is `\.` of the expression
  const source = pattern.replace(/\\\\/g, '\\').replace(/\\#/g, '#').replace(/^\//, '')
  if (source === '' || source.length > MAX_LENGTH || !SUPPORTED.test(source)) return undefined
  if ((source.replace(/\\./g, '').match(/[*+]/g) ?? []).length > MAX_REPEATS) return undefined
  const expression = new RegExp(`^(?:${source})$`)
  return path => path.length <= MAX_PATH && expression.test(path)
}

const LITERAL = String.raw`[\w\-/ @#,:=~%]|\\[.+*?()|[\]{}^$\\\-/]`
const ALTERNATIVES = String.raw`\((?:${LITERAL})+(?:\|(?:${LITERAL})+)*\)`
const SUPPORTED = new RegExp(String.raw`^(?:${LITERAL}|${ALTERNATIVES}|(?:\.|\[\^/\])[*+]?)+$`)

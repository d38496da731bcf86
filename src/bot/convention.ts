// The form of titles and commit subjects: as the repository's recent commits have it, or as the configuration says.

import { plainName } from './escape.ts'

export type Convention =
  /** Conventional Commits 1.0.0: `fix(scope): …` */
  | { readonly type: 'conventional'; readonly scope: string | undefined }
  | { readonly type: 'plain' }
  /** `{title}` stands for what is done */
  | { readonly type: 'template'; readonly text: string }

/** So many subjects tell the habits of a repository. */
export const SUBJECTS = 50
/** With fewer of them, nothing is known of its habits. */
const FEW = 5

const CONVENTIONAL = /^[a-z]+(?:\(([^()]+)\))?!?: \S/i
/** Subjects that tools write, whatever the habits of people. */
const BY_TOOLS = /^(?:Merge |Revert "|fixup! |squash! )/
/** Scopes that changes of manifests may go under. */
const SCOPES: ReadonlySet<string> = new Set([
  ...[
    'k8s',
    'kubernetes',
    'kube',
    'manifests',
    'manifest',
    'deploy',
    'deployment',
    'infra',
    'gitops',
    'platform',
    'ops',
  ],
])
const DEFAULT_SCOPE = 'k8s'

/** `wanted` is the setting `bot.convention`; subjects are those of the base branch, newest first. */
export function conventionOf(wanted: string, subjects: readonly string[]): Convention {
  const own = subjects.filter(subject => !BY_TOOLS.test(subject))
  const matches = own.map(subject => CONVENTIONAL.exec(subject)).filter(match => match !== null)
  const habit: Convention = { type: 'conventional', scope: scopeOf(matches.map(match => match[1])) }
  if (wanted === 'plain') return { type: 'plain' }
  if (wanted === 'conventional') return habit
  if (wanted !== 'auto') return { type: 'template', text: wanted }
  return own.length < FEW || matches.length * 2 >= own.length ? habit : { type: 'plain' }
}

/** The scope that manifests have had; none where scopes are rare. */
function scopeOf(scopes: readonly (string | undefined)[]): string | undefined {
  const given = scopes.filter(scope => scope !== undefined)
  if (scopes.length >= FEW && given.length * 2 < scopes.length) return undefined
  const known = given.find(scope => SCOPES.has(scope.toLowerCase()))
  return (known === undefined ? undefined : plainName(known)) ?? DEFAULT_SCOPE
}

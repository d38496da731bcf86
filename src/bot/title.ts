// Titles of pull requests, which are subjects of commits as well: what is done, to how many, in the repository's form.

import { printable } from '../report/escape.ts'
import { plural } from '../report/words.ts'
import type { Convention } from './convention.ts'
import { plainName } from './escape.ts'
import { isUnit } from './group.ts'
import type { GroupPlan } from './plan.ts'
import type { RuleFacts } from './rule-facts.ts'

/** At most `limit` UTF-16 units, on one line. Of the repository's own words only ordinary names get in. */
export function titleOf(
  plan: Pick<GroupPlan, 'group' | 'written'>,
  rules: readonly RuleFacts[],
  convention: Convention,
  limit: number,
): string {
  const { deed, about } = sentenceOf(plan, rules)
  const [short, full] = [deed, `${deed} (${about})`].map(text => inForm(text, convention))
  if (full !== undefined && full.length <= limit) return full
  return cut(short ?? '', limit)
}

function sentenceOf({ group, written }: Pick<GroupPlan, 'group' | 'written'>, rules: readonly RuleFacts[]) {
  const ids = [...new Set(written.map(finding => finding.rule))]
  const [first = ''] = ids
  const resources = plural(new Set(written.map(finding => finding.resource)).size, 'resource')
  const label = group.label === first ? undefined : plainWords(group.label)
  const about = label === undefined ? resources : `${label}, ${resources}`
  const title = rules.find(({ id }) => id === first)?.title ?? `Apply the fixes of ${first}`
  if (ids.length === 1) return { deed: title, about }
  // what is done to one system goes by its first step, since the others stand on it
  if (isUnit(group)) return { deed: `${title}, and fixes of ${plural(ids.length - 1, 'more rule')}`, about }
  return { deed: `Apply ${plural(written.length, 'fix', 'fixes')} of ${ids.length} rules`, about }
}

function plainWords(text: string): string | undefined {
  return text.split(' ').every(word => plainName(word) !== undefined) ? text : undefined
}

function inForm(sentence: string, convention: Convention): string {
  switch (convention.type) {
    case 'plain':
      return sentence
    case 'conventional':
      return `fix${convention.scope === undefined ? '' : `(${convention.scope})`}: ${withSmallStart(sentence)}`
    case 'template':
      return printable(convention.text.replaceAll('{title}', () => sentence))
  }
}

/** A name in capitals at the start stays. */
function withSmallStart(text: string): string {
  return /^[A-Z][a-z]*\b/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

/** At a blank, where there is one; never within a surrogate pair. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const start = text.slice(0, Math.max(0, limit - 1))
  const blank = start.lastIndexOf(' ')
  return `${(blank > limit / 2 ? start.slice(0, blank) : start).replace(/[\ud800-\udbff]$/, '')}…`.slice(0, limit)
}

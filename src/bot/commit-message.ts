// Messages of the bot's commits, without the trailers, which tell the bot its own commits again.

import { plural, resourceLabel } from '../report/words.ts'
import type { Convention } from './convention.ts'
import { plainName } from './escape.ts'
import type { GroupPlan } from './plan.ts'
import type { RuleFacts } from './rule-facts.ts'
import { titleOf } from './title.ts'

const WIDTH = 72
/** Git's own advice is 50 and 72; a subject that does not fit loses what is in brackets. */
const SUBJECT = 72
/** so many resources of a rule are named */
const NAMED = 10

/** Subject, blank line, and for each rule why it matters and what it changes. Nothing of it can be read as a trailer. */
export function commitMessage(plan: GroupPlan, rules: readonly RuleFacts[], convention: Convention): string {
  const ids = [...new Set(plan.written.map(finding => finding.rule))]
  const parts = ids.map(id => rulePart(id, plan, rules))
  const { toolVersion, kubernetesVersion } = plan.report
  const proof = `Made by kubemend ${toolVersion}; each changed file was read again and validated for Kubernetes ${kubernetesVersion}.`
  return `${[titleOf(plan, rules, convention, SUBJECT), ...parts, wrap(proof, '')].join('\n\n')}\n`
}

function rulePart(id: string, { written }: GroupPlan, rules: readonly RuleFacts[]): string {
  const resources = [...new Set(written.filter(({ rule }) => rule === id).map(({ resource }) => resource))]
  const names = resources.slice(0, NAMED).flatMap(resource => {
    const label = resourceLabel(resource)
    return label.split(/[ /]/).every(word => plainName(word) !== undefined) ? `- ${label}` : []
  })
  const rest = resources.length - names.length
  const rule = rules.find(facts => facts.id === id)
  return [
    wrap(`${id}: ${rule?.rationale ?? 'a rule of this installation.'}`, ''),
    '',
    ...names,
    ...(rest === 0 ? [] : [`- ${names.length === 0 ? plural(rest, 'resource') : `${rest} more`}`]),
  ].join('\n')
}

function wrap(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line].join('\n')
}

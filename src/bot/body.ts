// The body of a pull request, in the order in which a reviewer asks: what, where, why, is it right, what is left.

import type { PlacedFinding } from '../report/model.ts'
import { plural } from '../report/words.ts'
import { controlsOf } from './body-controls.ts'
import { diffPart } from './body-diffs.ts'
import { leftOutPart, notTakenPart, openPart } from './body-lists.ts'
import { runbookPart } from './body-runbook.ts'
import { tablePart } from './body-table.ts'
import { verifyOf } from './body-verify.ts'
import { fitParts, list, type Part, whole } from './budget.ts'
import { bodyCode, bodyText } from './escape.ts'
import type { Forge, PullRequest } from './forge.ts'
import type { LeftOut } from './group.ts'
import type { GroupPlan } from './plan.ts'
import type { ObjectId } from './repository.ts'
import type { RuleFacts } from './rule-facts.ts'

export interface BodyFacts {
  readonly plan: GroupPlan
  /** commit of the base branch that the branch's plan was made on: a base that moves on changes no text */
  readonly baseHead: ObjectId
  /** of the group's kind, and not fixed: refused, held back or left open */
  readonly open: readonly PlacedFinding[]
  readonly leftOut: readonly LeftOut[]
  /** what the repository's configuration asked for and may not (narrow.ts) */
  readonly notTaken: readonly string[]
  readonly rules: readonly RuleFacts[]
  /** the pull request of this group before this one */
  readonly predecessor?: PullRequest | undefined
}

export type BodyForge = Pick<Forge, 'kind' | 'bodyLimit' | 'hasCheckboxes'>

/**
 * At most `forge.bodyLimit` UTF-16 units. `marker` is one line, the first of the body (marker.ts); it is left out last.
 * Equal facts make equal bodies. What comes from the repository is shown and does nothing (escape.ts).
 */
export function renderBody(facts: BodyFacts, forge: BodyForge, marker: string): string {
  const { plan } = facts
  const first = whole(marker)
  const summary = whole(summaryOf(facts, forge.kind))
  const table = tablePart(plan)
  const why = whyPart(facts)
  const verify = whole(verifyOf(plan, facts.baseHead))
  const open = openPart(facts.open)
  const runbook = runbookPart(plan.report.runbook)
  const leftOut = leftOutPart(facts.leftOut)
  const notTaken = notTakenPart(facts.notTaken)
  const controls = whole(controlsOf(plan, forge))
  const diffs = diffPart(plan.report.files)
  return fitParts(
    [first, summary, table, why, verify, open, runbook, leftOut, notTaken, controls, diffs],
    [diffs, table, leftOut, notTaken, open, why, runbook, verify, controls, summary, first],
    forge.bodyLimit,
  )
}

function summaryOf(facts: BodyFacts, kind: Forge['kind']): string {
  const { plan, predecessor } = facts
  const resources = new Set(plan.written.map(finding => finding.resource))
  const count = plural(plan.written.length, 'finding')
  const where = `on ${plural(resources.size, 'resource')}, in ${plural(plan.report.files.length, 'file')}`
  const sentences = [`${deedOf(facts)}: ${count} ${where}. ${riskSentence(plan)}`]
  if (predecessor !== undefined) {
    const { number, state, url } = predecessor
    sentences.push(`It follows [${kind === 'gitlab' ? '!' : '#'}${number}](${url}), which was ${state}.`)
  }
  return sentences.join('\n\n')
}

function deedOf({ plan, rules }: BodyFacts): string {
  const { group, written } = plan
  const ids = new Set(written.map(finding => finding.rule))
  const only = ids.size === 1 ? rules.find(({ id }) => ids.has(id)) : undefined
  const label = group.label === only?.id ? '' : ` (${bodyText(group.label)})`
  return `${bodyText(only?.title ?? `Fixes of ${plural(ids.size, 'rule')}`)}${label}`
}

function riskSentence({ group, written, report }: GroupPlan): string {
  const risks = [...new Set(written.flatMap(finding => finding.risks))]
  if (group.risk === 'unsafe') {
    const named = risks.filter(risk => risk !== 'none').map(bodyCode)
    const steps = report.runbook.length === 0 ? '' : ', and merging it alone is not enough: read the steps below first'
    return `**It takes risks** (${named.join(', ')})${steps}.`
  }
  return risks.includes('restart')
    ? 'Pods are replaced once, by the strategy of their workload; nothing else changes for what runs.'
    : 'No pod restarts.'
}

function whyPart({ plan, rules }: BodyFacts): Part {
  const ids = [...new Set(plan.written.map(finding => finding.rule))]
  const items = ids.map(id => {
    const { rationale = '', references = [] } = rules.find(rule => rule.id === id) ?? {}
    const links = references.map((address, index) => `[${index === 0 ? 'documentation' : `more ${index}`}](${address})`)
    return [`- ${bodyCode(id)}: ${bodyText(rationale)}`, ...links].join(' ')
  })
  const head = '## Why\n\n'
  return list({ head, items, separator: '\n', more: left => `${plural(left, 'more rule')}.`, brief: '' })
}

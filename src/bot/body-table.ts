// The table of a pull request's changes; over budget, their counts by rule.

import { placeLabel, plural, targetLabel } from '../report/words.ts'
import { list, type Part } from './budget.ts'
import { changeWords } from './change-words.ts'
import { bodyCode, bodyText } from './escape.ts'
import type { GroupPlan } from './plan.ts'

const HEAD = '## Changes\n\n'
const COLUMNS = '| rule | resource | place | risks | before → after |\n| --- | --- | --- | --- | --- |\n'

export function tablePart({ written, report }: GroupPlan): Part {
  const isWritten = new Set(written)
  const rows = report.findings
    .filter(({ finding }) => isWritten.has(finding))
    .map(placed => {
      const { finding } = placed
      const cells = [
        bodyCode(finding.rule),
        bodyText(targetLabel(finding)),
        bodyCode(placeLabel(placed)),
        finding.risks.join(', '),
        changeWords(finding),
      ]
      return `| ${cells.join(' | ')} |`
    })
  return list({
    head: HEAD + COLUMNS,
    items: rows,
    separator: '\n',
    more: (left, total) => `Not shown: ${left} of ${plural(total, 'finding')}.`,
    brief: HEAD + countsByRule(written.map(finding => finding.rule)),
  })
}

function countsByRule(rules: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const rule of rules) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return [...counts].map(([rule, count]) => `- ${bodyCode(rule)}: ${plural(count, 'finding')}`).join('\n')
}

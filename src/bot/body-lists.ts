// What a pull request does not do, and why: refused findings, those turned down before, settings that were not taken.

import type { PlacedFinding } from '../report/model.ts'
import { placeLabel, plural, targetLabel } from '../report/words.ts'
import { list, type Part } from './budget.ts'
import { bodyCode, bodyText } from './escape.ts'
import type { LeftOut } from './group.ts'

export function openPart(open: readonly PlacedFinding[]): Part {
  const items = open.map(placed => {
    const { finding } = placed
    const { flag, config } = finding.allow ?? {}
    const next = [
      ...finding.followUps.slice(0, 1).map(({ text }) => bodyText(text)),
      ...[flag, config].flatMap(text => (text === undefined ? [] : [bodyCode(text)])),
    ]
    return `- ${subject(placed)}: ${bodyText(finding.reason.text)}${next.length === 0 ? '' : `. To go on: ${next.join(' or ')}`}`
  })
  return counted('## Not fixed', items, 'finding')
}

const WHY: Readonly<Record<LeftOut['why'], string>> = {
  rejected: 'turned down with an earlier pull request, which proposes it again when it is reopened',
  undone: 'merged twice before and gone each time: something else writes these files, and the change belongs there',
  ignored: 'on the list of what is not to be proposed',
}

export function leftOutPart(leftOut: readonly LeftOut[]): Part {
  const items = leftOut.map(({ finding, why }) => `- ${subject(finding)}: ${WHY[why]}`)
  return counted('## Not proposed', items, 'finding')
}

export function notTakenPart(notTaken: readonly string[]): Part {
  const head =
    "## Settings that were not taken\n\nA repository's own configuration may only narrow what the bot does. It asked for more:"
  return counted(
    head,
    notTaken.map(text => `- ${bodyText(text)}`),
    'setting',
  )
}

function subject(placed: PlacedFinding): string {
  const { finding } = placed
  return `${bodyCode(finding.rule)} ${bodyText(targetLabel(finding))} (${bodyCode(placeLabel(placed))}, ${bodyCode(finding.id)})`
}

function counted(head: string, items: readonly string[], word: string): Part {
  return list({
    head: `${head}\n\n`,
    items,
    separator: '\n',
    more: left => `${plural(left, `more ${word}`)}.`,
    brief: `${head}\n\n${plural(items.length, word)}.`,
  })
}

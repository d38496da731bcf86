// Asks for each change whether it shall be made, showing its diff and its risk.

import type { Skip } from '../engine/loop.ts'
import type { Finding, RunResult } from '../engine/outcome.ts'
import { originKey, type Resource } from '../kube/resource.ts'
import { printable } from '../report/escape.ts'
import { isWritten } from '../report/model.ts'
import { resourceLabel } from '../report/words.ts'
import { colored, isColored } from './color.ts'
import type { ColorChoice } from './options.ts'
import type { Session } from './session.ts'
import type { Tooling } from './tooling.ts'

const HELP = `y - make this change
n - leave it
a - make it and all that follow
q - leave it and all that follow, and write what was chosen
d - leave it and everything else in this file
? - show this help
`

/** Changes of one rule on one resource, which are asked about together. */
interface Question {
  readonly key: string
  readonly file: string
  readonly findings: readonly Finding[]
}

/** Answers what was turned down, as a filter for the run that then writes. */
export async function chooseChanges(
  tooling: Tooling,
  session: Session,
  planned: RunResult,
  flags: { readonly color: ColorChoice },
): Promise<Skip> {
  const { host } = tooling
  const { createPatch } = await import('../report/patch.ts')
  const color = isColored(host.stdout, flags.color, host.env)
  const questions = questionsOf(planned)
  const asked = new Set(questions.map(question => question.key))
  const accepted = new Set<string>()
  let mode: 'ask' | 'all' | 'none' = 'ask'
  let closedFile: string | undefined
  let text = new Map<string, string>()
  for (const [index, question] of questions.entries()) {
    if (mode === 'none') break
    if (mode === 'all') {
      accepted.add(question.key)
      continue
    }
    if (question.file === closedFile) continue
    const result = session.judge({ skip: onlyThose(asked, new Set([...accepted, question.key])) })
    const changes = result.files
      .map(change => ({ ...change, before: text.get(change.file) ?? change.before }))
      .filter(change => change.before !== change.after)
    if (changes.length === 0) continue
    host.stdout.write(`\n${colored(createPatch(changes), color)}${describe(question)}\n`)
    const answer = await askUntilClear(
      tooling,
      `make this change (${index + 1} of ${questions.length}) [y,n,a,q,d,?]? `,
    )
    if (answer === 'y' || answer === 'a') {
      accepted.add(question.key)
      text = new Map(result.files.map(change => [change.file, change.after]))
    }
    if (answer === 'a') mode = 'all'
    if (answer === 'q') mode = 'none'
    if (answer === 'd') closedFile = question.file
  }
  return onlyThose(asked, accepted)
}

function questionsOf(planned: RunResult): Question[] {
  const questions = new Map<string, Finding[]>()
  for (const finding of planned.findings.filter(isWritten)) {
    const key = keyOf(finding.resource, finding.rule)
    questions.set(key, [...(questions.get(key) ?? []), finding])
  }
  return [...questions].map(([key, findings]) => ({ key, file: findings[0]?.resource.origin.file ?? '', findings }))
}

function keyOf(resource: Resource, rule: string): string {
  return `${rule}\0${originKey(resource.origin)}`
}

/** Silences the changes that were asked about and not chosen; held and refused findings stay as they are. */
function onlyThose(asked: ReadonlySet<string>, chosen: ReadonlySet<string>): Skip {
  return (resource, rule) => {
    const key = keyOf(resource, rule)
    return asked.has(key) && !chosen.has(key) ? 'not chosen' : undefined
  }
}

function describe({ findings }: Question): string {
  const [first] = findings
  if (first === undefined) return ''
  const risks = [...new Set(findings.flatMap(finding => finding.risks))].join(', ')
  const reasons = [...new Set(findings.map(finding => printable(finding.reason.text)))].join(' ')
  return `${first.rule}  ${resourceLabel(first.resource)}: ${reasons}\nrisk: ${risks}`
}

/** One of the letters; the end of the input is `q`. */
async function askUntilClear({ host }: Tooling, question: string): Promise<string> {
  for (;;) {
    const line = await host.ask(question)
    const answer = line?.trim().toLowerCase() ?? 'q'
    if (['y', 'n', 'a', 'q', 'd'].includes(answer)) return answer
    host.stdout.write(HELP)
  }
}

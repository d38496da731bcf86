// `explain`: everything that is known about a rule, or about one finding of the input.

import type { Instruction, Transform } from '../engine/transform.ts'
import { jsonText, markdownCode, markdownText, printable, printableLines } from '../report/escape.ts'
import { toFinding } from '../report/json.ts'
import type { PlacedFinding, Report } from '../report/model.ts'
import { placeLabel, sentence } from '../report/words.ts'
import { EXIT } from './exit-code.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import { reportOf } from './judge.ts'
import type { InputFlags, RuleFlags } from './options.ts'
import { createProgress } from './progress.ts'
import { type ListFormat, toRule } from './rules.ts'
import { openSession, unknownRule } from './session.ts'
import type { Tooling } from './tooling.ts'

const FINDING_ID = /^[0-9a-f]{12}$/

export interface ExplainFlags extends InputFlags, RuleFlags {
  readonly id: string
  readonly format: ListFormat
}

export async function explain(tooling: Tooling, flags: ExplainFlags): Promise<number | Failure> {
  const { host, transforms } = tooling
  const transform = transforms.find(({ id }) => id === flags.id)
  if (transform !== undefined) {
    host.stdout.write(renderRule(transform, flags.format))
    return EXIT.ok
  }
  if (!FINDING_ID.test(flags.id)) return failure(...unknownRule(flags.id, transforms))
  const session = await openSession(tooling, flags, createProgress(host, false))
  if (isFailure(session)) return session
  const report = reportOf(tooling, session, session.judge(), { type: 'nothing' })
  const found = report.findings.filter(({ finding }) => finding.id === flags.id)
  if (found.length === 0) {
    return failure(`no finding ${flags.id} in the given paths: give the paths of the run that reported it`)
  }
  for (const entry of found) host.stdout.write(await renderFinding(entry, report, transforms, flags.format))
  return EXIT.ok
}

function renderRule(transform: Transform, format: ListFormat): string {
  if (format === 'json') return `${JSON.stringify(toRule(transform), null, 2)}\n`
  const { id, title, rationale, category, since, kinds, risks, aliases, references, refusals, sections } = transform
  const isMarkdown = format === 'markdown'
  const code = isMarkdown ? markdownCode : (text: string) => text
  const plain = isMarkdown ? markdownText : (text: string) => text
  const heading = (text: string) => (isMarkdown ? `## ${text}\n` : `${text}:`)
  const item = (text: string) => (isMarkdown ? `- ${text}` : `  ${text}`)
  const list = (name: string, items: readonly string[]) =>
    items.length === 0 ? [] : ['', heading(name), ...items.map(item)]
  return [
    isMarkdown ? `# ${id}\n` : id,
    `${plain(title)}.`,
    '',
    plain(rationale),
    ...list('facts', [
      `category: ${category}, since ${since}`,
      `looks at: ${kinds.join(', ')}`,
      `risks of its changes: ${risks.join(', ')}`,
    ]),
    ...list(
      'refuses',
      refusals.flatMap(({ id: refusal, when, why, next }) =>
        isMarkdown
          ? [`${code(refusal)}: when ${plain(when)}, because ${plain(why)}. Next: ${plain(next)}.`]
          : [refusal, `  when  ${when}`, `  why   ${why}`, `  next  ${next}`],
      ),
    ),
    ...list(
      'settings',
      sections.map(
        ({ name, description, defaults }) =>
          `${code(name)}: ${plain(description)} (default ${code(JSON.stringify(defaults))})`,
      ),
    ),
    ...list('the same in other tools', aliases.map(code)),
    ...list('to silence it', [
      `on an object or its pod template: ${code(`annotation kubemend.dev/skip: "${id}"`)}`,
      `in kubemend.yaml: ${code(`skip: [${id}]`)}, or under ${code('overrides')} for a part of the resources`,
    ]),
    ...list('see', references.map(plain)),
    '',
  ].join('\n')
}

async function renderFinding(
  entry: PlacedFinding,
  report: Report,
  transforms: readonly Transform[],
  format: ListFormat,
): Promise<string> {
  if (format === 'json') return jsonText(toFinding(entry))
  const { finding } = entry
  const isMarkdown = format === 'markdown'
  const plain = isMarkdown ? markdownText : printable
  const bullet = isMarkdown ? '- ' : '  '
  const list = (name: string, items: readonly string[]) =>
    items.length === 0 ? [] : ['', isMarkdown ? `## ${name}\n` : `${name}:`, ...items.map(text => `${bullet}${text}`)]
  const instruction = (word: string, { text, commands = [] }: Instruction) => [
    plain(`${word}${text}`),
    ...commands.map(command => `$ ${plain(command)}`),
  ]
  const title = transforms.find(({ id }) => id === finding.rule)?.title
  const head = `${finding.rule} (${finding.outcome}) at ${placeLabel(entry)}`
  return [
    isMarkdown ? `# ${plain(head)}\n` : head,
    plain(sentence(finding)),
    ...list('rule', title === undefined ? [] : [plain(title), `more: kubemend explain ${finding.rule}`]),
    ...list('risks', finding.risks),
    ...list(
      'edits',
      finding.edits.map(({ op, file, path, before, after }) => {
        const values = [before, after].filter(value => value !== undefined).map(value => JSON.stringify(value))
        return plain(`${op} ${file} ${path} ${values.join(' → ')}`)
      }),
    ),
    ...list(
      'preconditions',
      finding.preconditions.map(({ text, state, command }) =>
        plain(`${state}: ${text}${command === undefined ? '' : ` (${command})`}`),
      ),
    ),
    ...list(
      'next',
      finding.followUps.flatMap(({ check, back, ...step }) => [
        ...instruction('', step),
        ...(check === undefined ? [] : instruction('check: ', check)),
        ...(back === undefined ? [] : instruction('to go back: ', back)),
      ]),
    ),
    ...list('notes', finding.warnings.map(plain)),
    ...list(
      'allow with',
      [finding.allow?.flag, finding.allow?.config].flatMap(text => (text === undefined ? [] : [plain(text)])),
    ),
    ...list('snippet', snippetLines(finding.snippet)),
    ...(await changedFiles(entry, report, isMarkdown)),
    '',
  ].join('\n')
}

function snippetLines(snippet: string | undefined): string[] {
  return snippet === undefined ? [] : printableLines(snippet).trimEnd().split('\n')
}

/** The patch of the files that the finding changes; others may share it. */
async function changedFiles({ finding }: PlacedFinding, report: Report, isMarkdown: boolean): Promise<string[]> {
  const changes = report.files.filter(change => change.findings.includes(finding.id))
  if (changes.length === 0) return []
  const { createPatch } = await import('../report/patch.ts')
  const patch = printableLines(createPatch(changes)).trimEnd()
  return ['', ...(isMarkdown ? ['```diff', patch, '```'] : [patch])]
}

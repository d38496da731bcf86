// Writes the reference of the bot's settings into docs/bot.md, from the schema of the section.

import { BOT, type BotSettings } from '../src/bot/settings.ts'
import { asObject, type Json, member } from '../src/yaml/value.ts'

const BEGIN = '<!-- settings: written by npm run docs -->'
const END = '<!-- end of the settings -->'

/** What a repository's own file may say beside a central one (src/bot/narrow-bot.ts). */
const NARROWS: { readonly [Key in keyof Required<BotSettings>]: string } = {
  groupBy: 'set it where no central file does',
  limits: 'lower it',
  labels: 'choose from the central list',
  reviewers: 'choose from the central list',
  assignees: 'choose from the central list',
  branchPrefix: 'nothing',
  base: 'nothing',
  draft: 'ask for more drafts',
  unsafe: 'switch it off',
  convention: 'set one of the three words where no central file does',
  author: 'nothing',
  updates: 'ask for `append`',
  reopenDays: 'lower it',
  schedule: 'set it where no central file does',
  ignore: 'add to it',
  paths: 'set it where no central file does, else choose from the central list',
}

/** The page with the reference as the schema has it. Throws when the page has no place for it. */
export function withSettings(page: string): string {
  const [before, , after] = page.split(new RegExp(`(?<=${BEGIN}\n)([\\s\\S]*?)(?=${END})`))
  if (before === undefined || after === undefined) throw new Error(`the page needs the lines ${BEGIN} and ${END}`)
  return `${before}${settingsTable()}${after}`
}

function settingsTable(): string {
  const rows = Object.entries(properties(BOT.schema as Json)).flatMap(([name, schema]) => rowsOf(name, schema))
  const cells = rows.map(row => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
  const head = ['| setting | takes | default | means | a repository may |', '| --- | --- | --- | --- | --- |']
  return `\n${[...head, ...cells].join('\n')}\n\n`
}

function rowsOf(name: string, schema: Json): string[][] {
  const root = name.split('.')[0] as keyof BotSettings
  const inner = Object.entries(properties(schema))
  const means = String(member(schema, 'description') ?? '')
  if (inner.length > 0 && means !== '' && inner.every(([, entry]) => member(entry, 'description') !== undefined)) {
    return inner.flatMap(([key, entry]) => rowsOf(`${name}.${key}`, entry))
  }
  const preset = name.split('.').reduce<Json | undefined>((value, key) => member(value, key), BOT.defaults as never)
  const shown = preset === undefined ? '' : `\`${JSON.stringify(preset)}\``
  return [[`\`${name}\``, valuesOf(schema), shown, means, NARROWS[root]]]
}

function properties(schema: Json): Readonly<Record<string, Json>> {
  return asObject(member(schema, 'properties')) ?? {}
}

function valuesOf(schema: Json): string {
  const choices = member(schema, 'enum') ?? member(member(schema, 'items'), 'enum')
  if (Array.isArray(choices)) {
    const list = choices.map(choice => `\`${String(choice)}\``).join(', ')
    return member(schema, 'type') === 'array' ? `a list of ${list}` : list
  }
  const fields = Object.keys(properties(schema))
  if (fields.length > 0) return fields.map(field => `\`${field}\``).join(' and ')
  const type = member(schema, 'type')
  if (type === 'array') return 'a list of texts'
  if (type === 'integer') return `a number from ${String(member(schema, 'minimum') ?? 0)}`
  return type === 'boolean' ? '`true`, `false`' : 'a text'
}

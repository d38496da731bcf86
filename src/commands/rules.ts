// `rules`: the list of transforms, from what they declare.

import type { Transform } from '../engine/transform.ts'
import { markdownCode, markdownText } from '../report/escape.ts'
import { EXIT } from './exit-code.ts'
import type { Tooling } from './tooling.ts'

export type ListFormat = 'text' | 'json' | 'markdown'

export function rules({ host, transforms }: Tooling, format: ListFormat): number {
  host.stdout.write(render(transforms, format))
  return EXIT.ok
}

function render(transforms: readonly Transform[], format: ListFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(transforms.map(toRule), null, 2)}\n`
    case 'markdown':
      return [
        '| rule | what it does | category | risks | since |',
        '| --- | --- | --- | --- | --- |',
        ...transforms.map(({ id, title, category, risks, since }) => {
          return `| ${markdownCode(id)} | ${markdownText(title)} | ${category} | ${risks.join(', ')} | ${since} |`
        }),
        '',
      ].join('\n')
    case 'text':
      return table(
        ['RULE', 'CATEGORY', 'RISKS', 'SINCE', 'WHAT IT DOES'],
        transforms.map(({ id, title, category, risks, since }) => [id, category, risks.join(','), since, title]),
      )
  }
}

/** What a transform declares, without its code. */
export function toRule(transform: Transform) {
  const { id, title, rationale, category, since, kinds, risks, aliases, references, refusals, sections } = transform
  const options = sections.map(({ name, description, schema, defaults }) => ({ name, description, schema, defaults }))
  return { id, title, rationale, category, since, kinds, risks, aliases, references, refusals, sections: options }
}

/** Columns as wide as their widest cell; the last one is left as it is. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)))
  return [header, ...rows]
    .map(row =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}

// From the text of a configuration file to a configuration, or to everything that is wrong with it and where.

import type { SchemaError } from '../schema/types.ts'
import { createLocator } from '../yaml/locate.ts'
import { at } from '../yaml/path.ts'
import { readText } from '../yaml/read.ts'
import { isObject, type JsonObject } from '../yaml/value.ts'
import { type Configuration, type Place, toConfiguration } from './configuration.ts'

export interface ConfigurationProblem {
  readonly file: string
  readonly text: string
  readonly place: Place | undefined
}

export type ParsedConfiguration =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] }

/** `judge` tells what the schema of the configuration says about a value. `file` is the name used in messages. */
export function parseConfiguration(
  text: string,
  file: string,
  judge: (value: JsonObject) => readonly SchemaError[],
): ParsedConfiguration {
  const fail = (problem: string, place?: Place): ParsedConfiguration => ({
    ok: false,
    problems: [{ file, text: problem, place }],
  })
  const read = readText(text)
  if (!read.ok) {
    const { line, column = 1, text: reason } = read.refusal
    return fail(reason, line === undefined ? undefined : { line, column })
  }
  const [document, second] = read.documents
  if (document === undefined) return { ok: true, configuration: toConfiguration({}, file, () => undefined) }
  if (second !== undefined) {
    return fail('the file holds several documents; a configuration is one', { line: second.line, column: 1 })
  }
  const { value } = document
  if (!isObject(value)) return fail('the configuration is no map of keys', { line: document.line, column: 1 })

  const locate = createLocator(text, document)
  const placeOf = (path: SchemaError['path']): Place => {
    const { startLine, startColumn } = locate(path)
    return { line: startLine, column: startColumn }
  }
  const problems = judge(value).map(error => ({ file, text: problemText(value, error), place: placeOf(error.path) }))
  problems.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, configuration: toConfiguration(value, file, placeOf) }
}

function problemText(value: JsonObject, error: SchemaError): string {
  const key = error.keyword === 'additionalProperties' ? error.path.slice(0, -1) : error.path
  const where = key.length === 0 ? '' : `${spell(key)}: `
  const found = at(value, error.path)
  const isUnquoted = error.keyword === 'type' && (typeof found === 'number' || typeof found === 'boolean')
  const hint = isUnquoted && error.message.endsWith('text') ? ': put it in quotes' : ''
  return `${where}${error.message}${hint}`
}

/** `overrides[0].set.replicas`: a path as people write it. */
export function spell(path: SchemaError['path']): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

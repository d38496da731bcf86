// Finds and reads the configuration that a command works with.

import path from 'node:path'
import { BOT } from '../bot/settings.ts'
import { CONFIGURATION_FILES, type Configuration, NO_CONFIGURATION } from '../config/configuration.ts'
import { type ConfigurationProblem, parseConfiguration } from '../config/parse.ts'
import { configurationSchema, type Vocabulary } from '../config/schema.ts'
import { RISKS } from '../engine/risk.ts'
import type { Transform } from '../engine/transform.ts'
import { errorText } from '../io/errors.ts'
import type { Host } from '../io/host.ts'
import { toReportPath } from '../io/paths.ts'
import { configurationJudge } from '../schema/configuration.ts'
import { type Failure, failure } from './failure.ts'

export interface FoundConfiguration {
  readonly configuration: Configuration
  /** folder that its paths are relative to, absolute */
  readonly folder: string
}

/** Puts another configuration in the place of the one that was found. */
export type Configure = (found: FoundConfiguration) => FoundConfiguration

export interface ConfigurationRequest {
  readonly config?: string
  readonly isolated: boolean
}

export function vocabularyOf(transforms: readonly Transform[]): Vocabulary {
  return {
    sections: transforms.flatMap(transform => transform.sections),
    ownSections: [BOT],
    rules: transforms.map(transform => transform.id),
    risks: RISKS,
  }
}

/** The file that was named, else the nearest one at or above `folder`, else none. */
export function findConfiguration(
  host: Host,
  transforms: readonly Transform[],
  folder: string,
  { config, isolated }: ConfigurationRequest,
): FoundConfiguration | Failure {
  const none = { configuration: NO_CONFIGURATION, folder }
  if (isolated && config === undefined) return none
  const file =
    config === undefined ? host.findConfiguration(folder, CONFIGURATION_FILES) : path.resolve(host.cwd, config)
  if (file === undefined) return none
  const name = toReportPath(host.cwd, file) || '.'
  const text = readConfiguration(host, file, name)
  if (typeof text !== 'string') return text
  const judge = configurationJudge(configurationSchema(vocabularyOf(transforms)))
  const parsed = parseConfiguration(text, name, judge)
  if (!parsed.ok) return failure(...parsed.problems.map(problemLine))
  return { configuration: parsed.configuration, folder: path.dirname(file) }
}

function readConfiguration(host: Host, file: string, name: string): string | Failure {
  try {
    const text = host.readFile(file)
    return text ?? failure(`${name}: there is no such configuration file: correct the path given to --config`)
  } catch (error) {
    return failure(`${name}: cannot be read: ${errorText(error)}`)
  }
}

function problemLine({ file, place, text }: ConfigurationProblem): string {
  return place === undefined ? `${file}: ${text}` : `${file}:${place.line}:${place.column}: ${text}`
}

// Runs every transform over the files of a fixture, and keeps the steps that it leaves to a person.

import type { Configuration } from '../../../src/config/configuration.ts'
import { NO_CONFIGURATION, toConfiguration } from '../../../src/config/configuration.ts'
import { RISKS } from '../../../src/engine/risk.ts'
import { type RunbookStep, runbookOf } from '../../../src/report/steps.ts'
import type { JsonObject } from '../../../src/yaml/value.ts'
import transforms from '../../../transforms/index.ts'
import { apply, runCase } from '../../support/fixture-run.ts'
import type { Files } from '../../support/fixtures.ts'

export interface Run {
  readonly files: Files
  readonly steps: readonly RunbookStep[]
}

/** Settings as a configuration file has them; every risk is taken. */
export function withSettings(settings: JsonObject): Configuration {
  return toConfiguration({ risks: [...RISKS], ...settings }, undefined, NO_CONFIGURATION.placeOf)
}

export function fix(files: Files, configuration: Configuration): Run {
  const fixture = { transform: 'all', name: 'real', before: files, after: files, same: false, context: new Map() }
  const result = runCase({ ...fixture, configuration, outcomes: undefined }, files, transforms)
  return { files: apply(files, result), steps: runbookOf(result.findings, result.files) }
}

/** Commands of the steps and of their checks that ask what runs, as far as they match. */
export function questionsOf(steps: readonly RunbookStep[], pattern: RegExp): string[] {
  const commands = steps.flatMap(step => [...step.commands, ...(step.check?.commands ?? [])])
  return commands.filter(command => / exec .* -- /.test(command) && pattern.test(command))
}

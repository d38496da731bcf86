// Reads the fixtures of transforms: one folder for each situation (fixtures/transforms/README.md).

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { type Configuration, NO_CONFIGURATION } from '../../src/config/configuration.ts'
import { parseConfiguration } from '../../src/config/parse.ts'
import { configurationSchema } from '../../src/config/schema.ts'
import { RISKS } from '../../src/engine/risk.ts'
import type { SourceText } from '../../src/engine/run.ts'
import { configurationJudge } from '../../src/schema/configuration.ts'
import { readText } from '../../src/yaml/read.ts'
import { asArray, type Json } from '../../src/yaml/value.ts'
import transforms from '../../transforms/index.ts'

const FIXTURES = 'fixtures/transforms'

/** Files by path from the root of the case, in a stable order. */
export type Files = ReadonlyMap<string, string>

export interface FixtureCase {
  readonly transform: string
  readonly name: string
  readonly before: Files
  /** the same as `before` in a case where nothing changes */
  readonly after: Files
  readonly same: boolean
  /** read, and not given to be changed */
  readonly context: Files
  readonly configuration: Configuration
  /** findings, in order; undefined where the case lists none */
  readonly outcomes: readonly Json[] | undefined
}

/** Folders below `fixtures/transforms`, each with the name of a transform. */
export function fixtureFolders(): string[] {
  return foldersIn(FIXTURES)
}

export function caseNames(transform: string): string[] {
  return foldersIn(join(FIXTURES, transform))
}

/** Throws for a folder that is no fixture. */
export function readCase(transform: string, name: string): FixtureCase {
  const folder = join(FIXTURES, transform, name)
  const known = new Set(['before', 'after', 'same', 'context', 'kubemend.yaml', 'outcomes.yaml'])
  for (const entry of readdirSync(folder)) {
    if (!known.has(entry)) throw new Error(`${folder}/${entry} is no part of a fixture`)
  }
  const same = existsSync(join(folder, 'same'))
  if (same === existsSync(join(folder, 'before')) || same === existsSync(join(folder, 'after'))) {
    throw new Error(`${folder} needs either before/ and after/, or same/`)
  }
  const before = filesBelow(join(folder, same ? 'same' : 'before'))
  return {
    transform,
    name,
    before,
    after: same ? before : filesBelow(join(folder, 'after')),
    same,
    context: filesBelow(join(folder, 'context')),
    configuration: configurationIn(join(folder, 'kubemend.yaml')),
    outcomes: outcomesIn(join(folder, 'outcomes.yaml')),
  }
}

/** What a run is given of a case. */
export function sourcesOf(files: Files, context: Files): SourceText[] {
  const toSources = (from: Files, selected: boolean) =>
    [...from].filter(([path]) => isManifest(path)).map(([path, text]) => ({ path, text, selected }))
  return [...toSources(files, true), ...toSources(context, false)]
}

function isManifest(path: string): boolean {
  return /\.(?:ya?ml|json)$|(?:^|\/)Kustomization$/.test(path)
}

export function configurationIn(file: string): Configuration {
  if (!existsSync(file)) return NO_CONFIGURATION
  const vocabulary = {
    sections: transforms.flatMap(transform => transform.sections),
    rules: transforms.map(transform => transform.id),
    risks: RISKS,
  }
  const judge = configurationJudge(configurationSchema(vocabulary))
  const parsed = parseConfiguration(readFileSync(file, 'utf8'), file, judge)
  if (!parsed.ok) throw new Error(parsed.problems.map(problem => `${file}: ${problem.text}`).join('\n'))
  return parsed.configuration
}

function outcomesIn(file: string): readonly Json[] | undefined {
  if (!existsSync(file)) return undefined
  const read = readText(readFileSync(file, 'utf8'))
  if (!read.ok) throw new Error(`${file}: ${read.refusal.text}`)
  return asArray(read.documents[0]?.value)
}

function foldersIn(directory: string): string[] {
  if (!existsSync(directory)) return []
  const entries = readdirSync(directory, { withFileTypes: true })
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

export function filesBelow(directory: string): Files {
  const files = new Map<string, string>()
  if (!existsSync(directory)) return files
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  for (const path of paths) files.set(relative(directory, path).split(sep).join('/'), readFileSync(path, 'utf8'))
  return files
}

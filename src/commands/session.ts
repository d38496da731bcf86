// Everything that judging needs, put together from flags, configuration and input.

import path from 'node:path'
import { EffectiveSettings } from '../config/settings.ts'
import type { Skip } from '../engine/loop.ts'
import type { RunResult } from '../engine/outcome.ts'
import { RISKS, type Risk, SAFE_RISKS } from '../engine/risk.ts'
import { type Input, readSources, runOn, type SourceText } from '../engine/run.ts'
import type { Transform } from '../engine/transform.ts'
import type { Host } from '../io/host.ts'
import type { Inputs } from '../io/inputs.ts'
import { toReportPath } from '../io/paths.ts'
import type { Resource } from '../kube/resource.ts'
import { schemaSource } from '../schema/location.ts'
import { closest } from '../schema/messages.ts'
import type { SchemaSource, Validator } from '../schema/types.ts'
import { createValidator } from '../schema/validator.ts'
import { DEFAULT_VERSION, resolveKubernetesVersion } from '../schema/versions.ts'
import { readText } from '../yaml/read.ts'
import { isObject, type JsonObject } from '../yaml/value.ts'
import type { Configure, FoundConfiguration } from './configuration.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import { isFolder, openInput } from './inputs.ts'
import type { InputFlags, RuleFlags } from './options.ts'
import type { Progress } from './progress.ts'
import type { Tooling } from './tooling.ts'

export interface Session {
  readonly inputs: Inputs
  readonly found: FoundConfiguration
  readonly stdin?: Uint8Array
  readonly kubernetesVersion: string
  /** the transforms that run, in order */
  readonly transforms: readonly Transform[]
  readonly settings: EffectiveSettings
  /** remarks about the choices that were made */
  readonly notes: readonly string[]
  validator(): Validator
  /**
   * Judges the input. `sources` replaces it; `rules` are the only ones of the chosen that run; `skip` silences more than
   * the configuration does; `risks` are those that may be taken, whatever flags and configuration say.
   */
  judge(changes?: {
    readonly sources?: readonly SourceText[]
    readonly rules?: ReadonlySet<string>
    readonly skip?: Skip
    readonly risks?: readonly Risk[]
  }): RunResult
}

export interface SessionOptions {
  /** what stands in the place of the configuration that was found */
  readonly configure?: Configure
  /** keeps what was read, for a caller that judges the same input several times */
  readonly keepsInput?: boolean
}

export async function openSession(
  tooling: Tooling,
  flags: InputFlags & RuleFlags,
  progress: Progress,
  { configure, keepsInput = false }: SessionOptions = {},
): Promise<Session | Failure> {
  const problems = [...flags.only, ...flags.skip].flatMap(rule => unknownRule(rule, tooling.transforms))
  if (problems.length > 0) return failure(...problems)
  const input = await openInput(tooling, flags, progress, configure)
  if (isFailure(input)) return input
  const { inputs, found } = input
  const { configuration, folder } = found

  const version = resolveKubernetesVersion(
    flags.kubernetesVersion ?? configuration.kubernetesVersion ?? DEFAULT_VERSION,
  )
  if (version.error !== undefined) return failure(version.error)
  const locations = await schemaLocations(tooling.host, flags, found)
  if (isFailure(locations)) return locations

  const { version: kubernetesVersion } = version
  const settings = new EffectiveSettings(configuration, file => toReportPath(folder, path.join(inputs.base, file)))
  const transforms = chosen(tooling.transforms, flags, found)
  const allowed = riskPolicy(flags, settings)
  const schemas = locations.length === 0 ? undefined : schemaSource(locations, file => schemaText(tooling.host, file))
  let kept: Input | undefined
  let validator: Validator | undefined
  const lazyValidator = (): Validator => {
    validator ??= makeValidator(kubernetesVersion, inputs, schemas)
    return validator
  }
  return {
    ...input,
    kubernetesVersion,
    transforms,
    settings,
    notes: version.note === undefined ? [] : [version.note],
    validator: lazyValidator,
    judge: ({ sources: given, rules, skip, risks } = {}) => {
      const sources = given ?? inputs.sources
      progress.show(`judging: ${sources.length} manifests`)
      const texts = () => inputs.texts()
      const known = given === undefined ? kept : undefined
      const read = known ?? readSources(sources, { kubernetesVersion, texts })
      if (keepsInput && given === undefined) kept = read
      return runOn(read, {
        ...{ settings, kubernetesVersion, texts },
        transforms: rules === undefined ? transforms : transforms.filter(({ id }) => rules.has(id)),
        allowed: risks === undefined ? allowed : () => new Set(risks),
        skip: (resource, rule, key) => settings.skipped(resource, rule) ?? skip?.(resource, rule, key),
        validator: lazyValidator,
      })
    },
  }
}

/** What is wrong with the name of a rule, with a guess at the one that is meant. */
export function unknownRule(rule: string, transforms: readonly Transform[]): string[] {
  const ids = transforms.map(transform => transform.id)
  if (ids.includes(rule)) return []
  const guess = closest(rule, ids)
  return [
    `there is no rule "${rule}"${guess === undefined ? ': `kubemend rules` lists them' : `: did you mean "${guess}"?`}`,
  ]
}

/** A rule named with --only runs whatever the configuration says. */
function chosen(all: readonly Transform[], flags: RuleFlags, { configuration }: FoundConfiguration): Transform[] {
  const only = flags.only.length > 0 ? flags.only : configuration.only
  const isOff = (id: string) =>
    flags.only.length === 0 && (configuration.skip.includes(id) || configuration.transforms.get(id)?.enabled === false)
  return all.filter(({ id }) => (only?.includes(id) ?? true) && !flags.skip.includes(id) && !isOff(id))
}

/** Flags decide before the configuration, which decides before the default. */
function riskPolicy(flags: RuleFlags, settings: EffectiveSettings) {
  const sets = new Map<string, ReadonlySet<Risk>>()
  return (transform: Transform, resource: Resource): ReadonlySet<Risk> => {
    const names = flags.risks ?? settings.risks(transform.id, resource) ?? SAFE_RISKS
    const key = names.join(' ')
    const known = sets.get(key)
    if (known !== undefined) return known
    const made = new Set(RISKS.filter(risk => names.includes(risk)))
    sets.set(key, made)
    return made
  }
}

async function schemaLocations(
  host: Host,
  flags: InputFlags,
  found: FoundConfiguration,
): Promise<readonly string[] | Failure> {
  const { schemaLocations: configured } = found.configuration
  const remote = [...flags.schemaLocations, ...configured].find(location => /^[a-z]+:\/\//i.test(location))
  if (remote !== undefined) {
    return failure(`--schema-location ${remote}: schemas are read from files only: download them and give the folder`)
  }
  const locations = [
    ...flags.schemaLocations.map(location => path.resolve(host.cwd, location)),
    ...configured.map(location => path.resolve(found.folder, location)),
  ]
  for (const location of locations.filter(name => !name.includes('{{'))) {
    if (!(await isFolder(host, location))) {
      return failure(`--schema-location ${toReportPath(host.cwd, location)}: there is no such folder: correct the path`)
    }
  }
  return locations
}

/** A schema that cannot be read is as good as none: its resources are counted as not validated. */
function schemaText(host: Host, file: string): string | undefined {
  try {
    return host.readFile(file)
  } catch {
    return undefined
  }
}

function makeValidator(kubernetesVersion: string, inputs: Inputs, schemas: SchemaSource | undefined): Validator {
  const customResourceDefinitions = definitionsIn(inputs.sources)
  return createValidator({
    kubernetesVersion,
    customResourceDefinitions,
    ...(schemas === undefined ? {} : { schemas }),
  })
}

/** CustomResourceDefinitions among the input are the schemas of their resources. */
function definitionsIn(sources: readonly SourceText[]): JsonObject[] {
  return sources
    .filter(({ text }) => text.includes('CustomResourceDefinition'))
    .flatMap(({ text }) => {
      const read = readText(text)
      return read.ok ? read.documents.map(({ value }) => value) : []
    })
    .flatMap(value => (isObject(value) && Array.isArray(value.items) ? [value, ...value.items] : [value]))
    .filter(isObject)
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
}

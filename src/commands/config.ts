// `config show` and `config schema`: what is set, where that was said, and what may be set.

import path from 'node:path'
import type { Configuration } from '../config/configuration.ts'
import { spell } from '../config/parse.ts'
import { configurationSchema, distinctSections } from '../config/schema.ts'
import { EffectiveSettings } from '../config/settings.ts'
import { SAFE_RISKS } from '../engine/risk.ts'
import { DEFAULT_MAX_BYTES } from '../io/inputs.ts'
import { printable } from '../report/escape.ts'
import { DEFAULT_VERSION } from '../schema/versions.ts'
import type { Path } from '../yaml/path.ts'
import { at } from '../yaml/path.ts'
import { isObject } from '../yaml/value.ts'
import { type ConfigurationRequest, findConfiguration, vocabularyOf } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import { isFolder } from './inputs.ts'
import { table } from './rules.ts'
import type { Tooling } from './tooling.ts'

export interface ConfigFlags extends ConfigurationRequest {
  /** folder whose configuration is shown; the current one by default */
  readonly folder?: string
  readonly format: 'text' | 'json'
}

interface Setting {
  readonly key: string
  readonly value: unknown
  /** `kubemend.yaml:3:5` or `default` */
  readonly origin: string
}

export async function showConfiguration(tooling: Tooling, flags: ConfigFlags): Promise<number | Failure> {
  const { host, transforms } = tooling
  const folder = flags.folder === undefined ? host.cwd : path.resolve(host.cwd, flags.folder)
  if (!(await isFolder(host, folder))) return failure(`${flags.folder}: there is no such folder: correct the path`)
  const found = findConfiguration(host, transforms, folder, flags)
  if (isFailure(found)) return found
  const settings = settingsOf(tooling, found.configuration)
  if (flags.format === 'json') host.stdout.write(`${JSON.stringify(settings, null, 2)}\n`)
  else {
    const rows = settings.map(({ key, value, origin }) => [printable(key), printable(JSON.stringify(value)), origin])
    host.stdout.write(table(['SETTING', 'VALUE', 'FROM'], rows))
  }
  return EXIT.ok
}

export function showConfigurationSchema({ host, transforms }: Tooling): number {
  host.stdout.write(`${JSON.stringify(configurationSchema(vocabularyOf(transforms)), null, 2)}\n`)
  return EXIT.ok
}

function settingsOf({ transforms }: Tooling, configuration: Configuration): Setting[] {
  const own: readonly (readonly [Path, unknown])[] = [
    [['kubernetesVersion'], DEFAULT_VERSION],
    [['root'], null],
    [['risks'], SAFE_RISKS],
    [['only'], null],
    [['skip'], []],
    [['files', 'exclude'], []],
    [['files', 'maxBytes'], DEFAULT_MAX_BYTES],
    [['schemaLocations'], []],
    [['overrides'], []],
  ]
  const effective = new EffectiveSettings(configuration)
  const { sections, ownSections = [] } = vocabularyOf(transforms)
  return [
    ...own.map(([key, fallback]) => toSetting(configuration, key, at(configuration.value, key) ?? fallback)),
    ...[...configuration.transforms.keys()].map(id =>
      toSetting(configuration, ['transforms', id], at(configuration.value, ['transforms', id])),
    ),
    ...distinctSections([...sections, ...ownSections]).flatMap(section =>
      leaves([section.name], effective.get(section)).map(([key, value]) => toSetting(configuration, key, value)),
    ),
  ]
}

/** Values of a section one by one, since each may come from another place. */
function leaves(path: Path, value: unknown): (readonly [Path, unknown])[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [[path, value]]
  return Object.entries(value).flatMap(([key, child]) => leaves([...path, key], child))
}

function toSetting(configuration: Configuration, key: Path, value: unknown): Setting {
  const isSet = at(configuration.value, key) !== undefined
  const place = isSet ? configuration.placeOf(key) : undefined
  const origin = place === undefined ? 'default' : `${configuration.file}:${place.line}:${place.column}`
  return { key: spell(key), value, origin }
}

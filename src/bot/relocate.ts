// Moves a configuration that was found in a folder to the root of its repository.

import { type Configuration, toConfiguration } from '../config/configuration.ts'
import { isObject, type Json, type JsonObject } from '../yaml/value.ts'

/** The same configuration with its globs and folders relative to the root; `folder` is relative to it, `''` the root. */
export function relocate(configuration: Configuration, folder: string): Configuration {
  if (folder === '') return configuration
  const { value } = configuration
  const below = (text: Json): Json => (typeof text === 'string' ? `${folder}/${text.replace(/^\.?\//, '')}` : text)
  const all = (texts: Json | undefined): Json | undefined => (Array.isArray(texts) ? texts.map(below) : texts)
  const moved: JsonObject = {
    ...value,
    ...replaced(value, 'root', below),
    ...replaced(value, 'files', files => changed(files, 'exclude', all)),
    ...replaced(value, 'bot', bot => changed(bot, 'paths', all)),
    ...replaced(value, 'overrides', overrides =>
      Array.isArray(overrides) ? overrides.map(override => changed(override, 'paths', all)) : overrides,
    ),
  }
  return toConfiguration(moved, configuration.file, path => configuration.placeOf(path))
}

function replaced(value: JsonObject, key: string, change: (value: Json) => Json): JsonObject {
  const old = value[key]
  return old === undefined ? {} : { [key]: change(old) }
}

function changed(value: Json, key: string, change: (value: Json | undefined) => Json | undefined): Json {
  if (!isObject(value)) return value
  const next = change(value[key])
  return next === undefined ? value : { ...value, [key]: next }
}

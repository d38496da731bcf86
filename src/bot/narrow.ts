// Lays a repository's own configuration over the one of those who run the bot: it may ask for less, never for more.

import { type Configuration, NO_CONFIGURATION, toConfiguration } from '../config/configuration.ts'
import { SAFE_RISKS } from '../engine/risk.ts'
import { asArray, asObject, equalJson, isObject, type Json, type JsonObject, member } from '../yaml/value.ts'
import { narrowBot } from './narrow-bot.ts'
import { beyond, common, kept, least, type Narrowing, taken, textsOf, union } from './narrow-result.ts'

export interface Narrowed {
  /** paths in it are relative to the root of the repository, as they are in both of its sources */
  readonly configuration: Configuration
  /** what the repository asked for and does not get, one sentence each, for the pull request */
  readonly notTaken: readonly string[]
}

/** So large a file, in bytes, a repository may make the bot read when nobody set a limit centrally. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * `central` is trusted (`--config`), undefined when there is none; `repository` is what anybody who may push to the
 * repository wrote. The result never allows a rule, a risk, a file, a pull request or an account that `central` does
 * not. Sections of rules are refused whole: what is more and what is less cannot be told in them.
 */
export function narrow(central: Configuration | undefined, repository: Configuration | undefined): Narrowed {
  const base = central ?? NO_CONFIGURATION
  if (repository === undefined) return { configuration: base, notTaken: [] }
  const value: JsonObject = { ...base.value }
  const notTaken: string[] = []
  for (const [key, asked] of Object.entries(repository.value)) {
    const current = member(base.value, key)
    if (key === '$schema' || (current !== undefined && equalJson(asked, current))) continue
    const result = narrowKey(key, asked, current, base)
    if (result.value === undefined) delete value[key]
    else value[key] = result.value
    notTaken.push(...result.notTaken)
  }
  const risks = repository.risks
  const narrowed = risks === undefined ? value : withRisksWithin(value, risks)
  return { configuration: toConfiguration(narrowed, base.file ?? repository.file, base.placeOf), notTaken }
}

function narrowKey(key: string, asked: Json, current: Json | undefined, base: Configuration): Narrowing {
  switch (key) {
    case 'skip':
      return taken(union(base.skip, textsOf(asked)))
    case 'only':
      return taken(common(base.only, textsOf(asked)))
    case 'risks': {
      const all = base.risks ?? SAFE_RISKS
      return taken(common(all, textsOf(asked)), beyond(key, textsOf(asked), all))
    }
    case 'files':
      return narrowFiles(asked, base)
    case 'transforms':
      return narrowTransforms(asked, base)
    case 'overrides':
      return narrowOverrides(asked, current)
    case 'bot':
      return narrowBot(asObject(current) ?? {}, asObject(asked) ?? {})
    case 'kubernetesVersion':
      return current === undefined ? taken(asked) : kept(current, `${key}: it is set centrally`)
    case 'root':
      return current === undefined && isInside(String(asked)) ? taken(asked) : kept(current, `${key}: ${String(asked)}`)
    case 'schemaLocations':
      return kept(current, `${key}: what is valid is decided centrally`)
    default:
      return kept(current, `${key}: settings of rules are made centrally`)
  }
}

function isInside(root: string): boolean {
  return !root.startsWith('/') && !/^[a-z]:|\\/i.test(root) && !root.split('/').includes('..')
}

function narrowFiles(asked: Json, base: Configuration): Narrowing {
  const size = least('files.maxBytes', base.maxBytes ?? MAX_BYTES, member(asked, 'maxBytes'))
  const exclude = union(base.exclude, textsOf(member(asked, 'exclude')))
  return taken({ exclude, maxBytes: size.value ?? MAX_BYTES }, size.notTaken)
}

/** A rule may be switched off, and take fewer risks where no central override gives it others. */
function narrowTransforms(asked: Json, base: Configuration): Narrowing {
  const value: JsonObject = { ...asObject(base.value.transforms) }
  const notTaken: string[] = []
  const isOverridden = base.overrides.some(({ risks }) => risks !== undefined)
  for (const [id, wish] of Object.entries(asObject(asked) ?? {})) {
    const own: JsonObject = { ...asObject(member(value, id)) }
    if (member(wish, 'enabled') === false) own.enabled = false
    else if (member(wish, 'enabled') === true && own.enabled === false) notTaken.push(`transforms.${id}.enabled: true`)
    const risks = member(wish, 'risks')
    if (risks !== undefined) {
      const name = `transforms.${id}.risks`
      const all = base.transforms.get(id)?.risks ?? base.risks ?? SAFE_RISKS
      if (isOverridden) notTaken.push(`${name}: central overrides decide`)
      else {
        own.risks = common(all, textsOf(risks))
        notTaken.push(...beyond(name, textsOf(risks), all))
      }
    }
    value[id] = own
  }
  return taken(value, notTaken)
}

/** Only what an override skips is taken, behind the central ones, whose numbers stay. */
function narrowOverrides(asked: Json, current: Json | undefined): Narrowing {
  const skips: Json[] = []
  const notTaken: string[] = []
  for (const [index, override] of asArray(asked).entries()) {
    if (!isObject(override)) continue
    const { set, risks, ...rest } = override
    const more = Object.entries({ set, risks }).filter(([, value]) => value !== undefined)
    notTaken.push(...more.map(([key]) => `overrides[${index}].${key}: an override may only skip`))
    if (textsOf(rest.skip).length > 0) skips.push(rest)
  }
  return taken([...asArray(current), ...skips], notTaken)
}

/** The repository's list of risks bounds those of single rules and of overrides as well. */
function withRisksWithin(value: JsonObject, risks: readonly string[]): JsonObject {
  const bounded = (entry: Json): Json =>
    isObject(entry) && entry.risks !== undefined ? { ...entry, risks: common(textsOf(entry.risks), risks) } : entry
  const transforms = asObject(value.transforms)
  const overrides = value.overrides
  return {
    ...value,
    ...(transforms === undefined
      ? {}
      : { transforms: Object.fromEntries(Object.entries(transforms).map(([id, entry]) => [id, bounded(entry)])) }),
    ...(overrides === undefined ? {} : { overrides: asArray(overrides).map(bounded) }),
  }
}

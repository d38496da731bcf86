// The section `bot` of a repository's own configuration: fewer, later and more careful pull requests, never others.

import { asObject, type Json, type JsonObject, member } from '../yaml/value.ts'
import { beyond, common, kept, least, type Narrowing, taken, textsOf, union } from './narrow-result.ts'
import { type Schedule, scheduleError } from './schedule.ts'
import { BOT, type BotLimits, type BotSettings, type DraftPolicy } from './settings.ts'

/** From the least careful to the most. */
const DRAFTS: readonly Json[] = ['none', 'unsafe', 'all'] satisfies readonly DraftPolicy[]
const CONVENTIONS: readonly string[] = ['auto', 'conventional', 'plain']
const LIMITS = Object.keys(BOT.defaults.limits) as readonly (keyof BotLimits)[]

type Rule = (central: Json | undefined, asked: Json, name: string) => Narrowing

const ofPeople: Rule = (central, asked, name) => {
  const all = textsOf(central)
  return taken(common(all, textsOf(asked)), beyond(name, textsOf(asked), all))
}
const centralOnly: Rule = (central, _, name) => kept(central, `${name}: it is set centrally`)
const unlessCentral: Rule = (central, asked, name) =>
  central === undefined ? taken(asked) : centralOnly(central, asked, name)

/** One for each setting, so that a new one cannot be forgotten. */
const RULES: { readonly [Key in keyof Required<BotSettings>]: Rule } = {
  groupBy: unlessCentral,
  limits: (central, asked, name) => {
    const results = LIMITS.map(key => {
      const limit = Number(member(central, key) ?? BOT.defaults.limits[key])
      return [key, least(`${name}.${key}`, limit, member(asked, key))] as const
    })
    const limits = Object.fromEntries(results.map(([key, { value }]) => [key, value ?? 0]))
    return taken(
      limits,
      results.flatMap(([, { notTaken }]) => notTaken),
    )
  },
  labels: ofPeople,
  reviewers: ofPeople,
  assignees: ofPeople,
  branchPrefix: centralOnly,
  base: centralOnly,
  draft: (central, asked, name) => {
    const current = central ?? BOT.defaults.draft
    const rank = (value: Json) => DRAFTS.indexOf(value)
    return rank(asked) >= rank(current) ? taken(asked) : kept(central, `${name}: ${String(asked)}`)
  },
  unsafe: (central, asked, name) =>
    asked !== true || central === true ? taken(asked) : kept(central, `${name}: true`),
  convention: (central, asked, name) =>
    CONVENTIONS.some(known => known === asked)
      ? unlessCentral(central, asked, name)
      : kept(central, `${name}: a text of one's own is set centrally`),
  author: centralOnly,
  updates: (central, asked, name) =>
    asked === 'append' || central !== 'append' ? taken(asked) : kept(central, `${name}: ${String(asked)}`),
  reopenDays: (central, asked, name) => least(name, Number(central ?? BOT.defaults.reopenDays), asked),
  schedule: (central, asked, name) => {
    if (Object.keys(asObject(central) ?? {}).length > 0) return centralOnly(central, asked, name)
    const error = scheduleError((asObject(asked) ?? {}) as Schedule)
    return error === undefined ? taken(asked) : kept(central, `${name}: ${error}`)
  },
  ignore: (central, asked) => taken(union(textsOf(central), textsOf(asked))),
  paths: (central, asked, name) => {
    const all = textsOf(central)
    if (all.length === 0) return taken(asked)
    // an empty list would stand for all files
    const both = common(all, textsOf(asked))
    return both.length === 0
      ? kept(central, `${name}: ${textsOf(asked).join(', ')}`)
      : taken(both, beyond(name, textsOf(asked), all))
  },
}

export function narrowBot(central: JsonObject, asked: JsonObject): Narrowing {
  const value: JsonObject = { ...central }
  const notTaken: string[] = []
  for (const [key, rule] of Object.entries(RULES)) {
    const wish = member(asked, key)
    if (wish === undefined) continue
    const result = rule(member(central, key), wish, `bot.${key}`)
    if (result.value === undefined) delete value[key]
    else value[key] = result.value
    notTaken.push(...result.notTaken)
  }
  return taken(value, notTaken)
}

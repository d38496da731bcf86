// What the command line asks of the bot, as plain data.

import type { ForgeKind } from '../../bot/forge.ts'

export interface BotFlags {
  /** addresses of repositories */
  readonly repositories: readonly string[]
  /** branch to merge into; as configured, else the default branch */
  readonly base?: string
  readonly forge?: ForgeKind
  readonly apiUrl?: string
  /** file that holds the token; else it comes from the environment */
  readonly tokenFile?: string
  /** configuration of those who run the bot: it alone may allow more than the defaults */
  readonly config?: string
  /** takes the repository's own configuration for that of those who run the bot */
  readonly trustsRepository: boolean
  /** files, folders or globs within the repository; all of it when there is none */
  readonly paths: readonly string[]
  readonly format: 'text' | 'json'
  readonly quiet: boolean
}

export interface BotRunFlags extends BotFlags {
  /** does everything but write, and shows what would be sent */
  readonly dryRun: boolean
  /** in a dry run: also diffs, bodies and calls */
  readonly isFull: boolean
}

export interface BotCloseFlags extends BotFlags {
  readonly branches: readonly string[]
  /** all branches of the bot */
  readonly all: boolean
}

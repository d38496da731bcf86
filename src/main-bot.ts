// The bot behind the command line: wires machine, transforms and the commands that work on forges.

import { botClose } from './commands/bot/close.ts'
import { botDoctor } from './commands/bot/doctor.ts'
import type { BotCloseFlags, BotFlags, BotRunFlags } from './commands/bot/options.ts'
import { botRun } from './commands/bot/run.ts'
import { botStatus } from './commands/bot/status.ts'
import type { Failure } from './commands/failure.ts'
import type { Tooling } from './commands/tooling.ts'
import { withTooling } from './wiring.ts'

/** A command of the bot with its flags, as the command line understood them. */
export type BotTask =
  | { readonly name: 'bot run'; readonly flags: BotRunFlags }
  | { readonly name: 'bot status' | 'bot doctor'; readonly flags: BotFlags }
  | { readonly name: 'bot close'; readonly flags: BotCloseFlags }

/** Runs a command of the bot and answers its exit code. */
export function perform(task: BotTask, version: string): Promise<number> {
  return withTooling(version, tooling => start(tooling, task))
}

function start(tooling: Tooling, task: BotTask): Promise<number | Failure> {
  switch (task.name) {
    case 'bot run':
      return botRun(tooling, task.flags)
    case 'bot status':
      return botStatus(tooling, task.flags)
    case 'bot close':
      return botClose(tooling, task.flags)
    case 'bot doctor':
      return botDoctor(tooling, task.flags)
  }
}

// The program behind the command line: wires machine, transforms and commands. Loaded once a command has to do work.

import { check } from './commands/check.ts'
import { type ConfigFlags, showConfiguration, showConfigurationSchema } from './commands/config.ts'
import { type ExplainFlags, explain } from './commands/explain.ts'
import type { Failure } from './commands/failure.ts'
import { diff, fix } from './commands/fix.ts'
import type { FixFlags, JudgeFlags } from './commands/options.ts'
import { type ListFormat, rules } from './commands/rules.ts'
import type { Tooling } from './commands/tooling.ts'
import { type ValidateFlags, validate } from './commands/validate.ts'
import { withTooling } from './wiring.ts'

/** A command with its flags, as the command line understood them. */
export type Task =
  | { readonly name: 'fix' | 'diff'; readonly flags: FixFlags }
  | { readonly name: 'check'; readonly flags: JudgeFlags }
  | { readonly name: 'validate'; readonly flags: ValidateFlags }
  | { readonly name: 'explain'; readonly flags: ExplainFlags }
  | { readonly name: 'rules'; readonly format: ListFormat }
  | { readonly name: 'config show'; readonly flags: ConfigFlags }
  | { readonly name: 'config schema' }

/** Runs a command and answers its exit code. */
export function perform(task: Task, version: string): Promise<number> {
  return withTooling(version, tooling => start(tooling, task))
}

function start(tooling: Tooling, task: Task): Promise<number | Failure> | number | Failure {
  switch (task.name) {
    case 'fix':
      return fix(tooling, task.flags)
    case 'diff':
      return diff(tooling, task.flags)
    case 'check':
      return check(tooling, task.flags)
    case 'validate':
      return validate(tooling, task.flags)
    case 'explain':
      return explain(tooling, task.flags)
    case 'rules':
      return rules(tooling, task.format)
    case 'config show':
      return showConfiguration(tooling, task.flags)
    case 'config schema':
      return showConfigurationSchema(tooling)
  }
}

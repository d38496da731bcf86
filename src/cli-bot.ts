// The part of the command line that works on forges: `kubemend bot …`.

import { type Command, Option } from 'commander'
import type { ForgeKind } from './bot/forge.ts'
import { collect } from './cli-options.ts'
import type { BotCloseFlags, BotFlags, BotRunFlags } from './commands/bot/options.ts'
import type { BotTask } from './main-bot.ts'

interface ParsedBotFlags {
  readonly repo: readonly string[]
  readonly base?: string
  readonly forge?: ForgeKind
  readonly apiUrl?: string
  readonly tokenFile?: string
  readonly config?: string
  readonly trustRepository?: boolean
  readonly format: 'text' | 'json'
  readonly quiet?: boolean
  readonly dryRun?: boolean
  readonly branch?: readonly string[]
  readonly all?: boolean
}

export const BOT_EXAMPLES: Readonly<Record<string, readonly (readonly [command: string, does: string])[]>> = {
  bot: [
    ['kubemend bot doctor --repo https://github.com/acme/shop', 'say what the token lacks, and what it does not need'],
    ['kubemend bot plan --repo https://github.com/acme/shop', 'show what a run would do'],
    ['kubemend bot run --repo https://github.com/acme/shop', 'open and update pull requests'],
  ],
  run: [
    ['kubemend bot run --repo https://github.com/acme/shop', 'open and update pull requests'],
    ['kubemend bot run --dry-run --repo https://github.com/acme/shop', 'print diffs, texts and calls instead'],
    [
      'kubemend bot run --config central.yaml --repo https://git.acme.example/ops/shop --forge gitea',
      'with a configuration that the repository can narrow and not widen',
    ],
  ],
}

export function addBot(program: Command, choose: (task: BotTask) => void): Command {
  const bot = program.command('bot').description('open pull requests with the fixes, and keep them up')
  const onRepositories = (name: string, summary: string) => withRepositories(bot.command(name)).description(summary)
  onRepositories('plan', 'show what a run would do; exit code 1 when there is something')
    .argument('[paths...]', 'files, folders or globs within the repository')
    .action((paths: string[], flags: ParsedBotFlags) => {
      choose({ name: 'bot run', flags: { ...toBotFlags(flags, paths), dryRun: true, isFull: false } })
    })
  onRepositories('run', 'open and update pull requests')
    .argument('[paths...]', 'files, folders or globs within the repository')
    .addOption(new Option('--dry-run', 'write nothing; print diffs, titles, bodies and calls'))
    .action((paths: string[], flags: ParsedBotFlags) => choose({ name: 'bot run', flags: toRunFlags(flags, paths) }))
  onRepositories('status', "list the bot's branches and pull requests").action((flags: ParsedBotFlags) =>
    choose({ name: 'bot status', flags: toBotFlags(flags, []) }),
  )
  onRepositories('close', "close the bot's pull requests and delete its branches")
    .addOption(new Option('--branch <name>', 'this one; repeatable').argParser(collect))
    .addOption(new Option('--all', 'all of them').conflicts('branch'))
    .action((flags: ParsedBotFlags) => choose({ name: 'bot close', flags: toCloseFlags(flags) }))
  onRepositories('doctor', 'name missing and excess permissions and settings').action((flags: ParsedBotFlags) =>
    choose({ name: 'bot doctor', flags: toBotFlags(flags, []) }),
  )
  return bot
}

function withRepositories(command: Command): Command {
  return command
    .addOption(
      new Option('--repo <url>', 'https address of a repository; repeatable').argParser(collect).makeOptionMandatory(),
    )
    .addOption(new Option('--base <branch>', 'branch to merge into; as configured, else the default branch'))
    .addOption(
      new Option('--forge <kind>', 'for hosts that are not known').choices(['github', 'gitlab', 'gitea', 'forgejo']),
    )
    .addOption(new Option('--api-url <url>', "address of the forge's API, where it is not at its usual place"))
    .addOption(
      new Option('--token-file <file>', 'file that holds the token; else KUBEMEND_TOKEN and the like are asked'),
    )
    .addOption(
      new Option('--config <file>', 'configuration that is trusted: the repository can narrow it, not widen it'),
    )
    .addOption(new Option('--trust-repository', "trust the repository's own kubemend.yaml").conflicts('config'))
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .addOption(new Option('-q, --quiet', 'print no report'))
}

function toBotFlags(flags: ParsedBotFlags, paths: readonly string[]): BotFlags {
  const { repo, base, forge, apiUrl, tokenFile, config, trustRepository = false, format, quiet = false } = flags
  return {
    repositories: repo,
    trustsRepository: trustRepository,
    paths,
    format,
    quiet,
    ...(base === undefined ? {} : { base }),
    ...(forge === undefined ? {} : { forge }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(config === undefined ? {} : { config }),
  }
}

function toRunFlags(flags: ParsedBotFlags, paths: readonly string[]): BotRunFlags {
  return { ...toBotFlags(flags, paths), dryRun: flags.dryRun ?? false, isFull: true }
}

function toCloseFlags(flags: ParsedBotFlags): BotCloseFlags {
  return { ...toBotFlags(flags, []), branches: flags.branch ?? [], all: flags.all ?? false }
}

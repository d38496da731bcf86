// The command line: flags, help and exit codes. It loads the program itself only when there is work to do.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { addBot, BOT_EXAMPLES } from './cli-bot.ts'
import { collect } from './cli-options.ts'
import { EXIT } from './commands/exit-code.ts'
import {
  type ColorChoice,
  type FailOn,
  type FixFlags,
  FORMATS,
  type FormatTarget,
  type InputFlags,
  type JudgeFlags,
  type OutputFlags,
  type RuleFlags,
} from './commands/options.ts'
import type { ListFormat } from './commands/rules.ts'
import { RISKS, type Risk } from './engine/risk.ts'
import type { Task } from './main.ts'
import type { BotTask } from './main-bot.ts'
import { printableLines } from './report/escape.ts'

export const { version } = packageJson

interface ParsedFlags {
  readonly stdinFilename?: string
  readonly config?: string
  readonly isolated?: boolean
  readonly root?: string
  readonly kubernetesVersion?: string
  readonly schemaLocation?: readonly string[]
  readonly format?: readonly FormatTarget[]
  readonly runbook?: string
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color?: ColorChoice
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly unsafe?: boolean
  readonly risk?: readonly Risk[]
  readonly failOn?: FailOn
  readonly diff?: boolean
  readonly check?: boolean
  readonly dryRun?: boolean
  readonly interactive?: boolean
  readonly backup?: boolean
}

const EXAMPLES: Readonly<Record<string, readonly (readonly [command: string, does: string])[]>> = {
  kubemend: [
    ['kubemend diff k8s/', 'show every safe fix as a patch'],
    ['kubemend fix k8s/', 'apply the safe fixes in place'],
    ['kubemend check', 'fail when anything is to be fixed below the current folder'],
    ['kubemend explain replicas', 'say what a rule does and when it refuses'],
  ],
  fix: [
    ['kubemend fix k8s/', 'apply what restarts pods at most'],
    ['kubemend fix --only replicas,resources k8s/api.yaml', 'only these rules, only this file; its folder is context'],
    ['kubemend fix --risk none,restart,access k8s/', 'also change how things are reached'],
    ['kubemend fix -i k8s/', 'ask about each change'],
    ['helm template chart | kubemend fix - | kubectl apply -f -', 'fix what a renderer prints'],
  ],
  diff: [
    ['kubemend diff k8s/ | git apply', 'the same as fix'],
    ['kubemend diff --unsafe k8s/', 'everything that could be fixed'],
  ],
  check: [
    ['kubemend check', 'exit code 1 when there are findings'],
    [
      'kubemend check --fail-on fixable --format sarif=kubemend.sarif',
      'for code scanning; fail only on what fix would fix',
    ],
  ],
  validate: [
    ['kubemend validate --kubernetes-version 1.34 k8s/', 'strict schemas of that version'],
    ['kubemend validate --schema-location schemas/ k8s/', 'with schemas of your own resources'],
  ],
  explain: [
    ['kubemend explain run-as-non-root', 'a rule'],
    ['kubemend explain 4f1c0a9b2d3e k8s/', 'a finding that a run reported'],
  ],
  ...BOT_EXAMPLES,
}

const EXIT_CODES = `
Exit codes:
  0    clean, or everything that was asked is fixed
  1    findings remain, or --check or --diff would change something
  2    wrong usage or configuration, or an internal error
  3    a given path or glob matches no file
  4    some inputs could not be read or written; the rest is done
  5    a forge or remote refuses: something has to be changed there
  75   a forge or remote cannot be reached or asks to wait: run again
  130  interrupted; what was written is said
`

export async function main(argv: readonly string[]): Promise<number> {
  let task: Task | undefined
  let botTask: BotTask | undefined
  const program = createProgram(argv, {
    task: chosen => {
      task = chosen
    },
    bot: chosen => {
      botTask = chosen
    },
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  if (botTask !== undefined) return (await import('./main-bot.ts')).perform(botTask, version)
  if (task === undefined) return EXIT.ok
  const { perform } = await import('./main.ts')
  return perform(task, version)
}

interface Choices {
  task(chosen: Task): void
  bot(chosen: BotTask): void
}

function createProgram(argv: readonly string[], { task: choose, bot: chooseBot }: Choices): Command {
  const program = new Command('kubemend')
  program
    .description(
      'Fixes Kubernetes manifests in place: keeps every byte it did not have to touch and proves every change.',
    )
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ writeErr: text => void process.stderr.write(printableLines(text)) })
    .showHelpAfterError('(kubemend --help shows what there is)')
  const judging = (name: string, summary: string) =>
    withRules(withOutput(withInput(program.command(name)))).description(summary)

  withFix(judging('fix', 'apply the safe fixes in place'))
    .addOption(new Option('--diff', 'print a patch instead of writing; exit code 1 when there is one'))
    .addOption(new Option('--check', 'write nothing; exit code 1 when something would change'))
    .addOption(new Option('--dry-run', 'do everything but write'))
    .addOption(new Option('-i, --interactive', 'ask about each change'))
    .addOption(new Option('--backup', 'keep the old bytes as FILE.orig'))
    .action((paths: string[], flags: ParsedFlags) => choose({ name: 'fix', flags: toFixFlags(paths, flags) }))
  withFix(judging('diff', 'print the fixes as a patch that git apply takes')).action(
    (paths: string[], flags: ParsedFlags) => choose({ name: 'diff', flags: toFixFlags(paths, flags) }),
  )
  withFix(judging('check', 'report findings, write nothing')).action((paths: string[], flags: ParsedFlags) =>
    choose({ name: 'check', flags: toJudgeFlags(paths, flags) }),
  )
  withInput(program.command('validate'))
    .description('validate against the schemas of a Kubernetes version')
    .addOption(listFormat(['text', 'json']))
    .addOption(new Option('-q, --quiet', 'print nothing; only the exit code'))
    .addOption(new Option('-v, --verbose', 'also name what was not validated'))
    .action((paths: string[], flags: Omit<ParsedFlags, 'format'> & { format: 'text' | 'json' }) => {
      const { format, quiet = false, verbose = false } = flags
      const { format: _, ...rest } = flags
      choose({ name: 'validate', flags: { ...toInputFlags(paths, rest), format, quiet, verbose } })
    })
  withRules(withInput(program.command('explain <id>')))
    .description('explain a rule, or a finding by the id that a report gave it')
    .addOption(listFormat(['text', 'markdown', 'json']))
    .action((id: string, paths: string[], flags: Omit<ParsedFlags, 'format'> & { format: ListFormat }) => {
      const { format, ...rest } = flags
      choose({ name: 'explain', flags: { id, format, ...toInputFlags(paths, rest), ...toRuleFlags(rest) } })
    })
  program
    .command('rules')
    .description('list the rules')
    .addOption(listFormat(['text', 'markdown', 'json']))
    .action(({ format }: { format: ListFormat }) => choose({ name: 'rules', format }))
  const config = program.command('config').description('show the configuration and where it comes from')
  config
    .command('show [folder]')
    .description('effective values and their origin')
    .addOption(new Option('--config <file>', 'configuration file'))
    .addOption(new Option('--isolated', 'ignore configuration files').conflicts('config'))
    .addOption(listFormat(['text', 'json']))
    .action((folder: string | undefined, flags: ParsedFlags & { format: never }) => {
      const { config: file, isolated = false, format } = flags
      const given = { ...(folder === undefined ? {} : { folder }), ...(file === undefined ? {} : { config: file }) }
      choose({ name: 'config show', flags: { ...given, isolated, format } })
    })
  config
    .command('schema')
    .description('JSON Schema of the configuration file')
    .action(() => choose({ name: 'config schema' }))
  const bot = addBot(program, chooseBot)
  program
    .command('version')
    .description('print the version')
    .action(() => void process.stdout.write(`${version}\n`))

  const isLong = argv.includes('--help') || argv[0] === 'help'
  for (const command of [program, ...program.commands, ...config.commands, ...bot.commands]) {
    command.exitOverride().helpOption('-h, --help', 'short help; --help begins with examples')
    if (isLong) addLongHelp(command)
  }
  return program
}

function addLongHelp(command: Command): void {
  const examples = EXAMPLES[command.name()]
  if (examples !== undefined) {
    const lines = examples.flatMap(([line, does]) => [`  # ${does}`, `  ${line}`])
    command.addHelpText('before', `Examples:\n${lines.join('\n')}\n`)
  }
  if (command.name() === 'kubemend') command.addHelpText('after', EXIT_CODES)
}

function withInput(command: Command): Command {
  return command
    .argument('[paths...]', 'files, folders or globs; - is standard input; the current folder when none is given')
    .addOption(new Option('--stdin-filename <file>', 'what standard input is the text of; its folder is context'))
    .addOption(new Option('--config <file>', 'configuration file; else the nearest kubemend.yaml'))
    .addOption(new Option('--isolated', 'ignore configuration files').conflicts('config'))
    .addOption(new Option('--root <folder>', 'read the tree of this folder as context'))
    .addOption(new Option('--kubernetes-version <version>', 'schemas of this version'))
    .addOption(
      new Option('--schema-location <path>', 'folder or path template with further schemas; repeatable').argParser(
        collect,
      ),
    )
}

function withOutput(command: Command): Command {
  return command
    .addOption(new Option('--format <format[=file]>', `${FORMATS.join(', ')}; repeatable`).argParser(collectFormat))
    .addOption(new Option('--runbook <file>', 'write the steps that are left to a person, in order, as Markdown'))
    .addOption(new Option('-q, --quiet', 'print no report'))
    .addOption(new Option('-v, --verbose', 'print edits, preconditions and everything passed over'))
    .addOption(new Option('--color <when>', 'colour the report').choices(['auto', 'always', 'never']).default('auto'))
}

function withRules(command: Command): Command {
  return command
    .addOption(new Option('--only <rules>', 'run these rules, separated by commas').argParser(collectNames))
    .addOption(new Option('--skip <rules>', 'leave these rules out').argParser(collectNames))
    .addOption(new Option('--risk <risks>', `risks that may be taken, of ${RISKS.join(', ')}`).argParser(parseRisks))
    .addOption(new Option('--unsafe', 'take every risk').conflicts('risk'))
}

function withFix(command: Command): Command {
  return command.addOption(
    new Option('--fail-on <what>', 'findings that make the exit code 1').choices(['any', 'fixable']).default('any'),
  )
}

function listFormat(choices: readonly string[]): Option {
  return new Option('--format <format>').choices([...choices]).default('text')
}

/** An empty list would mean all rules, which nobody who names some can want. */
function collectNames(value: string, previous: readonly string[] = []): string[] {
  const names = value.split(',').map(name => name.trim())
  const kept = names.filter(name => name !== '')
  if (kept.length === 0) throw new InvalidArgumentError('It names nothing.')
  return [...previous, ...kept]
}

function collectFormat(value: string, previous: readonly FormatTarget[] = []): FormatTarget[] {
  const equals = value.indexOf('=')
  const name = equals < 0 ? value : value.slice(0, equals)
  const format = FORMATS.find(known => known === name)
  if (format === undefined) throw new InvalidArgumentError(`Known formats are ${FORMATS.join(', ')}.`)
  const file = equals < 0 ? undefined : value.slice(equals + 1)
  if (file === '') throw new InvalidArgumentError('A file name has to follow the equals sign.')
  return [...previous, file === undefined ? { format } : { format, file }]
}

function parseRisks(value: string): Risk[] {
  const names = collectNames(value)
  const unknown = names.find(name => !RISKS.some(risk => risk === name))
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is no risk; known are ${RISKS.join(', ')}.`)
  return RISKS.filter(risk => names.includes(risk))
}

function toInputFlags(paths: readonly string[], flags: Omit<ParsedFlags, 'format'>): InputFlags {
  const { stdinFilename, config, root, kubernetesVersion } = flags
  return {
    paths,
    isolated: flags.isolated ?? false,
    schemaLocations: flags.schemaLocation ?? [],
    ...(stdinFilename === undefined ? {} : { stdinFilename }),
    ...(config === undefined ? {} : { config }),
    ...(root === undefined ? {} : { root }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
  }
}

function toRuleFlags({ only = [], skip = [], unsafe = false, risk }: Omit<ParsedFlags, 'format'>): RuleFlags {
  const risks = unsafe ? RISKS : risk
  return { only, skip, ...(risks === undefined ? {} : { risks }) }
}

function toOutputFlags(flags: ParsedFlags): OutputFlags {
  const { format = [], runbook, quiet = false, verbose = false, color = 'auto' } = flags
  const formats: readonly FormatTarget[] =
    runbook === undefined ? format : [...format, { format: 'runbook', file: runbook }]
  return { formats, quiet, verbose, color }
}

function toJudgeFlags(paths: readonly string[], flags: ParsedFlags): JudgeFlags {
  const { failOn = 'any' } = flags
  return { ...toInputFlags(paths, flags), ...toOutputFlags(flags), ...toRuleFlags(flags), failOn }
}

function toFixFlags(paths: readonly string[], flags: ParsedFlags): FixFlags {
  const { diff = false, check = false, dryRun = false, interactive = false, backup = false } = flags
  return { ...toJudgeFlags(paths, flags), diff, check, dryRun, interactive, backup }
}

// The action: `kubemend bot run` for the workflows of GitHub, Gitea and Forgejo. It reads inputs and writes outputs.

import packageJson from '../package.json' with { type: 'json' }
import transforms from '../transforms/index.ts'
import { readInputs } from './action-inputs.ts'
import { outputsOf, summaryOf } from './action-report.ts'
import { annotation, appendTo, masked, outputText, quotation } from './action-runner.ts'
import { complaintsOf } from './commands/bot/complaints.ts'
import { connector } from './commands/bot/connect.ts'
import { botRun } from './commands/bot/run.ts'
import type { RepositoryResult } from './commands/bot/work.ts'
import { EXIT } from './commands/exit-code.ts'
import { type Failure, isFailure } from './commands/failure.ts'
import { createNodeHost } from './io/node-host.ts'
import { printable } from './report/escape.ts'

const say = (text: string): void => void process.stdout.write(text)

/** A dry run that finds work is no failure: the output `changed` tells. */
async function main(): Promise<number> {
  const inputs = readInputs(process.env)
  if (isFailure(inputs)) return fail(inputs)
  const { flags, token } = inputs
  if (token !== '') {
    say(masked(token))
    process.env.KUBEMEND_TOKEN = token
    for (const name of ['INPUT_TOKEN', 'INPUT_WORKFLOW-TOKEN']) delete process.env[name]
  }
  const host = createNodeHost()
  // one stream, so that all of it stands within the quotation
  const tooling = { host: { ...host, stderr: host.stdout }, transforms, version: packageJson.version }
  let results: readonly RepositoryResult[] = []
  const { begin, end } = quotation()
  say(begin)
  const outcome = await botRun(tooling, flags, connector(tooling.host, flags), found => {
    results = found
  }).finally(() => say(end))
  if (typeof outcome !== 'number') return fail(outcome)
  for (const { level, text } of results.flatMap(complaintsOf)) say(annotation(level, printable(text)))
  appendTo(process.env.GITHUB_OUTPUT, outputText(outputsOf(results, outcome)))
  appendTo(process.env.GITHUB_STEP_SUMMARY, summaryOf(results, flags.dryRun))
  return flags.dryRun && outcome === EXIT.findings ? EXIT.ok : outcome
}

function fail({ messages }: Failure): number {
  for (const message of messages) say(annotation('error', printable(message)))
  return EXIT.usage
}

main().then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    say(
      annotation('error', `internal error: this is a fault of kubemend, please report it with these lines\n${detail}`),
    )
    process.exitCode = EXIT.usage
  },
)

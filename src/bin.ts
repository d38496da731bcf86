// The executable: runs the command line, ends with its exit code, and turns a crash into a report.

import { main, version } from './cli.ts'
import { EXIT } from './commands/exit-code.ts'
import { enableCodeCache } from './io/code-cache.ts'
import { errorText } from './io/errors.ts'
import { tuneV8 } from './io/v8.ts'

tuneV8()
enableCodeCache(version)

let isOutputLost = false
process.stdout.on('error', loseOutput)
process.stderr.on('error', loseOutput)

/** A reader that has seen enough (`| head`) is no error: files are still written and the exit code still tells all. */
function loseOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || isOutputLost) return
  isOutputLost = true
  process.exitCode = EXIT.incomplete
  process.stderr.write(`kubemend: the output cannot be written: ${errorText(error)}\n`)
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = isOutputLost ? EXIT.incomplete : code
  },
  (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(
      `kubemend: internal error: this is a fault of kubemend, please report it with these lines\n${detail}\n`,
    )
    process.exitCode = EXIT.usage
  },
)

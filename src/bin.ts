// The executable: runs the command line, ends with its exit code, and turns a crash into a report.

import { main, version } from './cli.ts'
import { enableCodeCache } from './code-cache.ts'
import { delayOptimisation } from './io/tiering.ts'

delayOptimisation()
enableCodeCache(version)

process.stdout.on('error', endQuietly)
process.stderr.on('error', endQuietly)

/** A reader that has seen enough (`| head`) is no error. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(
      `kubemend: internal error: this is a fault of kubemend, please report it with these lines\n${detail}\n`,
    )
    process.exitCode = 2
  },
)

// When output is coloured, and how a patch looks on a terminal.

import pc from 'picocolors'
import type { Host, Output } from '../io/host.ts'
import { printableLines } from '../report/escape.ts'
import type { ColorChoice } from './options.ts'

/** Flag, then NO_COLOR and FORCE_COLOR, then whether it is a terminal that knows colours. */
export function isColored(output: Output, choice: ColorChoice, env: Host['env']): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0'
  return output.isTerminal && env.TERM !== 'dumb'
}

/** A patch for the eye: nothing of the files' text may steer the terminal. */
export function colored(patch: string, color: boolean): string {
  const colors = pc.createColors(color)
  return printableLines(patch.replaceAll('\r\n', '\n'))
    .split('\n')
    .map(line => {
      if (line.startsWith('+++ ') || line.startsWith('--- ')) return colors.bold(line)
      if (line.startsWith('@@')) return colors.cyan(line)
      if (line.startsWith('+')) return colors.green(line)
      return line.startsWith('-') ? colors.red(line) : line
    })
    .join('\n')
}

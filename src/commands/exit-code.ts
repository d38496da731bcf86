// The exit code of a run, in one place: 2 before 4 before 1 before 3 before 0.

export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  noInput: 3,
  incomplete: 4,
  /** a forge or a remote refuses: a person has to change something */
  refused: 5,
  /** a forge or a remote cannot be reached or asks to wait: running again is safe and may help */
  temporary: 75,
  interrupted: 130,
} as const

export interface ExitFacts {
  /** an input could not be read, or a change could not be written */
  readonly isIncomplete: boolean
  /** what the command was asked to fail on */
  readonly hasFindings: boolean
  /** a given path or glob matches no file at all */
  readonly isUnmatched: boolean
}

export function exitCode({ isIncomplete, hasFindings, isUnmatched }: ExitFacts): number {
  if (isIncomplete) return EXIT.incomplete
  if (hasFindings) return EXIT.findings
  return isUnmatched ? EXIT.noInput : EXIT.ok
}

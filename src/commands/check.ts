// `check`: findings without any writing.

import { checkFormats, emit } from './emit.ts'
import { type Failure, isFailure } from './failure.ts'
import { finish, withDefault } from './fix.ts'
import { reportOf } from './judge.ts'
import type { JudgeFlags } from './options.ts'
import { createProgress } from './progress.ts'
import { openSession } from './session.ts'
import type { Tooling } from './tooling.ts'

export async function check(tooling: Tooling, flags: JudgeFlags): Promise<number | Failure> {
  const { host, transforms } = tooling
  const problem = checkFormats(flags.formats, false)
  if (problem !== undefined) return problem
  const progress = createProgress(host, flags.quiet)
  const session = await openSession(tooling, flags, progress)
  if (isFailure(session)) return session
  const result = session.judge()
  progress.clear()
  const formats = withDefault(flags)
  const failWhen = { type: 'findings', failOn: flags.failOn } as const
  const report = reportOf(tooling, session, result, failWhen, { isPrinted: formats.length > 0 })
  const options = { isWritten: false, undo: [], given: session.inputs.given }
  const problems = await emit(host, report, transforms, { ...flags, formats }, options)
  return finish(tooling, report.exitCode, problems)
}

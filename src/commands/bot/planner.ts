// Plans the bot's groups: one run over everything to find them, and one for each group alone, on the same input.

import { fingerprintOf, marksOf } from '../../bot/fingerprint.ts'
import { type FoundGroup, type GroupContext, groupFindings } from '../../bot/group.ts'
import type { GroupPlan } from '../../bot/plan.ts'
import type { BotSettings } from '../../bot/settings.ts'
import type { Planner } from '../../bot/site.ts'
import type { RunResult } from '../../engine/outcome.ts'
import { RISKS } from '../../engine/risk.ts'
import { isWritten, type Report } from '../../report/model.ts'
import { reportOf } from '../judge.ts'
import type { Session } from '../session.ts'
import type { Tooling } from '../tooling.ts'

/** Who silences what is not part of a plan; nobody is told of it. */
const ELSEWHERE = 'not part of this plan'

export function createPlanner(
  tooling: Tooling,
  session: Session,
  settings: BotSettings,
  context: Pick<GroupContext, 'owners' | 'appOf'>,
): Planner & { readonly whole: Report } {
  const toReport = (result: RunResult): Report => reportOf(tooling, session, result, { type: 'nothing' })
  const risks = settings.unsafe ? { risks: RISKS } : {}
  const whole = toReport(session.judge(risks))
  const sizes = new Map(whole.files.map(({ file, after }) => [file, Buffer.byteLength(after)]))
  const sizeOf = (file: string): number => sizes.get(file) ?? 0
  return {
    whole,
    groups: asked => groupFindings(whole.findings, settings, { ...context, ...asked, sizeOf }),
    plan: (group, without) => {
      const result = session.judge({
        ...(group.risk === 'unsafe' ? risks : {}),
        // the others would be silenced at each of their proposals
        rules: new Set(group.findings.map(({ finding }) => finding.rule)),
        skip: (resource, rule, key) => (group.has(resource, rule) && !without.has(key) ? undefined : ELSEWHERE),
      })
      return toPlan(group, toReport(withoutElsewhere(result)))
    },
  }
}

function toPlan(group: FoundGroup, report: Report): GroupPlan {
  const written = report.findings.map(({ finding }) => finding).filter(isWritten)
  return { group, report, written, marks: marksOf(written), fingerprint: fingerprintOf(report.files) }
}

function withoutElsewhere(result: RunResult): RunResult {
  return { ...result, suppressed: result.suppressed.filter(({ by }) => by !== ELSEWHERE) }
}

// Workloads: the selector and the template agree, strategy and restart policy fit the kind.

import { stringMap } from '../../kube/resource.ts'
import { labelSelectorSelects, mapSelects } from '../../kube/selector.ts'
import { at, type Path } from '../../yaml/path.ts'
import { asObject, asString, type Json, type JsonObject, member } from '../../yaml/value.ts'
import { judgeAnnotations, judgeLabels } from './names.ts'
import { judgeClaim, judgeCountOrShare } from './objects.ts'
import { judgePod } from './pod.ts'
import { type Finding, has, isUnknown, judgeUnique, maps } from './rule.ts'

/** Room that a StatefulSet's name leaves in a label value for `-` and the revision hash that the controller appends. */
const REVISION_SUFFIX = 11
const LABEL_VALUE_LENGTH = 63

const RUNS_TO_COMPLETION: ReadonlySet<string> = new Set(['Job', 'CronJob'])

export function judgeWorkload(workload: JsonObject, report: Finding): void {
  const kind = asString(workload.kind) ?? ''
  const templatePath = kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template']
  const template = asObject(at(workload, templatePath))
  judgeSelector(workload, kind, template, report)
  judgeStrategy(workload, kind, report)
  if (kind === 'StatefulSet') judgeStatefulSet(workload, report)
  if (kind === 'CronJob') judgeSchedule(workload, report)
  if (template === undefined) return
  judgeLabels(at(template, ['metadata', 'labels']), [...templatePath, 'metadata', 'labels'], report)
  judgeAnnotations(at(template, ['metadata', 'annotations']), [...templatePath, 'metadata', 'annotations'], report)
  judgeRestartPolicy(kind, template, templatePath, report)
  judgePod(template.spec, [...templatePath, 'spec'], claimNames(workload), report)
}

function judgeSelector(workload: JsonObject, kind: string, template: JsonObject | undefined, report: Finding): void {
  if (RUNS_TO_COMPLETION.has(kind) || template === undefined) return
  const path = ['spec', 'selector']
  const isPlain = kind === 'ReplicationController'
  if (!has(workload.spec, 'selector')) {
    // a missing selector of the other kinds is the schema's business
    if (isPlain && !has(template.metadata, 'labels'))
      report(path, 'selector', 'without a selector, the pod template needs labels to select')
    return
  }
  const selector = asObject(at(workload, path))
  if (selector === undefined) return
  const labels = stringMap(at(template, ['metadata', 'labels']))
  if (
    !isPlain &&
    Object.keys(asObject(selector.matchLabels) ?? {}).length === 0 &&
    !has(selector, 'matchExpressions')
  ) {
    report(path, 'selector', `a ${kind} needs a selector that is not empty`)
    return
  }
  const selects = isPlain ? mapSelects(selector, labels) : labelSelectorSelects(selector, labels)
  if (!selects) report(path, 'selector', 'the selector does not select the labels of the pod template')
}

function judgeStrategy(workload: JsonObject, kind: string, report: Finding): void {
  const path = kind === 'Deployment' ? ['spec', 'strategy'] : ['spec', 'updateStrategy']
  const strategy = at(workload, path)
  const type = asString(member(strategy, 'type'))
  if (type !== undefined && type !== '' && type !== 'RollingUpdate' && has(strategy, 'rollingUpdate')) {
    report([...path, 'rollingUpdate'], 'strategy', `rollingUpdate may not stand beside the strategy ${type}`)
  }
  for (const field of ['maxSurge', 'maxUnavailable']) {
    judgeCountOrShare(at(strategy, ['rollingUpdate', field]), [...path, 'rollingUpdate', field], report)
  }
}

/** Five fields, or a name such as `@daily`; what the fields may say is not judged. */
function judgeSchedule(workload: JsonObject, report: Finding): void {
  const path = ['spec', 'schedule']
  const schedule = asString(at(workload, path)) ?? ''
  if (schedule === '' || /^(@\w+(\s.*)?|(\S+\s+){4}\S+)$/.test(schedule.trim()) || isUnknown(schedule)) return
  report(path, 'schedule', `"${schedule}" is no schedule: five fields, or a name such as @daily`)
}

function judgeStatefulSet(workload: JsonObject, report: Finding): void {
  const name = asString(at(workload, ['metadata', 'name'])) ?? ''
  const replicas = at(workload, ['spec', 'replicas'])
  const start = at(workload, ['spec', 'ordinals', 'start'])
  const last = (typeof start === 'number' ? start : 0) + (typeof replicas === 'number' ? Math.max(replicas, 1) : 1) - 1
  const suffix = Math.max(REVISION_SUFFIX, `-${last}`.length)
  if (name.length + suffix > LABEL_VALUE_LENGTH) {
    const message = `pods cannot be created: their labels append ${suffix} characters to the name, ${LABEL_VALUE_LENGTH} are allowed`
    report(['metadata', 'name'], 'name-length', message)
  }
  const claims = maps(at(workload, ['spec', 'volumeClaimTemplates']))
  const path = ['spec', 'volumeClaimTemplates']
  judgeUnique(claims, path, nameOfClaim, (place, key) =>
    report(place, 'duplicate-claim', `a second claim is named "${key}"`),
  )
  for (const [index, claim] of claims) judgeClaim(claim, [...path, index], report)
}

function claimNames(workload: JsonObject): string[] {
  return maps(at(workload, ['spec', 'volumeClaimTemplates'])).flatMap(([, claim]) => nameOfClaim(claim) ?? [])
}

function nameOfClaim(claim: JsonObject): string | undefined {
  return asString(at(claim, ['metadata', 'name']))
}

function judgeRestartPolicy(kind: string, template: JsonObject, templatePath: Path, report: Finding): void {
  const policy: Json | undefined = at(template, ['spec', 'restartPolicy'])
  const path = [...templatePath, 'spec', 'restartPolicy']
  if (RUNS_TO_COMPLETION.has(kind)) {
    if (policy === 'OnFailure' || policy === 'Never' || template.spec === undefined) return
    report(path, 'restart-policy', `the pods of a ${kind} need restartPolicy OnFailure or Never`)
  } else if (typeof policy === 'string' && policy !== 'Always' && policy !== '') {
    report(path, 'restart-policy', `the pods of a ${kind} need restartPolicy Always`)
  }
}

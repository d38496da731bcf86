// Rules of the API server that no schema can say, judged on one resource.

import { groupOf } from '../kube/resource.ts'
import { asObject, asString, type JsonObject } from '../yaml/value.ts'
import { judgeMetadata } from './semantics/names.ts'
import {
  judgeAutoscaler,
  judgeClaim,
  judgeDataKeys,
  judgeDisruptionBudget,
  judgeIngress,
  judgeSubjects,
} from './semantics/objects.ts'
import { judgePod } from './semantics/pod.ts'
import type { Finding, Rule } from './semantics/rule.ts'
import { judgeService } from './semantics/service.ts'
import { judgeWorkload } from './semantics/workload.ts'
import type { SchemaError } from './types.ts'

/** Rules by `group/kind`, beside those of the metadata, which hold for all. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ['/Pod', (pod, report) => judgePod(pod.spec, ['spec'], [], report)],
  ['/Service', judgeService],
  ['/ConfigMap', judgeDataKeys],
  ['/Secret', judgeDataKeys],
  ['/PersistentVolumeClaim', (claim, report) => judgeClaim(claim, [], report)],
  ['/ReplicationController', judgeWorkload],
  ['apps/Deployment', judgeWorkload],
  ['apps/StatefulSet', judgeWorkload],
  ['apps/DaemonSet', judgeWorkload],
  ['apps/ReplicaSet', judgeWorkload],
  ['batch/Job', judgeWorkload],
  ['batch/CronJob', judgeWorkload],
  ['argoproj.io/Rollout', judgeWorkload],
  ['policy/PodDisruptionBudget', judgeDisruptionBudget],
  ['networking.k8s.io/Ingress', judgeIngress],
  ['autoscaling/HorizontalPodAutoscaler', judgeAutoscaler],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', judgeSubjects],
] satisfies [string, Rule][])

/** Kinds whose rules speak of more than a spec that stands there. */
const WITHOUT_SPEC: ReadonlySet<string> = new Set([
  '/Service',
  '/ConfigMap',
  '/Secret',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
])

/**
 * What the API server, or the controller of the kind, would not accept. Values of a wrong type are the schema's
 * business and are passed over; texts with `$(…)` or `${…}` are not known and not judged. Each error has a keyword
 * of its own rule, so that the errors of two states of a resource can be compared by path and keyword.
 */
export function semanticErrors(value: JsonObject): SchemaError[] {
  const errors: SchemaError[] = []
  const report: Finding = (path, keyword, message) => errors.push({ path, keyword, message })
  const apiVersion = asString(value.apiVersion)
  const kind = asString(value.kind)
  if (apiVersion === undefined || kind === undefined) return errors
  judgeMetadata(value, report)
  const name = `${groupOf(apiVersion)}/${kind}`
  if (asObject(value.spec) !== undefined || WITHOUT_SPEC.has(name)) RULES.get(name)?.(value, report)
  return errors
}

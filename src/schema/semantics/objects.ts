// Small objects with a rule or two of their own: budgets, autoscalers, ingresses, claims, configuration.

import { at, type Path } from '../../yaml/path.ts'
import { asArray, asObject, asString, type Json, type JsonObject, member } from '../../yaml/value.ts'
import { isDataKey, isDnsLabel, isDnsSubdomain } from './names.ts'
import { type Finding, has, isUnknown, maps } from './rule.ts'

const BOUNDS = ['minAvailable', 'maxUnavailable'] as const

/** A field that is a number of pods or a share of them: a text is a percentage. */
export function judgeCountOrShare(value: Json | undefined, path: Path, report: Finding): void {
  const isLegal = typeof value === 'number' ? value >= 0 : typeof value !== 'string' || /^\d+%$/.test(value)
  if (isLegal || isUnknown(String(value))) return
  report(path, 'count-or-share', `${JSON.stringify(value)} is neither a number of pods nor a percentage such as "50%"`)
}

export function judgeDisruptionBudget(budget: JsonObject, report: Finding): void {
  const bounds = BOUNDS.filter(bound => has(budget.spec, bound))
  for (const bound of BOUNDS) judgeCountOrShare(at(budget, ['spec', bound]), ['spec', bound], report)
  const rule = 'a PodDisruptionBudget has one of minAvailable and maxUnavailable'
  if (bounds.length > 1) report(['spec'], 'pdb-bounds', `${rule}: this one has both`)
  // the API server takes it, and the budget then keeps nothing
  if (bounds.length === 0) report(['spec'], 'pdb-unbounded', `${rule}: this one has none`)
}

export function judgeAutoscaler(autoscaler: JsonObject, report: Finding): void {
  const min = at(autoscaler, ['spec', 'minReplicas'])
  const max = at(autoscaler, ['spec', 'maxReplicas'])
  if (typeof max !== 'number') return
  const lower = typeof min === 'number' ? min : 1
  if (lower > max) report(['spec', 'maxReplicas'], 'hpa-bounds', `maxReplicas ${max} is below minReplicas ${lower}`)
}

export function judgeIngress(ingress: JsonObject, report: Finding): void {
  if (ingress.apiVersion !== 'networking.k8s.io/v1') return
  judgeBackend(at(ingress, ['spec', 'defaultBackend']), ['spec', 'defaultBackend'], report)
  if (!has(ingress.spec, 'defaultBackend') && asArray(at(ingress, ['spec', 'rules'])).length === 0) {
    report(['spec'], 'ingress-rules', 'an Ingress needs rules or a defaultBackend')
  }
  for (const [index, tls] of maps(at(ingress, ['spec', 'tls']))) {
    for (const [position, host] of asArray(tls.hosts).entries()) {
      judgeHost(host, ['spec', 'tls', index, 'hosts', position], report)
    }
  }
  for (const [ruleIndex, rule] of maps(at(ingress, ['spec', 'rules']))) {
    judgeHost(rule.host, ['spec', 'rules', ruleIndex, 'host'], report)
    for (const [index, entry] of maps(at(rule, ['http', 'paths']))) {
      const path = ['spec', 'rules', ruleIndex, 'http', 'paths', index]
      judgeBackend(entry.backend, [...path, 'backend'], report)
      const value = asString(entry.path) ?? ''
      if (!value.startsWith('/') && !isUnknown(value) && entry.pathType !== 'ImplementationSpecific') {
        report([...path, 'path'], 'ingress-path', `"${value}" does not begin with "/"`)
      }
    }
  }
}

/** Hosts are domains in lower case, with `*.` for the first label at most. */
function judgeHost(value: Json | undefined, path: Path, report: Finding): void {
  const host = asString(value) ?? ''
  if (host === '' || isUnknown(host) || isDnsSubdomain(host.replace(/^\*\.(?=.*\.)/, ''))) return
  report(path, 'ingress-host', `"${host}" is no legal host: a domain in lower case, without port and path`)
}

function judgeBackend(value: Json | undefined, path: Path, report: Finding): void {
  const backend = asObject(value)
  if (backend === undefined) return
  if (has(backend, 'service') === has(backend, 'resource')) {
    report(path, 'ingress-backend', 'a backend is one of service and resource')
    return
  }
  if (!has(backend, 'service')) return
  const port = member(backend.service, 'port')
  const ways = ['name', 'number'].filter(way => has(port, way) && member(port, way) !== '' && member(port, way) !== 0)
  if (ways.length !== 1) {
    report([...path, 'service', 'port'], 'ingress-port', 'the port of a backend has one of name and number')
  }
}

/** A PersistentVolumeClaim, or an entry of volumeClaimTemplates; `path` is the claim's own. */
export function judgeClaim(claim: JsonObject, path: Path, report: Finding): void {
  const name = asString(at(claim, ['metadata', 'name']))
  if (path.length > 0 && name !== undefined && !isDnsLabel(name)) {
    report(
      [...path, 'metadata', 'name'],
      'volume-name',
      `"${name}" is no legal volume name: at most 63 lower case letters, digits and "-"`,
    )
  }
  if (asArray(at(claim, ['spec', 'accessModes'])).length === 0) {
    report([...path, 'spec', 'accessModes'], 'claim-access', 'a claim needs accessModes')
  }
  if (!has(at(claim, ['spec', 'resources', 'requests']), 'storage')) {
    report(
      [...path, 'spec', 'resources', 'requests', 'storage'],
      'claim-storage',
      'a claim needs resources.requests.storage',
    )
  }
}

/** A ClusterRoleBinding has no namespace that its ServiceAccounts could share. */
export function judgeSubjects(binding: JsonObject, report: Finding): void {
  for (const [index, subject] of maps(binding.subjects)) {
    if (subject.kind !== 'ServiceAccount' || has(subject, 'namespace')) continue
    report(['subjects', index, 'namespace'], 'subject-namespace', 'a ServiceAccount needs its namespace here')
  }
}

export function judgeDataKeys(resource: JsonObject, report: Finding): void {
  for (const field of ['data', 'binaryData', 'stringData']) {
    for (const key of Object.keys(asObject(resource[field]) ?? {})) {
      if (isDataKey(key)) continue
      report([field, key], 'data-key', `"${key}" is no legal key: at most 253 letters, digits, "-", "_" and "."`)
    }
  }
}

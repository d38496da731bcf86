// Names, labels and annotations: what they may look like and how long they may be.
// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and .../labels/

import { groupOf } from '../../kube/resource.ts'
import type { Path } from '../../yaml/path.ts'
import { asObject, asString, type Json, type JsonObject } from '../../yaml/value.ts'
import { type Finding, has, isUnknown } from './rule.ts'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/
const DATA_KEY = /^[-._A-Za-z0-9]{1,253}$/
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** Longest names by kind where it is not the usual 253. */
const MAX_NAME: ReadonlyMap<string, number> = new Map([
  ['CronJob', 52], // the controller appends 11 characters to name its Jobs
  ['Job', 63],
  ['Namespace', 63],
  ['Service', 63],
])

/** Kinds whose name is one label; all others take a subdomain. */
const LABEL_NAMED: ReadonlySet<string> = new Set(['Namespace', 'Service'])

/** Groups of the API server itself that no file leaves unnamed. */
const NAMED_GROUPS: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
])

/** Files of the core version that are no API objects: kubeconfig, scheduler policies, answers of the server. */
const NAMELESS: ReadonlySet<string> = new Set(['Config', 'Policy', 'Status'])

export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text)
}

export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text)
}

/** Port names of containers and named target ports: IANA service names, 15 characters with at least one letter. */
export function isPortName(text: string): boolean {
  return text.length <= 15 && LABEL.test(text) && /[a-z]/.test(text) && !text.includes('--')
}

/** A label's key, or an annotation's: an optional domain and `/` before the name. */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf('/')
  const [prefix, name] = slash < 0 ? [undefined, text] : [text.slice(0, slash), text.slice(slash + 1)]
  const isLegalPrefix = prefix === undefined || isDnsSubdomain(prefix.toLowerCase())
  return isLegalPrefix && name.length <= 63 && QUALIFIED_NAME.test(name)
}

export function isLabelValue(text: string): boolean {
  return text.length <= 63 && LABEL_VALUE.test(text)
}

/** A key of a ConfigMap or a Secret. */
export function isDataKey(text: string): boolean {
  return DATA_KEY.test(text)
}

export function judgeMetadata(resource: JsonObject, report: Finding): void {
  const kind = asString(resource.kind) ?? ''
  const group = groupOf(asString(resource.apiVersion) ?? '')
  if (kind.endsWith('List')) return
  const metadata = asObject(resource.metadata)
  judgeName(metadata, group, kind, report)
  const namespace = asString(metadata?.namespace) ?? ''
  if (namespace !== '' && !isDnsLabel(namespace) && !isUnknown(namespace)) {
    const rule = 'at most 63 lower case letters, digits and "-"'
    report(['metadata', 'namespace'], 'namespace', `"${namespace}" is no legal namespace: ${rule}`)
  }
  judgeLabels(metadata?.labels, ['metadata', 'labels'], report)
  judgeAnnotations(metadata?.annotations, ['metadata', 'annotations'], report)
}

function judgeName(metadata: JsonObject | undefined, group: string, kind: string, report: Finding): void {
  const path = ['metadata', 'name']
  const name = asString(metadata?.name)
  if (name === undefined || name === '') {
    const isNeeded = NAMED_GROUPS.has(group) && !NAMELESS.has(kind) && !has(metadata, 'name')
    if ((isNeeded || name === '') && !has(metadata, 'generateName'))
      report(path, 'name-missing', 'a resource needs metadata.name')
    return
  }
  if (isUnknown(name)) return
  // names of these are path segments: colons and capitals are common in RBAC
  if (group === 'rbac.authorization.k8s.io' || kind === 'PodDisruptionBudget') return
  if (!(LABEL_NAMED.has(kind) ? LABEL : SUBDOMAIN).test(name)) {
    report(
      path,
      'name',
      `"${name}" is no legal name: use lower case letters, digits, "-"${LABEL_NAMED.has(kind) ? '' : ' and "."'}`,
    )
  }
  const max = MAX_NAME.get(kind) ?? 253
  if (name.length > max)
    report(path, 'name-length', `the name of a ${kind} has at most ${max} characters, this one ${name.length}`)
}

export function judgeLabels(labels: Json | undefined, path: Path, report: Finding): void {
  for (const [key, value] of Object.entries(asObject(labels) ?? {})) {
    judgeKey(key, [...path, key], 'label', report)
    if (typeof value !== 'string' || isUnknown(value)) continue
    if (!isLabelValue(value)) {
      report(
        [...path, key],
        'label',
        `"${value}" is no legal label value: at most 63 letters, digits, "-", "_" and "."`,
      )
    }
  }
}

export function judgeAnnotations(annotations: Json | undefined, path: Path, report: Finding): void {
  for (const key of Object.keys(asObject(annotations) ?? {})) judgeKey(key, [...path, key], 'annotation', report)
}

function judgeKey(key: string, path: Path, keyword: string, report: Finding): void {
  if (!isUnknown(key) && !isLabelKey(key)) {
    report(
      path,
      keyword,
      `"${key}" is no legal key: an optional domain and "/", then at most 63 letters, digits, "-", "_" and "."`,
    )
  }
}

// Workloads: the kinds that run pods, where their pod template stands, and the containers in it.

import { at, type Path } from '../yaml/path.ts'
import { asArray, asObject, asString, isObject, type JsonObject, member } from '../yaml/value.ts'
import { type Resource, stringMap } from './resource.ts'

/** Path of the pod template (the map with `metadata` and `spec`) in each workload kind, by `group/kind`. */
const TEMPLATE_PATHS: ReadonlyMap<string, Path> = new Map<string, Path>([
  ['apps/Deployment', ['spec', 'template']],
  ['apps/StatefulSet', ['spec', 'template']],
  ['apps/DaemonSet', ['spec', 'template']],
  ['apps/ReplicaSet', ['spec', 'template']],
  ['/ReplicationController', ['spec', 'template']],
  ['batch/Job', ['spec', 'template']],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
  ['/Pod', []],
  ['argoproj.io/Rollout', ['spec', 'template']],
  // removed groups, still judged and reported, never a base for an edit
  ['extensions/Deployment', ['spec', 'template']],
  ['extensions/DaemonSet', ['spec', 'template']],
  ['extensions/ReplicaSet', ['spec', 'template']],
])

/** Kinds that run pods, each once. */
export const WORKLOAD_KINDS: readonly string[] = [
  ...new Set([...TEMPLATE_PATHS.keys()].map(key => key.slice(key.indexOf('/') + 1))),
]

export type ContainerRole = 'container' | 'init' | 'sidecar' | 'ephemeral'

export interface Container {
  readonly workload: Workload
  /** path of the container's map in the resource */
  readonly path: Path
  /** an init container with `restartPolicy: Always` is a sidecar */
  readonly role: ContainerRole
  /** empty when the container has none */
  readonly name: string
  readonly image: string | undefined
  readonly value: JsonObject
}

export interface Workload {
  readonly resource: Resource
  /** path of the pod template; empty for a Pod, which is its own */
  readonly templatePath: Path
  /** path of the pod spec */
  readonly specPath: Path
  readonly template: JsonObject
  readonly spec: JsonObject
  /** labels of the pods */
  readonly labels: Readonly<Record<string, string>>
  /** `spec.selector` as it stands, undefined where the kind has none */
  readonly selector: JsonObject | undefined
  readonly containers: readonly Container[]
}

export function isWorkloadKind(group: string, kind: string): boolean {
  return TEMPLATE_PATHS.has(`${group}/${kind}`)
}

/** The workload view of a resource; undefined when it is none or its pod spec is no map. */
export function workloadOf(resource: Resource): Workload | undefined {
  const templatePath = TEMPLATE_PATHS.get(`${resource.group}/${resource.kind}`)
  if (templatePath === undefined) return undefined
  const template = asObject(at(resource.value, templatePath))
  const spec = asObject(member(template, 'spec'))
  if (template === undefined || spec === undefined) return undefined
  const specPath = [...templatePath, 'spec']
  const selector = templatePath.length === 0 ? undefined : asObject(at(resource.value, ['spec', 'selector']))
  const containers: Container[] = []
  const workload: Workload = {
    resource,
    templatePath,
    specPath,
    template,
    spec,
    labels: stringMap(at(template, ['metadata', 'labels'])),
    selector,
    containers,
  }
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [index, value] of asArray(member(spec, field)).entries()) {
      if (!isObject(value)) continue
      containers.push({
        workload,
        path: [...specPath, field, index],
        role: roleOf(field, value),
        name: asString(value.name) ?? '',
        image: asString(value.image),
        value,
      })
    }
  }
  return workload
}

function roleOf(field: 'initContainers' | 'containers' | 'ephemeralContainers', value: JsonObject): ContainerRole {
  if (field === 'ephemeralContainers') return 'ephemeral'
  if (field === 'containers') return 'container'
  return value.restartPolicy === 'Always' ? 'sidecar' : 'init'
}

/**
 * What selects the workload's pods, as a LabelSelector; a ReplicationController's own is a plain map. Undefined when
 * there is none or an empty one, which would select every pod of the namespace.
 */
export function podSelector(workload: Workload): JsonObject | undefined {
  if (workload.resource.kind === 'ReplicationController') {
    const labels = { ...stringMap(workload.selector ?? { ...workload.labels }) }
    return Object.keys(labels).length === 0 ? undefined : { matchLabels: labels }
  }
  const { selector } = workload
  if (selector === undefined) return undefined
  const terms = Object.keys(stringMap(selector.matchLabels)).length + asArray(selector.matchExpressions).length
  return terms === 0 ? undefined : selector
}

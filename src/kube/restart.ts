// What a person has to do before a changed pod template reaches the pods: kinds that do not roll by themselves.

import { at } from '../yaml/path.ts'
import { asObject } from '../yaml/value.ts'
import { describe, stringMap } from './resource.ts'
import type { Workload } from './workload.ts'

/** A step in words, with the exact commands. */
export interface RestartStep {
  readonly text: string
  readonly commands: readonly string[]
}

/**
 * Steps that a change of the pod template leaves open; empty where the workload replaces its pods by itself.
 * A live Job's template and a live Pod cannot be changed at all (API validation: field is immutable).
 */
export function restartSteps(workload: Workload): RestartStep[] {
  const { resource } = workload
  const { kind, name } = resource
  if (name === '') return []
  const namespace = resource.namespace === undefined ? '' : ` -n ${resource.namespace}`
  if (kind === 'Job' || kind === 'Pod') {
    const target = `${kind.toLowerCase()}/${name}${namespace}`
    return [
      {
        text: `a live ${kind} cannot be changed: delete ${describe(resource)}, then apply`,
        commands: [`kubectl delete ${target} && kubectl apply -f ${resource.origin.file}`],
      },
    ]
  }
  if (!waitsForDeletion(workload)) return []
  const labels = Object.entries(stringMap(selectorLabels(workload))).map(([key, value]) => `${key}=${value}`)
  return [
    {
      text: `the pods of ${describe(resource)} take the change only when they are deleted: after apply, delete them one after the other`,
      commands: labels.length === 0 ? [] : [`kubectl get pods${namespace} -l ${labels.join(',')} -o name`],
    },
  ]
}

function waitsForDeletion(workload: Workload): boolean {
  const { kind, value } = workload.resource
  if (kind === 'ReplicaSet' || kind === 'ReplicationController') return true
  return (
    (kind === 'StatefulSet' || kind === 'DaemonSet') && at(value, ['spec', 'updateStrategy', 'type']) === 'OnDelete'
  )
}

/** Equalities that select the pods: a ReplicationController's selector is the map itself. */
function selectorLabels(workload: Workload) {
  if (workload.selector === undefined) return workload.labels
  return workload.resource.kind === 'ReplicationController'
    ? workload.selector
    : asObject(workload.selector.matchLabels)
}

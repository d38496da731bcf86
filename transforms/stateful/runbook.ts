// The steps with which a converted workload takes over in a cluster, in the order in which they keep what is there.

import { describe, type Edit, type FollowUp, type Resource, stringMap, type Workload } from '../../src/sdk.ts'
import { copyJobName, transferFile } from './claims.ts'
import { serviceSelector } from './headless.ts'
import type { DataMode } from './settings.ts'

export interface CutOver {
  readonly workload: Workload
  readonly data: DataMode | 'none'
  /** files of the change, without the one that carries the data; the workload's alone where none are given */
  readonly files?: readonly string[]
  /** shows that the members work together */
  readonly check: FollowUp
  /** what has to start again after it */
  readonly dependants: readonly Resource[]
  /** whether the members start at once (podManagementPolicy: Parallel) */
  readonly together?: true
}

/**
 * Applying a StatefulSet does not remove the Deployment of its name: both would run, share Services and fight over ids
 * and volumes. So the old one goes first.
 */
export function cutOverSteps({ workload, data, files, check, dependants, together }: CutOver): FollowUp[] {
  const { resource } = workload
  const { name } = resource
  const kubectl = kubectlFor(resource)
  const file = transferFile(resource)
  return [
    {
      text: `stop ${describe(resource)}: it would go on beside the StatefulSet of the same name`,
      commands: [
        `${kubectl} scale deployment/${name} --replicas=0`,
        `${kubectl} wait --for=delete pod -l ${podLabels(workload)} --timeout=180s`,
        `${kubectl} delete deployment/${name}`,
      ],
    },
    ...transferSteps(resource, data, kubectl, file),
    {
      text: `apply the changed files and wait for the members of ${name}, which start ${together ? 'together' : 'one after the other'}`,
      commands: [
        `kubectl apply ${(files ?? [resource.origin.file]).map(path => `-f ${path}`).join(' ')}`,
        `${kubectl} rollout status statefulset/${name} --timeout=10m`,
      ],
    },
    check,
    ...dependants.map(dependant => ({
      text: `start ${describe(dependant)} again once ${name} is up, unless its own cut-over follows: it has to register anew`,
      commands: [`${kubectlFor(dependant)} rollout restart ${dependant.kind.toLowerCase()}/${dependant.name}`],
    })),
    {
      text: `with a GitOps controller, commit twice: first ${name} with replicas: 0, then this change; the controller removes the Deployment after it has made the StatefulSet`,
    },
    {
      text: 'to go back, delete the StatefulSet and apply the former files; the claims of the members stay until they are deleted by hand',
      commands: [`${kubectl} delete statefulset/${name}`],
    },
  ]
}

function transferSteps(resource: Resource, data: CutOver['data'], kubectl: string, file: string): FollowUp[] {
  if (data === 'clone') {
    return [
      {
        text: `make the clone for ${resource.name}-0 while nothing writes to the old claim`,
        commands: [`kubectl apply -f ${file}`, `${kubectl} get pvc`],
      },
    ]
  }
  if (data !== 'copy') return []
  return [
    {
      text: `copy the data for ${resource.name}-0 while nothing writes to the old claim`,
      commands: [
        `kubectl apply -f ${file}`,
        `${kubectl} wait --for=condition=complete job/${copyJobName(resource)} --timeout=30m`,
      ],
    },
  ]
}

/** Files that edits change or make, the workload's first. */
export function filesOf(workload: Workload, edits: readonly Edit[]): string[] {
  const { file } = workload.resource.origin
  const others = edits.map(edit =>
    edit.op === 'create' ? (edit.file ?? edit.beside.origin.file) : edit.resource.origin.file,
  )
  return [...new Set([file, ...others])].filter(path => path !== transferFile(workload.resource))
}

export function kubectlFor(resource: Resource): string {
  return resource.namespace === undefined ? 'kubectl' : `kubectl -n ${resource.namespace}`
}

function podLabels(workload: Workload): string {
  const labels = Object.entries(stringMap(serviceSelector(workload)))
  return labels.map(([key, value]) => `${key}=${value}`).join(',')
}

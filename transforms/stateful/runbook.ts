// The steps with which a converted workload takes over in a cluster, in the order in which they keep what is there.

import {
  describe,
  type Edit,
  type FollowUp,
  type Instruction,
  type Resource,
  restartSteps,
  type Stage,
  shellWord,
  stringMap,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { copyJobName, firstClaimNames, transferFile } from './claims.ts'
import type { DataPlace } from './data.ts'
import { serviceSelector } from './headless.ts'
import type { DataMode } from './settings.ts'

/** The stage in which a system starts. */
export type StartStage = Extract<Stage, 'coordination' | 'brokers' | 'databases'>

export interface CutOver {
  readonly workspace: Workspace
  readonly workload: Workload
  readonly stage: StartStage
  readonly data: DataMode | 'none'
  /** places on claims, whose content is carried over where `data` says so */
  readonly claimed: readonly DataPlace[]
  /** files of the change, without the one that carries the data; the workload's alone where none are given */
  readonly files?: readonly string[]
  /** shows that the members work together */
  readonly check: Instruction
  /** what has to start again after it */
  readonly dependants?: readonly Workload[]
  /** whether the members start at once (podManagementPolicy: Parallel) */
  readonly together?: true
}

/**
 * Applying a StatefulSet does not remove the Deployment of its name: both would run, share Services and fight over ids
 * and volumes. So the old one goes first.
 */
export function cutOverSteps(cutOver: CutOver): FollowUp[] {
  const { workspace, workload, stage, data, check, together } = cutOver
  const { resource } = workload
  const name = shellWord(resource.name)
  const kubectl = kubectlFor(resource)
  const files = cutOver.files ?? [resource.origin.file]
  const apply = applyCommand(workspace, resource, files)
  return [
    CONTROLLER_NOTE,
    {
      stage: stage === 'brokers' ? 'stop-brokers' : 'stop',
      text: `stop ${describe(resource)}: it would go on beside the StatefulSet of the same name${LEFT[data] ?? ''}`,
      commands: [
        `${kubectl} scale deployment/${name} --replicas=0`,
        `${kubectl} wait --for=delete pod -l ${podLabels(workload)} --timeout=180s`,
        `${kubectl} delete deployment/${name}`,
      ],
      check: { text: 'no pod of it is left', commands: [`${kubectl} get pods -l ${podLabels(workload)}`] },
      back: { text: `${FORMER_FILES}, which starts it again`, commands: [apply] },
    },
    ...transferSteps(cutOver),
    {
      stage,
      text: `apply the changed files and wait for the members of ${resource.name}, which start ${together ? 'together' : 'one after the other'}`,
      commands: [apply, `${kubectl} rollout status statefulset/${name} --timeout=15m`],
      check,
      back: {
        text: `delete the StatefulSet, and ${FORMER_FILES}; the claims of the members stay until they are deleted by hand`,
        commands: [`${kubectl} delete statefulset/${name}`, apply],
      },
    },
    ...(cutOver.dependants ?? []).map(dependant => restartStep(dependant, resource.name, stage)),
  ]
}

export const FORMER_FILES = 'put the former files back (git, or the copies of --backup) and apply them'

/** What becomes of the data when nothing carries it over. */
const LEFT: Readonly<Record<string, string>> = {
  none: '; what its pod holds goes with it',
  fresh: '; the members start empty, and the old claim stays',
}

const CONTROLLER_NOTE: FollowUp = {
  stage: 'check',
  text: 'with a GitOps controller, commit twice: first replicas: 0 in each Deployment that is to be stopped, then this change; the controller removes a Deployment only after it has made the StatefulSet of its name, and both would run',
}

/** Works whether the dependant still runs as it was or has been stopped for a cut-over of its own. */
function restartStep(dependant: Workload, name: string, stage: Stage): FollowUp {
  return {
    stage,
    text: `where pods of ${describe(dependant.resource)} still run, start them again now that ${name} is up: they have to register anew`,
    commands: [`${kubectlFor(dependant.resource)} delete pod -l ${podLabels(dependant)}`],
  }
}

function transferSteps({ workload, data, claimed }: CutOver): FollowUp[] {
  const { resource } = workload
  const kubectl = kubectlFor(resource)
  const claims = firstClaimNames(workload, claimed).map(shellWord).join(' ')
  // the file is in no kustomization, so only the command can say the namespace
  const apply = `${kubectl} apply -f ${shellWord(transferFile(resource))}`
  if (data === 'clone') {
    return [
      {
        stage: 'data',
        text: `make the clone for ${resource.name}-0 while nothing writes to the old claim`,
        commands: [apply],
        check: {
          text: 'it is Bound, or Pending where its storage class waits for the first pod',
          commands: [`${kubectl} get pvc ${claims}`],
        },
        back: { text: 'delete the clone: the old claim is untouched', commands: [`${kubectl} delete pvc ${claims}`] },
      },
    ]
  }
  if (data !== 'copy') return []
  const job = shellWord(copyJobName(resource))
  return [
    {
      stage: 'data',
      text: `copy the data for ${resource.name}-0 while nothing writes to the old claim`,
      commands: [apply, `${kubectl} wait --for=condition=complete job/${job} --timeout=30m`],
      check: { text: 'the Job has no error in its log', commands: [`${kubectl} logs job/${job}`] },
      back: {
        text: 'delete the Job and the copy: the old claim is untouched',
        commands: [`${kubectl} delete job/${job}`, `${kubectl} delete pvc ${claims}`],
      },
    },
  ]
}

export interface Growth extends Pick<CutOver, 'workspace' | 'workload' | 'stage' | 'check'> {
  readonly files: readonly string[]
}

/** Kinds that `kubectl rollout status` knows. */
const ROLLING: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/** A workload that changes in place; its pods may wait for somebody to delete them. */
export function growSteps({ workspace, workload, stage, files, check }: Growth): FollowUp[] {
  const { resource } = workload
  const apply = applyCommand(workspace, resource, files)
  const byHand = restartSteps(workload).map(step => ({ ...step, stage, check }))
  if (resource.kind === 'Pod') return byHand
  if (byHand.length > 0 || !ROLLING.has(resource.kind)) {
    return [{ stage, text: `apply the changed files of ${resource.name}`, commands: [apply] }, ...byHand]
  }
  const rollout = `rollout status ${resource.kind.toLowerCase()}/${shellWord(resource.name)} --timeout=15m`
  return [
    {
      stage,
      text: `apply the changed files and wait for ${describe(resource)}`,
      commands: [apply, `${kubectlFor(resource)} ${rollout}`],
      check,
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

/** `kubectl` for the namespace that the resource is in, where the files tell it. */
export function kubectlFor({ namespace }: Resource): string {
  return namespace === undefined ? 'kubectl' : `kubectl -n ${shellWord(namespace)}`
}

/**
 * Applies files: where a kustomization includes the resource, by that, since it may set the namespace and more. The
 * outermost is meant; of several, each is another environment, and a person has to choose.
 */
export function applyCommand(workspace: Workspace, resource: Resource, files: readonly string[]): string {
  const layers = workspace.kustomizationsOf(resource)
  const outermost = layers.filter(layer => !layers.some(({ includes }) => includes.includes(layer.directory)))
  const [folder, ...others] = outermost.map(({ directory }) => shellWord(directory || '.'))
  if (folder === undefined) return `kubectl apply ${files.map(file => `-f ${shellWord(file)}`).join(' ')}`
  return `kubectl apply -k ${folder}${others.length === 0 ? '' : ` # or ${others.join(', ')}`}`
}

export function podsCheck(workloads: readonly Workload[]): Instruction {
  return {
    text: `all pods of ${workloads.map(({ resource }) => resource.name).join(' and ')} are ready`,
    commands: workloads.map(workload => `${kubectlFor(workload.resource)} get pods -l ${podLabels(workload)}`),
  }
}

function podLabels(workload: Workload): string {
  const labels = Object.entries(stringMap(serviceSelector(workload)))
  return shellWord(labels.map(([key, value]) => `${key}=${value}`).join(','))
}

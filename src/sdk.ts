// All that a transform may import: the contract, the vocabulary, and helpers that state intents.

import type { Risk } from './engine/risk.ts'
import type { Allow, Change, Decline, Edit, FollowUp, Needs, Precondition, Target } from './engine/transform.ts'
import { annotationsOf, type Resource, stringMap } from './kube/resource.ts'
import type { Container, Workload } from './kube/workload.ts'
import type { Workspace } from './kube/workspace.ts'
import { at, type Path } from './yaml/path.ts'
import { renderBlock } from './yaml/render.ts'
import type { Json, JsonObject } from './yaml/value.ts'

export type { Section } from './config/section.ts'
export type { Risk } from './engine/risk.ts'
export type { Stage } from './engine/stage.ts'
export type {
  Change,
  Decline,
  Edit,
  FollowUp,
  Instruction,
  Precondition,
  Proposal,
  RefusalRule,
  Settings,
  Target,
  Transform,
} from './engine/transform.ts'
export {
  commandLine,
  commandsOf,
  commandWords,
  firstWorkingCommand,
  type SimpleCommand,
  simpleCommands,
} from './kube/command.ts'
export { effectiveImage } from './kube/effective-image.ts'
export { envNames, envValue } from './kube/env.ts'
export { hasPathSuffix, type ImageReference, isFloating, parseImage } from './kube/image.ts'
export type { Kustomization } from './kube/kustomization.ts'
export { imageName, isLocalLooking, isWithdrawn } from './kube/local-image.ts'
export { fileOfItsOwn } from './kube/new-file.ts'
export { isContainerPatched, isPatched, isPatchedBy, isPodPatched } from './kube/patches.ts'
export { isOpenShift, isWindows } from './kube/platform.ts'
export { propertyOf, removeProperty, setProperty } from './kube/properties.ts'
export { TOGETHER } from './kube/proximity.ts'
export { parseQuantity } from './kube/quantity.ts'
export {
  asCount,
  autoscalerMinimum,
  autoscalerMinimumPath,
  declaredReplicas,
  isOwned,
  minimumReplicas,
  REPLICAS_PATH,
  type ReplicaSite,
  replicaSites,
} from './kube/replica-count.ts'
export {
  annotationsOf,
  describe,
  identity,
  labelsOf,
  type Resource,
  sameNamespace,
  stringMap,
} from './kube/resource.ts'
export { type RestartStep, restartSteps } from './kube/restart.ts'
export { labelSelectorSelects, mapSelects } from './kube/selector.ts'
export { isServed } from './kube/served.ts'
export { shellWord } from './kube/shell.ts'
export { detectSystem, operatedSystem, type System, storeHint } from './kube/systems.ts'
export { isUnknown } from './kube/unknown.ts'
export { isBelow, isStored, type Mount, mountsOf, mountsStored } from './kube/volumes.ts'
export { type Container, podSelector, WORKLOAD_KINDS, type Workload } from './kube/workload.ts'
export type { TextReference, Workspace } from './kube/workspace.ts'
export { compareVersions } from './schema/versions.ts'
export { at, type Path } from './yaml/path.ts'
export { asArray, asObject, asString, isObject, type Json, type JsonObject, member } from './yaml/value.ts'

/** Prefix of the annotations that override what kubemend decides. */
const ANNOTATION_PREFIX = 'kubemend.dev/'

export interface ChangeSpec {
  readonly target: Target
  /** stable, kebab-case: which row of the decision table spoke */
  readonly code: string
  readonly why: string
  readonly risks: Risk | readonly Risk[]
  readonly edits: readonly Edit[]
  readonly steps?: readonly FollowUp[]
  readonly leaves?: readonly FollowUp[]
  readonly preconditions?: readonly Precondition[]
  readonly warnings?: readonly string[]
  readonly unit?: string
  readonly needs?: Needs
}

/** One list for all that say nothing: large runs have many changes. */
const NONE: readonly never[] = []

/** A change: applied whole or not at all; `leaves` makes it partial. */
export function change(spec: ChangeSpec): Change {
  return {
    type: 'change',
    target: spec.target,
    reason: { code: spec.code, text: spec.why },
    risks: typeof spec.risks === 'string' ? [spec.risks] : spec.risks,
    edits: spec.edits,
    leaves: spec.leaves ?? NONE,
    preconditions: spec.preconditions ?? NONE,
    warnings: spec.warnings ?? NONE,
    ...(spec.steps === undefined ? {} : { steps: spec.steps }),
    ...(spec.unit === undefined ? {} : { unit: spec.unit }),
    ...(spec.needs === undefined ? {} : { needs: spec.needs }),
  }
}

export interface DeclineSpec {
  readonly target: Target
  /** id of one of the transform's `refusals` */
  readonly code: string
  readonly why: string
  /** what to do instead */
  readonly next: string
  readonly steps?: readonly FollowUp[]
  readonly snippet?: string
  readonly allow?: Allow
  readonly warnings?: readonly string[]
}

/** A refusal with its next step. */
export function decline(spec: DeclineSpec): Decline {
  return {
    type: 'decline',
    target: spec.target,
    reason: { code: spec.code, text: spec.why },
    next: spec.next,
    warnings: spec.warnings ?? NONE,
    ...(spec.steps === undefined ? {} : { steps: spec.steps }),
    ...(spec.snippet === undefined ? {} : { snippet: spec.snippet }),
    ...(spec.allow === undefined ? {} : { allow: spec.allow }),
  }
}

/** States the wanted end: parents are made, and nothing happens where the value stands already. */
export function set(resource: Resource, path: Path, value: Json): Edit {
  return { op: 'set', resource, path, value }
}

export function append(resource: Resource, path: Path, value: Json): Edit {
  return { op: 'append', resource, path, value }
}

export function insert(resource: Resource, path: Path, index: number, value: Json): Edit {
  return { op: 'insert', resource, path, index, value }
}

export function remove(resource: Resource, path: Path): Edit {
  return { op: 'remove', resource, path }
}

export function rename(resource: Resource, path: Path, to: string): Edit {
  return { op: 'rename', resource, path, to }
}

/** A new resource behind `beside` in its file, as its List's next item, or in the new file `file` beside it. */
export function create(beside: Resource, value: JsonObject, file?: string): Edit {
  return { op: 'create', beside, value, ...(file === undefined ? {} : { file }) }
}

/** Workloads that may be changed, of the given kinds (all kinds when none is given), in the order of the input. */
export function* forEachWorkload(workspace: Workspace, kinds?: readonly string[]): Iterable<Workload> {
  for (const workload of workspace.workloads()) {
    const { resource } = workload
    if (resource.selected && (kinds === undefined || kinds.includes(resource.kind))) yield workload
  }
}

/** Containers of all workloads that may be changed; ephemeral ones are invalid in a template and left out. */
export function* forEachContainer(workspace: Workspace, kinds?: readonly string[]): Iterable<Container> {
  for (const workload of forEachWorkload(workspace, kinds)) {
    for (const container of workload.containers) {
      if (container.role !== 'ephemeral') yield container
    }
  }
}

/** Resources of a kind that may be changed. */
export function* forEachResource(workspace: Workspace, kind: string): Iterable<Resource> {
  for (const resource of workspace.ofKind(kind)) {
    if (resource.selected) yield resource
  }
}

/** The value of `kubemend.dev/<name>` on the object or its pod template. */
export function annotation(workspace: Workspace, resource: Resource, name: string): string | undefined {
  const key = `${ANNOTATION_PREFIX}${name}`
  const own = annotationsOf(resource)[key]
  if (own !== undefined) return own
  const template = workspace.workload(resource)?.template
  return stringMap(at(template, ['metadata', 'annotations']))[key]
}

/** A value as YAML text, for snippets that a person pastes. */
export function toYaml(value: JsonObject): string {
  return `${renderBlock(value, 0, { step: 2, sequenceOffset: 2, quote: 'double' }).join('\n')}\n`
}

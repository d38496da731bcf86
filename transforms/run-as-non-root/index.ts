// Makes the kubelet refuse to start containers as root, where they are known not to need it.

import {
  type Change,
  type Container,
  change,
  decline,
  describe,
  type Edit,
  forEachWorkload,
  isContainerPatched,
  isObject,
  isPodPatched,
  isServed,
  isWindows,
  type JsonObject,
  member,
  mountsStored,
  type Path,
  type Proposal,
  type Resource,
  type Risk,
  restartSteps,
  type Settings,
  set,
  type Transform,
  WORKLOAD_KINDS,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { IMAGES } from './settings.ts'
import { type User, type Verdict, verdictOn } from './verdict.ts'

const runAsNonRoot: Transform = {
  id: 'run-as-non-root',
  title: 'Run containers as a user other than root',
  rationale:
    'A process that is root in its container is root on the node once it gets out. With runAsNonRoot the kubelet does not start it as root, whatever the image says.',
  category: 'security',
  since: '0.1.0',
  kinds: WORKLOAD_KINDS,
  risks: ['restart', 'data'],
  aliases: [
    'checkov:CKV_K8S_23',
    'kube-linter:run-as-non-root',
    'kubescape:C-0013',
    'polaris:runAsRootAllowed',
    'trivy:KSV012',
  ],
  references: [
    'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
    'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  ],
  refusals: [
    {
      id: 'explicit-root',
      when: 'the container asks for root: runAsUser 0, or runAsNonRoot: false on an image that starts as root',
      why: 'with runAsNonRoot: true the kubelet would not start it',
      next: 'find out why it runs as root, give it a uid above 0, then run again',
    },
    {
      id: 'unknown-image',
      when: 'the user of the image is not known',
      why: 'the kubelet does not start a container with runAsNonRoot whose image runs as root or as a user without number',
      next: 'give the image a numeric USER and say so in the configuration under images:',
    },
    {
      id: 'base-image',
      when: 'the image is a language or a bare runtime that starts as root',
      why: 'what is put into it decides whether another user can read and write its files',
      next: 'build an image with a numeric USER, or name a user in the configuration under images:',
    },
    {
      id: 'root-image',
      when: 'the image only works when it starts as root',
      why: 'as another user it cannot bind its port or prepare its folders',
      next: 'move to the image that the finding names',
    },
    {
      id: 'root-command',
      when: 'the command installs, changes owners or writes outside its volumes',
      why: 'another user may not do that',
      next: 'move the step into the image or onto a volume, then set runAsUser',
    },
    {
      id: 'privileged-port',
      when: 'the container listens on a port below 1024',
      why: 'another user may not bind it on every container runtime',
      next: 'listen on a port above 1023 and point the Service to it with targetPort',
    },
    {
      id: 'host-access',
      when: 'the container has privileges on the host or mounts its files',
      why: 'they are of use to root alone',
      next: 'remove the access, or keep the container as it is',
    },
    {
      id: 'volume-owner',
      when: 'a volume belongs to root and cannot be handed to the user by fsGroup',
      why: 'the container could no longer write its data',
      next: 'give the files to the user once, then set runAsUser and runAsNonRoot',
    },
    {
      id: 'openshift',
      when: 'the set is made for OpenShift and a uid would have to be written',
      why: 'OpenShift gives each namespace its own range of uids and rejects others',
      next: 'use an image that runs under any uid',
    },
    {
      id: 'unknown-user',
      when: 'runAsUser is a variable',
      why: 'it may be 0',
      next: 'set runAsNonRoot: true beside it when it is never 0',
    },
  ],
  sections: [IMAGES],
  *plan(workspace, settings): Iterable<Proposal> {
    for (const workload of forEachWorkload(workspace)) {
      if (!isServed(workload.resource) || isWindows(workload)) continue
      yield* judge(workspace, workload, settings)
    }
  },
}

export default runAsNonRoot

interface Judged {
  readonly container: Container
  readonly verdict: Verdict
}

type Pending = Judged & { readonly verdict: Extract<Verdict, { readonly kind: 'flag' | 'user' }> }

function* judge(workspace: Workspace, workload: Workload, settings: Settings): Iterable<Proposal> {
  if (isSettledByPatch(workspace, workload)) return
  const images = settings.get(IMAGES, workload.resource)
  const judged = workload.containers
    .filter(container => container.role !== 'ephemeral' && !isContainerSettled(workspace, container))
    .map((container): Judged => ({ container, verdict: verdictOn(workspace, container, images) }))
  const pending = judged.filter(isPending)
  for (const { container, verdict } of judged) {
    if (verdict.kind === 'refused') yield refusal(container, verdict)
  }
  if (pending.length === 0) return
  const all = judged.every(one => isPending(one) || holds(workload, one.container))
  const inPod =
    all && !workload.resource.partial && pending.some(one => one.verdict.kind === 'user' || !one.verdict.own)
  if (inPod) yield inPodChange(workload, pending)
  else yield* inContainers(workload, pending)
}

function isPending(one: Judged): one is Pending {
  return one.verdict.kind === 'flag' || one.verdict.kind === 'user'
}

/** A patch of the workload speaks of the pod's user: what runs is decided there. */
function isSettledByPatch(workspace: Workspace, workload: Workload): boolean {
  return ['runAsNonRoot', 'runAsUser'].some(key => isPodPatched(workspace, workload, ['securityContext', key]))
}

function isContainerSettled(workspace: Workspace, container: Container): boolean {
  return ['runAsNonRoot', 'runAsUser'].some(key => isContainerPatched(workspace, container, ['securityContext', key]))
}

/** Whether the flag stands, on the container or for it on the pod. */
function holds(workload: Workload, container: Container): boolean {
  const own = member(member(container.value, 'securityContext'), 'runAsNonRoot')
  return (own ?? member(member(workload.spec, 'securityContext'), 'runAsNonRoot')) === true
}

function refusal(container: Container, verdict: Extract<Verdict, { readonly kind: 'refused' }>): Proposal {
  const { resource } = container.workload
  return decline({
    target: { resource, container, path: [...container.path, 'securityContext', 'runAsNonRoot'] },
    code: verdict.code,
    why: `container ${container.name} of ${describe(resource)} may run as root: ${verdict.why}`,
    next: verdict.next,
  })
}

/** One change on the pod: the flag, and the user where all containers take the same one. */
function inPodChange(workload: Workload, pending: readonly Pending[]): Change {
  const { resource, specPath } = workload
  const users = pending.flatMap(one => (one.verdict.kind === 'user' ? [one.verdict.user] : []))
  const common = commonUser(workload, pending)
  const fsGroup = users.find(user => user.fsGroup !== undefined)?.fsGroup
  const path = [...specPath, 'securityContext']
  const fields = {
    runAsNonRoot: true,
    ...(common === undefined ? {} : userFields(common)),
    ...groupFields(workload, fsGroup),
  }
  const edits = contextEdits(resource, path, member(workload.spec, 'securityContext'), fields)
  for (const { container, verdict } of pending) {
    const own = member(container.value, 'securityContext')
    const needed: JsonObject = {
      ...(member(own, 'runAsNonRoot') === false ? { runAsNonRoot: true } : {}),
      ...(common === undefined && verdict.kind === 'user' ? userFields(verdict.user) : {}),
    }
    edits.push(...contextEdits(resource, [...container.path, 'securityContext'], own, needed))
  }
  return change({
    target: { resource, path: [...path, 'runAsNonRoot'] },
    ...reasonOf(describe(resource), pending),
    risks: risksOf(workload, users.length > 0 || 'fsGroup' in fields),
    edits,
    leaves: restartSteps(workload),
    preconditions: preconditionsOf(workload, 'fsGroup' in fields),
  })
}

/** The same flag and user on each container that can take it; others of the pod cannot, or say their own. */
function* inContainers(workload: Workload, pending: readonly Pending[]): Iterable<Change> {
  const { resource, specPath } = workload
  const users = pending.flatMap(one => (one.verdict.kind === 'user' ? [one.verdict.user] : []))
  const group = groupFields(workload, users.find(user => user.fsGroup !== undefined)?.fsGroup)
  for (const { container, verdict } of pending) {
    const user = verdict.kind === 'user' ? verdict.user : undefined
    const own = member(container.value, 'securityContext')
    const path = [...container.path, 'securityContext']
    const podFields = user?.fsGroup === undefined ? {} : group
    yield change({
      target: { resource, container, path: [...path, 'runAsNonRoot'] },
      ...reasonOf(`container ${container.name} of ${describe(resource)}`, [{ container, verdict }]),
      risks: risksOf(workload, user !== undefined),
      edits: [
        ...contextEdits(resource, path, own, { runAsNonRoot: true, ...(user === undefined ? {} : userFields(user)) }),
        ...contextEdits(
          resource,
          [...specPath, 'securityContext'],
          member(workload.spec, 'securityContext'),
          podFields,
        ),
      ],
      leaves: restartSteps(workload),
      preconditions: preconditionsOf(workload, 'fsGroup' in podFields),
    })
  }
}

/** Why the change is made, by what it does to the user: nothing, saying it as a number, or moving it off root. */
function reasonOf(subject: string, pending: readonly Pending[]): { code: string; why: string } {
  const reasons = pending.map(({ container, verdict }) =>
    pending.length === 1 ? verdict.why : `${container.name}: ${verdict.why}`,
  )
  const users = pending.flatMap(one => (one.verdict.kind === 'user' ? [one.verdict] : []))
  const facts = reasons.join('; ')
  if (users.length === 0) {
    const why = `the kubelet does not check that ${subject} keeps off root; runAsNonRoot: true makes it check, and the user stays the same: ${facts}`
    return { code: 'flag', why }
  }
  if (users.every(user => user.renamed)) {
    const why = `the kubelet does not check that ${subject} keeps off root; runAsNonRoot: true makes it check, with the same user written as a number: ${facts}`
    return { code: 'named-user', why }
  }
  return { code: 'user', why: `${subject} may run as root and does not need to: ${facts}` }
}

/** The user that the pod can be given: no container that names none would be moved to another uid than its own. */
function commonUser(workload: Workload, pending: readonly Pending[]): User | undefined {
  const users = pending.flatMap(one => (one.verdict.kind === 'user' ? [one.verdict.user] : []))
  const common = users.find(user => !user.any) ?? users[0]
  if (common === undefined) return undefined
  const takesIt = (container: Container) => {
    if (typeof member(member(container.value, 'securityContext'), 'runAsUser') === 'number') return true
    const verdict = pending.find(one => one.container === container)?.verdict
    if (verdict?.kind === 'user') return verdict.user.any || verdict.user.uid === common.uid
    return verdict?.kind === 'flag' && verdict.imageUid === common.uid
  }
  return workload.containers.every(container => container.role === 'ephemeral' || takesIt(container))
    ? common
    : undefined
}

function userFields(user: User): JsonObject {
  return { runAsUser: user.uid, ...(user.gid === undefined ? {} : { runAsGroup: user.gid }) }
}

/** fsGroup with the policy that keeps large volumes from being walked at every start; nothing where one stands. */
function groupFields(workload: Workload, fsGroup: number | undefined): JsonObject {
  const present = member(member(workload.spec, 'securityContext'), 'fsGroup')
  if (fsGroup === undefined || (present !== undefined && present !== null)) return {}
  return { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' }
}

/** Edits that add the fields that are missing; a whole map where there is none. Present fields other than the flag stay. */
function contextEdits(resource: Resource, path: Path, present: unknown, fields: JsonObject): Edit[] {
  if (Object.keys(fields).length === 0) return []
  if (!isObject(present) || Object.keys(present).length === 0) return [set(resource, path, fields)]
  return Object.entries(fields).flatMap(([key, value]) =>
    key !== 'runAsNonRoot' && present[key] !== undefined && present[key] !== null
      ? []
      : [set(resource, [...path, key], value)],
  )
}

function risksOf(workload: Workload, changesOwner: boolean): Risk[] {
  return changesOwner && mountsStored(workload) ? ['restart', 'data'] : ['restart']
}

function preconditionsOf(workload: Workload, groupAdded: boolean) {
  if (!groupAdded || !mountsStored(workload)) return []
  return [{ text: 'the storage driver gives the files of a claim to fsGroup', state: 'assumed' as const }]
}

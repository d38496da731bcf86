// The edits that write the flag and the user: on the pod where all containers can take them, else on each container.

import {
  type Change,
  type Container,
  change,
  describe,
  type Edit,
  isObject,
  type JsonObject,
  member,
  mountsStored,
  type Path,
  type Resource,
  type Risk,
  restartSteps,
  set,
  type Workload,
} from '../../src/sdk.ts'
import type { User, Verdict } from './verdict.ts'

export interface Judged {
  readonly container: Container
  readonly verdict: Verdict
}

/** A container that may be given the flag. */
export type Pending = Judged & { readonly verdict: Extract<Verdict, { readonly kind: 'flag' | 'user' }> }

/** One change on the pod: the flag, and the user where all containers take the same one. */
export function inPod(workload: Workload, pending: readonly Pending[]): Change {
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
export function* inContainers(workload: Workload, pending: readonly Pending[]): Iterable<Change> {
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

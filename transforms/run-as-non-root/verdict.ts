// What is known of the user that a container runs as, and what may be done about it.

import {
  asObject,
  at,
  type Container,
  effectiveImage,
  firstWorkingCommand,
  imageName,
  isStored,
  isUnknown,
  type Json,
  member,
  mountsOf,
  simpleCommands,
  type Workspace,
} from '../../src/sdk.ts'
import { type ChangedUser, type ImageUser, imageUser } from './images.ts'
import { obstacleOf } from './obstacles.ts'
import { type ImageSetting, settingFor } from './settings.ts'

/** The user that a change writes. */
export interface User {
  readonly uid: number
  readonly gid?: number
  /** any other uid would do as well */
  readonly any: boolean
  /** group that the container's volumes are given to, when it did not run as this user before */
  readonly fsGroup?: number
}

export type Verdict =
  /** the kubelet checks it already, or nothing can be said */
  | { readonly kind: 'silent' }
  /** it does not run as root: the flag is true; `own` when the container itself says the uid */
  | { readonly kind: 'flag'; readonly own: boolean; readonly imageUid?: number; readonly why: string }
  /** a uid has to be written; `renamed` when it is the user that the container runs as already */
  | { readonly kind: 'user'; readonly user: User; readonly renamed: boolean; readonly why: string }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string; readonly next: string }

const SILENT: Verdict = { kind: 'silent' }

export function verdictOn(
  workspace: Workspace,
  container: Container,
  settings: Readonly<Record<string, ImageSetting>>,
): Verdict {
  const own = securityContext(container.value)
  const pod = securityContext(container.workload.spec)
  if (own === undefined || pod === undefined) return SILENT
  const flag = own.runAsNonRoot ?? pod.runAsNonRoot
  const uid = own.runAsUser ?? pod.runAsUser
  if (isUnknown(flag)) return SILENT
  if (isUnknown(uid)) return unknownUser(String(uid))
  if (uid === 0) return explicitRoot(flag === true)
  if (flag === true || (uid !== undefined && uid !== null && typeof uid !== 'number')) return SILENT
  if (container.workload.resource.partial && flag !== false) return SILENT
  if (typeof uid === 'number') {
    return { kind: 'flag', own: typeof own.runAsUser === 'number', why: `runAsUser is ${uid}` }
  }
  const verdict = byImage(workspace, container, settings)
  return flag === false && verdict.kind === 'user' ? explicitFalse() : verdict
}

/** The securityContext of a container or pod spec, empty when absent; undefined when it is no map. */
function securityContext(owner: Json): Record<string, Json> | undefined {
  const value = member(owner, 'securityContext')
  return value === undefined || value === null ? {} : asObject(value)
}

function byImage(
  workspace: Workspace,
  container: Container,
  settings: Readonly<Record<string, ImageSetting>>,
): Verdict {
  const image = effectiveImage(workspace, container)
  const setting = image === undefined ? undefined : settingFor(image, settings)
  if (setting !== undefined) return bySetting(setting)
  const user = image === undefined ? undefined : imageUser(image)
  if (image === undefined || user === undefined) return unknownImage(container.image)
  const name = imageName(image)
  if (user === 'unversioned') return unversioned(name)
  switch (user.kind) {
    case 'numeric':
      return { kind: 'flag', own: false, imageUid: user.uid, why: `${name} runs as uid ${user.uid}` }
    case 'named':
      return {
        kind: 'user',
        user: { ...numbers(user), any: false },
        renamed: true,
        why: `${name} runs as the user ${user.name}, which the kubelet can only verify as a number, uid ${user.uid}`,
      }
    case 'changes':
      return changed(workspace, container, user, `${name} starts as root and also starts as uid ${user.uid}`)
    case 'shell':
      return shell(workspace, container, name)
    case 'base':
      return baseImage(name)
    case 'root':
      return { kind: 'refused', code: 'root-image', why: `${name} has to start as root: ${user.why}`, next: user.next }
  }
}

function bySetting(setting: ImageSetting): Verdict {
  const { user: uid, group: gid, fsGroup } = setting
  if (uid !== undefined) {
    const user = {
      uid,
      any: false,
      ...(gid === undefined ? {} : { gid }),
      ...(fsGroup === undefined ? {} : { fsGroup }),
    }
    return { kind: 'user', user, renamed: false, why: `the configuration gives its image uid ${uid}` }
  }
  if (setting.nonRoot === true) {
    return { kind: 'flag', own: false, why: 'its image runs as a numeric user above 0, says the configuration' }
  }
  return {
    kind: 'refused',
    code: 'root-image',
    why: 'its image has to start as root, says the configuration',
    next: 'build an image that runs as a numeric user, or skip run-as-non-root for this object',
  }
}

function numbers(user: Extract<ImageUser, { readonly kind: 'named' }> | ChangedUser) {
  // the group 0 is the user's own choice of its image's folders, and is written by no change
  return user.gid === undefined || user.gid === 0 ? { uid: user.uid } : { uid: user.uid, gid: user.gid }
}

function changed(workspace: Workspace, container: Container, user: ChangedUser, why: string): Verdict {
  const obstacle = obstacleOf(workspace, container, user)
  if (obstacle !== undefined) {
    return { kind: 'refused', code: obstacle.code, why: `${why}, but ${obstacle.why}`, next: obstacle.next }
  }
  const needsGroup = mountsOf(container).some(
    mount =>
      (isStored(mount) || mount.source === 'emptyDir' || hasOwnMode(mount.volume)) &&
      (user.narrow === undefined || mount.source !== 'emptyDir'),
  )
  const fsGroup = user.gid === 0 ? user.uid : user.gid
  return {
    kind: 'user',
    user: { ...numbers(user), any: user.any === true, ...(needsGroup ? { fsGroup } : {}) },
    renamed: false,
    why,
  }
}

/** Whether a Secret or ConfigMap is mounted with a mode of its own, which may shut out everyone but root. */
function hasOwnMode(volume: Json | undefined): boolean {
  return ['secret', 'configMap', 'projected'].some(type => at(volume, [type, 'defaultMode']) !== undefined)
}

/** The user `nobody`: owns nothing, and every image has it or does without its name. */
const NOBODY: ChangedUser = { kind: 'changes', uid: 65534, gid: 65534, any: true }

function shell(workspace: Workspace, container: Container, name: string): Verdict {
  const commands = simpleCommands(container)
  const why = `${name} starts as root, and its command only waits, asks and prints`
  const mounted = mountsOf(container).find(mount => isStored(mount) && !mount.readOnly)
  const foreign = firstWorkingCommand(commands)
  if (commands.length > 0 && foreign === undefined && mounted === undefined) {
    return changed(workspace, container, NOBODY, why)
  }
  const reason =
    commands.length === 0
      ? 'what it runs is not in the files'
      : foreign === undefined
        ? `it may write to the volume ${mounted?.name} as root`
        : `it runs \`${shorten(foreign.text)}\`, which may need root`
  return {
    kind: 'refused',
    code: 'root-command',
    why: `${name} starts as root, and ${reason}`,
    next: 'try it as another user, then set runAsUser and runAsNonRoot on this container, or name its image in the configuration under images:',
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function unknownUser(variable: string): Verdict {
  return {
    kind: 'refused',
    code: 'unknown-user',
    why: `its runAsUser is ${variable}, which the files do not resolve`,
    next: 'set runAsNonRoot: true beside it when the variable is never 0',
  }
}

function explicitRoot(contradicted: boolean): Verdict {
  return {
    kind: 'refused',
    code: 'explicit-root',
    why: contradicted
      ? 'it asks for runAsUser 0 and for runAsNonRoot: true, and the kubelet does not start such a container'
      : 'it asks for runAsUser 0, so the kubelet would not start it with runAsNonRoot: true',
    next: 'find out why it runs as root; give it a uid above 0 that may read and write its files, then run again',
  }
}

function explicitFalse(): Verdict {
  return {
    kind: 'refused',
    code: 'explicit-root',
    why: 'it asks for runAsNonRoot: false, and its image starts as root',
    next: 'when root is not needed, remove runAsNonRoot: false and run again',
  }
}

function unknownImage(image: string | undefined): Verdict {
  return {
    kind: 'refused',
    code: 'unknown-image',
    why: `kubemend does not know which user ${image ?? 'its image'} runs as; if it is root or a name, the kubelet would not start it with runAsNonRoot: true`,
    next: 'give the image a numeric USER in its Dockerfile, then say so in the configuration under images: (nonRoot: true), or set runAsUser and runAsNonRoot by hand',
  }
}

function unversioned(name: string): Verdict {
  return {
    kind: 'refused',
    code: 'unknown-image',
    why: `the user of ${name} depends on its version, and the reference does not say which one that is`,
    next: 'write the version into the tag, before a digest (name:1.2@sha256:...), or name its user in the configuration under images:',
  }
}

function baseImage(name: string): Verdict {
  return {
    kind: 'refused',
    code: 'base-image',
    why: `${name} starts as root, and what is put into it decides whether another user can read and write its files`,
    next: 'build an image of your own with a numeric USER, or name a user that works in the configuration under images:',
  }
}

// What keeps a container that starts as root from starting as another user.

import {
  asArray,
  asString,
  at,
  type Container,
  commandLine,
  commandsOf,
  isBelow,
  isOpenShift,
  isStored,
  type Mount,
  member,
  mountsOf,
  type SimpleCommand,
  simpleCommands,
  stringMap,
  type Workspace,
} from '../../src/sdk.ts'
import type { ChangedUser } from './images.ts'

export interface Obstacle {
  /** id of one of the transform's refusals */
  readonly code: 'privileged-port' | 'root-command' | 'host-access' | 'volume-owner' | 'openshift'
  readonly why: string
  readonly next: string
}

/** The first obstacle, or undefined when the container can be started as the user. */
export function obstacleOf(workspace: Workspace, container: Container, user: ChangedUser): Obstacle | undefined {
  return (
    openShiftObstacle(workspace, container) ??
    hostObstacle(container) ??
    portObstacle(container, user) ??
    commandObstacle(workspace, container) ??
    volumeObstacle(workspace, container, user)
  )
}

function openShiftObstacle(workspace: Workspace, container: Container): Obstacle | undefined {
  if (!isOpenShift(workspace, container.workload)) return undefined
  return {
    code: 'openshift',
    why: 'the set is made for OpenShift, which gives each namespace its own range of uids and rejects a pod that names another',
    next: 'let OpenShift choose the uid: use an image that runs under any uid, and set runAsNonRoot without runAsUser',
  }
}

function hostObstacle(container: Container): Obstacle | undefined {
  const { spec } = container.workload
  const reason = privilegeOf(container) ?? ['hostPID', 'hostIPC', 'hostNetwork'].find(key => member(spec, key) === true)
  if (reason !== undefined) {
    return {
      code: 'host-access',
      why: `it has ${reason}, of use to root alone`,
      next: 'find out whether it needs this access; without it the container can run as another user',
    }
  }
  const mount = mountsOf(container).find(candidate => candidate.source === 'hostPath' && !isHarmless(candidate))
  if (mount === undefined) return undefined
  return {
    code: 'host-access',
    why: `it mounts the host path ${asString(at(mount.volume, ['hostPath', 'path'])) ?? mount.name}, whose files belong to root`,
    next: 'replace the host path by a claim, or give its files to another user on every node, then set runAsUser',
  }
}

function privilegeOf(container: Container): string | undefined {
  const context = member(container.value, 'securityContext')
  if (member(context, 'privileged') === true) return 'privileged: true'
  const added = asArray(at(context, ['capabilities', 'add'])).flatMap(name => asString(name) ?? [])
  const used = added.filter(name => !STEP_DOWN.has(name.replace(/^CAP_/, '')))
  return used.length === 0 ? undefined : `added capabilities (${used.join(', ')})`
}

/** What root needs to hand files to another user and to become that user; of no use to a process that starts as it. */
const STEP_DOWN: ReadonlySet<string> = new Set(['CHOWN', 'SETGID', 'SETUID', 'DAC_OVERRIDE', 'FOWNER'])

/** Files that every user of the host may read. */
function isHarmless(mount: Mount): boolean {
  const path = asString(at(mount.volume, ['hostPath', 'path'])) ?? ''
  return mount.readOnly && /^\/(?:etc\/(?:localtime|timezone|ssl|pki)|usr\/share)(?:\/|$)/.test(path)
}

function portObstacle(container: Container, user: ChangedUser): Obstacle | undefined {
  const numbers = asArray(container.value.ports).map(port => Number(member(port, 'containerPort')))
  const first = firstOpenPort(container)
  const variable = asArray(container.value.env).find(entry => member(entry, 'name') === 'PORT')
  const spoken = Number(member(variable, 'value') ?? /[ =]:(\d{1,3})\b/.exec(commandLine(container))?.[1])
  const low = [...numbers, spoken].find(port => port < first) ?? first
  if (low < first) {
    return {
      code: 'privileged-port',
      why: `it listens on port ${low}, and ports below ${first} are root's`,
      next: 'let it listen on a port above 1023 and point the Service to it with targetPort, then run again',
    }
  }
  if (user.ports !== true || numbers.length > 0) return undefined
  return {
    code: 'privileged-port',
    why: 'its image listens on a port below 1024 unless it is told otherwise, and the container names no port',
    next: 'let it listen on a port above 1023 and name that port in the container, then run again',
  }
}

function firstOpenPort(container: Container): number {
  const sysctls = asArray(at(container.workload.spec, ['securityContext', 'sysctls']))
  const own = sysctls.find(entry => member(entry, 'name') === 'net.ipv4.ip_unprivileged_port_start')
  const start = own === undefined ? Number.NaN : Number(member(own, 'value'))
  return Number.isNaN(start) ? 1024 : start
}

/** Programs that do what only root may do, or install into the image. */
const ROOT_PROGRAMS: ReadonlySet<string> = new Set([
  ...['chown', 'chgrp', 'chmod', 'adduser', 'addgroup', 'useradd', 'groupadd', 'usermod', 'setcap', 'su', 'sudo'],
  ...['gosu', 'su-exec', 'setpriv', 'runuser', 'apk', 'apt', 'apt-get', 'dpkg', 'yum', 'dnf', 'microdnf', 'rpm'],
  ...['sysctl', 'mount', 'umount', 'iptables', 'ip6tables', 'nft', 'ip', 'modprobe', 'mknod', 'swapoff', 'ldconfig'],
  ...['update-ca-certificates', 'chroot', 'crond', 'cron', 'sshd', 'ping', 'tcpdump', 'nsenter', 'unshare', 'crontab'],
])

const INSTALLERS =
  /^(?:npm (?:i|install|ci)|yarn(?: install|$)|pnpm (?:i|install)|pip3? install|gem install|composer|go (?:get|install|run|build)|npx)\b/

/** Programs that write where their arguments say. */
const WRITERS: ReadonlySet<string> = new Set([
  ...['cp', 'mv', 'mkdir', 'ln', 'tee', 'touch', 'rm', 'tar', 'unzip', 'dd', 'rsync', 'install', 'sed', 'git', 'gzip'],
])

function commandObstacle(workspace: Workspace, container: Container): Obstacle | undefined {
  const hook = at(container.value, ['lifecycle', 'postStart', 'exec', 'command'])
  const commands = [
    ...simpleCommands(container),
    ...asArray(hook).flatMap(word => commandsOf(asString(word) ?? '')),
    ...mountedScripts(workspace, container).flatMap(commandsOf),
  ]
  const found = commands.find(command => needsRoot(command) || writesOutside(command, container))
  if (found === undefined) return undefined
  const text = found.text.length > 60 ? `${found.text.slice(0, 57)}...` : found.text
  return {
    code: 'root-command',
    why: `it runs \`${text}\`, which may need root`,
    next: 'move this step into the image or onto a volume that the user may write, then set runAsUser',
  }
}

function needsRoot(command: SimpleCommand): boolean {
  return ROOT_PROGRAMS.has(command.program) || INSTALLERS.test(command.text)
}

/** Whether a command writes to an absolute path that no writable volume holds. */
function writesOutside(command: SimpleCommand, container: Container): boolean {
  const arguments_ = WRITERS.has(command.program) ? (command.text.match(/(?<=[\s=])\/[^\s'"]*/g) ?? []) : []
  // the last one is where it goes, for programs that copy
  const targets = [...command.redirects, ...(command.program === 'rm' ? arguments_ : arguments_.slice(-1))]
  const writable = mountsOf(container).filter(mount => !mount.readOnly && mount.source !== 'configMap')
  return targets.some(
    path => /^\/(?!dev\/|tmp(?:\/|$))/.test(path) && !writable.some(mount => isBelow(path, mount.path)),
  )
}

/** Shell scripts of the ConfigMaps that the container mounts. */
function mountedScripts(workspace: Workspace, container: Container): string[] {
  return mountsOf(container).flatMap(mount => {
    const name = asString(at(mount.volume, ['configMap', 'name']))
    const map = name === undefined ? undefined : workspace.named(container.workload.resource, 'ConfigMap', name)
    return Object.values(stringMap(map?.value.data)).filter(text => /^#!.*\b(?:ba|da|a)?sh\b/.test(text))
  })
}

/** Types of volume on which the kubelet does not, or not reliably, hand the files to fsGroup. */
const FOREIGN: ReadonlySet<string | undefined> = new Set(['nfs', 'glusterfs', 'cephfs', 'azureFile', 'flexVolume'])

type Problem = Omit<Obstacle, 'code'>

function volumeObstacle(workspace: Workspace, container: Container, user: ChangedUser): Obstacle | undefined {
  const mounts = mountsOf(container).filter(mount => !mount.readOnly)
  const writable = mounts.filter(mount => mount.source === 'emptyDir' || isStored(mount))
  const problem =
    groupProblem(workspace, container, mounts, user) ??
    ownedProblem(container, writable, user) ??
    missingProblem(writable, user)
  return problem === undefined ? undefined : { code: 'volume-owner', ...problem }
}

/** Volumes that fsGroup does not hand over, or must not. */
function groupProblem(
  workspace: Workspace,
  container: Container,
  mounts: readonly Mount[],
  user: ChangedUser,
): Problem | undefined {
  const next = `give the files on the volume to ${user.uid}:${user.gid} once, by hand or by a Job, then set runAsUser, runAsGroup and runAsNonRoot`
  const foreign = mounts.find(mount => FOREIGN.has(mount.source) || isShared(workspace, container, mount))
  if (foreign !== undefined) {
    return { why: `its volume ${foreign.name} is a shared file system, where fsGroup may have no effect`, next }
  }
  if (user.narrow === undefined || !mounts.some(isStored)) return undefined
  return { why: `${user.narrow}, and fsGroup widens stored files to the group`, next }
}

/** A folder that the user has to own cannot be a mount point, because that belongs to root. */
function ownedProblem(container: Container, writable: readonly Mount[], user: ChangedUser): Problem | undefined {
  if (user.owned === undefined) return undefined
  const { variable, path } = user.owned
  const entry = asArray(container.value.env).find(candidate => member(candidate, 'name') === variable)
  const folder = entry === undefined ? path : (asString(member(entry, 'value')) ?? '')
  if (folder !== '' && !writable.some(mount => mount.path === folder.replace(/\/$/, ''))) return undefined
  return {
    why: `its data folder is not known to lie below the mount point of its volume, which belongs to root itself`,
    next: `on a new volume, set ${variable} to a folder below the mount point and run again; stored data stays readable as root only`,
  }
}

function missingProblem(writable: readonly Mount[], { volume }: ChangedUser): Problem | undefined {
  if (volume === undefined) return undefined
  if (volume === 'any' ? writable.length > 0 : writable.some(mount => isBelow(volume, mount.path))) return undefined
  return {
    why: `the image keeps ${volume === 'any' ? 'its data folder' : volume} for root, and no volume is mounted there`,
    next: `mount a volume at ${volume === 'any' ? 'the data folder' : volume}, then run again`,
  }
}

/** A claim that is only ever shared is a network file system, as a rule. */
function isShared(workspace: Workspace, container: Container, mount: Mount): boolean {
  const name = asString(at(mount.volume, ['persistentVolumeClaim', 'claimName']))
  const claim = name === undefined ? undefined : workspace.claim(container.workload, name)
  const modes = asArray(at(claim?.value, ['spec', 'accessModes'])).map(asString)
  return modes.length > 0 && modes.every(mode => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
}

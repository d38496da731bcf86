// Makes the kubelet refuse to start containers as root, where they are known not to need it.

import {
  type Container,
  decline,
  describe,
  forEachWorkload,
  isContainerPatched,
  isPodPatched,
  isServed,
  isWindows,
  member,
  type Proposal,
  type Settings,
  type Transform,
  WORKLOAD_KINDS,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { inContainers, inPod, type Judged, type Pending } from './changes.ts'
import { IMAGES } from './settings.ts'
import { type Verdict, verdictOn } from './verdict.ts'

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

function* judge(workspace: Workspace, workload: Workload, settings: Settings): Iterable<Proposal> {
  if (isSettledByPatch(workspace, workload)) return
  const images = settings.get(IMAGES, workload.resource)
  const containers = workload.containers.filter(container => container.role !== 'ephemeral')
  const judged = containers
    .filter(container => !isContainerSettled(workspace, container))
    .map((container): Judged => ({ container, verdict: verdictOn(workspace, container, images) }))
  const pending = judged.filter(isPending)
  for (const { container, verdict } of judged) {
    if (verdict.kind === 'refused') yield refusal(container, verdict)
  }
  if (pending.length === 0) return
  const all =
    judged.length === containers.length && judged.every(one => isPending(one) || holds(workload, one.container))
  const together =
    all && !workload.resource.partial && pending.some(one => one.verdict.kind === 'user' || !one.verdict.own)
  if (together) yield inPod(workload, pending)
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

// Makes nodes able to fetch the images that they do not have yet.

import {
  type Change,
  type Container,
  change,
  type Decline,
  decline,
  describe,
  effectiveImage,
  forEachContainer,
  type ImageReference,
  imageName,
  isContainerPatched,
  isFloating,
  isLocalLooking,
  isServed,
  isWithdrawn,
  type Proposal,
  restartSteps,
  set,
  type Transform,
  WORKLOAD_KINDS,
  type Workspace,
} from '../src/sdk.ts'

const imagePullPolicy: Transform = {
  id: 'image-pull-policy',
  title: 'Let nodes pull images that they do not have',
  rationale:
    'With the pull policy Never a pod starts only on nodes where somebody has loaded the image by hand: it cannot move, scale out or survive the loss of its node.',
  category: 'availability',
  since: '0.1.0',
  kinds: WORKLOAD_KINDS,
  risks: ['restart'],
  aliases: [
    'checkov:CKV_K8S_14',
    'checkov:CKV_K8S_15',
    'kube-linter:latest-tag',
    'kube-score:container-image-pull-policy',
    'kube-score:container-image-tag',
    'kubescape:C-0075',
    'polaris:pullPolicyNotAlways',
    'polaris:tagNotSpecified',
    'trivy:KSV013',
  ],
  references: ['https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy'],
  refusals: [
    {
      id: 'local-image-always',
      when: 'an image without registry, organisation or fixed tag is pulled before every start',
      why: 'an image that was only built on this machine is in no registry, so the pull fails; whether it was pushed cannot be read from the files',
      next: 'push the image and write its full name with a fixed tag, or set imagePullPolicy: IfNotPresent where the nodes are preloaded',
    },
    {
      id: 'floating-tag',
      when: 'an image has no tag, or the tag latest, and no pull policy',
      why: 'what runs depends on the moment of the pull, and going back to the previous version is impossible; the right version is not in the files',
      next: 'pin the version that runs today, as a tag or a digest',
    },
  ],
  sections: [],
  *plan(workspace): Iterable<Proposal> {
    for (const container of forEachContainer(workspace)) {
      if (!isServed(container.workload.resource)) continue
      const proposal = judge(workspace, container)
      if (proposal !== undefined) yield proposal
    }
  },
}

export default imagePullPolicy

function judge(workspace: Workspace, container: Container): Proposal | undefined {
  const policy = container.value.imagePullPolicy
  const image = effectiveImage(workspace, container)
  if (policy === 'Never') return allowPull(container, image)
  if (image === undefined || !isFloating(image)) return undefined
  if (policy === 'Always') return isLocalLooking(image) ? declineLocal(container, image) : undefined
  const absent = policy === undefined || policy === null
  if (!absent || container.workload.resource.partial) return undefined
  if (isContainerPatched(workspace, container, ['imagePullPolicy'])) return undefined
  return isLocalLooking(image) ? declineLocal(container, image) : declineFloating(container, image)
}

function allowPull(container: Container, image: ImageReference | undefined): Change {
  const { resource } = container.workload
  const path = [...container.path, 'imagePullPolicy']
  return change({
    target: { resource, container, path },
    code: 'never-pulled',
    why: `container ${container.name} of ${describe(resource)} starts only on nodes that were given ${nameOf(container, image)} by hand, because its pull policy is Never; with IfNotPresent a node that lacks the image fetches it, and nothing changes where it is loaded`,
    risks: 'restart',
    edits: [set(resource, path, 'IfNotPresent')],
    leaves: restartSteps(container.workload),
    warnings: pullWarnings(image),
  })
}

/** What a node meets that now asks a registry for the image. */
function pullWarnings(image: ImageReference | undefined): string[] {
  if (image === undefined)
    return ['the name of the image does not stand in this file, so whether a node can pull it is open']
  const name = imageName(image)
  const warnings: string[] = []
  if (isLocalLooking(image)) {
    warnings.push(
      image.registry === 'localhost'
        ? `${name} is a name of a local build: no other node can pull it; push it to a registry and write the full name`
        : `${name} names no registry: a node without the image asks Docker Hub for that name, where it is missing or may belong to a stranger; push it to a registry and write the full name`,
    )
  }
  if (isWithdrawn(image)) {
    warnings.push(
      `image no longer pullable: Docker Hub gives out no versioned tags of ${image.path} since 28 August 2025; the same images stand frozen under bitnamilegacy/${image.components[1]}`,
    )
  }
  if (isFloating(image)) {
    warnings.push(
      `${name} has no fixed version: nodes that hold an older build keep it under IfNotPresent; pin a tag or a digest`,
    )
  }
  return warnings
}

function declineLocal(container: Container, image: ImageReference): Decline {
  const { resource } = container.workload
  const explicit = container.value.imagePullPolicy === 'Always'
  return decline({
    target: { resource, container, path: [...container.path, 'imagePullPolicy'] },
    code: 'local-image-always',
    why: `container ${container.name} pulls ${imageName(image)} before every start${explicit ? '' : ', the default for an image without a fixed tag'}; the name says no registry and no known organisation, and an image that was only built locally cannot be pulled (on kind or minikube the pod does not start)`,
    next: `push the image and write its full name with a fixed tag; on a cluster that is preloaded, set imagePullPolicy: IfNotPresent on container ${container.name}`,
  })
}

function declineFloating(container: Container, image: ImageReference): Decline {
  const { resource } = container.workload
  return decline({
    target: { resource, container, path: [...container.path, 'image'] },
    code: 'floating-tag',
    why: `container ${container.name} runs whatever ${imageName(image)} is when a pod starts: pods of one rollout may differ, and the previous version cannot be brought back`,
    next: `pin the version that runs today, as a tag or a digest, in the image of container ${container.name}`,
  })
}

function nameOf(container: Container, image: ImageReference | undefined): string {
  return image === undefined ? (container.image ?? 'its image') : imageName(image)
}

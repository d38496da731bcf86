// A StatefulSet of ZooKeeper: what may change in place, and what loses data when it is applied as it stands.

import {
  at,
  change,
  describe,
  type FollowUp,
  type Instruction,
  type Proposal,
  REPLICAS_PATH,
  set,
  shellWord,
} from '../../src/sdk.ts'
import { ANTI_AFFINITY, spreadEdits } from '../shared/spread.ts'
import { minReadyEdits, serviceLinkEdits } from '../stateful/convert.ts'
import { type DataPlace, isPersistent } from '../stateful/data.ts'
import { headlessService, serviceNameOf } from '../stateful/headless.ts'
import { domainSuffix, memberCount, memberHosts } from '../stateful/members.ts'
import { findObstacle } from '../stateful/obstacles.ts'
import { pinnedRest } from '../stateful/placement.ts'
import { memberPolicyEdits } from '../stateful/policy.ts'
import { withoutServiceName } from '../stateful/refused.ts'
import { applyCommand, filesOf, growSteps, kubectlFor } from '../stateful/runbook.ts'
import { ELECTION_PORT, PEER_PORT } from '../zookeeper/dialects.ts'
import { memberEdits, memberPorts, memberSnippet } from '../zookeeper/ensemble.ts'
import { brokerProblem, MIN_READY_SECONDS } from './convert.ts'
import {
  brokersOf,
  customCommand,
  howMany,
  type KnownSituation,
  quorumCheck,
  refuse,
  serverProblem,
} from './situation.ts'
import { ephemeralRest, lossWarnings } from './texts.ts'

export function judgeStatefulSet(situation: KnownSituation): Proposal | undefined {
  const { count, listed } = situation
  if (listed > 1) return listed > count ? joinMissing(situation) : judgeEnsemble(situation)
  return grow(situation)
}

/** Members are listed that do not run: the one that runs has its data and its settings already. */
function joinMissing(situation: KnownSituation): Proposal | undefined {
  const { workspace, workload, server, count, listed, system, clientPort } = situation
  const { resource } = workload
  const problem = findObstacle(workspace, workload, server.container)
  if (problem !== undefined) return refuse(situation, problem)
  if (listed < 3 || (isParallel(situation) && isPersistent(server.places))) {
    return liveGrowth(situation, hostsOf(situation, memberCount(listed)))
  }
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: 'members-missing',
    why: `${describe(resource)} lists ${listed} servers of ${system.title} and runs ${count}, which is fewer than a majority or leaves none to spare; it gets the others, one after the other`,
    risks: ['topology', 'access'],
    edits: [set(resource, REPLICAS_PATH, listed)],
    steps: growSteps({
      ...{ workspace, workload, stage: 'coordination', files: [resource.origin.file] },
      check: quorumCheck(resource, listed, clientPort),
    }),
  })
}

/** What a change of the file does not mend: claims come with a new StatefulSet only, and nodes are a person's choice. */
function judgeEnsemble({ workload, server, system, listed }: KnownSituation): Proposal | undefined {
  const { resource } = workload
  const isKept = isPersistent(server.places) || server.mountedConfig !== undefined
  const pinned = pinnedRest(workload)
  if (isKept && pinned.length === 0) return undefined
  const trouble = [
    ...(isKept ? [] : [`keep their data in their pods (${foldersOf(server.places)})`]),
    ...(pinned.length === 0 ? [] : ['run on one node']),
  ]
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: isKept ? 'pinned-members' : 'ephemeral-members',
    why: `${describe(resource)} runs ${listed} members of ${system.title}, and all of them ${trouble.join(' and ')}`,
    risks: ['topology'],
    edits: [],
    leaves: [...(isKept ? [] : [ephemeralRest(resource)]), ...pinned],
  })
}

/** One server, or several that do not know each other. */
function grow(situation: KnownSituation): Proposal | undefined {
  const { workspace, settings, workload, server, count, clientPort } = situation
  const { resource } = workload
  const members = memberCount(count)
  // what is mounted, or the command, may list the members of a set that runs several
  const hidden = serverProblem(situation)
  if (hidden !== undefined) return count > 1 ? undefined : refuse(situation, hidden)
  const obstacle = findObstacle(workspace, workload, server.container)
  if (obstacle !== undefined) return refuse(situation, obstacle)
  const serviceName = serviceNameOf(resource)
  const hosts = hostsOf(situation, members)
  const inContainer = memberEdits(workspace, server, hosts, clientPort)
  if (inContainer === undefined) return count > 1 ? undefined : refuse(situation, customCommand(situation))
  if (isPersistent(server.places)) return liveGrowth(situation, hosts)
  const problem = brokerProblem(situation, 'plan')
  if (problem !== undefined) return refuse(situation, problem)
  if (serviceName === undefined) return refuse(situation, withoutServiceName(resource))
  const headless = headlessService(workspace, workload, memberPorts(server, clientPort), serviceName)
  if ('code' in headless) return refuse(situation, headless)
  const edits = [
    set(resource, REPLICAS_PATH, members),
    ...minReadyEdits(workload, MIN_READY_SECONDS),
    ...serviceLinkEdits(workload),
    ...spreadEdits(workload, settings.get(ANTI_AFFINITY, resource), workspace.kubernetesVersion),
    ...inContainer,
    ...headless.edits,
    ...memberPolicyEdits(workspace, workload, [PEER_PORT, ELECTION_PORT]),
  ]
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: count === 1 ? 'single-member' : 'separate-members',
    why: `${describe(resource)} runs ${howMany(situation)}; it gets ${members} members that know each other`,
    risks: ['topology', 'access'],
    unit: `zookeeper ${resource.namespace ?? ''}/${resource.name}`,
    edits,
    steps: growSteps({
      ...{ workspace, workload, stage: 'coordination', files: filesOf(workload, edits) },
      check: quorumCheck(resource, members, clientPort),
    }),
    leaves: [ephemeralRest(resource), ...pinnedRest(workload)],
    warnings: lossWarnings(situation, 'plan', brokersOf(situation)),
  })
}

function hostsOf({ workspace, settings, workload }: KnownSituation, members: number): string[] {
  const { resource } = workload
  const suffix = domainSuffix(workspace, settings, resource)
  return memberHosts(resource.name, serviceNameOf(resource) ?? '', suffix, members)
}

function isParallel({ workload }: KnownSituation): boolean {
  return at(workload.resource.value, ['spec', 'podManagementPolicy']) === 'Parallel'
}

/**
 * A StatefulSet makes its new members before it updates the old one, and two empty members are a majority of three: they
 * form a quorum without the data, and the member that has it drops it when it joins. So the order is a person's.
 */
function liveGrowth(situation: KnownSituation, hosts: readonly string[]): Proposal {
  const { workload, server, clientPort, listed, count } = situation
  const { resource } = workload
  const members = hosts.length
  const isSeparate = listed < 2 && count > 1
  const folders = foldersOf(server.places)
  const added = `its data (${folders}) outlives the pods, and members that are added by one apply start before it is updated: they form a quorum without the data, and the member that has it drops it`
  const separate = `each keeps data of its own (${folders}), and only that of one can be the ensemble's`
  const isListed = listed === members
  const check = quorumCheck(resource, members, clientPort)
  return refuse(situation, {
    code: 'live-growth',
    why: isSeparate ? separate : added,
    next: isSeparate
      ? `find out whose data counts; where it is that of ${resource.name}-0, go on in this order, after a backup`
      : 'grow in this order, after a backup, the member with the data first',
    steps: [
      ...(isSeparate ? [reduce(situation)] : []),
      ...(isListed ? [] : [restartFirst(situation, members)]),
      ...hosts.slice(1).map((_, index) => join(situation, index + 2, index + 2 === members ? check : undefined)),
    ],
    ...(isListed ? {} : { snippet: memberSnippet(server, hosts, clientPort) }),
  })
}

function reduce({ workload, server, count }: KnownSituation): FollowUp {
  const { resource } = workload
  const kubectl = kubectlFor(resource)
  const volumes = server.places.flatMap(place => place.mount?.name ?? [])
  const others = Array.from({ length: count - 1 }, (_, index) => index + 1)
  const claims = others.flatMap(ordinal => volumes.map(volume => `${volume}-${resource.name}-${ordinal}`))
  return {
    text: 'stop the other servers and take their claims away: a member that joins has to be empty',
    commands: [
      `${kubectl} scale statefulset/${shellWord(resource.name)} --replicas=1`,
      `${kubectl} delete pvc ${claims.map(shellWord).join(' ')}`,
    ],
  }
}

function restartFirst({ workspace, workload, server }: KnownSituation, members: number): FollowUp {
  const { resource } = workload
  return {
    text: `write the list of ${members} servers and the export of ${server.dialect.idVariable} into the StatefulSet with replicas: 1 still, and publishNotReadyAddresses: true into its headless Service, and apply: ${resource.name}-0 restarts as the first member and waits for a second one; nobody can read or write until then`,
    commands: [
      applyCommand(workspace, resource, [resource.origin.file]),
      `${kubectlFor(resource)} rollout status statefulset/${shellWord(resource.name)}`,
    ],
  }
}

function join({ workload }: KnownSituation, count: number, check: Instruction | undefined): FollowUp {
  const { resource } = workload
  const kubectl = kubectlFor(resource)
  const name = shellWord(resource.name)
  return {
    text: `let member ${count} join, and wait until it is ready`,
    commands: [
      `${kubectl} scale statefulset/${name} --replicas=${count}`,
      `${kubectl} rollout status statefulset/${name}`,
    ],
    ...(check === undefined ? {} : { check }),
  }
}

function foldersOf(places: readonly DataPlace[]): string {
  return places.flatMap(place => place.paths.map(path => path.path)).join(', ')
}

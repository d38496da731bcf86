// A Deployment of one ZooKeeper becomes a StatefulSet of three that know each other.

import { change, describe, type Edit, isOpenShift, type Proposal, REPLICAS_PATH, type Risk } from '../../src/sdk.ts'
import { ANTI_AFFINITY, spreadEdits } from '../shared/spread.ts'
import { storageAssumptions } from '../stateful/assumptions.ts'
import { claimTemplates, keepClaims, transferEdits, volumeEdits } from '../stateful/claims.ts'
import { groupEdits, readsServiceLinks, serviceLinkEdits, statefulSetEdits } from '../stateful/convert.ts'
import { type DataPlace, type DataProblem, dataProblem } from '../stateful/data.ts'
import { type Headless, headlessService } from '../stateful/headless.ts'
import { domainSuffix, memberCount, memberHosts } from '../stateful/members.ts'
import { findObstacle } from '../stateful/obstacles.ts'
import { pinnedRest } from '../stateful/placement.ts'
import { memberPolicyEdits } from '../stateful/policy.ts'
import { commandWarnings, retargetEdits } from '../stateful/references.ts'
import type { Refused } from '../stateful/refused.ts'
import { cutOverSteps, filesOf } from '../stateful/runbook.ts'
import { type DataMode, STATEFUL, type StatefulSettings } from '../stateful/settings.ts'
import { ELECTION_PORT, PEER_PORT } from '../zookeeper/dialects.ts'
import { memberEdits, memberPorts } from '../zookeeper/ensemble.ts'
import {
  brokersOf,
  customCommand,
  howMany,
  type KnownSituation,
  keptVolume,
  quorumCheck,
  refuse,
  serverProblem,
} from './situation.ts'
import { ephemeralRest, lossWarnings } from './texts.ts'

/** Seconds between members: an open port says nothing about the quorum, so a rolling update has to wait for it. */
export const MIN_READY_SECONDS = 30

export function convert(situation: KnownSituation): Proposal {
  const { workspace, settings, workload, server, clientPort } = situation
  const stateful = settings.get(STATEFUL, workload.resource)
  const problem =
    findObstacle(workspace, workload, server.container) ??
    serverProblem(situation) ??
    placeProblem(situation, stateful.data) ??
    brokerProblem(situation, stateful.data)
  if (problem !== undefined) return refuse(situation, problem)
  const headless = headlessService(workspace, workload, memberPorts(server, clientPort))
  if ('code' in headless) return refuse(situation, headless)
  const members = memberCount(situation.count)
  const suffix = domainSuffix(workspace, settings, workload.resource)
  const hosts = memberHosts(workload.resource.name, headless.name, suffix, members)
  const inContainer = memberEdits(workspace, server, hosts, clientPort)
  if (inContainer === undefined) return refuse(situation, customCommand(situation))
  return conversion(situation, stateful, members, headless, inContainer)
}

function conversion(
  situation: KnownSituation,
  stateful: StatefulSettings,
  members: number,
  headless: Headless,
  inContainer: readonly Edit[],
): Proposal {
  const { workspace, settings, workload, server, clientPort } = situation
  const { resource } = workload
  const { container, dialect, places } = server
  const claimed = places.filter(place => place.kind === 'claim')
  const replaced = stateful.keepEmptyDir ? claimed : places
  const size = { size: stateful.sizes.zookeeper, storageClass: stateful.storageClass }
  const fsGroup = isOpenShift(workspace, workload) ? undefined : dialect.fsGroup
  const brokers = brokersOf(situation)
  const restarting = isNew(places, stateful.data) ? brokers.filter(broker => keptVolume(broker) === undefined) : []
  const risks: Risk[] = claimed.length > 0 ? ['topology', 'access', 'data'] : ['topology', 'access']
  const keepsRest = replaced.length < places.length
  const edits: Edit[] = [
    ...statefulSetEdits(workload, {
      serviceName: headless.name,
      members,
      podManagementPolicy: 'OrderedReady',
      minReadySeconds: MIN_READY_SECONDS,
      claimTemplates: claimTemplates(container, replaced, size),
    }),
    ...serviceLinkEdits(workload),
    ...(replaced.length > 0 && fsGroup !== undefined ? groupEdits(workload, fsGroup) : []),
    ...spreadEdits(workload, settings.get(ANTI_AFFINITY, resource), workspace.kubernetesVersion, 'StatefulSet'),
    ...inContainer,
    ...volumeEdits(container, replaced),
    ...headless.edits,
    ...memberPolicyEdits(workspace, workload, [PEER_PORT, ELECTION_PORT]),
    ...retargetEdits(workspace, resource, 'StatefulSet'),
    ...keepClaims(resource, claimed),
    ...transferEdits(container, claimed, stateful.data, fsGroup),
  ]
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: situation.count === 1 ? 'single-member' : 'separate-members',
    why: reason(situation, members, headless),
    risks,
    unit: `zookeeper ${resource.namespace ?? ''}/${resource.name}`,
    edits,
    steps: cutOverSteps({
      ...{ workspace, workload, stage: 'coordination', claimed },
      files: filesOf(workload, edits),
      data: claimed.length > 0 ? stateful.data : 'none',
      check: quorumCheck(resource, members, clientPort),
      dependants: restarting,
    }),
    leaves: [...(keepsRest ? [ephemeralRest(resource)] : []), ...pinnedRest(workload)],
    preconditions: storageAssumptions(replaced, stateful, stateful.data),
    warnings: [
      ...lossWarnings(situation, stateful.data, brokers),
      ...linkWarnings(situation),
      ...commandWarnings(workspace, resource),
    ],
  })
}

/** Data is on one claim and the log on none, a stored number, or what `dataProblem` knows. */
function placeProblem(situation: KnownSituation, mode: DataMode): Refused | undefined {
  const { places, dialect, lookup } = situation.server
  const problem = dataProblem(places, mode)
  if (problem !== undefined) {
    return problem.code === 'data-on-claim' ? planned(situation, problem) : problem
  }
  const kept = places.filter(place => place.kind === 'claim')
  if (kept.length === 0 || mode === 'fresh') return undefined
  const lost = places.find(place => place.kind !== 'claim')
  if (lost !== undefined) {
    const folder = lost.paths.map(path => path.path).join(' and ')
    return {
      code: 'log-not-kept',
      why: `${kept[0]?.claimName} holds a part of its data only, and ${folder} goes with the pod: what came after the last snapshot would be lost without a word`,
      next: 'bring both folders onto claims first, or start with empty members (stateful.data: fresh)',
    }
  }
  const id = lookup(dialect.idVariable)
  if (!dialect.keepsId || id === undefined || id === '1') return undefined
  return {
    code: 'other-id',
    why: `it is number ${id} (${dialect.idVariable}), which is stored with its data, and the first member of the StatefulSet is number 1`,
    next: 'change the stored number (the file myid) to 1 in a maintenance window first, or start with empty members (stateful.data: fresh)',
  }
}

/** The plan for data on a claim, with the steps that follow once a clone is asked for. */
function planned(situation: KnownSituation, problem: DataProblem): Refused {
  const { workspace, workload, server, clientPort, count } = situation
  const claimed = server.places.filter(place => place.kind === 'claim')
  const check = quorumCheck(workload.resource, memberCount(count), clientPort)
  return {
    ...problem,
    config: 'stateful: {data: clone}',
    steps: cutOverSteps({ workspace, workload, stage: 'coordination', data: 'clone', claimed, check }),
  }
}

/** Whether the ensemble starts without what is there now. */
function isNew(places: readonly DataPlace[], mode: DataMode): boolean {
  return mode === 'fresh' || places.every(place => place.kind !== 'claim')
}

/** Kafka and its ZooKeeper are one unit of data: both keep the id of the cluster. */
export function brokerProblem(situation: KnownSituation, mode: DataMode): Refused | undefined {
  if (!isNew(situation.server.places, mode)) return undefined
  for (const broker of brokersOf(situation)) {
    const kept = keptVolume(broker)
    if (kept === undefined || (mode === 'fresh' && kept.source === 'persistentVolumeClaim')) continue
    return {
      code: 'kafka-keeps-data',
      why: `${describe(broker.resource)} registers here and keeps its data (volume ${kept.name}), which names the id of this cluster; an ensemble that starts empty makes a new id, and the brokers refuse to start`,
      next:
        kept.source === 'persistentVolumeClaim'
          ? 'decide about both together: set stateful.data to fresh where the data of Kafka may go, or build a new ZooKeeper and Kafka beside them and mirror the topics'
          : 'build a new ZooKeeper and a new Kafka beside them and mirror the topics',
    }
  }
  return undefined
}

function reason(situation: KnownSituation, members: number, headless: Headless): string {
  const { workload, server, count } = situation
  const trouble =
    count === 1
      ? 'when its node goes nobody can reach it, and pods beside it would be servers of their own'
      : 'what a client writes to one is not found at the next'
  return `${describe(workload.resource)} runs ${howMany(situation)}: ${trouble}; it becomes a StatefulSet of ${members} members that find each other through ${headless.name}, numbered from 1 by ${server.dialect.idVariable}`
}

function linkWarnings({ workload }: KnownSituation): string[] {
  if (!readsServiceLinks(workload)) return []
  return [
    'a container reads variables that Kubernetes makes of Services (..._SERVICE_HOST), so enableServiceLinks is left as it is',
  ]
}

// Encrypts what goes between the members of ZooKeeper, and opens a TLS port for its clients, where that is asked for.

import {
  at,
  change,
  declaredReplicas,
  decline,
  describe,
  type Edit,
  forEachResource,
  operatedSystem,
  type Proposal,
  type Settings,
  type System,
  type Transform,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { certificateAssumption, certificateSteps } from '../stateful/certificate-steps.ts'
import { withoutPodNames } from '../stateful/refused.ts'
import { filesOf, growSteps } from '../stateful/runbook.ts'
import { judgeServers } from '../stateful/servers.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'
import { dialectOf } from '../zookeeper/dialects.ts'
import { ZOOKEEPER } from '../zookeeper/settings.ts'
import { quorumCheck } from '../zookeeper-topology/situation.ts'
import { brokerEdits, brokersAt, type DiallingBroker } from './brokers.ts'
import { type Course, courseOf } from './course.ts'
import { findProblem, UNKNOWN } from './problems.ts'
import { REFUSALS } from './refusals.ts'
import { refuse, type Situation, situationOf, targetOf } from './situation.ts'
import { memberEdits } from './target.ts'
import { brokerRest, brokerSteps, reason, restOf } from './texts.ts'

const zookeeperTls: Transform = {
  id: 'zookeeper-tls',
  title: 'Encrypt the connections of ZooKeeper with TLS',
  rationale:
    'Whoever reaches the network of the pods can read what members of ZooKeeper and their clients tell each other, and can join in: the names, rights and passwords of a Kafka cluster are among it. With TLS members know each other, and clients know whom they dial.',
  category: 'security',
  since: '0.1.0',
  kinds: [
    ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Rollout'],
    'Zookeeper',
  ],
  risks: ['access'],
  aliases: [],
  references: [
    'https://zookeeper.apache.org/doc/r3.8.4/zookeeperAdmin.html#Quorum+TLS',
    'https://cert-manager.io/docs/usage/certificate/',
  ],
  refusals: REFUSALS,
  sections: [ZOOKEEPER, TLS, CLUSTER_DOMAIN],
  *plan(workspace, settings): Iterable<Proposal> {
    yield* judgeServers(workspace, 'zookeeper', (workload, system) => judge(workspace, settings, workload, system))
    yield* judgeOperated(workspace, settings)
  },
}

export default zookeeperTls

function judge(workspace: Workspace, settings: Settings, workload: Workload, system: System): Proposal | undefined {
  const { resource } = workload
  const of = { workload, system }
  if (settings.get(ZOOKEEPER, resource).tls === 'off' || declaredReplicas(resource) === 0) return undefined
  if (resource.kind !== 'Deployment' && resource.kind !== 'StatefulSet') {
    return refuse(of, withoutPodNames(resource.kind))
  }
  if (dialectOf(system.distro) === undefined) {
    return refuse(of, {
      code: 'unsupported-image',
      why: `nothing tells where ${system.container.image ?? 'its image'} reads its settings from`,
      next: 'move to the official zookeeper image, or set TLS up as the image describes it',
    })
  }
  const situation = situationOf(workspace, settings, workload, system)
  const course = situation === undefined ? undefined : courseOf(situation)
  if (situation === undefined || course === undefined) return refuse(of, UNKNOWN)
  const problem = findProblem(situation, course)
  return problem === undefined ? propose(situation, course) : refuse(of, problem)
}

function propose(situation: Situation, course: Course): Proposal {
  const { workspace, settings, workload } = situation
  const { resource } = workload
  const brokers = settings.get(ZOOKEEPER, resource).tls === 'full' ? brokersAt(situation) : []
  const moves = movesOf(situation, course, brokers)
  const moved = brokers.filter(broker => moves.has(broker))
  const members = memberEdits(situation, course.reached)
  const own = [...members.settings, ...members.files]
  const edits = [...own, ...[...moves.values()].flat()]
  const hasNewFiles = members.files.length > 0
  return change({
    target: targetOf(situation),
    code: course.reached === 'Q3' ? 'tls-beside-plaintext' : 'tls-next-stage',
    why: reason(situation, course, edits.length === 0),
    risks: 'access',
    unit: `zookeeper ${resource.namespace ?? ''}/${resource.name}`,
    edits,
    steps: [
      ...(hasNewFiles ? certificateSteps(workspace, settings, resource) : []),
      ...rollSteps(situation, course, own),
      ...moved.flatMap(({ broker }) => brokerSteps(situation, broker)),
    ],
    leaves: [
      ...restOf(situation, course, moved),
      ...brokerRest(
        situation,
        brokers.filter(broker => !moves.has(broker)),
        course,
      ),
    ],
    preconditions: hasNewFiles ? [certificateAssumption(settings, resource, 'every name of the members')] : [],
  })
}

/** Edits of the brokers that this run may move. */
function movesOf(
  situation: Situation,
  { opensFirst }: Course,
  brokers: readonly DiallingBroker[],
): Map<DiallingBroker, readonly Edit[]> {
  const moves = new Map<DiallingBroker, readonly Edit[]>()
  for (const broker of brokers) {
    const edits = broker.problem === undefined && opensFirst ? brokerEdits(situation, broker) : undefined
    if (edits !== undefined) moves.set(broker, edits)
  }
  return moves
}

/** Members of a set that runs; others start with the steps of the change that makes them, or by themselves. */
function rollSteps({ workspace, workload, count, clientPort }: Situation, { live }: Course, own: readonly Edit[]) {
  if (!live || own.length === 0) return []
  return growSteps({
    ...{ workspace, workload, stage: 'coordination', files: filesOf(workload, own) },
    check: quorumCheck(workload.resource, count, clientPort),
  })
}

function* judgeOperated(workspace: Workspace, settings: Settings): Iterable<Proposal> {
  for (const resource of forEachResource(workspace, 'Zookeeper')) {
    const system = operatedSystem(resource)
    if (system === undefined || settings.get(ZOOKEEPER, resource).tls === 'off') continue
    if (at(resource.value, ['spec', 'tls']) !== undefined) continue
    yield decline({
      target: { resource, path: ['spec', 'tls'] },
      code: 'operated',
      why: `${describe(resource)} is an ensemble of ${system.title}, whose operator writes the settings of the members itself`,
      next: 'name a Secret of certificates under spec.tls, as the documentation of the operator describes it',
    })
  }
}

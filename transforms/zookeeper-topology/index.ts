// Turns a single ZooKeeper into an ensemble of three, or says why that would cost data.

import {
  at,
  declaredReplicas,
  decline,
  describe,
  forEachResource,
  operatedSystem,
  type Proposal,
  REPLICAS_PATH,
  type Settings,
  type System,
  type Transform,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { ANTI_AFFINITY } from '../shared/spread.ts'
import { refuseKind } from '../stateful/refused.ts'
import { judgeServers } from '../stateful/servers.ts'
import { CLUSTER_DOMAIN, STATEFUL } from '../stateful/settings.ts'
import { dialectOf } from '../zookeeper/dialects.ts'
import { readServer } from '../zookeeper/server.ts'
import { convert } from './convert.ts'
import { judgeStatefulSet } from './grow.ts'
import { REFUSALS } from './refusals.ts'
import { refuse, type Situation } from './situation.ts'

const zookeeperTopology: Transform = {
  id: 'zookeeper-topology',
  title: 'Run ZooKeeper as an ensemble of three',
  rationale:
    'Everything that Kafka knows of its topics and brokers is in ZooKeeper. One member is down whenever its node is, and what it keeps in its pod is gone with the pod; three members go on when one of them is away.',
  category: 'availability',
  since: '0.1.0',
  kinds: [
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'Pod',
    'Rollout',
    'Zookeeper',
  ],
  risks: ['topology', 'access', 'data'],
  aliases: [],
  references: [
    'https://zookeeper.apache.org/doc/r3.8.4/zookeeperAdmin.html#sc_zkMulitServerSetup',
    'https://kubernetes.io/docs/tutorials/stateful-application/zookeeper/',
    'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/',
  ],
  refusals: REFUSALS,
  sections: [STATEFUL, CLUSTER_DOMAIN, ANTI_AFFINITY],
  *plan(workspace, settings): Iterable<Proposal> {
    yield* judgeServers(workspace, 'zookeeper', (workload, system) => judge(workspace, settings, workload, system))
    yield* judgeOperated(workspace)
  },
}

export default zookeeperTopology

function judge(workspace: Workspace, settings: Settings, workload: Workload, system: System): Proposal | undefined {
  const { resource } = workload
  const target = { resource, path: REPLICAS_PATH }
  const { kind } = resource
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return refuseKind(workload, 'ZooKeeper')
  const dialect = dialectOf(system.distro)
  const count = declaredReplicas(resource)
  if (count === 0 || (dialect === undefined && count !== 1)) return undefined
  if (dialect === undefined) {
    return decline({
      target,
      code: 'unsupported-image',
      why: `${describe(resource)} runs one member of ${system.title}, which takes no list of servers that kubemend could write`,
      next: 'move to the official zookeeper image (or confluentinc/cp-zookeeper where Kafka is of that family), or set the ensemble up as the image describes it',
    })
  }
  const server = readServer(workspace, system.container, dialect)
  const situation: Situation = { workspace, settings, workload, system, server, count }
  if (server.listed === undefined || count === undefined || server.clientPort === undefined) {
    return unknownValue(situation)
  }
  const known = { ...situation, count, listed: server.listed, clientPort: server.clientPort }
  if (kind === 'StatefulSet') return judgeStatefulSet(known)
  // a Deployment that lists several servers is one member of an ensemble of Deployments
  return server.listed > 1 ? undefined : convert(known)
}

function unknownValue(situation: Situation): Proposal {
  const { server, count } = situation
  const open =
    count === undefined
      ? 'its number of pods'
      : server.listed === undefined
        ? `its list of servers (${server.dialect.listVariable})`
        : 'its client port'
  return refuse(situation, {
    code: 'unknown-value',
    why: `${open} is not in the files`,
    next: 'write the value out, or give the file that it comes from as well',
  })
}

function* judgeOperated(workspace: Workspace): Iterable<Proposal> {
  for (const resource of forEachResource(workspace, 'Zookeeper')) {
    const system = operatedSystem(resource)
    if (system === undefined || at(resource.value, REPLICAS_PATH) !== 1) continue
    yield decline({
      target: { resource, path: REPLICAS_PATH },
      code: 'operated',
      why: `${describe(resource)} has one member of ${system.title}, and its operator changes the members of a live ensemble by a procedure of its own`,
      next: 'raise spec.replicas to 3 as the documentation of the operator describes it, after a backup',
    })
  }
}

// Turns a single MongoDB into a replica set of three, or says what has to be decided first.

import {
  commandLine,
  declaredReplicas,
  type Proposal,
  type Settings,
  type System,
  type Transform,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { BITNAMI } from '../mongodb/bitnami.ts'
import { readServer } from '../mongodb/server.ts'
import { MONGODB } from '../mongodb/settings.ts'
import { ANTI_AFFINITY } from '../shared/spread.ts'
import { refuseKind } from '../stateful/refused.ts'
import { judgeServers } from '../stateful/servers.ts'
import { CLUSTER_DOMAIN, STATEFUL } from '../stateful/settings.ts'
import { judgeBitnami } from './bitnami.ts'
import { convert } from './convert.ts'
import { judgeStatefulSet, separateMembers } from './grow.ts'
import { judgeOperated } from './operated.ts'
import { REFUSALS } from './refusals.ts'
import { refuse } from './situation.ts'

const mongodbTopology: Transform = {
  id: 'mongodb-topology',
  title: 'Run MongoDB as a replica set of three',
  rationale:
    'A single MongoDB is down whenever its node is, and its data is on one volume. A replica set of three keeps the data three times, and chooses a new primary when a member goes.',
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
    'MongoDBCommunity',
    'PerconaServerMongoDB',
  ],
  risks: ['topology', 'access', 'data'],
  aliases: [],
  references: [
    'https://www.mongodb.com/docs/manual/replication/',
    'https://www.mongodb.com/docs/manual/tutorial/convert-standalone-to-replica-set/',
    'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/',
  ],
  refusals: REFUSALS,
  sections: [STATEFUL, CLUSTER_DOMAIN, ANTI_AFFINITY, MONGODB],
  *plan(workspace, settings): Iterable<Proposal> {
    yield* judgeServers(workspace, 'mongodb', (workload, system) => judge(workspace, settings, workload, system))
    yield* judgeOperated(workspace)
  },
}

export default mongodbTopology

function judge(workspace: Workspace, settings: Settings, workload: Workload, system: System): Proposal | undefined {
  const { resource } = workload
  const { kind } = resource
  const declared = declaredReplicas(resource)
  const count = declared ?? 1
  const situation = { workspace, settings, workload, system, count }
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return refuseKind(workload, 'MongoDB')
  if (declared === 0) return undefined
  if (system.distro === BITNAMI && declared !== undefined) return judgeBitnami(situation)
  if (system.distro !== 'mongo/official') return count === 1 ? refuse(situation, unsupportedImage(system)) : undefined
  const server = readServer(workspace, system.container)
  if (declared === undefined || server?.port === undefined) {
    if (server === undefined && count > 1) return undefined
    return refuse(situation, server === undefined ? customCommand(system) : unknownValue(declared))
  }
  const known = { ...situation, server, port: server.port }
  if (kind === 'StatefulSet') return judgeStatefulSet(known)
  return count === 1 ? convert(known) : refuse(situation, separateMembers(situation))
}

function unsupportedImage({ container, distro }: System) {
  return {
    code: 'unsupported-image',
    why: `kubemend does not know how ${container.image ?? 'its image'} is made a member of a replica set`,
    next: BY_HAND[distro ?? ''] ?? 'move to the official mongo image or to an operator, then run again',
  }
}

/** Where the makers of an image give an operator for it. */
const BY_HAND: Readonly<Record<string, string>> = {
  'mongo/community-server':
    'move to the official mongo image, or to the community operator, which is made for this image, then run again',
  'mongo/percona':
    'move to the official mongo image, or to the operator of Percona, which is made for this image, then run again',
}

function customCommand({ container }: System) {
  if (/(?:^|[\s/])mongos(?:\s|$)/.test(commandLine(container))) {
    return {
      code: 'sharded',
      why: `container ${container.name} is a router (mongos) of a sharded cluster, which keeps no data of its own`,
      next: 'raise its number of pods by hand: routers need no replica set',
    }
  }
  return {
    code: 'custom-command',
    why: `container ${container.name} is started by a command of its own, which options of mongod cannot be added to`,
    next: 'start mongod by its arguments alone (args), then run again',
  }
}

function unknownValue(declared: number | undefined) {
  return {
    code: 'unknown-value',
    why: `${declared === undefined ? 'its number of pods' : 'its port'} is not in the files`,
    next: 'write the value out, or give the file that it comes from as well',
  }
}

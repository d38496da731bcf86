// Encrypts what goes to and between the members of MongoDB, mode by mode, where that is asked for.

import {
  change,
  declaredReplicas,
  type Proposal,
  type Settings,
  type System,
  type Transform,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { readServer } from '../mongodb/server.ts'
import { MONGODB } from '../mongodb/settings.ts'
import { certificateAssumption, certificateSteps } from '../stateful/certificate-steps.ts'
import { type Refused, withoutPodNames } from '../stateful/refused.ts'
import { filesOf, growSteps } from '../stateful/runbook.ts'
import { judgeServers } from '../stateful/servers.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'
import { openClients } from './clients.ts'
import { courseOf } from './course.ts'
import { judgeOperated } from './operated.ts'
import { findProblem, isRouter, SHARDED, UNKNOWN } from './problems.ts'
import { REFUSALS } from './refusals.ts'
import { optionsOf, refuse, type Situation, situationOf, targetOf } from './situation.ts'
import { serverEdits } from './target.ts'
import { CLOSED_WARNING, reason, restOf, tlsCheck } from './texts.ts'

const mongodbTls: Transform = {
  id: 'mongodb-tls',
  title: 'Encrypt the connections of MongoDB with TLS',
  rationale:
    'Without TLS every document, and every password of a user, can be read and changed by whoever reaches the network of the pods. With TLS clients and members know that they talk to each other.',
  category: 'security',
  since: '0.1.0',
  kinds: [
    ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Rollout'],
    ...['MongoDBCommunity', 'PerconaServerMongoDB'],
  ],
  risks: ['access'],
  aliases: [],
  references: [
    'https://www.mongodb.com/docs/manual/tutorial/upgrade-cluster-to-ssl/',
    'https://cert-manager.io/docs/usage/certificate/',
  ],
  refusals: REFUSALS,
  sections: [MONGODB, TLS, CLUSTER_DOMAIN],
  *plan(workspace, settings): Iterable<Proposal> {
    yield* judgeServers(workspace, 'mongodb', (workload, system) => judge(workspace, settings, workload, system))
    yield* judgeOperated(workspace, settings)
  },
}

export default mongodbTls

function judge(workspace: Workspace, settings: Settings, workload: Workload, system: System): Proposal | undefined {
  const { resource } = workload
  const of = { workload, system }
  if (optionsOf({ settings, workload }).tls === 'off' || declaredReplicas(resource) === 0) return undefined
  const kind = kindProblem(of)
  if (kind !== undefined) return refuse(of, kind)
  if (readServer(workspace, system.container) === undefined) {
    return refuse(of, {
      code: 'custom-command',
      why: `container ${system.container.name} is started by a command of its own, which options of mongod cannot be added to`,
      next: 'start mongod by its arguments alone (args), then run again',
    })
  }
  const situation = situationOf(workspace, settings, workload, system)
  if (situation === undefined) return refuse(of, UNKNOWN)
  const problem = findProblem(situation)
  return problem === undefined ? propose(situation) : refuse(of, problem)
}

function kindProblem({ workload, system }: Pick<Situation, 'workload' | 'system'>): Refused | undefined {
  const { kind } = workload.resource
  if (isRouter(system)) return SHARDED
  if (kind !== 'Deployment' && kind !== 'StatefulSet') {
    return withoutPodNames(kind)
  }
  if (system.distro === 'mongo/official') return undefined
  return {
    code: 'unsupported-image',
    why: `the start scripts of ${system.container.image ?? 'its image'} dial the server themselves, in ways that files do not tell`,
    next: BY_HAND[system.distro ?? ''] ?? 'move to the official mongo image or to an operator, then run again',
  }
}

const BY_HAND: Readonly<Record<string, string>> = {
  'mongo/bitnami':
    'set the options of mongod in MONGODB_EXTRA_FLAGS and those of its shell in MONGODB_CLIENT_EXTRA_FLAGS by hand, mode by mode, or move to the official mongo image',
}

function propose(situation: Situation): Proposal | undefined {
  const { workspace, settings, workload } = situation
  const { resource } = workload
  const open = openClients(situation)
  const course = courseOf(situation, open.length > 0)
  const { settings: told, files } = serverEdits(situation, course.reached)
  const edits = [...told, ...files]
  const leaves = restOf(situation, course, open, optionsOf(situation).tls === 'full')
  // TLS alone, and nothing left to do
  if (edits.length === 0 && leaves.length === 0) return undefined
  const closes = course.reached === 'requireTLS'
  return change({
    target: targetOf(situation),
    code: closes ? 'tls-only' : 'tls-beside-plaintext',
    why: reason(situation, course, edits.length === 0),
    risks: 'access',
    unit: `mongodb ${resource.namespace ?? ''}/${resource.name}`,
    edits,
    steps: [
      ...(files.length > 0 ? certificateSteps(workspace, settings, resource) : []),
      ...(course.live && edits.length > 0
        ? growSteps({
            ...{ workspace, workload, stage: 'databases', files: filesOf(workload, edits) },
            check: tlsCheck(situation),
          })
        : []),
    ],
    leaves,
    preconditions: files.length > 0 ? [certificateAssumption(settings, resource, 'every name of the members')] : [],
    warnings: closes && edits.length > 0 && course.live ? [CLOSED_WARNING] : [],
  })
}

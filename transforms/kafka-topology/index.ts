// Makes three brokers of one, each with an id, an address and a volume of its own.

import type { Proposal, Settings, Transform, Workspace } from '../../src/sdk.ts'
import { type Broker, brokersOf, isAtLeast, isFresh, runsFromCache } from '../kafka/broker.ts'
import { ANTI_AFFINITY } from '../shared/spread.ts'
import { isPersistent } from '../stateful/data.ts'
import type { Refused } from '../stateful/refused.ts'
import { CLUSTER_DOMAIN, STATEFUL } from '../stateful/settings.ts'
import { convert } from './convert.ts'
import { judgeOperated } from './operated.ts'
import { REFUSALS } from './refusals.ts'
import { refuse } from './refuse.ts'

const kafkaTopology: Transform = {
  id: 'kafka-topology',
  title: 'Run three Kafka brokers instead of one',
  rationale:
    'A single broker is down with its node, and takes every topic with it. More pods of the same Deployment would fight over one id, one volume and one address; three members of a StatefulSet each have their own.',
  category: 'availability',
  since: '0.1.0',
  kinds: [
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'Pod',
    'Kafka',
    'KafkaNodePool',
  ],
  risks: ['topology', 'access', 'data'],
  aliases: [],
  references: [
    'https://kafka.apache.org/documentation/#brokerconfigs',
    'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/',
  ],
  refusals: REFUSALS,
  sections: [STATEFUL, CLUSTER_DOMAIN, ANTI_AFFINITY],
  *plan(workspace, settings): Iterable<Proposal> {
    for (const broker of brokersOf(workspace)) {
      const proposal = judge(workspace, settings, broker)
      if (proposal !== undefined) yield proposal
    }
    yield* judgeOperated(workspace)
  },
}

export default kafkaTopology

function judge(workspace: Workspace, settings: Settings, broker: Broker): Proposal | undefined {
  const { resource } = broker.workload
  // a Deployment of several pods runs several pods of one broker
  if (resource.kind === 'StatefulSet' && broker.count >= 3) return undefined
  const problem =
    imageProblem(broker) ?? kindProblem(broker) ?? modeProblem(broker) ?? dataVersionProblem(broker, settings)
  return problem === undefined ? convert(workspace, settings, broker) : refuse(broker, problem)
}

function imageProblem(broker: Broker): Refused | undefined {
  if (broker.dialect === undefined) {
    const raw = broker.distro === 'kafka/raw'
    return {
      code: 'unsupported-distribution',
      why: raw
        ? 'it is started with a properties file by its own command, in which no transform puts an id and an address for each broker yet'
        : 'its image is not known, so nothing tells how each broker would learn its own id and address',
      next: raw
        ? 'let the command take id and address from the name of the pod, and raise the number of pods by hand'
        : 'move to apache/kafka or confluentinc/cp-kafka, then run again',
    }
  }
  if (!runsFromCache(broker)) return undefined
  return {
    code: 'latest-without-zookeeper',
    why: `${broker.container.image} has no fixed version, and the newest image of that name has no ZooKeeper mode: a broker on another node would pull it and stop`,
    next: 'pin the version that runs today (kubectl exec, then kafka-broker-api-versions --version), then run again',
  }
}

function kindProblem({ workload }: Broker): Refused | undefined {
  const { kind } = workload.resource
  if (kind === 'Deployment' || kind === 'StatefulSet') return undefined
  return {
    code: 'unsupported-kind',
    why: `a ${kind} gives its pods neither stable names nor volumes of their own`,
    next: 'write it as a Deployment or a StatefulSet, then run again',
  }
}

function modeProblem(broker: Broker): Refused | undefined {
  if (broker.mode === 'separate') {
    return {
      code: 'separate-controllers',
      why: 'its brokers and controllers are workloads of their own, which have to change together',
      next: 'raise the number of brokers by hand, each with an id that no controller has',
    }
  }
  if (broker.mode === undefined) {
    return {
      code: 'unknown-value',
      why: 'neither process.roles nor zookeeper.connect is in the files, so it is not known where its metadata is kept',
      next: 'write the setting out as a variable of the container, or give the file that it comes from as well',
    }
  }
  return undefined
}

/** What a changed setting does to kept data depends on the version. */
function dataVersionProblem(broker: Broker, settings: Settings): Refused | undefined {
  if (isFresh(broker, settings) || broker.version !== undefined || isAtLeast(broker, '3.0')) return undefined
  if (!isPersistent(broker.places)) return undefined
  return {
    code: 'unknown-version',
    why: `it keeps its data, and the version of ${broker.container.image} is not known`,
    next: 'pin the version that runs today, then run again',
  }
}

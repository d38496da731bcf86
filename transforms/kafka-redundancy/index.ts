// Keeps each record on several brokers: replication factors and in-sync minimums, as far as the brokers reach.

import {
  change,
  decline,
  describe,
  type FollowUp,
  type Proposal,
  type Settings,
  type Transform,
  type Workspace,
} from '../../src/sdk.ts'
import { plainAccess, rollSteps } from '../kafka/admin.ts'
import { brokerCount, needsMembers } from '../kafka/basis.ts'
import {
  type Broker,
  brokersOf,
  isAtLeast,
  isFresh,
  listenersOf,
  originalOf,
  runsFromCache,
  settingsTarget,
  unitOf,
} from '../kafka/broker.ts'
import { configEdits, effective, hiddenIn, type KeyChange, readKey } from '../kafka/config.ts'
import { KAFKA } from '../kafka/settings.ts'
import { STATEFUL } from '../stateful/settings.ts'
import { judgeOperated } from './operated.ts'
import { reassignStep } from './reassign.ts'
import { REFUSALS } from './refusals.ts'

const kafkaRedundancy: Transform = {
  id: 'kafka-redundancy',
  title: 'Keep each Kafka record on three brokers',
  rationale:
    'With a replication factor of 1, each partition is on one broker: when that broker is down, the partition is too, and consumers cannot even commit. Three copies, of which two have to be written, outlive any one broker.',
  category: 'data',
  since: '0.1.0',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Kafka'],
  risks: ['topology'],
  aliases: [],
  references: [
    'https://kafka.apache.org/documentation/#brokerconfigs_default.replication.factor',
    'https://kafka.apache.org/documentation/#brokerconfigs_min.insync.replicas',
  ],
  refusals: REFUSALS,
  sections: [KAFKA, STATEFUL],
  *plan(workspace, settings): Iterable<Proposal> {
    for (const broker of brokersOf(workspace)) {
      const proposal = judge(workspace, settings, broker)
      if (proposal !== undefined) yield proposal
    }
    yield* judgeOperated(workspace)
  },
}

export default kafkaRedundancy

/** Copies of a record, and how many have to be written before it is acknowledged. */
function factors(brokers: number): { readonly replicas: number; readonly inSync: number } {
  const replicas = Math.min(3, brokers)
  return { replicas, inSync: Math.max(1, replicas - 1) }
}

const FACTORS = [
  'default.replication.factor',
  'offsets.topic.replication.factor',
  'transaction.state.log.replication.factor',
] as const

/** Topics of Confluent's own server, raised where they are named (docs.confluent.io, cp-server configuration). */
const SERVER_FACTORS: readonly string[] = [
  'confluent.license.topic.replication.factor',
  'confluent.metadata.topic.replication.factor',
  'confluent.metrics.reporter.topic.replicas',
  'confluent.balancer.topic.replication.factor',
  'confluent.security.event.logger.exporter.kafka.topic.replicas',
]

const MINIMUM = 'min.insync.replicas'

function judge(workspace: Workspace, settings: Settings, broker: Broker): Proposal | undefined {
  const target = settingsTarget(broker)
  const { resource } = broker.workload
  const count = brokerCount(broker)
  const waits = count === 1 && resource.kind !== 'DaemonSet'
  const { replicas, inSync } = factors(waits ? 3 : count)
  const original = originalOf(workspace, broker)
  const isNew = isFresh(original, settings) && brokerCount(original) === 1
  const keepsMinimum = !isNew && !isAtLeast(broker, '3.7') && !settings.get(KAFKA, resource).reassigned
  const wanted: [string, number][] = [
    ...FACTORS.map((key): [string, number] => [key, replicas]),
    ...(keepsMinimum ? [] : [[MINIMUM, inSync] as [string, number]]),
    ['transaction.state.log.min.isr', inSync],
    ...SERVER_FACTORS.filter(key => stands(workspace, broker, key)).map((key): [string, number] => [key, replicas]),
  ]
  const low = wanted.filter(
    ([key, value]) => isKnown(workspace, broker, key) && isLow(effective(workspace, broker.configuration, key), value),
  )
  const minimum = effective(workspace, broker.configuration, MINIMUM)
  const isOpen = keepsMinimum && isKnown(workspace, broker, MINIMUM) && isLow(minimum, inSync)
  const rest = isOpen ? [minimumRest(broker, inSync)] : []
  const open = waits ? [] : unsettable(workspace, broker, wanted)
  if (low.length === 0 && rest.length === 0) return waits ? undefined : unchanged(workspace, broker, open)
  const problem = imageProblem(broker)
  if (problem !== undefined) return decline({ target, ...problem })
  const changes: KeyChange[] = low.map(([key, value]) => [key, String(value)])
  const config = configEdits(workspace, broker.configuration, changes)
  if ('code' in config)
    return decline({ target, ...config, code: 'closed-configuration', why: `${describe(resource)}: ${config.why}` })
  const access = plainAccess(broker, listenersOf(workspace, broker))
  const roll = rollSteps(workspace, broker)
  return change({
    target,
    code: rest.length > 0 ? 'single-copies-live' : 'single-copies',
    why: reason(describe(original.workload.resource), low, replicas, inSync),
    risks: 'topology',
    edits: config.edits,
    unit: unitOf(broker),
    steps: [
      ...roll,
      ...(isNew || low.length === 0
        ? []
        : [reassignStep(broker, access, replicas, roll.length > 0 ? 'before-brokers' : 'brokers')]),
    ],
    leaves: [...rest, ...(open.length === 0 ? [] : [unsettableRest(broker, open)])],
    ...(waits ? { needs: needsMembers(broker, oneBroker(broker)) } : {}),
  })
}

function stands(workspace: Workspace, { configuration }: Broker, key: string): boolean {
  return readKey(workspace, configuration, key).kind !== 'absent'
}

/** What an unknown image takes for a key that nobody sets is not known either. */
function isKnown(workspace: Workspace, broker: Broker, key: string): boolean {
  const { dialect, configuration } = broker
  const isComplete = dialect !== undefined || configuration.layers.some(layer => layer.kind === 'file')
  return isComplete || stands(workspace, broker, key)
}

type Wanted = readonly [key: string, value: number]

/** Settings that an unknown image is not given, and that Kafka takes for less than is wanted. */
function unsettable(workspace: Workspace, broker: Broker, wanted: readonly Wanted[]): Wanted[] {
  return wanted.filter(
    ([key, value]) => !isKnown(workspace, broker, key) && isLow(effective(workspace, broker.configuration, key), value),
  )
}

/** Why nothing is changed, where something may be too low; undefined where it is not. */
function unchanged(workspace: Workspace, broker: Broker, open: readonly Wanted[]): Proposal | undefined {
  const name = describe(broker.workload.resource)
  const target = settingsTarget(broker)
  const hidden = hiddenIn(workspace, broker.configuration, FACTORS[0])
  if (hidden !== undefined) {
    return decline({
      target,
      code: 'closed-configuration',
      why: `on how many brokers ${name} keeps a record stands in ${hidden}, which is not in the files`,
      next: 'give that file as a ConfigMap of the set',
    })
  }
  if (open.length === 0) return undefined
  return decline({
    target,
    code: 'unsupported-distribution',
    why: `${name} keeps records on one broker unless it is told otherwise, and how ${broker.container.image ?? 'its image'} takes a new setting is not known`,
    next: unsettableRest(broker, open).text,
  })
}

function unsettableRest({ configuration }: Broker, open: readonly Wanted[]): FollowUp {
  const settings = open.map(([key, value]) => {
    const variable = configuration.dialect?.variable(key)
    return `${key} to ${value}${variable === undefined ? '' : ` (${variable}, if it takes its other variables in this way)`}`
  })
  return { text: `set ${settings.join(', ')} as the image describes it` }
}

function isLow(present: string | undefined, wanted: number): boolean {
  const value = Number(present)
  return present !== undefined && Number.isInteger(value) && value < wanted
}

interface Problem {
  readonly code: string
  readonly why: string
  readonly next: string
}

function imageProblem(broker: Broker): Problem | undefined {
  const { workload, container } = broker
  const name = describe(workload.resource)
  if (runsFromCache(broker)) {
    return {
      code: 'latest-without-zookeeper',
      why: `${name} runs ${container.image} without a fixed version, and the newest image of that name has no ZooKeeper mode: the restart that a setting needs could pull it`,
      next: 'pin the version that runs today, then run again',
    }
  }
  return undefined
}

function oneBroker(broker: Broker) {
  const text = `${describe(broker.workload.resource)} is one broker: with a factor of more than the brokers there are, its internal topics are never created and no consumer can join; more brokers come first (kafka-topology)`
  return { code: 'one-broker', text }
}

function reason(name: string, low: readonly (readonly [string, number])[], replicas: number, inSync: number): string {
  if (low.length === 0) return `${name} takes a record for written when one broker has it (${MINIMUM})`
  const keys = low.map(([key, value]) => `${key} ${value}`).join(', ')
  return `${name} keeps records on one broker, so they are gone or out of reach with it; new topics get ${replicas} copies, of which ${inSync} have to be written: ${keys}`
}

/** Before 3.7 the minimum is not lowered to the copies that a partition has (KIP-966 made it so). */
function minimumRest({ workload, version }: Broker, inSync: number): FollowUp {
  const which = version === undefined ? 'the version is not known' : `this is Kafka ${version}`
  return {
    text: `${MINIMUM} stays as it is: ${which}, and before 3.7 a minimum of ${inSync} makes every partition that has one copy refuse writes and commits; once all topics of ${workload.resource.name} have their copies, set kafka.reassigned: true and run again`,
  }
}

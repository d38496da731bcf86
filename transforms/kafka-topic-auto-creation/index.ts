// Stops brokers from making a topic of every name that somebody asks for, and makes the topics that are meant.

import {
  at,
  change,
  create,
  decline,
  describe,
  type Edit,
  type FollowUp,
  type Proposal,
  type Resource,
  type Settings,
  shellWord,
  type Transform,
  type Workspace,
} from '../../src/sdk.ts'
import { rollSteps } from '../kafka/admin.ts'
import { brokerCount } from '../kafka/basis.ts'
import {
  type Broker,
  brokersOf,
  type Listeners,
  listenersOf,
  originalOf,
  runsFromCache,
  settingsTarget,
  unitOf,
} from '../kafka/broker.ts'
import { isTopicsJob } from '../kafka/clients.ts'
import { configEdits, effective, hiddenIn, readKey } from '../kafka/config.ts'
import { KAFKA } from '../kafka/settings.ts'
import { authority, clientCertificate, clientSecret, hasCertificate } from '../stateful/certificates.ts'
import { isPersistent } from '../stateful/data.ts'
import { applyCommand, kubectlFor } from '../stateful/runbook.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'
import { findTopics, type Inventory, listedTopics } from './inventory.ts'
import { topicsJob } from './job.ts'
import { judgeOperated } from './operated.ts'
import { REFUSALS } from './refusals.ts'

const KEY = 'auto.create.topics.enable'

const kafkaTopicAutoCreation: Transform = {
  id: 'kafka-topic-auto-creation',
  title: 'Create Kafka topics on purpose only',
  rationale:
    'A broker that makes a topic of every name that is asked for turns a typing error into a topic, with the default number of partitions and copies, and the message is never read.',
  category: 'data',
  since: '0.1.0',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Kafka'],
  risks: ['access'],
  aliases: [],
  references: ['https://kafka.apache.org/documentation/#brokerconfigs_auto.create.topics.enable'],
  refusals: REFUSALS,
  sections: [KAFKA, TLS, CLUSTER_DOMAIN],
  *plan(workspace, settings): Iterable<Proposal> {
    for (const broker of brokersOf(workspace)) {
      const proposal = judge(workspace, settings, broker)
      if (proposal !== undefined) yield proposal
    }
    yield* judgeOperated(workspace)
  },
}

export default kafkaTopicAutoCreation

function judge(workspace: Workspace, settings: Settings, broker: Broker): Proposal | undefined {
  const { resource } = broker.workload
  const value = effective(workspace, broker.configuration, KEY)
  const target = settingsTarget(broker)
  const refuse = ({ code, why, next }: Problem) =>
    decline({ target, code, why: `${describe(resource)} makes a topic of every name that is asked for: ${why}`, next })
  const hidden = hiddenIn(workspace, broker.configuration, KEY)
  if (hidden !== undefined) return decline({ target, ...unread(broker, hidden) })
  // a controller alone makes no topics
  if (value !== 'true' && value !== 'TRUE' && value !== 'True') return undefined
  // what an unknown image takes for a key that nobody sets is not known either
  const isComplete = broker.dialect !== undefined || broker.configuration.layers.some(layer => layer.kind === 'file')
  if (!isComplete && readKey(workspace, broker.configuration, KEY).kind === 'absent') {
    return refuse(unsettable(broker))
  }
  if (runsFromCache(broker)) return refuse(cached(broker))
  const inventory = findTopics(workspace, settings, broker)
  const original = originalOf(workspace, broker)
  const isKept = isPersistent(original.places.filter(place => place.isIdle !== true))
  const count = inventory.topics.length + inventory.made.length
  const areThere = settings.get(KAFKA, resource).topicsExist && isKept
  if (count === 0 && !areThere) {
    const loss = isKept
      ? 'a cluster that is not filled yet would leave every producer waiting'
      : 'those of today go with the pod, so every producer would wait for a topic that nobody makes'
    return decline({
      target,
      code: 'no-topic-inventory',
      why: `${describe(resource)} makes a topic of every name that is asked for; no manifest names one, and ${loss}`,
      next: isKept
        ? 'list the topics of the platform under kafka.topics, or set kafka.topicsExist: true where all of them are there, then run again'
        : 'list the topics of the platform under kafka.topics, then run again',
      allow: { config: 'kafka: {topics: [orders, payments]}' },
    })
  }
  const listeners = listenersOf(workspace, broker)
  if (inventory.topics.length > 0 && !areThere) {
    if (broker.topicsTool === undefined) return refuse(toolless(inventory))
    if (listeners === undefined) return refuse(unreachable(inventory))
  }
  const config = configEdits(workspace, broker.configuration, [[KEY, 'false'], ...listChanges(workspace, broker)])
  if ('code' in config) return refuse({ ...config, code: 'closed-configuration' })
  const jobs = jobEdits(workspace, settings, broker, listeners, inventory)
  return change({
    target,
    code: 'auto-creation',
    why: reason(original, inventory, jobs.name),
    risks: 'access',
    edits: [...config.edits, ...jobs.edits],
    unit: unitOf(broker),
    steps: [
      ...rollSteps(workspace, broker),
      ...(jobs.name === undefined ? [] : [jobStep(workspace, resource, jobs.name)]),
    ],
    warnings: [...(count === 0 ? [NO_INVENTORY] : []), ...commentWarnings(workspace)],
  })
}

interface Problem {
  readonly code: string
  readonly why: string
  readonly next: string
}

function cached({ container }: Broker): Problem {
  return {
    code: 'latest-without-zookeeper',
    why: `${container.image} has no fixed version, and the newest image of that name has no ZooKeeper mode: the restart that the setting needs could pull it`,
    next: 'pin the version that runs today, then run again',
  }
}

/** A file that is not in the set may say it. */
function unread({ workload, distro }: Broker, hidden: string): Problem {
  const name = describe(workload.resource)
  const way = distro === 'kafka/raw' ? `add --override ${KEY}=false to the command` : 'keep the settings in variables'
  return {
    code: 'closed-configuration',
    why: `whether ${name} makes a topic of every name that is asked for stands in ${hidden}, which is not in the files`,
    next: `give that file as a ConfigMap of the set, or ${way}, once every topic is made on purpose`,
  }
}

/** A new setting needs a place that the image reads. */
function unsettable({ configuration, container }: Broker): Problem {
  const variable = configuration.dialect?.variable(KEY)
  const hint = variable === undefined ? KEY : `${KEY} (${variable}, if it takes its other variables in this way)`
  return {
    code: 'unsupported-distribution',
    why: `nothing says otherwise, and how ${container.image ?? 'its image'} takes a new setting is not known`,
    next: `set ${hint} to false as the image describes it, once every topic is made on purpose`,
  }
}

function unreachable({ topics }: Inventory): Problem {
  return {
    code: 'closed-configuration',
    why: `its listeners are not in the files, so no Job could make ${topics.map(topic => topic.name).join(', ')}`,
    next: `make the topics by a Job of your own, then set ${KEY} to false`,
  }
}

/** Topics that nobody makes once the brokers do not: the tool of an unknown image is not known. */
function toolless({ topics }: Inventory): Problem {
  return {
    code: 'unsupported-distribution',
    why: `nothing tells which tool of its image would make ${topics.map(topic => topic.name).join(', ')}`,
    next: `make the topics by a Job of your own, then set ${KEY} to false`,
  }
}

const NO_INVENTORY =
  'no manifest names a topic: those that are there stay, and a new one has to be made before it is used'

/** The image makes listed topics itself, with the copies that the list says; the Job makes them with all. */
function listChanges(workspace: Workspace, broker: Broker): [string, undefined][] {
  const isCarriedOut = broker.distro === 'kafka/wurstmeister' && listedTopics(workspace, broker).length > 0
  return isCarriedOut ? [['KAFKA_CREATE_TOPICS', undefined]] : []
}

function jobEdits(
  workspace: Workspace,
  settings: Settings,
  broker: Broker,
  listeners: Listeners | undefined,
  { topics }: Inventory,
): { readonly edits: readonly Edit[]; readonly name?: string } {
  const { resource } = broker.workload
  if (topics.length === 0 || listeners === undefined || broker.topicsTool === undefined) return { edits: [] }
  const present = workspace.inNamespace(resource, 'Job').find(job => isTopicsJob(job, resource.name))
  if (present !== undefined) return { edits: [] }
  const job = topicsJob(workspace, broker, listeners, topics, Math.min(3, brokerCount(broker)))
  const file = besideFile(workspace, resource, 'topics')
  const name = String(at(job.value, ['metadata', 'name']))
  return {
    edits: [create(resource, job.value, file), ...certificateEdits(workspace, settings, resource, job.client)],
    name,
  }
}

function certificateEdits(
  workspace: Workspace,
  settings: Settings,
  resource: Resource,
  client: string | undefined,
): Edit[] {
  if (client === undefined || settings.get(TLS, resource).provider !== 'cert-manager') return []
  if (hasCertificate(workspace, resource, clientSecret(client, resource.name))) return []
  const file = besideFile(workspace, resource, 'tls')
  const { issuer, edits } = authority(workspace, resource, file)
  return [...edits, create(resource, clientCertificate(resource, client, resource.name, issuer), file)]
}

/** A file of its own beside the brokers', unless a kustomization lists the files. */
function besideFile(workspace: Workspace, resource: Resource, what: string): string | undefined {
  if (workspace.kustomizationsOf(resource).length > 0) return undefined
  const { file } = resource.origin
  return `${file.slice(0, file.lastIndexOf('/') + 1)}${resource.name}-${what}.yaml`
}

function reason(original: Broker, { topics, made }: Inventory, job: string | undefined): string {
  const name = describe(original.workload.resource)
  const known = [...topics.map(topic => topic.name), ...made]
  const which = known.length === 0 ? '' : ` (${known.slice(0, 6).join(', ')}${known.length > 6 ? ', …' : ''})`
  const how =
    job === undefined
      ? `topics are made on purpose from now on${which}`
      : `Job ${job} makes the topics that the files name${which}`
  return `${name} makes a topic of every name that is asked for, a misspelled one too; that is switched off, and ${how}`
}

function jobStep(workspace: Workspace, resource: Resource, job: string): FollowUp {
  const kubectl = kubectlFor(resource)
  const name = shellWord(job)
  const file = besideFile(workspace, resource, 'topics')
  const apply = applyCommand(workspace, resource, [file ?? resource.origin.file])
  return {
    stage: 'topics',
    text: `when all brokers are up, apply the Job ${job} and wait for it before the clients start`,
    commands: [apply, `${kubectl} wait --for=condition=complete job/${name} --timeout=10m`],
    check: { text: 'its log has no error', commands: [`${kubectl} logs job/${name}`] },
    back: {
      text: 'topics that it has made stay; only the Job can go',
      commands: [`${kubectl} delete job/${name}`],
    },
  }
}

/** Comments that are no longer true are named, never edited. */
function commentWarnings(workspace: Workspace): string[] {
  return workspace
    .textReferences(/#.*(?:\bon first use\b|\bauto(?:matically)?[- ]?creat)/i, 5)
    .map(({ file, line, text }) => `${file}:${line} says "${text.replace(/^.*?#\s*/, '')}", which is no longer so`)
}

// One broker becomes three: a Deployment by way of a StatefulSet, a StatefulSet of one in place.

import {
  at,
  change,
  describe,
  type Edit,
  isOpenShift,
  type Proposal,
  REPLICAS_PATH,
  type Risk,
  type Settings,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import { type Broker, type Listeners, listenersOf, unitOf } from '../kafka/broker.ts'
import { configEdits, readKey } from '../kafka/config.ts'
import { ensembleWorkload, hostKind } from '../kafka/hosts.ts'
import { ANTI_AFFINITY, spreadEdits } from '../shared/spread.ts'
import { storageAssumptions } from '../stateful/assumptions.ts'
import { claimTemplates, keepClaims, transferEdits, volumeEdits } from '../stateful/claims.ts'
import { graceEdits, groupEdits, minReadyEdits, serviceLinkEdits, statefulSetEdits } from '../stateful/convert.ts'
import { dataProblem, isPersistent } from '../stateful/data.ts'
import { headlessService, type ServicePort, serviceNameOf } from '../stateful/headless.ts'
import { memberCount } from '../stateful/members.ts'
import { findObstacle } from '../stateful/obstacles.ts'
import { memberPolicyEdits } from '../stateful/policy.ts'
import { portReference, readinessEdits } from '../stateful/probes.ts'
import { commandWarnings, retargetEdits } from '../stateful/references.ts'
import type { Refused } from '../stateful/refused.ts'
import { cutOverSteps, filesOf, growSteps } from '../stateful/runbook.ts'
import { type DataMode, STATEFUL, type StatefulSettings } from '../stateful/settings.ts'
import { controllerOf, fieldsOf, givesIds, idEdits, idOf, memberChanges, type Plan } from './members.ts'
import { refuse } from './refuse.ts'
import { accessWarnings, customCommand, ephemeralRest, keepsData, lossWarnings, membersCheck } from './texts.ts'

/** Seconds that a broker has to be ready before the next one is touched: an open port says nothing about its replicas. */
const MIN_READY_SECONDS = 30

/** Seconds for handing over the leadership of its partitions. */
const GRACE_SECONDS = 120

export function convert(workspace: Workspace, settings: Settings, broker: Broker): Proposal {
  const { workload, container } = broker
  const { resource } = workload
  const stateful = settings.get(STATEFUL, resource)
  const listeners = listenersOf(workspace, broker)
  const firstId = idOf(workspace, broker)
  const obstacle = findObstacle(workspace, workload, container)
  if (obstacle !== undefined) return refuse(broker, obstacle)
  if (broker.configuration.layers[0]?.kind !== 'variables') return refuse(broker, mountedFile(broker))
  if (listeners === undefined || firstId === undefined) return refuse(broker, unknownValue(listeners === undefined))
  const problem =
    externalProblem(workspace, broker, listeners) ??
    fixedProblem(broker) ??
    voterProblem(broker, stateful.data) ??
    placeProblem(broker, stateful.data) ??
    ensembleProblem(workspace, broker, stateful.data)
  if (problem !== undefined) return refuse(broker, withPlan(workspace, broker, listeners, problem))
  const headless = headlessService(workspace, workload, portsOf(broker, listeners), serviceNameOf(resource))
  if ('code' in headless) return refuse(broker, headless)
  const plan: Plan = {
    ...{ workspace, settings, broker, listeners, headless: headless.name },
    members: memberCount(broker.count),
    firstId: firstId === 'auto' || givesIds(broker) ? undefined : firstId,
    logDirs: newLogDirs(workspace, broker, stateful),
  }
  const ids = idEdits(plan)
  if (ids === undefined) return refuse(broker, customCommand(broker))
  const config = configEdits(workspace, broker.configuration, memberChanges(plan), fieldsOf(plan))
  if ('code' in config) return refuse(broker, { ...config, code: 'closed-configuration' })
  return proposal(plan, stateful, headless.edits, [...ids, ...config.edits])
}

function proposal(
  plan: Plan,
  stateful: StatefulSettings,
  services: readonly Edit[],
  inContainer: readonly Edit[],
): Proposal {
  const { workspace, settings, broker, listeners, members } = plan
  const { workload, container, dialect } = broker
  const { resource } = workload
  const isDeployment = resource.kind === 'Deployment'
  const claimed = broker.places.filter(place => place.kind === 'claim')
  const replaced = !isDeployment ? [] : stateful.keepEmptyDir ? claimed : broker.places
  const fsGroup = isOpenShift(workspace, workload) ? undefined : dialect?.fsGroup
  const size = { size: stateful.sizes.kafka, storageClass: stateful.storageClass }
  const mode: DataMode = claimed.some(place => place.isIdle) ? 'fresh' : stateful.data
  const risks: Risk[] = claimed.length > 0 ? ['topology', 'access', 'data'] : ['topology', 'access']
  const ports = portsOf(broker, listeners).map(({ port }) => port)
  const data = isDeployment && claimed.length > 0 ? mode : 'none'
  const keepsRest =
    broker.places.some(({ kind }) => kind === 'emptyDir' || kind === 'image') && replaced.length < broker.places.length
  const shape = isDeployment
    ? [
        ...statefulSetEdits(workload, {
          serviceName: plan.headless,
          members,
          // a controller alone has no quorum and is never ready, so the next one must not wait for it
          podManagementPolicy: 'Parallel',
          minReadySeconds: MIN_READY_SECONDS,
          claimTemplates: claimTemplates(container, replaced, size),
        }),
        ...retargetEdits(workspace, resource, 'StatefulSet'),
      ]
    : [set(resource, REPLICAS_PATH, members), ...minReadyEdits(workload, MIN_READY_SECONDS)]
  const edits: Edit[] = [
    ...shape,
    ...serviceLinkEdits(workload),
    ...graceEdits(workload, GRACE_SECONDS),
    ...(replaced.length > 0 && fsGroup !== undefined ? groupEdits(workload, fsGroup) : []),
    ...spreadEdits(workload, settings.get(ANTI_AFFINITY, resource), workspace.kubernetesVersion, 'StatefulSet'),
    ...inContainer,
    ...readinessEdits(container, portReference(container, listeners.advertised[0]?.port ?? 9092)),
    ...volumeEdits(container, replaced),
    ...services,
    ...memberPolicyEdits(workspace, workload, ports),
    ...keepClaims(resource, claimed),
    ...transferEdits(container, claimed, mode, fsGroup),
  ]
  const stage = 'brokers'
  const files = filesOf(workload, edits)
  const check = membersCheck(broker, listeners, members)
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: broker.count === 1 ? 'single-broker' : 'too-few-brokers',
    why: reason(plan),
    risks,
    unit: unitOf(broker),
    edits,
    steps: isDeployment
      ? cutOverSteps({ ...{ workspace, workload, stage, claimed, data, files, check }, together: true })
      : growSteps({ workspace, workload, stage, files, check }),
    leaves: keepsRest ? [ephemeralRest(broker)] : [],
    preconditions: storageAssumptions(replaced, stateful, data),
    warnings: [
      ...lossWarnings(broker, mode, isDeployment),
      ...accessWarnings(plan),
      ...commandWarnings(workspace, resource),
    ],
  })
}

/** The way that follows once a clone of data on a claim is asked for. */
function withPlan(workspace: Workspace, broker: Broker, listeners: Listeners, problem: Refused): Refused {
  if (problem.config === undefined) return problem
  const { workload, places, count } = broker
  const claimed = places.filter(place => place.kind === 'claim')
  const check = membersCheck(broker, listeners, memberCount(count))
  const cutOver = { workspace, workload, stage: 'brokers', data: 'clone', claimed, check, together: true } as const
  return { ...problem, steps: cutOverSteps(cutOver) }
}

function reason({ broker, members, headless, firstId, listeners }: Plan): string {
  const { workload, title, mode } = broker
  const ids = firstId === undefined ? '' : `, with ids from ${firstId} on`
  const quorum = mode === 'combined' ? ', and vote for a controller among themselves' : ''
  const hosts = listeners.advertised
    .map(({ host, port }) => (host === '' ? `port ${port}` : `${host}:${port}`))
    .join(' and ')
  return `${describe(workload.resource)} runs ${title} as ${broker.count === 1 ? 'one broker' : `${broker.count} brokers`} at ${hosts || 'its Service'}: when its node goes, every topic is gone with it; it becomes ${members} brokers of a StatefulSet${ids}, which tell clients their own names behind ${headless}${quorum}`
}

/** Every port of the brokers, named as the container does. */
function portsOf({ container }: Broker, listeners: Listeners): ServicePort[] {
  const controller = controllerOf(listeners).name
  const wanted = listeners.opened.map(({ name, port }) => ({ name: portName(name, controller), port }))
  return wanted.map(({ name, port }) => {
    const present = portReference(container, port)
    return { name: typeof present === 'string' ? present : name, port, targetPort: present }
  })
}

function portName(listener: string, controller: string): string {
  if (listener === controller) return 'controller'
  const name = listener
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === 'plaintext' ? 'broker' : name.slice(0, 15).replace(/-+$/, '')
}

function mountedFile({ container, dialect }: Broker): Refused {
  return {
    code: 'closed-configuration',
    why: `it reads the file that is mounted at ${dialect?.configFile?.path ?? 'its configuration'}, and with it no variable: one file cannot give each broker an id and an address`,
    next: `move the settings of the file into variables of container ${container.name}, then run again`,
  }
}

function unknownValue(inListeners: boolean): Refused {
  return {
    code: 'unknown-value',
    why: inListeners
      ? 'its listeners are not in the files, or not in a form that can be read'
      : 'its id is not in the files, or is no number',
    next: 'write the value out as a variable of the container, or give the file that it comes from as well',
  }
}

function externalProblem(workspace: Workspace, broker: Broker, listeners: Listeners): Refused | undefined {
  const outside = listeners.advertised.find(({ host }) => hostKind(workspace, broker, host) === 'outside')
  if (outside === undefined) return undefined
  return {
    code: 'external-listener',
    why: `it tells clients ${outside.name}://${outside.host}:${outside.port}, which is none of its Services: each of several brokers needs an outside address of its own`,
    next: 'give each broker an outside Service and address by hand, or take that listener out, then run again',
  }
}

/** What a StatefulSet cannot change any more. */
function fixedProblem({ workload, mode }: Broker): Refused | undefined {
  const { resource } = workload
  if (resource.kind !== 'StatefulSet') return undefined
  if (serviceNameOf(resource) === undefined) {
    return {
      code: 'fixed-fields',
      why: 'it has no serviceName, so its pods have no names, and the field cannot be changed once it is there',
      next: `write serviceName: ${resource.name}-headless, delete the StatefulSet with --cascade=orphan, apply it again, then run again`,
    }
  }
  if (mode !== 'combined' || at(resource.value, ['spec', 'podManagementPolicy']) === 'Parallel') return undefined
  return {
    code: 'fixed-fields',
    why: 'its pods start one after the other (podManagementPolicy), and the first of three controllers is never ready alone; the field cannot be changed once it is there',
    next: 'write podManagementPolicy: Parallel, delete the StatefulSet with --cascade=orphan, apply it again, then run again',
  }
}

/** The voters are in the storage: up to 3.7 a changed list stops the node, in 3.8 and 3.9 empty ones may win. */
function voterProblem(broker: Broker, mode: DataMode): Refused | undefined {
  const kept = broker.places.filter(place => place.isIdle !== true)
  if (broker.mode !== 'combined' || !isPersistent(kept)) return undefined
  if (mode === 'fresh' && broker.workload.resource.kind === 'Deployment') return undefined
  return {
    code: 'fixed-voters',
    why: 'it is a controller as well and keeps its data, in which the voters are written: with two more it stops, or they elect a leader without the metadata',
    next: 'build a new cluster of three beside it and mirror the topics; where the data may go, set stateful.data to fresh',
    steps: [
      {
        text: 'or add a StatefulSet of brokers alone (process.roles: broker) that joins the present controller: topics are then safe, the controller stays single',
      },
      {
        text: 'from Kafka 4.1 on, a single node can be moved to a dynamic quorum and get voters one by one',
        commands: ['kafka-features.sh --bootstrap-server localhost:9092 upgrade --feature kraft.version=1'],
      },
    ],
  }
}

function placeProblem({ workload, places, distro, configuration }: Broker, mode: DataMode): Refused | undefined {
  const isDeployment = workload.resource.kind === 'Deployment'
  const kept = places.filter(place => place.isIdle !== true)
  if (places.length === 0) return unknownFolder()
  // what a StatefulSet mounts stays with its first member; a claim that its pods name would be shared by all
  const problem = dataProblem(kept, isDeployment ? mode : 'plan')
  if (problem !== undefined) {
    return problem.code === 'data-on-claim' && isDeployment
      ? { ...problem, config: 'stateful: {data: clone}' }
      : problem
  }
  const isCarried = isDeployment && kept.some(place => place.kind === 'claim') && mode !== 'fresh'
  if (!isCarried || distro !== 'kafka/wurstmeister' || configuration.dialect?.dataFolder !== kept[0]?.paths[0]?.path)
    return undefined
  return {
    code: 'data-on-claim',
    why: 'the image keeps its data in a folder named after the pod (/kafka/kafka-logs-<pod>), so another pod does not find it',
    next: 'move the data into one folder and name it in KAFKA_LOG_DIRS first, or start empty (stateful.data: fresh)',
  }
}

function unknownFolder(): Refused {
  return {
    code: 'unknown-value',
    why: 'the folder of its data (log.dirs) is not in the files',
    next: 'write the value out as a variable of the container, or give the file that it comes from as well',
  }
}

/** A broker that keeps its data starts only at an ensemble that keeps it as well. */
function ensembleProblem(workspace: Workspace, broker: Broker, mode: DataMode): Refused | undefined {
  // a StatefulSet grows beside what is there: nothing of the ensemble is touched
  if (broker.workload.resource.kind !== 'Deployment' || broker.mode !== 'zookeeper') return undefined
  if (mode === 'fresh' || !isPersistent(broker.places)) return undefined
  const found = readKey(workspace, broker.configuration, 'zookeeper.connect')
  const servers =
    found.kind === 'text' ? ensembleWorkload(workspace.original, broker.workload.resource, found.text) : undefined
  if (servers === undefined || servers.containers.some(keepsData)) return undefined
  return {
    code: 'zookeeper-loses-data',
    why: `it keeps its data, and ${describe(servers.resource)} does not: a new ensemble makes a new id of the cluster, and the brokers refuse to start`,
    next: 'decide about both together: set stateful.data to fresh where the data of Kafka may go, or give ZooKeeper a claim first',
  }
}

function newLogDirs(workspace: Workspace, broker: Broker, stateful: StatefulSettings): string | undefined {
  const { workload, dialect, places, configuration } = broker
  const [place] = places
  if (place === undefined || dialect?.setsLogDirs !== true) return undefined
  if (workload.resource.kind !== 'Deployment') return undefined
  const isCarried = place.kind === 'claim' && place.isIdle !== true && stateful.data !== 'fresh'
  if (isCarried || (stateful.keepEmptyDir && place.kind === 'emptyDir')) return undefined
  const root = (place.mount?.path ?? dialect.volumeFolder).replace(/\/$/, '')
  const present = readKey(workspace, configuration, 'log.dirs')
  if (present.kind === 'text' && present.text.replace(/\/$/, '') !== root) return undefined
  // the root of a fresh file system has a lost+found, which is no topic and stops the broker
  return `${root}/logs`
}

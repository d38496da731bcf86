// Encrypts what goes to and between brokers: a TLS listener beside the plaintext one, then between brokers, then alone.

import {
  asArray,
  at,
  change,
  decline,
  describe,
  type FollowUp,
  member,
  type Precondition,
  type Proposal,
  restartSteps,
  type Settings,
  type Transform,
  type Workspace,
} from '../../src/sdk.ts'
import {
  type Broker,
  brokersOf,
  isAtLeast,
  isLiveCluster,
  type Listeners,
  listenersOf,
  originalOf,
  runsFromCache,
  settingsTarget,
  unitOf,
} from '../kafka/broker.ts'
import { type Client, clientsOf, describeClient } from '../kafka/clients.ts'
import { configEdits } from '../kafka/config.ts'
import { hostKind } from '../kafka/hosts.ts'
import type { Listener } from '../kafka/listeners.ts'
import { KAFKA } from '../kafka/settings.ts'
import { freePort, isBefore, nextStage, type Stage, stageOf, tlsListener } from '../kafka/stage.ts'
import { hasCertificate } from '../stateful/certificates.ts'
import { portReference } from '../stateful/probes.ts'
import { kubectlFor } from '../stateful/runbook.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'
import { clientEdits } from './clients.ts'
import { certificateEdits, certificateFile, mountEdits, secretOf } from './material.ts'
import { judgeOperated } from './operated.ts'
import { portEdits, probeEdits } from './ports.ts'
import { REFUSALS } from './refusals.ts'
import { hasKeyFiles, keyChanges, listenerChanges } from './target.ts'

const kafkaTls: Transform = {
  id: 'kafka-tls',
  title: 'Encrypt the connections of Kafka with TLS',
  rationale:
    'Over a plaintext listener every record, and every password in one, can be read and changed by whoever reaches the network of the pods. With TLS clients and brokers know that they talk to each other.',
  category: 'security',
  since: '0.1.0',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Kafka'],
  risks: ['access'],
  aliases: [],
  references: [
    'https://kafka.apache.org/documentation/#security_ssl',
    'https://cert-manager.io/docs/usage/certificate/',
  ],
  refusals: REFUSALS,
  sections: [KAFKA, TLS, CLUSTER_DOMAIN],
  *plan(workspace, settings): Iterable<Proposal> {
    for (const broker of brokersOf(workspace)) {
      const proposal = judge(workspace, settings, broker)
      if (proposal !== undefined) yield proposal
    }
    yield* judgeOperated(workspace, settings)
  },
}

export default kafkaTls

function judge(workspace: Workspace, settings: Settings, broker: Broker): Proposal | undefined {
  const { resource } = broker.workload
  const { ssl } = settings.get(KAFKA, resource)
  if (ssl === 'off') return undefined
  const refuse = ({ code, why, next }: Problem) =>
    decline({ target: settingsTarget(broker), code, why: `${describe(resource)}: ${why}`, next })
  const listeners = listenersOf(workspace, broker)
  if (broker.dialect === undefined) return isPlain(listeners) ? refuse(unsupported(broker)) : undefined
  if (listeners === undefined || broker.mode === undefined) return refuse(UNKNOWN)
  const present = stageOf(listeners)
  if (present === 'S3') return undefined
  const main = listeners.advertised.find(({ name }) => name === listeners.between) ?? listeners.advertised[0]
  const kind = main === undefined ? 'address' : hostKind(workspace, broker, main.host)
  if (main === undefined || kind === 'address') return refuse(NAMELESS)
  if (kind === 'outside') return refuse(outside(main))
  const problem =
    imageProblem(broker) ?? (present === undefined ? SASL : undefined) ?? providerProblem(settings, broker)
  if (problem !== undefined || present === undefined) return refuse(problem ?? SASL)
  return propose(workspace, settings, broker, listeners, present) ?? refuse(UNKNOWN)
}

/** Whether the files say it: what an unknown image opens by itself is not known. */
function isPlain(listeners: Listeners | undefined): boolean {
  return listeners?.isTold === true && stageOf(listeners) !== 'S3'
}

interface Problem {
  readonly code: string
  readonly why: string
  readonly next: string
}

const UNKNOWN: Problem = {
  code: 'unknown-value',
  why: 'its listeners are not in the files, or not in a form that can be read',
  next: 'write them out as variables of the container, or give the file that they come from as well',
}

const NAMELESS: Problem = {
  code: 'unknown-value',
  why: 'its brokers tell each other an IP address or the name of their host, and no certificate can hold those',
  next: 'let advertised.listeners tell the name of a Service, or of the pod behind one, then run again',
}

const SASL: Problem = {
  code: 'sasl-listener',
  why: 'it asks for passwords over plaintext listeners (SASL_PLAINTEXT), and clients have to learn SASL_SSL for it',
  next: 'move the listener to SASL_SSL together with its clients',
}

function outside({ host, port }: Listener): Problem {
  return {
    code: 'external-listener',
    why: `its brokers dial each other at ${host}:${port}, which is none of its Services, so no certificate can be made for the names that are dialled`,
    next: 'let the listener between brokers tell a name of its own Service, then run again',
  }
}

function unsupported(broker: Broker): Problem {
  return {
    code: 'unsupported-distribution',
    why: `${broker.title}: nothing tells where its listeners and key files are set`,
    next: 'move to apache/kafka or confluentinc/cp-kafka, or add a TLS listener where the image reads its settings',
  }
}

function imageProblem(broker: Broker): Problem | undefined {
  if (runsFromCache(broker)) {
    return {
      code: 'latest-without-zookeeper',
      why: `${broker.container.image} has no fixed version, and the newest image of that name has no ZooKeeper mode: the restart could pull it`,
      next: 'pin the version that runs today, then run again',
    }
  }
  // PEM files came with 2.7 (KIP-651); KRaft is younger than that
  if (broker.mode !== 'zookeeper' || isAtLeast(broker, '2.7')) return undefined
  return {
    code: 'needs-pem',
    why: `key files without a password need Kafka 2.7, and ${broker.version === undefined ? `the version of ${broker.container.image} is not known` : `this is ${broker.version}`}`,
    next: 'pin a version from 2.7 on, then run again',
  }
}

function providerProblem(settings: Settings, broker: Broker): Problem | undefined {
  if (settings.get(TLS, broker.workload.resource).provider !== 'none') return undefined
  return {
    code: 'no-provider',
    why: 'its listeners are plaintext, and tls.provider is none: a TLS listener without key files stops the broker',
    next: 'set tls.provider to cert-manager, or to existing-secret when something else makes the certificates',
  }
}

/** The stage that is wanted, the clients in its way, and the stage that this run may reach. */
interface Course {
  readonly wanted: Stage
  readonly reached: Stage
  readonly blocking: readonly Client[]
}

/** A cluster that runs moves one stage at a time: with two at once, brokers of the old and the new stage do not meet. */
function courseOf(
  settings: Settings,
  original: Broker,
  before: Stage,
  clients: readonly Client[],
  isOpenOutside: boolean,
): Course {
  const { ssl, clientsReady, rolled } = settings.get(KAFKA, original.workload.resource)
  const unknown = clientsReady ? [] : clients.filter(({ kind }) => kind.type === 'unknown')
  const wanted: Stage = ssl !== 'dual' && unknown.length === 0 && !isOpenOutside ? 'S3' : 'S2'
  const blocking = ssl === 'dual' ? clients : unknown
  if (!isLiveCluster(original)) return { wanted, reached: wanted, blocking }
  const done = before === 'S0' || rolled === before
  const next = done ? nextStage(before) : before
  return { wanted, reached: isBefore(wanted, next) ? wanted : next, blocking }
}

function propose(
  workspace: Workspace,
  settings: Settings,
  broker: Broker,
  listeners: Listeners,
  present: Stage,
): Proposal | undefined {
  const original = originalOf(workspace, broker)
  const before = originalStage(workspace, original) ?? present
  const known = tlsListener(listeners)
  const port = known?.port ?? freePort(listeners, containerPorts(broker))
  const clients = clientsOf(workspace, settings, broker, port)
  const open = outsidePlaintext(workspace, broker, listeners)
  const course = courseOf(settings, original, before, clients, open.length > 0)
  const hasFiles = hasKeyFiles(workspace, broker)
  const isOwn = !hasFiles || hasCertificate(workspace, broker.workload.resource, secretOf(broker))
  const plan = { workspace, settings, broker, listeners, port, stage: course.reached, isOwn }
  const rest = restOf(broker, course, before, port, open)
  const config = configEdits(workspace, broker.configuration, [...listenerChanges(plan), ...keyChanges(plan)])
  if ('code' in config) return undefined
  const isDone = present === course.reached
  const edits = isDone
    ? []
    : [
        ...config.edits,
        ...(hasFiles ? [] : mountEdits(broker)),
        ...portEdits(plan),
        ...probeEdits(plan),
        ...(hasFiles ? [] : certificateEdits(workspace, settings, broker, listeners)),
        ...(course.reached === 'S3' ? clientEdits(plan, clients) : []),
      ]
  return change({
    target: settingsTarget(broker),
    code: course.reached === 'S3' ? 'tls-only' : 'tls-beside-plaintext',
    why: isDone
      ? stillOpen(describe(original.workload.resource), listeners, port)
      : reason(describe(original.workload.resource), listeners, course, port),
    risks: 'access',
    edits,
    unit: unitOf(broker),
    steps: isDone
      ? []
      : [
          ...(hasFiles ? [] : stepsOf(workspace, settings, broker)),
          ...(course.reached === 'S3' ? clientSteps(broker, clients, port) : []),
        ],
    leaves: rest,
    preconditions: isDone || hasFiles ? [] : preconditionsOf(settings, broker),
    warnings: !isDone && hasFiles ? [OWN_FILES] : [],
  })
}

function stillOpen(name: string, listeners: Listeners, port: number): string {
  return `${name} still answers in plain text (port ${plainPorts(listeners)}) beside TLS on ${port}`
}

function plainPorts({ advertised, protocols }: Listeners): string {
  const plain = advertised.filter(listener => protocols.get(listener.name) === 'PLAINTEXT')
  return plain.map(listener => listener.port).join(', ')
}

/** Plaintext listeners that are reached from outside the cluster: their clients are in no file. */
function outsidePlaintext(
  workspace: Workspace,
  broker: Broker,
  { opened, advertised, protocols }: Listeners,
): Listener[] {
  const told = advertised
    .filter(({ name }) => protocols.get(name) === 'PLAINTEXT')
    .filter(({ host }) => hostKind(workspace, broker, host) === 'outside')
  const published = opened
    .filter(({ name }) => protocols.get(name) === 'PLAINTEXT' && !told.some(listener => listener.name === name))
    .filter(({ port }) => isPublished(workspace, broker, port))
  return [...told, ...published.map(listener => ({ ...listener, host: 'a node or a load balancer' }))]
}

/** Whether a port of the node, or a Service that is reached from outside, leads to the container's port. */
function isPublished(workspace: Workspace, { workload, container }: Broker, port: number): boolean {
  const entry = asArray(container.value.ports).find(candidate => Number(member(candidate, 'containerPort')) === port)
  if (workload.spec.hostNetwork === true || Number(member(entry, 'hostPort')) > 0) return true
  const reference = portReference(container, port)
  return workspace
    .servicesOf(workload)
    .filter(service => ['NodePort', 'LoadBalancer'].includes(String(at(service.value, ['spec', 'type']))))
    .flatMap(service => asArray(at(service.value, ['spec', 'ports'])))
    .some(candidate => {
      const target = member(candidate, 'targetPort') ?? member(candidate, 'port')
      return target === reference || Number(target) === port
    })
}

const OWN_FILES =
  'the brokers use the key files that they have: check that their certificates hold every name that the advertised listeners say'

function originalStage(workspace: Workspace, original: Broker): Stage | undefined {
  const listeners = listenersOf(workspace.original, original)
  return listeners === undefined ? undefined : stageOf(listeners)
}

function containerPorts({ workload }: Broker): number[] {
  return workload.containers.flatMap(container =>
    asArray(container.value.ports).map(port => Number(member(port, 'containerPort'))),
  )
}

function reason(name: string, listeners: Listeners, course: Course, port: number): string {
  const open = `${name} talks to its clients and to other brokers in plain text (port ${plainPorts(listeners)})`
  switch (course.reached) {
    case 'S1':
      return `${open}; it opens a TLS listener on ${port} beside it, which the brokers use among themselves in the next step`
    case 'S2':
      return `${open}; it opens a TLS listener on ${port} beside it and uses it between brokers, with a certificate for every name that is dialled`
    case 'S3':
      return `${open}; it talks TLS alone, on ${port}, with a certificate for every name that is dialled`
    default:
      return open
  }
}

function restOf(broker: Broker, course: Course, before: Stage, port: number, open: readonly Listener[]): FollowUp[] {
  const { resource } = broker.workload
  const rest: FollowUp[] = []
  if (isBefore(course.reached, course.wanted)) {
    const waits = course.reached === before
    rest.push({
      text: waits
        ? `when every broker of ${resource.name} runs with the listeners as they are in the files, set kafka.rolled: ${course.reached} and run again: the next stage is ${nextStage(course.reached)}`
        : `roll ${resource.name} out and wait until every partition has its full ISR, then set kafka.rolled: ${course.reached} and run again: two stages in one roll would cut off brokers from each other`,
      commands: [`${kubectlFor(resource)} rollout status statefulset/${resource.name} --timeout=30m`],
    })
  }
  if (course.wanted !== 'S3') {
    rest.push(
      ...course.blocking.map(client => ({
        text: `plaintext stays open, since ${describeClient(client)}: ${moveOf(client, port)}`,
      })),
    )
  }
  rest.push(
    ...open.map(({ name, host, port: opened }) => ({
      text: `plaintext stays open for whoever comes from outside at ${host}, port ${opened} (listener ${name}): give it a certificate of that address, or take it out`,
    })),
  )
  if (course.wanted !== 'S3' && course.blocking.length + open.length === 0) {
    rest.push({ text: 'plaintext stays open because kafka.ssl is dual; set it to auto or full to close it' })
  }
  if (broker.mode === 'combined') {
    rest.push({
      text: 'the controllers still talk plain text among themselves: moving their listener takes a second controller listener and a roll of its own',
    })
  }
  return rest
}

function moveOf({ kind }: Client, port: number): string {
  switch (kind.type) {
    case 'wait':
      return `it waits for the port, and moves to ${port} when plaintext is closed`
    case 'profile':
      return `its variables are known (${kind.profile.name}); kafka.ssl: full moves it to ${port}`
    case 'unknown':
      return `TLS is switched on in its code, with port ${port} and the file ca.crt; name its variables under kafka.clients, or say kafka.clientsReady: true once it is done`
  }
}

function stepsOf(workspace: Workspace, settings: Settings, broker: Broker): FollowUp[] {
  const { resource } = broker.workload
  const kubectl = kubectlFor(resource)
  const secret = secretOf(broker)
  const isOwn = settings.get(TLS, resource).provider === 'cert-manager'
  return [
    {
      text: `before the brokers start again, have the Secret ${secret} made: pods wait for it in ContainerCreating`,
      commands: isOwn
        ? [
            `kubectl apply -f ${certificateFile(workspace, broker) ?? resource.origin.file}`,
            `${kubectl} wait --for=condition=Ready certificate/${secret} --timeout=5m`,
          ]
        : [`${kubectl} get secret ${secret}`],
    },
    {
      text: `brokers read their key files once: start them again before the certificate is renewed (11 months), one by one, or the cluster goes dark when it ends`,
      commands: [`${kubectl} rollout restart ${resource.kind.toLowerCase()}/${resource.name}`],
    },
  ]
}

/** A client that is left behind says nothing clear: it takes the answer for a length, and runs out of memory or time. */
function clientSteps({ workload }: Broker, clients: readonly Client[], port: number): FollowUp[] {
  const names = [...new Set(clients.map(({ container }) => describe(container.workload.resource)))]
  const moved = names.length === 0 ? '' : `, together with ${names.join(' and ')}`
  return [
    {
      text: `let the brokers of ${workload.resource.name} start again${moved}: plaintext is closed then, and a client that still uses it runs out of memory or into a time-out instead of saying so (the TLS port is ${port})`,
    },
    ...[...new Set(clients.map(({ container }) => container.workload))].flatMap(restartSteps),
  ]
}

function preconditionsOf(settings: Settings, broker: Broker): Precondition[] {
  const { provider } = settings.get(TLS, broker.workload.resource)
  const text =
    provider === 'cert-manager'
      ? 'cert-manager 1.15 or newer runs in the cluster (kubectl get crd certificates.cert-manager.io)'
      : `the Secret ${secretOf(broker)} holds ${broker.dialect?.keyFiles.items.map(([key]) => key).join(', ') ?? ''}, with an unencrypted PKCS#8 key and every name of the brokers`
  return [{ text, state: 'assumed' }]
}

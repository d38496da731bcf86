// Encrypts what goes to and between brokers: a TLS listener beside the plaintext one, then between brokers, then alone.

import {
  asArray,
  change,
  decline,
  describe,
  member,
  type Proposal,
  type Settings,
  type Transform,
  type Workspace,
} from '../../src/sdk.ts'
import { rollSteps } from '../kafka/admin.ts'
import {
  type Broker,
  brokersOf,
  type Listeners,
  listenersOf,
  originalOf,
  settingsTarget,
  unitOf,
} from '../kafka/broker.ts'
import { clientsOf } from '../kafka/clients.ts'
import { configEdits } from '../kafka/config.ts'
import { hostKind } from '../kafka/hosts.ts'
import { KAFKA } from '../kafka/settings.ts'
import { freePort, type Stage, stageOf, tlsListener } from '../kafka/stage.ts'
import { hasCertificate } from '../stateful/certificates.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'
import { clientEdits } from './clients.ts'
import { courseOf } from './course.ts'
import { certificateEdits, mountEdits, secretOf } from './material.ts'
import { judgeOperated } from './operated.ts'
import { outsidePlaintext } from './outside.ts'
import { portEdits, probeEdits } from './ports.ts'
import {
  imageProblem,
  NAMELESS,
  outside,
  type Problem,
  providerProblem,
  SASL,
  UNKNOWN,
  unsupported,
} from './problems.ts'
import { REFUSALS } from './refusals.ts'
import { hasKeyFiles, keyChanges, listenerChanges } from './target.ts'
import { answerSteps, clientSteps, OWN_FILES, preconditionsOf, reason, restOf, stepsOf, stillOpen } from './texts.ts'

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
  const ofClients = course.reached === 'S3' ? clientEdits(plan, clients) : []
  const edits = isDone
    ? []
    : [
        ...config.edits,
        ...(hasFiles ? [] : mountEdits(broker)),
        ...portEdits(plan),
        ...probeEdits(plan),
        ...(hasFiles ? [] : certificateEdits(workspace, settings, broker, listeners)),
        ...ofClients,
      ]
  const roll = rollSteps(workspace, broker)
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
          ...(course.reached === 'S3' ? clientSteps(plan, clients, ofClients, roll.length > 0) : []),
          ...roll,
          ...answerSteps(plan, roll.length > 0),
        ],
    leaves: rest,
    preconditions: isDone || hasFiles ? [] : preconditionsOf(settings, broker),
    warnings: !isDone && hasFiles ? [OWN_FILES] : [],
  })
}

function originalStage(workspace: Workspace, original: Broker): Stage | undefined {
  const listeners = listenersOf(workspace.original, original)
  return listeners === undefined ? undefined : stageOf(listeners)
}

function containerPorts({ workload }: Broker): number[] {
  return workload.containers.flatMap(container =>
    asArray(container.value.ports).map(port => Number(member(port, 'containerPort'))),
  )
}

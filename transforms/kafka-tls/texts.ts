// What a person has to know and to do about the encryption.

import {
  describe,
  type Edit,
  type FollowUp,
  type Precondition,
  restartSteps,
  type Settings,
  shellWord,
  type Workspace,
} from '../../src/sdk.ts'
import { type Access, brokersCheck, copiesCheck, plainAccess } from '../kafka/admin.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { type Client, describeClient } from '../kafka/clients.ts'
import { effective } from '../kafka/config.ts'
import type { Listener } from '../kafka/listeners.ts'
import { isBefore, nextStage, type Stage, tlsListener } from '../kafka/stage.ts'
import { certificateFile } from '../stateful/key-files.ts'
import { applyCommand, FORMER_FILES, filesOf, kubectlFor, podsCheck } from '../stateful/runbook.ts'
import { TLS } from '../stateful/settings.ts'
import type { Course } from './course.ts'
import { keyFolder, secretOf } from './material.ts'
import type { TlsPlan } from './target.ts'

export function stillOpen(name: string, listeners: Listeners, port: number): string {
  return `${name} still answers in plain text (port ${plainPorts(listeners)}) beside TLS on ${port}`
}

function plainPorts({ advertised, protocols }: Listeners): string {
  const plain = advertised.filter(listener => protocols.get(listener.name) === 'PLAINTEXT')
  return plain.map(listener => listener.port).join(', ')
}

export const OWN_FILES =
  'the brokers use the key files that they have: check that their certificates hold every name that the advertised listeners say'

export function reason(name: string, listeners: Listeners, course: Course, port: number): string {
  const plain = plainPorts(listeners)
  if (tlsListener(listeners) !== undefined) {
    return course.reached === 'S3'
      ? `${name} still answers in plain text (port ${plain}) beside TLS on ${port}; plaintext is closed`
      : `the brokers of ${name} talk to each other in plain text (port ${plain}), although TLS is open on ${port}; they use that among themselves`
  }
  const open = `${name} talks to its clients and to other brokers in plain text (port ${plain})`
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

export function restOf(
  broker: Broker,
  course: Course,
  before: Stage,
  port: number,
  open: readonly Listener[],
): FollowUp[] {
  const { resource } = broker.workload
  const rest: FollowUp[] = []
  if (isBefore(course.reached, course.wanted)) {
    const waits = course.reached === before
    rest.push({
      stage: 'brokers',
      text: waits
        ? `when every broker of ${resource.name} runs with the listeners as they are in the files, set kafka.rolled: ${course.reached} and run again: the next stage is ${nextStage(course.reached)}`
        : `roll ${resource.name} out and wait until every partition has its full ISR, then set kafka.rolled: ${course.reached} and run again: two stages in one roll would cut off brokers from each other`,
      commands: [`${kubectlFor(resource)} rollout status statefulset/${shellWord(resource.name)} --timeout=30m`],
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

/** How the Secret comes about, and when the brokers have to read it again. */
export function stepsOf(workspace: Workspace, settings: Settings, broker: Broker): FollowUp[] {
  const { resource } = broker.workload
  const kubectl = kubectlFor(resource)
  return [
    secretStep(workspace, settings, broker),
    {
      text: `every 11 months, before the certificate is renewed, start the brokers of ${resource.name} again one by one: they read their key files once, and the cluster goes dark when the certificate ends`,
      commands: [`${kubectl} rollout restart ${resource.kind.toLowerCase()}/${shellWord(resource.name)}`],
    },
  ]
}

function secretStep(workspace: Workspace, settings: Settings, broker: Broker): FollowUp {
  const { resource } = broker.workload
  const kubectl = kubectlFor(resource)
  const secret = secretOf(broker)
  const keys = broker.dialect?.keyFiles.items.map(([key]) => key).join(' and ') ?? ''
  const described = { text: `it has ${keys}`, commands: [`${kubectl} describe secret ${shellWord(secret)}`] }
  const ready = `${kubectl} wait --for=condition=Ready certificate/${shellWord(secret)} --timeout=5m`
  if (settings.get(TLS, resource).provider !== 'cert-manager') {
    return {
      stage: 'secrets',
      text: `have the Secret ${secret} made, for which the pods of the brokers wait`,
      commands: [`${kubectl} get secret ${shellWord(secret)}`],
      check: described,
    }
  }
  const file = certificateFile(workspace, broker.workload.resource)
  if (file === undefined) {
    // the certificate is applied with the brokers, whose pods wait for it
    return {
      stage: 'brokers',
      text: `wait for the certificate of ${resource.name}, without whose Secret its pods stay in ContainerCreating`,
      commands: [ready],
      check: described,
    }
  }
  return {
    stage: 'secrets',
    text: `have the Secret ${secret} made before the brokers start: their pods wait for it in ContainerCreating`,
    commands: [`${kubectl} apply -f ${shellWord(file)}`, ready],
    check: described,
    back: { text: 'nothing uses it yet: delete it again', commands: [`${kubectl} delete -f ${shellWord(file)}`] },
  }
}

/** A client that is left behind says nothing clear: it takes the answer for a length, and runs out of memory or time. */
const LEFT_BEHIND = 'a client that is left behind runs out of memory or into a time-out instead of saying so'

/**
 * Clients that move to TLS alone. Where brokers run already, the clients go first, while plaintext is still open; where
 * brokers start anew, behind them.
 */
export function clientSteps(
  plan: TlsPlan,
  clients: readonly Client[],
  edits: readonly Edit[],
  isRunning: boolean,
): FollowUp[] {
  const { workspace, broker, port } = plan
  const stage: FollowUp['stage'] = isRunning ? 'before-brokers' : 'clients'
  const workloads = [
    ...new Map(clients.map(({ container }) => [container.workload.resource, container.workload])).values(),
  ]
  const [first] = workloads
  if (first === undefined) return []
  const certificates = certificateFile(workspace, broker.workload.resource)
  // the certificates of clients beside brokers that start anew are there already
  const files = filesOf(first, edits).filter(file => isRunning || file !== certificates)
  const apply = applyCommand(workspace, first.resource, files)
  const names = workloads.map(({ resource }) => describe(resource)).join(' and ')
  return [
    {
      stage,
      text: `apply the clients, which dial the TLS port ${port} now: ${names}; ${LEFT_BEHIND}`,
      commands: [apply],
      check: podsCheck(workloads),
      ...(isRunning ? { back: { text: FORMER_FILES, commands: [apply] } } : {}),
    },
    ...workloads.flatMap(restartSteps).map(step => ({ ...step, stage })),
  ]
}

/** How the brokers are asked once the change is in: over TLS where nothing else is left and their files are known. */
function accessAt({ workspace, broker, listeners, port, stage, isOwn }: TlsPlan): Access {
  const plain = plainAccess(broker, listeners)
  const file = broker.dialect?.keyFiles.items.find(([key]) => key === 'ca.crt')?.[1]
  if (stage !== 'S3' || !isOwn || file === undefined) return plain
  // brokers that have their files from an earlier stage say where
  const told = effective(workspace, broker.configuration, 'ssl.truststore.location')
  return { ...plain, port, authority: told ?? `${keyFolder(broker)}/${file}` }
}

/** Brokers that started again have all copies; without a plaintext listener they answer over TLS alone. */
export function answerSteps(plan: TlsPlan, isRunning: boolean): FollowUp[] {
  const { broker, stage } = plan
  const access = accessAt(plan)
  const { name } = broker.workload.resource
  const copies = copiesCheck(broker, access)
  if (isRunning) return [{ ...copies, stage: 'brokers', text: `check of ${name} that ${copies.text}` }]
  if (stage !== 'S3' || access.authority === undefined) return []
  const { text, commands = [] } = brokersCheck(broker, access, broker.count)
  return [
    {
      stage: 'brokers',
      text: `check over TLS, which is all that ${name} talks now, that ${text}`,
      commands,
    },
  ]
}

export function preconditionsOf(settings: Settings, broker: Broker): Precondition[] {
  const { provider } = settings.get(TLS, broker.workload.resource)
  if (provider === 'cert-manager') {
    return [
      {
        text: 'cert-manager 1.15 or newer runs in the cluster',
        state: 'assumed',
        command: 'kubectl get crd certificates.cert-manager.io',
      },
    ]
  }
  const text = `the Secret ${secretOf(broker)} holds ${broker.dialect?.keyFiles.items.map(([key]) => key).join(', ') ?? ''}, with an unencrypted PKCS#8 key and every name of the brokers`
  return [{ text, state: 'assumed' }]
}

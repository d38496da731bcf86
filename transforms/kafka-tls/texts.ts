// What a person has to know and to do about the encryption.

import {
  describe,
  type FollowUp,
  type Precondition,
  restartSteps,
  type Settings,
  type Workspace,
} from '../../src/sdk.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { type Client, describeClient } from '../kafka/clients.ts'
import type { Listener } from '../kafka/listeners.ts'
import { isBefore, nextStage, type Stage, tlsListener } from '../kafka/stage.ts'
import { certificateFile } from '../stateful/key-files.ts'
import { kubectlFor } from '../stateful/runbook.ts'
import { TLS } from '../stateful/settings.ts'
import type { Course } from './course.ts'
import { secretOf } from './material.ts'

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

export function stepsOf(workspace: Workspace, settings: Settings, broker: Broker): FollowUp[] {
  const { resource } = broker.workload
  const kubectl = kubectlFor(resource)
  const secret = secretOf(broker)
  const isOwn = settings.get(TLS, resource).provider === 'cert-manager'
  return [
    {
      text: `before the brokers start again, have the Secret ${secret} made: pods wait for it in ContainerCreating`,
      commands: isOwn
        ? [
            `kubectl apply -f ${certificateFile(workspace, resource) ?? resource.origin.file}`,
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
export function clientSteps({ workload }: Broker, clients: readonly Client[], port: number): FollowUp[] {
  const names = [...new Set(clients.map(({ container }) => describe(container.workload.resource)))]
  const moved = names.length === 0 ? '' : `, together with ${names.join(' and ')}`
  return [
    {
      text: `let the brokers of ${workload.resource.name} start again${moved}: plaintext is closed then, and a client that still uses it runs out of memory or into a time-out instead of saying so (the TLS port is ${port})`,
    },
    ...[...new Set(clients.map(({ container }) => container.workload))].flatMap(restartSteps),
  ]
}

export function preconditionsOf(settings: Settings, broker: Broker): Precondition[] {
  const { provider } = settings.get(TLS, broker.workload.resource)
  const text =
    provider === 'cert-manager'
      ? 'cert-manager 1.15 or newer runs in the cluster (kubectl get crd certificates.cert-manager.io)'
      : `the Secret ${secretOf(broker)} holds ${broker.dialect?.keyFiles.items.map(([key]) => key).join(', ') ?? ''}, with an unencrypted PKCS#8 key and every name of the brokers`
  return [{ text, state: 'assumed' }]
}

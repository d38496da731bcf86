// What a person has to know and to do about the encryption of an ensemble.

import { describe, type FollowUp, restartSteps, shellWord } from '../../src/sdk.ts'
import { type Broker, originalOf } from '../kafka/broker.ts'
import { workloadsThatDial } from '../stateful/references.ts'
import { applyCommand, kubectlFor, podsCheck } from '../stateful/runbook.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'
import { isBefore, nextStage } from '../zookeeper/stage.ts'
import type { DiallingBroker } from './brokers.ts'
import type { Course } from './course.ts'
import { isEnsemble, SECURE_PORT, type Situation } from './situation.ts'

export function reason(situation: Situation, { before, reached }: Course, isDone: boolean): string {
  const { workload, clientPort } = situation
  const name = describe(workload.resource)
  if (isDone) {
    return isEnsemble(situation) && isBefore(reached, 'Q3')
      ? `the members of ${name} ${TOLD[reached]} (stage ${reached}), and the next stage waits for them`
      : `${name} still answers its clients in plain text on ${clientPort} beside TLS on ${SECURE_PORT}`
  }
  const clients = `opens TLS on ${SECURE_PORT} beside ${clientPort} for its clients, who need no certificate of their own`
  if (!isEnsemble(situation)) return `${name} talks to its clients in plain text; it ${clients}`
  if (before === reached) return `${name} ${clients}`
  const between = before === 'Q0' ? 'its members and clients talk' : 'its members still understand'
  return `${name}: ${between} plain text; they ${TOLD[reached]} (stage ${reached})${before === 'Q0' ? `, and it ${clients}` : ''}`
}

const TOLD = {
  Q0: 'talk plain text',
  Q1: 'take TLS and plain text from each other, and dial plain text',
  Q2: 'dial each other by TLS, and take plain text still',
  Q3: 'talk TLS to each other',
} as const

/** What stays open: the next stage, and the clients that stay on the plaintext port. */
export function restOf(situation: Situation, course: Course, moved: readonly DiallingBroker[]): FollowUp[] {
  return [...stageRest(situation, course), ...clientRest(situation, moved)]
}

function stageRest(situation: Situation, { before, reached, live }: Course): FollowUp[] {
  const { name } = situation.workload.resource
  if (!live || reached === 'Q3') return []
  const kubectl = kubectlFor(situation.workload.resource)
  return [
    {
      text:
        reached === before
          ? `when every member of ${name} runs with the settings as they are in the files, set zookeeper.rolled: ${reached} and run again: the next stage is ${nextStage(reached)}`
          : `roll ${name} out and wait until every member is back in the ensemble, then set zookeeper.rolled: ${reached} and run again: with two stages in one roll members of the old and the new one drop each other`,
      commands: [`${kubectl} rollout status statefulset/${name} --timeout=30m`],
    },
  ]
}

function clientRest(situation: Situation, moved: readonly DiallingBroker[]): FollowUp[] {
  const { workspace, settings, workload, clientPort } = situation
  const { name } = workload.resource
  const domain = settings.get(CLUSTER_DOMAIN, workload.resource)
  const dialling = workloadsThatDial(workspace, workload, workspace.servicesOf(workload), domain)
  const clients = dialling.filter(({ resource }) => !moved.some(({ broker }) => broker.workload.resource === resource))
  const who = clients.map(({ resource }) => `${describe(resource)} (${resource.origin.file})`).join(', ')
  return [
    {
      text: `${clientPort} of ${name} stays open in plain text${who === '' ? '' : `: ${who} may dial it`}; once every client dials ${SECURE_PORT} with the file ca.crt of its authority, close it by hand: ${closing(situation)}`,
    },
  ]
}

function closing({ dialect, clientPort }: Situation): string {
  switch (dialect.distro) {
    case 'zk/official':
      return `take ;${clientPort} out of each server in ZOO_SERVERS, and the port out of probes and Services`
    case 'zk/cp':
      return 'take ZOOKEEPER_CLIENT_PORT out, and the port out of probes and Services'
    default:
      return 'the image opens it in every ensemble, so a network policy has to'
  }
}

/** Why brokers stay on the plaintext port, one line for each. */
export function brokerRest(
  situation: Situation,
  brokers: readonly DiallingBroker[],
  { opensFirst }: Course,
): FollowUp[] {
  return brokers.map(({ broker, problem }) => {
    const { resource } = broker.workload
    const why = problem ?? (opensFirst ? 'its settings cannot be changed from here' : undefined)
    return {
      text:
        why === undefined
          ? `${describe(resource)} moves to ${SECURE_PORT} once every member of ${situation.workload.resource.name} has that port: roll the members out, then set zookeeper.rolled and run again`
          : `${describe(resource)} stays on the plaintext port of ${situation.workload.resource.name}: ${why}`,
    }
  })
}

/** Brokers that run; those of another kind start with the steps of the change that makes them. */
export function brokerSteps({ workspace, workload: servers }: Situation, broker: Broker): FollowUp[] {
  const { workload } = broker
  const { resource } = workload
  if (originalOf(workspace, broker).workload.resource.kind !== resource.kind) return []
  const apply = applyCommand(workspace, resource, [resource.origin.file])
  return [
    {
      stage: 'brokers',
      text: `once every member of ${servers.resource.name} answers on ${SECURE_PORT}, let ${describe(resource)} start again: it dials that port then`,
      commands: [
        apply,
        `${kubectlFor(resource)} rollout status ${resource.kind.toLowerCase()}/${shellWord(resource.name)} --timeout=15m`,
      ],
      check: podsCheck([workload]),
    },
    ...restartSteps(workload),
  ]
}

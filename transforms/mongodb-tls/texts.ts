// What a person has to know and to do about the encryption of MongoDB.

import { describe, type FollowUp, type Instruction } from '../../src/sdk.ts'
import { type LeftClient, nameLeft } from '../mongodb/clients.ts'
import { isBefore, nextMode, type TlsMode } from '../mongodb/tls-mode.ts'
import { kubectlFor } from '../stateful/runbook.ts'
import type { Course } from './course.ts'
import type { Situation } from './situation.ts'
import { FILES } from './target.ts'

const SAYS: Readonly<Record<TlsMode, string>> = {
  disabled: 'takes plain text alone',
  allowTLS: 'takes TLS and plain text, and its members dial each other in plain text (allowTLS)',
  preferTLS: 'takes TLS and plain text, and its members dial each other by TLS (preferTLS)',
  requireTLS: 'takes TLS alone (requireTLS)',
}

export function reason({ workload }: Situation, { before, reached }: Course, isDone: boolean): string {
  const name = describe(workload.resource)
  return isDone || before === reached ? `${name} ${SAYS[reached]}` : `${name} ${SAYS[before]}; it ${SAYS[reached]} then`
}

/** What stays open: the next mode, and the clients that keep plain text open. */
export function restOf(
  { workload }: Situation,
  course: Course,
  open: readonly LeftClient[],
  isFull: boolean,
): FollowUp[] {
  const { before, wanted, reached } = course
  const { resource } = workload
  const rest: FollowUp[] = []
  if (isBefore(reached, wanted)) {
    const waits = reached === before
    rest.push({
      text: waits
        ? `when ${resource.name} runs with ${reached} as it is in the files, set mongodb.rolled: ${reached} and run again: the next mode is ${nextMode(reached)}`
        : `roll ${resource.name} out and wait until all of it runs with ${reached}, then set mongodb.rolled: ${reached} and run again: with two modes in one roll members and clients do not understand each other`,
      commands: [
        `${kubectlFor(resource)} rollout status ${resource.kind.toLowerCase()}/${resource.name} --timeout=30m`,
      ],
    })
  }
  if (wanted === 'requireTLS') return rest
  rest.push(...openRest(open))
  if (open.length === 0 && !isFull) {
    rest.push({ text: 'plain text stays open because mongodb.tls is dual; set it to full to close it' })
  }
  return rest
}

function openRest(open: readonly LeftClient[]): FollowUp[] {
  return nameLeft(open).map(client => ({
    text: `plain text stays open, since ${client}: give it tls=true and the file ca.crt of the authority, or say mongodb.clientsReady: true once it is done`,
  }))
}

/** A question to each member over TLS, which only the names of its certificate answer. */
export function tlsCheck({ workload, server, count, port }: Situation): Instruction {
  const { resource } = workload
  const authority = FILES.find(([option]) => option === 'tlsCAFile')?.[2] ?? ''
  const ask = `mongosh --quiet --tls --tlsCAFile ${authority} --host localhost --port ${port} --eval 'db.runCommand({ping: 1})'`
  const pods =
    resource.kind === 'StatefulSet'
      ? Array.from({ length: count }, (_, ordinal) => `${resource.name}-${ordinal}`)
      : [`${resource.kind.toLowerCase()}/${resource.name}`]
  return {
    text: `each member of ${resource.name} answers by TLS (before MongoDB 6 the shell is called mongo)`,
    commands: pods.map(pod => `${kubectlFor(resource)} exec ${pod} -c ${server.container.name} -- ${ask}`),
  }
}

export const CLOSED_WARNING =
  'a Job of kubemend that sets a replica set up dials in plain text: it has done its work where the set is there, and would wait for ever in a new cluster'

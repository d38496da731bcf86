// The Bitnami image: each pod learns its part from its number, and the image sets the replica set up on empty volumes.

import { isOpenShift, type Proposal, type Workspace } from '../../src/sdk.ts'
import { BITNAMI_UID, type BitnamiServer, bitnamiEdits, readBitnami } from '../mongodb/bitnami.ts'
import { KEY_ENTRY, keySecret } from '../mongodb/settings.ts'
import { isPersistent } from '../stateful/data.ts'
import type { Headless } from '../stateful/headless.ts'
import { memberCount } from '../stateful/members.ts'
import { findObstacle } from '../stateful/obstacles.ts'
import { portEdits, portReferenceOrAdded, quorumProbeEdits, readinessEdits } from '../stateful/probes.ts'
import type { Refused } from '../stateful/refused.ts'
import { STATEFUL } from '../stateful/settings.ts'
import { convertWith } from './convert.ts'
import { judgeSet, separateMembers } from './grow.ts'
import { ASKS_FOR_SET, findMembers, type Members } from './members.ts'
import { exposureProblem } from './problems.ts'
import { optionsOf, refuse, type ServerSituation, type Situation } from './situation.ts'

interface BitnamiSituation extends ServerSituation {
  readonly server: BitnamiServer
}

export function judgeBitnami(situation: Situation): Proposal | undefined {
  const { workspace, workload, system, count } = situation
  const server = readBitnami(workspace, system.container)
  if (server.port === undefined || server.access === 'unknown')
    return count > 1 ? undefined : unknown(situation, server)
  const known: BitnamiSituation = { ...situation, server, port: server.port }
  if (server.replicaSet !== undefined) {
    return workload.resource.kind === 'StatefulSet' ? judgeSet(known, server.replicaSet) : undefined
  }
  if (count > 1) return refuse(situation, separateMembers(situation))
  const problem =
    findObstacle(workspace, workload, server.container) ??
    settingsProblem(server) ??
    dataProblem(known) ??
    exposureProblem(known)
  if (problem !== undefined) return refuse(situation, problem)
  return convertWith(known, headless => membersOf(workspace, known, headless))
}

function unknown(situation: Situation, { port }: BitnamiServer): Proposal {
  return refuse(situation, {
    code: 'unknown-value',
    why:
      port === undefined
        ? 'its port is not in the files'
        : 'whether it has a root password depends on a ConfigMap or Secret that is not in the set',
    next: 'write the value out, or give the file that it comes from as well',
  })
}

function settingsProblem({ obstacle }: BitnamiServer): Refused | undefined {
  if (obstacle === undefined) return undefined
  return {
    code: 'custom-settings',
    why: `${obstacle}, which the image reads on every member, where it would undo or forbid a part of its settings`,
    next: 'say it by other variables of the image, then run again',
  }
}

/** On data of a server of its own the image sets nothing up; without kept data its first member starts a new set. */
function dataProblem({ settings, workload, server }: BitnamiSituation): Refused | undefined {
  const { data, keepEmptyDir } = settings.get(STATEFUL, workload.resource)
  const isStatefulSet = workload.resource.kind === 'StatefulSet'
  const isKept = isPersistent(server.places)
  if (isKept && (data !== 'fresh' || isStatefulSet)) {
    return {
      code: 'standalone-data',
      why: 'the image sets a replica set up on empty volumes alone, and this server has data on one',
      next: 'dump the data, let the members start empty (stateful.data: fresh, on a Deployment), then restore it',
      ...(isStatefulSet ? {} : { config: 'stateful: {data: fresh}' }),
    }
  }
  if (isKept || !(isStatefulSet || keepEmptyDir)) return undefined
  return {
    code: 'needs-claims',
    why: 'its data goes with the pod, and the first member of this image starts a new, empty set whenever it finds no data, beside the one of the others',
    next: 'give it claims: let keepEmptyDir be off, and write it as a Deployment, which gets claims for its members',
  }
}

function membersOf(workspace: Workspace, situation: BitnamiSituation, headless: Headless): Members | Refused {
  const { workload, server, port } = situation
  const { container } = server
  const options = optionsOf(situation)
  const found = findMembers(situation, headless, memberCount(1))
  if ('code' in found) return found
  const isOn = server.access === 'on'
  const secret = isOn && options.key.source === 'secret' ? keySecret(workload.resource.name, options) : undefined
  const edits = bitnamiEdits(workspace, container, {
    ...{ hosts: found.hosts, port, replicaSet: options.replicaSet, access: isOn ? 'on' : 'off' },
    key: secret === undefined ? undefined : { name: secret, key: KEY_ENTRY },
  })
  if (edits === undefined) {
    return {
      code: 'custom-command',
      why: `container ${container.name} has a command or variables of a shape that nothing can be put into`,
      next: 'leave command and args to the image, then run again',
    }
  }
  const reference = portReferenceOrAdded(container, port, 'mongodb')
  return {
    ...found,
    init: undefined,
    uid: isOpenShift(workspace, workload) ? undefined : BITNAMI_UID,
    keySecret: secret,
    inContainer: [
      ...edits,
      ...portEdits(container, [{ name: 'mongodb', port }]),
      ...quorumProbeEdits(container, ASKS_FOR_SET, reference),
      ...readinessEdits(container, reference),
    ],
  }
}

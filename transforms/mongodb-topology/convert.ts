// A Deployment of one MongoDB becomes a StatefulSet of three, and three become one replica set.

import {
  type Change,
  change,
  describe,
  type Edit,
  type Precondition,
  type Proposal,
  REPLICAS_PATH,
} from '../../src/sdk.ts'
import { initLabels } from '../mongodb/init-job.ts'
import { KEY_ENTRY } from '../mongodb/settings.ts'
import { ANTI_AFFINITY, spreadEdits } from '../shared/spread.ts'
import { storageAssumptions } from '../stateful/assumptions.ts'
import { claimTemplates, keepClaims, transferEdits, volumeEdits } from '../stateful/claims.ts'
import { graceEdits, groupEdits, serviceLinkEdits, statefulSetEdits } from '../stateful/convert.ts'
import { type DataPlace, dataProblem } from '../stateful/data.ts'
import { type Headless, headlessService } from '../stateful/headless.ts'
import { memberCount } from '../stateful/members.ts'
import { memberPolicyEdits } from '../stateful/policy.ts'
import { commandWarnings, retargetEdits } from '../stateful/references.ts'
import type { Refused } from '../stateful/refused.ts'
import { filesOf } from '../stateful/runbook.ts'
import { STATEFUL, type StatefulSettings } from '../stateful/settings.ts'
import { GRACE_SECONDS, type Members, MIN_READY_SECONDS, memberPorts, membersOf } from './members.ts'
import { findProblem } from './problems.ts'
import { type KnownSituation, refuse, type ServerSituation, unitOf } from './situation.ts'
import { conversionSteps, lossWarnings } from './texts.ts'

export function convert(situation: KnownSituation): Proposal {
  const problem = findProblem(situation)
  if (problem !== undefined) return refuse(situation, problem)
  return convertWith(situation, headless => membersOf(situation, headless, memberCount(situation.count)))
}

/** The conversion for members of any image. */
export function convertWith(
  situation: ServerSituation,
  makeMembers: (headless: Headless) => Members | Refused,
): Proposal {
  const { workspace, settings, workload, server } = situation
  const stateful = settings.get(STATEFUL, workload.resource)
  const headless = headlessService(workspace, workload, memberPorts(situation))
  if ('code' in headless) return refuse(situation, headless)
  const members = makeMembers(headless)
  if ('code' in members) return refuse(situation, members)
  const inData = dataProblem(server.places, stateful.data)
  if (inData === undefined) return conversion(situation, stateful, headless, members)
  if (inData.code !== 'data-on-claim') return refuse(situation, inData)
  const { steps = [] } = conversion(situation, { ...stateful, data: 'clone' }, headless, members)
  return refuse(situation, { ...inData, config: 'stateful: {data: clone}', steps })
}

function conversion(
  situation: ServerSituation,
  stateful: StatefulSettings,
  headless: Headless,
  members: Members,
): Change {
  const { workspace, workload, server } = situation
  const { resource } = workload
  const { places } = server
  const claimed = places.filter(place => place.kind === 'claim')
  const replaced = stateful.keepEmptyDir ? claimed : places
  const edits = serverEdits(situation, stateful, headless, members, claimed, replaced)
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: 'single-member',
    why: reason(situation, headless, members),
    risks: claimed.length > 0 ? ['topology', 'access', 'data'] : ['topology', 'access'],
    unit: unitOf(workload),
    edits: [...edits, ...members.clients.edits],
    steps: conversionSteps({
      ...{ workspace, workload, claimed, data: claimed.length > 0 ? stateful.data : 'none' },
      members: members.hosts.length,
      ...{
        container: server.container.name,
        files: filesOf(workload, edits),
        clients: members.clients,
        job: members.init?.job,
      },
      keySecret: members.keySecret,
    }),
    leaves: [
      ...members.leaves,
      ...members.clients.restarts,
      ...(replaced.length < places.length ? [ephemeralRest(resource.name)] : []),
    ],
    preconditions: preconditions(replaced, stateful, members),
    warnings: [
      ...lossWarnings(workload, places, stateful.data),
      ...members.warnings,
      ...commandWarnings(workspace, resource),
    ],
  })
}

/** All edits but those of the clients. */
function serverEdits(
  situation: ServerSituation,
  stateful: StatefulSettings,
  headless: Headless,
  members: Members,
  claimed: readonly DataPlace[],
  replaced: readonly DataPlace[],
): Edit[] {
  const { workspace, settings, workload, server, port } = situation
  const { resource } = workload
  const { container } = server
  const size = { size: stateful.sizes.mongodb, storageClass: stateful.storageClass }
  return [
    ...statefulSetEdits(workload, {
      serviceName: headless.name,
      members: members.hosts.length,
      // an empty member that starts early waits until it is added, and the first one is there for the clients soonest
      podManagementPolicy: 'OrderedReady',
      minReadySeconds: MIN_READY_SECONDS,
      claimTemplates: claimTemplates(container, replaced, size),
    }),
    ...serviceLinkEdits(workload),
    ...graceEdits(workload, GRACE_SECONDS),
    ...(replaced.length > 0 && members.uid !== undefined ? groupEdits(workload, members.uid) : []),
    ...spreadEdits(workload, settings.get(ANTI_AFFINITY, resource), workspace.kubernetesVersion, 'StatefulSet'),
    ...volumeEdits(container, replaced),
    ...members.inContainer,
    ...headless.edits,
    ...members.serviceEdits,
    ...memberPolicyEdits(workspace, workload, [port], members.init === undefined ? [] : [initLabels(resource.name)]),
    ...retargetEdits(workspace, resource, 'StatefulSet'),
    ...keepClaims(resource, claimed),
    ...(members.init?.edits ?? []),
    ...transferEdits(container, claimed, stateful.data, members.uid),
  ]
}

export function ephemeralRest(name: string) {
  return {
    text: `the members of ${name} keep their data in their pods: the others hold it for one that restarts, and when a majority stops at once it is gone; give each a claim (volumeClaimTemplates) by deleting the StatefulSet with its pods left, applying it with the templates, and deleting the pods one by one`,
  }
}

function reason({ workload, system }: ServerSituation, headless: Headless, { hosts, clients, init }: Members): string {
  const { resource } = workload
  const dialled = clients.rewritten.length === 0 ? '' : ', whose members its clients are told'
  return `${describe(resource)} runs ${system.title} as one member: when its node goes, nobody can reach it, and pods beside it would be servers of their own; it becomes a StatefulSet of ${hosts.length} members that find each other through ${headless.name}, and ${init === undefined ? 'the image' : 'a Job'} makes them one replica set${dialled}`
}

function preconditions(claims: readonly DataPlace[], stateful: StatefulSettings, members: Members): Precondition[] {
  const { keySecret } = members
  return [
    ...storageAssumptions(claims, stateful, stateful.data),
    ...(keySecret === undefined ? [] : [keyAssumption(keySecret)]),
  ]
}

export function keyAssumption(secret: string): Precondition {
  return {
    text: `Secret ${secret} has an entry ${KEY_ENTRY} with the common key of the members`,
    state: 'assumed',
  }
}

// A StatefulSet of MongoDB: one that grows in place, and one that is a replica set already.

import {
  change,
  describe,
  type FollowUp,
  type Proposal,
  REPLICAS_PATH,
  remove,
  restartSteps,
  set,
  shellWord,
} from '../../src/sdk.ts'
import { initLabels } from '../mongodb/init-job.ts'
import { settingOf } from '../mongodb/server.ts'
import { ANTI_AFFINITY, spreadEdits } from '../shared/spread.ts'
import { graceEdits, minReadyEdits, serviceLinkEdits } from '../stateful/convert.ts'
import { dataProblem, isPersistent } from '../stateful/data.ts'
import { headlessService, serviceNameOf } from '../stateful/headless.ts'
import { domainSuffix, memberCount, memberHosts } from '../stateful/members.ts'
import { memberPolicyEdits } from '../stateful/policy.ts'
import { orphanStep, type Refused, withoutServiceName } from '../stateful/refused.ts'
import { applyCommand, filesOf, kubectlFor, podsCheck } from '../stateful/runbook.ts'
import { ephemeralRest, keyAssumption } from './convert.ts'
import {
  clientsOf,
  GRACE_SECONDS,
  isPinNeeded,
  type Members,
  MIN_READY_SECONDS,
  memberPorts,
  membersOf,
} from './members.ts'
import { findProblem } from './problems.ts'
import {
  isPinned,
  type KnownSituation,
  optionsOf,
  POD_LABEL,
  refuse,
  type ServerSituation,
  type Situation,
  servicesOf,
  unitOf,
} from './situation.ts'
import { before, clientSteps, pinnedRest, type Run, setUpStep } from './texts.ts'

export function judgeStatefulSet(situation: KnownSituation): Proposal | undefined {
  const { server, count } = situation
  const name = settingOf(server, 'replSet', 'replication.replSetName')
  if (name === undefined && count === 1) return grow(situation)
  if (count === 1) return refuseOrNothing(situation)
  // a file that cannot be read may name the set
  if (name === undefined) return server.config === undefined ? undefined : refuse(situation, separateMembers(situation))
  return count % 2 === 0 ? refuse(situation, evenMembers(situation)) : judgeSet(situation, name)
}

function refuseOrNothing(situation: KnownSituation): Proposal | undefined {
  const problem = findProblem(situation)
  return problem === undefined ? undefined : refuse(situation, problem)
}

function grow(situation: KnownSituation): Proposal {
  const { workspace, workload, server } = situation
  const serviceName = serviceNameOf(workload.resource)
  const problem = findProblem(situation) ?? dataProblem(server.places, 'fresh') ?? sharedClaim(situation)
  if (problem !== undefined) return refuse(situation, problem)
  if (serviceName === undefined) return refuse(situation, withoutServiceName(workload.resource))
  const headless = headlessService(workspace, workload, memberPorts(situation), serviceName)
  if ('code' in headless) return refuse(situation, headless)
  const members = membersOf(situation, headless, memberCount(situation.count))
  if ('code' in members) return refuse(situation, members)
  return growth(situation, members, headless.edits)
}

function growth(situation: KnownSituation, members: Members, headlessEdits: Members['serviceEdits']): Proposal {
  const { workspace, settings, workload, server, system, port } = situation
  const { resource } = workload
  const { hosts, clients, init } = members
  const edits = [
    set(resource, REPLICAS_PATH, hosts.length),
    ...minReadyEdits(workload, MIN_READY_SECONDS),
    ...serviceLinkEdits(workload),
    ...graceEdits(workload, GRACE_SECONDS),
    ...spreadEdits(workload, settings.get(ANTI_AFFINITY, resource), workspace.kubernetesVersion),
    ...members.inContainer,
    ...headlessEdits,
    ...members.serviceEdits,
    ...memberPolicyEdits(workspace, workload, [port], [initLabels(resource.name)]),
    ...(init?.edits ?? []),
  ]
  const files = filesOf(workload, edits)
  const data: Run['data'] = isPersistent(server.places) ? 'clone' : 'none'
  const run = {
    ...{ workspace, workload, claimed: [], container: server.container.name, data, files, members: hosts.length },
    ...{ clients, job: init?.job, keySecret: members.keySecret },
  }
  // pods that wait for somebody to delete them do not run with --replSet before
  const byHand = restartSteps(workload)
  const command = applyCommand(workspace, resource, files)
  const rollout = `${kubectlFor(resource)} rollout status statefulset/${shellWord(resource.name)} --timeout=15m`
  const apply: FollowUp = {
    stage: 'databases',
    text: `apply the changed files: ${hosts.slice(1).length} empty members start, then ${resource.name}-0 restarts as the first one; it takes no writes until the Job has set the replica set up`,
    commands: byHand.length === 0 ? [command, rollout] : [command],
    check: podsCheck([workload]),
  }
  const afterRestart = [setUpStep(run), ...clientSteps(run)]
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: 'single-member',
    why: `${describe(resource)} runs ${system.title} as one member: when its node goes, nobody can reach it; it gets ${hosts.length} members, which a Job makes one replica set, the one with the data first`,
    risks: ['topology', 'access'],
    unit: unitOf(workload),
    edits: [...edits, ...clients.edits],
    steps: [...before(run), apply, ...(byHand.length === 0 ? afterRestart : [])],
    leaves: [
      ...(byHand.length === 0
        ? []
        : [...byHand.map(step => ({ ...step, stage: 'databases' as const })), ...afterRestart]),
      ...members.leaves,
      ...clients.restarts,
      ...(isPersistent(server.places) ? [] : [ephemeralRest(resource.name)]),
    ],
    preconditions: members.keySecret === undefined ? [] : [keyAssumption(members.keySecret)],
    warnings: members.warnings,
  })
}

/** A replica set: what is left to do is the Service that leads to one member, once no client needs it. */
export function judgeSet(situation: ServerSituation, name: string): Proposal | undefined {
  const { workspace, settings, workload, count } = situation
  const { resource } = workload
  const pinned = servicesOf(situation).filter(service => isPinned(service, workload))
  if (pinned.length === 0 || name !== optionsOf(situation).replicaSet) return undefined
  const suffix = domainSuffix(workspace, settings, resource)
  const hosts = memberHosts(resource.name, serviceNameOf(resource) ?? '', suffix, count)
  const clients = clientsOf(situation, hosts)
  const isNeeded = isPinNeeded(clients)
  const names = pinned.map(service => service.name).join(' and ')
  return change({
    target: { resource, path: REPLICAS_PATH },
    code: isNeeded ? 'clients-on-one-address' : 'clients-converted',
    why: isNeeded
      ? `${describe(resource)} is a replica set, and Service ${names} leads to its first member alone, for clients that do not name the set`
      : `every client of ${describe(resource)} names the replica set, so Service ${names} leads to all of its members again`,
    risks: ['access'],
    unit: unitOf(workload),
    edits: [
      ...clients.edits,
      ...(isNeeded ? [] : pinned.map(service => remove(service, ['spec', 'selector', POD_LABEL]))),
    ],
    leaves: [...clients.restarts, ...(isNeeded ? [pinnedRest(workload, pinned, clients)] : [])],
    warnings: [],
  })
}

function sharedClaim({ workload, server }: KnownSituation): Refused | undefined {
  const place = server.places.find(candidate => candidate.kind === 'claim')
  if (place === undefined) return undefined
  const { resource } = workload
  return {
    code: 'shared-claim',
    why: `its pods mount the claim ${place.claimName} by name, which members cannot share, and volumeClaimTemplates cannot be added once the StatefulSet is there`,
    next: `write the claim as a template named ${place.mount?.name}, bring the data onto the claim ${place.mount?.name}-${resource.name}-0, delete the StatefulSet with its pods left, apply it again, then run again`,
    steps: [orphanStep(resource)],
  }
}

export function separateMembers({ workload, count }: Situation): Refused {
  const { kind } = workload.resource
  return {
    code: 'separate-members',
    why: `each of the ${count} is a server of its own, and a client finds its data on one of them alone`,
    next:
      kind === 'StatefulSet'
        ? 'decide which pod has the data that counts, set replicas to 1 so that this one stays, then run again'
        : 'set replicas to 1, then run again: it becomes a replica set',
  }
}

function evenMembers({ count, workload }: KnownSituation): Refused {
  const { name } = workload.resource
  return {
    code: 'even-members',
    why: `${count} members need ${count / 2 + 1} for a majority, as ${count + 1} would, so one of them adds no safety`,
    next: `set replicas to ${count + 1} and add ${name}-${count} with rs.add() under the name that the others have in rs.conf()`,
  }
}

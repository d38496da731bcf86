// The steps and sentences of a MongoDB that becomes a replica set.

import { describe, type FollowUp, type Resource, shellWord, type Workload, type Workspace } from '../../src/sdk.ts'
import { type Clients, nameLeft } from '../mongodb/clients.ts'
import { KEY_ENTRY } from '../mongodb/settings.ts'
import type { DataPlace } from '../stateful/data.ts'
import { applyCommand, cutOverSteps, FORMER_FILES, kubectlFor, podsCheck } from '../stateful/runbook.ts'
import type { DataMode } from '../stateful/settings.ts'
import { POD_LABEL } from './situation.ts'

export interface Run {
  readonly workspace: Workspace
  readonly workload: Workload
  readonly claimed: readonly DataPlace[]
  /** name of the server's container */
  readonly container: string
  readonly data: DataMode | 'none'
  /** files of the server's change */
  readonly files: readonly string[]
  readonly members: number
  /** Secret that holds the key, where one has to be made */
  readonly keySecret: string | undefined
  /** name of the Job, undefined where the image sets the replica set up */
  readonly job: string | undefined
  readonly clients: Clients
}

/** The cut-over, with what belongs to MongoDB before and after it. */
export function conversionSteps(run: Run): FollowUp[] {
  const { workspace, workload, claimed, data, files } = run
  const check = podsCheck([workload])
  const cutOver = cutOverSteps({ workspace, workload, stage: 'databases', claimed, data, files, check })
  return [...before(run), ...cutOver, setUpStep(run), ...clientSteps(run)]
}

export function before({ workload, container, data, keySecret }: Run): FollowUp[] {
  const kubectl = kubectlFor(workload.resource)
  const steps: FollowUp[] = []
  if (data !== 'none') steps.push(backupStep(workload, container))
  if (keySecret !== undefined) {
    steps.push({
      stage: 'secrets',
      text: `make the Secret ${keySecret} with the common key of the members, unless it is there`,
      commands: [
        `${kubectl} create secret generic ${shellWord(keySecret)} --from-literal=${KEY_ENTRY}="$(openssl rand -base64 756 | tr -d '\\n')"`,
      ],
      check: {
        text: `it has the entry ${KEY_ENTRY}`,
        commands: [`${kubectl} describe secret ${shellWord(keySecret)}`],
      },
    })
  }
  return steps
}

function backupStep({ resource }: Workload, container: string): FollowUp {
  const file = shellWord(`${resource.name}.archive.gz`)
  const pod = `${resource.kind.toLowerCase()}/${shellWord(resource.name)}`
  return {
    stage: 'check',
    text: `back the data of ${resource.name} up first (with access control on, give mongodump its user)`,
    commands: [
      `${kubectlFor(resource)} exec ${pod} -c ${shellWord(container)} -- mongodump --archive --gzip > ${file}`,
    ],
    check: { text: 'the archive is whole', commands: [`gzip -t ${file}`] },
  }
}

export function setUpStep({ workload, container, members, job }: Run): FollowUp {
  const { name } = workload.resource
  const kubectl = kubectlFor(workload.resource)
  const stage = 'databases'
  if (job === undefined) {
    const pod = shellWord(`${name}-0`)
    return {
      stage,
      text: `check that ${name} has one PRIMARY and ${members - 1} SECONDARY members (with access control on, give mongosh its user)`,
      commands: [`${kubectl} exec ${pod} -c ${shellWord(container)} -- mongosh --quiet --eval 'rs.status().members'`],
    }
  }
  return {
    stage,
    text: `wait for the Job that makes the ${members} members of ${name} one replica set; nobody can write until it has begun`,
    commands: [`${kubectl} wait --for=condition=complete job/${shellWord(job)} --timeout=30m`],
    check: { text: 'its log has no error', commands: [`${kubectl} logs job/${shellWord(job)}`] },
  }
}

export function clientSteps({ workspace, clients }: Run): FollowUp[] {
  const [first] = clients.rewritten
  if (first === undefined) return []
  const files = [...new Set(clients.edits.flatMap(edit => ('resource' in edit ? [edit.resource.origin.file] : [])))]
  return [
    {
      stage: 'clients',
      text: `apply the clients whose connection strings name the members now: ${clients.rewritten.map(describe).join(', ')}`,
      commands: [applyCommand(workspace, first, files)],
      back: { text: FORMER_FILES, commands: [applyCommand(workspace, first, files)] },
    },
  ]
}

/** What stays open while some client dials one address: it has to lead to the member that takes writes. */
export function pinnedRest(workload: Workload, services: readonly Resource[], clients: Clients): FollowUp {
  const names = services.map(service => service.name).join(' and ')
  const open = nameLeft(clients.left)
  const who =
    open.length > 0
      ? `these clients do not name the replica set yet: ${open.join('; ')}`
      : 'no client of it is in the files, and those elsewhere may not name the replica set yet'
  return {
    text: `${who}; Service ${names} leads to ${workload.resource.name}-0 alone until they do, which has the highest priority and is the primary while it runs; then take ${POD_LABEL} out of its selector`,
  }
}

export function lossWarnings(workload: Workload, places: readonly DataPlace[], mode: DataMode): string[] {
  const claimed = places.filter(place => place.kind === 'claim')
  if (claimed.length === 0) {
    const folders = places.flatMap(place => place.paths.map(path => path.path)).join(' and ')
    return [
      `what ${describe(workload.resource)} holds now is in its pod (${folders}) and goes with it, as at every restart so far`,
    ]
  }
  if (mode !== 'fresh') return []
  const names = claimed.map(place => place.claimName).join(' and ')
  return [`the members start empty; the content of ${names} stays where it is and is used by nobody`]
}

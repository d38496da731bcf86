// What a person has to know and to do when one broker becomes several.

import {
  type Container,
  describe,
  type FollowUp,
  type Instruction,
  isStored,
  mountsOf,
  shellWord,
} from '../../src/sdk.ts'
import { brokersCheck, plainAccess } from '../kafka/admin.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { clientServices } from '../kafka/hosts.ts'
import type { Refused } from '../stateful/refused.ts'
import { kubectlFor } from '../stateful/runbook.ts'
import type { DataMode } from '../stateful/settings.ts'
import type { Plan } from './members.ts'

export function customCommand({ container, dialect }: Broker): Refused {
  return {
    code: 'custom-command',
    why: `container ${container.name} has a command or arguments of a shape that an id for each broker cannot be put into`,
    next: `let the command end in \`${dialect?.entrypoint.join(' ') ?? ''}\` or leave it out, then run again`,
  }
}

/** The brokers of the StatefulSet, which may not be one yet. */
export function membersCheck(broker: Broker, listeners: Listeners, members: number): Instruction {
  const access = { ...plainAccess(broker, listeners), pod: `${broker.workload.resource.name}-0` }
  const { text, ...check } = brokersCheck(broker, access, members)
  return { ...check, text: `${text}; where plaintext is closed by now, the next step asks over TLS` }
}

/** What stays open while brokers keep their data in their pods. */
export function ephemeralRest({ workload }: Broker): FollowUp {
  const { resource } = workload
  return {
    text: `the brokers of ${resource.name} keep their data in their pods: replicas on the others hold it for one, and when all stop it is gone; give each a claim (volumeClaimTemplates) by deleting the StatefulSet with its pods left, applying it with the templates, and deleting the pods one by one`,
    commands: [`${kubectlFor(resource)} delete statefulset/${shellWord(resource.name)} --cascade=orphan`],
  }
}

export function lossWarnings(broker: Broker, mode: DataMode, isDeployment: boolean): string[] {
  const { workload, places } = broker
  const idle = places.find(place => place.isIdle === true && place.kind === 'claim')
  if (idle !== undefined) {
    return [
      `nothing is on the claim ${idle.claimName}: the image writes to ${broker.dialect?.dataFolder} unless log.dirs says otherwise, so what it holds now goes with the pod`,
    ]
  }
  const claimed = places.filter(place => place.kind === 'claim')
  if (claimed.length > 0 && mode === 'fresh') {
    return [
      `the brokers start empty; the content of ${claimed.map(place => place.claimName).join(' and ')} stays where it is and is used by nobody`,
    ]
  }
  const passing = places.some(({ kind }) => kind === 'emptyDir' || kind === 'image' || kind === 'ephemeral')
  return passing && isDeployment
    ? [
        `the topics that ${describe(workload.resource)} holds now are in its pod and go with it, as at every restart so far`,
      ]
    : []
}

/** A client outside the cluster's names, by a port-forward for instance, no longer finds what it is told. */
export function accessWarnings({ workspace, broker, headless }: Plan): string[] {
  const [service] = clientServices(workspace, broker.workload)
  const name = service?.name ?? broker.workload.resource.name
  return [
    `clients still start at ${name} and are then told the names behind ${headless}: one that reaches the brokers by a port-forward or from another network no longer does`,
  ]
}

export function keepsData(container: Container): boolean {
  return mountsOf(container).some(
    mount => !mount.readOnly && ((isStored(mount) && mount.source !== 'ephemeral') || mount.source === 'hostPath'),
  )
}

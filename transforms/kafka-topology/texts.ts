// What a person has to know and to do when one broker becomes several.

import { type Container, describe, type FollowUp, isStored, mountsOf, type Precondition } from '../../src/sdk.ts'
import type { Broker, BrokerData } from '../kafka/broker.ts'
import { clientServices } from '../kafka/hosts.ts'
import { kubectlFor } from '../stateful/runbook.ts'
import type { DataMode, StatefulSettings } from '../stateful/settings.ts'
import type { Plan } from './members.ts'
import type { Refused } from './refuse.ts'

export function customCommand({ container, dialect }: Broker): Refused {
  return {
    code: 'custom-command',
    why: `container ${container.name} has a command or arguments of a shape that an id for each broker cannot be put into`,
    next: `let the command end in \`${dialect?.entrypoint.join(' ') ?? ''}\` or leave it out, then run again`,
  }
}

/** Each broker answers under its own name. */
export function checkStep({ broker, headless, members, listeners }: Plan): FollowUp {
  const { workload, dialect } = broker
  const { resource } = workload
  const tool = (dialect?.topicsTool ?? 'kafka-topics.sh').replace('kafka-topics', 'kafka-broker-api-versions')
  const plain = listeners.advertised.find(({ name }) => listeners.protocols.get(name) === 'PLAINTEXT')
  const port = plain?.port ?? listeners.advertised[0]?.port ?? 9092
  return {
    text: `check that ${members} brokers answer under their own names behind ${headless}; once plaintext is closed, ask with --command-config and the certificate of the authority`,
    commands: [
      `${kubectlFor(resource)} exec ${resource.name}-0 -c ${broker.container.name} -- sh -c '${tool} --bootstrap-server localhost:${port} | grep "id: "'`,
    ],
  }
}

/** What stays open while brokers keep their data in their pods. */
export function ephemeralRest({ workload }: Broker): FollowUp {
  const { resource } = workload
  return {
    text: `the brokers of ${resource.name} keep their data in their pods: replicas on the others hold it for one, and when all stop it is gone; give each a claim (volumeClaimTemplates) by deleting the StatefulSet with its pods left, applying it with the templates, and deleting the pods one by one`,
    commands: [`${kubectlFor(resource)} delete statefulset/${resource.name} --cascade=orphan`],
  }
}

export function preconditions(
  claims: readonly BrokerData[],
  stateful: StatefulSettings,
  data: DataMode | 'none',
): Precondition[] {
  if (claims.length === 0) return []
  const storage =
    stateful.storageClass === ''
      ? 'the cluster has a default StorageClass, or the claims of the brokers stay Pending (kubectl get storageclass)'
      : `the cluster has the StorageClass ${stateful.storageClass} (kubectl get storageclass ${stateful.storageClass})`
  const clone = data === 'clone' ? ['the storage driver can clone a volume in its namespace'] : []
  return [storage, ...clone].map(text => ({ text, state: 'assumed' as const }))
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

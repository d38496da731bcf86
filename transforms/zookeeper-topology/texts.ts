// What a person has to know about the data of an ensemble.

import { describe, type FollowUp, type Resource, type Workload } from '../../src/sdk.ts'
import type { DataMode } from '../stateful/settings.ts'
import { type KnownSituation, keptVolume } from './situation.ts'

/** What stays open while members keep their data in their pods. */
export function ephemeralRest(resource: Resource): FollowUp {
  const namespace = resource.namespace === undefined ? '' : ` -n ${resource.namespace}`
  return {
    text: `the members of ${resource.name} keep their data in their pods: two of them hold it for the third, and when all stop it is gone; give each a claim (volumeClaimTemplates) by deleting the StatefulSet with its pods left, applying it with the templates, and deleting the pods one by one`,
    commands: [`kubectl delete statefulset/${resource.name}${namespace} --cascade=orphan`],
  }
}

export function lossWarnings(
  { workload, server }: KnownSituation,
  mode: DataMode,
  brokers: readonly Workload[],
): string[] {
  const claimed = server.places.filter(place => place.kind === 'claim')
  const warnings: string[] = []
  const volatile = server.places.filter(place => place.kind !== 'claim' && place.kind !== 'template')
  const folders = volatile.flatMap(place => place.paths.map(path => path.path)).join(' and ')
  if (claimed.length === 0) {
    const topics = brokers.length === 0 ? '' : `, the topics of ${names(brokers)} among it`
    warnings.push(
      `what ${describe(workload.resource)} holds now is in its pod (${folders}) and goes with it${topics}, as at every restart so far`,
    )
  } else if (mode === 'fresh') {
    warnings.push(
      `the members start empty; the content of ${claimed.map(place => place.claimName).join(' and ')} stays where it is and is used by nobody`,
    )
    if (volatile.length > 0) warnings.push(`so far ${folders} went with the pod; each member keeps it on a claim now`)
  }
  for (const broker of brokers) {
    const kept = keptVolume(broker)
    if (kept === undefined || mode !== 'fresh') continue
    warnings.push(
      `${describe(broker.resource)} keeps its data on volume ${kept.name}: it starts at the new ensemble only with an empty one`,
    )
  }
  return warnings
}

function names(workloads: readonly Workload[]): string {
  return workloads.map(({ resource }) => describe(resource)).join(', ')
}

// Factors in the custom resource of an operator.

import {
  asArray,
  asString,
  at,
  change,
  describe,
  type Proposal,
  type Resource,
  set,
  type Workspace,
} from '../../src/sdk.ts'

const CONFIG = ['spec', 'kafka', 'config'] as const

/** Brokers of a Strimzi cluster, of the resource itself or of its pools. */
function operatedBrokers(workspace: Workspace, resource: Resource): number {
  const pools = workspace
    .inNamespace(resource, 'KafkaNodePool')
    .filter(pool => at(pool.value, ['metadata', 'labels', 'strimzi.io/cluster']) === resource.name)
    .filter(pool => asArray(at(pool.value, ['spec', 'roles'])).some(role => asString(role) === 'broker'))
  if (pools.length === 0) return Number(at(resource.value, ['spec', 'kafka', 'replicas']) ?? 0)
  return pools.reduce((sum, pool) => sum + Number(at(pool.value, ['spec', 'replicas']) ?? 0), 0)
}

/** Existing topics are resources of their own, so no minimum is raised over them here. */
export function* judgeOperated(workspace: Workspace): Iterable<Proposal> {
  for (const resource of workspace.ofKind('Kafka')) {
    if (!resource.selected || resource.partial || resource.group !== 'kafka.strimzi.io') continue
    const brokers = operatedBrokers(workspace, resource)
    const before = workspace.original.current(resource.origin) ?? resource
    if (brokers < 3 || !Number.isInteger(brokers)) continue
    const wanted: [string, number][] = [
      ['default.replication.factor', 3],
      ['offsets.topic.replication.factor', 3],
      ['transaction.state.log.replication.factor', 3],
      ['transaction.state.log.min.isr', 2],
    ]
    const low = wanted.filter(([key, value]) => {
      const present = Number(at(resource.value, [...CONFIG, key]) ?? (key === 'default.replication.factor' ? 1 : value))
      return present < value
    })
    if (low.length === 0) continue
    yield change({
      target: { resource: before, path: [...CONFIG] },
      code: 'operated-factors',
      why: `${describe(resource)} runs ${brokers} brokers and keeps records on one of them: ${low.map(([key, value]) => `${key} ${value}`).join(', ')} for topics that are made from now on`,
      risks: 'topology',
      edits: low.map(([key, value]) => set(resource, [...CONFIG, key], value)),
      steps: [
        {
          text: 'topics that are there already keep the copies that they have: raise spec.replicas of each KafkaTopic and let Cruise Control move them, then raise min.insync.replicas',
        },
      ],
    })
  }
}

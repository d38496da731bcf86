// Brokers that an operator runs: a count in the custom resource, where the operator allows it.

import {
  asArray,
  asString,
  at,
  change,
  decline,
  describe,
  type Path,
  type Proposal,
  type Resource,
  set,
  type Workspace,
} from '../../src/sdk.ts'

const STRIMZI = 'kafka.strimzi.io'
const CONFLUENT = 'platform.confluent.io'

export function* judgeOperated(workspace: Workspace): Iterable<Proposal> {
  for (const resource of workspace.resources) {
    if (!resource.selected || resource.partial || resource.name === '') continue
    const proposals =
      resource.group === STRIMZI
        ? judgeStrimzi(workspace, resource)
        : resource.group === CONFLUENT
          ? judgeConfluent(resource)
          : []
    yield* proposals
  }
}

/** A pool of brokers grows by its count; the set of controllers is fixed when the cluster is made (Strimzi, KRaft). */
function judgeStrimzi(workspace: Workspace, resource: Resource): Proposal[] {
  if (resource.kind === 'KafkaNodePool') {
    const path = ['spec', 'replicas']
    if (!isLow(resource, path)) return []
    const roles = asArray(at(resource.value, ['spec', 'roles'])).flatMap(role => asString(role) ?? [])
    if (roles.includes('controller')) return [fixedControllers(resource, path)]
    return brokersBeside(workspace, resource) >= 3 ? [] : [raise(resource, path)]
  }
  if (resource.kind !== 'Kafka' || workspace.inNamespace(resource, 'KafkaNodePool').length > 0) return []
  // counts in the resource itself: a cluster with ZooKeeper, up to Strimzi 0.45
  return [
    ['spec', 'kafka', 'replicas'],
    ['spec', 'zookeeper', 'replicas'],
  ]
    .filter(path => isLow(resource, path))
    .map(path => raise(resource, path))
}

/** Brokers of the other pools of the same cluster. */
function brokersBeside(workspace: Workspace, pool: Resource): number {
  const cluster = clusterOf(pool)
  const pools = workspace.inNamespace(pool, 'KafkaNodePool').filter(other => clusterOf(other) === cluster)
  const brokers = pools.filter(({ value }) => asArray(at(value, ['spec', 'roles'])).includes('broker'))
  return brokers.reduce((sum, { value }) => sum + Number(at(value, ['spec', 'replicas']) ?? 0), 0)
}

function clusterOf(pool: Resource): string | undefined {
  return asString(at(pool.value, ['metadata', 'labels', 'strimzi.io/cluster']))
}

function isLow(resource: Resource, path: Path): boolean {
  const count = at(resource.value, path)
  return count === 1 || count === 2
}

function raise(resource: Resource, path: Path): Proposal {
  const members = path.includes('zookeeper') ? 'servers of ZooKeeper' : 'brokers'
  return change({
    target: { resource, path },
    code: 'operated-count',
    why: `${describe(resource)} runs ${at(resource.value, path) === 1 ? 'one' : 'two'} of the ${members} that a copy on three needs; its operator makes three when ${path.join('.')} says so, gives each a volume and keeps a disruption budget`,
    risks: ['topology', 'access'],
    edits: [set(resource, path, 3)],
    steps: [
      {
        text: 'existing topics stay on the brokers that they are on: raise spec.replicas of each KafkaTopic and let Cruise Control, or kafka-reassign-partitions, move them',
      },
    ],
    preconditions: [{ text: 'the operator of the custom resource runs in the cluster', state: 'assumed' }],
  })
}

function fixedControllers(resource: Resource, path: Path): Proposal {
  return decline({
    target: { resource, path },
    code: 'operated',
    why: `${describe(resource)} is a pool of controllers, whose number is fixed when the cluster is made`,
    next: 'add a second KafkaNodePool with the role broker and three replicas for the data; for three controllers, build a new cluster and mirror the topics',
  })
}

/** Brokers of Confluent for Kubernetes grow by their count; controllers and ZooKeeper have data that must not. */
function judgeConfluent(resource: Resource): Proposal[] {
  const path = ['spec', 'replicas']
  if (!isLow(resource, path)) return []
  if (resource.kind === 'Kafka') return [raise(resource, path)]
  if (resource.kind !== 'KRaftController') return []
  return [
    decline({
      target: { resource, path },
      code: 'operated',
      why: `${describe(resource)} runs one controller, and the voters are fixed when the cluster is made`,
      next: 'build a new cluster with three controllers beside it and mirror the topics',
    }),
  ]
}

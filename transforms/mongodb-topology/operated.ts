// MongoDB that an operator runs: the member count is a field, and the operator adds members one by one.

import {
  asArray,
  asObject,
  at,
  change,
  create,
  describe,
  type Edit,
  forEachResource,
  labelSelectorSelects,
  member,
  type Path,
  type Proposal,
  type Resource,
  remove,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import { metadataLike } from '../stateful/claims.ts'

const MEMBERS = 3

export function* judgeOperated(workspace: Workspace): Iterable<Proposal> {
  for (const resource of forEachResource(workspace, 'MongoDBCommunity')) {
    if (resource.group === 'mongodbcommunity.mongodb.com' && !resource.partial) yield* community(workspace, resource)
  }
  for (const resource of forEachResource(workspace, 'PerconaServerMongoDB')) {
    if (resource.group === 'psmdb.percona.com' && !resource.partial) yield* percona(resource)
  }
}

/** The community operator makes no budget for its pods, which it labels `app: <name>-svc`. */
function* community(workspace: Workspace, resource: Resource): Iterable<Proposal> {
  const path = ['spec', 'members']
  const count = at(resource.value, path)
  if (count !== 1 && count !== 2) return
  const labels = { app: `${resource.name}-svc` }
  const hasBudget = workspace
    .inNamespace(resource, 'PodDisruptionBudget')
    .some(budget => labelSelectorSelects(asObject(at(budget.value, ['spec', 'selector'])), labels))
  const budget = create(resource, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataLike(resource, `${resource.name}-pdb`),
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  })
  yield change({
    target: { resource, path },
    code: 'few-members',
    why: `${describe(resource)} has ${few(count)}; the operator adds members one by one until there are ${MEMBERS}${hasBudget ? '' : ', and a budget lets one of them be away at a time'}`,
    risks: ['topology', 'access'],
    edits: [set(resource, path, MEMBERS), ...(hasBudget ? [] : [budget])],
    steps: [checkStep(resource, 'mongodbcommunity')],
  })
}

/** The Percona operator makes its budgets itself, and refuses fewer than three members unless it is told otherwise. */
function* percona(resource: Resource): Iterable<Proposal> {
  const sets = asArray(at(resource.value, ['spec', 'replsets']))
  const small = sets.flatMap((set, index): Path[] => {
    const size = member(set, 'size')
    const hasArbiter = at(set, ['arbiter', 'enabled']) === true
    return (size === 1 || size === 2) && !hasArbiter ? [['spec', 'replsets', index, 'size']] : []
  })
  const isSharded = at(resource.value, ['spec', 'sharding', 'enabled']) === true
  const config: Path = ['spec', 'sharding', 'configsvrReplSet', 'size']
  const configSize = at(resource.value, config)
  if (isSharded && (configSize === 1 || configSize === 2)) small.push(config)
  const [first] = small
  if (first === undefined) return
  const unsafe = ['spec', 'unsafeFlags', 'replsetSize']
  const edits: Edit[] = small.map(path => set(resource, path, MEMBERS))
  if (at(resource.value, unsafe) !== undefined) edits.push(remove(resource, unsafe))
  const warnings =
    at(resource.value, ['spec', 'allowUnsafeConfigurations']) === true
      ? ['allowUnsafeConfigurations stays on: it may be there for other reasons than the number of members']
      : []
  yield change({
    target: { resource, path: first },
    code: 'few-members',
    why: `${describe(resource)} has ${few(at(resource.value, first))} in a replica set; the operator adds members one by one until there are ${MEMBERS}`,
    risks: ['topology', 'access'],
    edits,
    steps: [checkStep(resource, 'psmdb')],
    warnings,
  })
}

function few(count: unknown): string {
  return count === 1 ? 'one member' : 'two members, which need each other for a majority'
}

function checkStep(resource: Resource, plural: string) {
  const namespace = resource.namespace === undefined ? '' : ` -n ${resource.namespace}`
  return {
    text: 'wait until the operator reports the set as ready',
    commands: [`kubectl get ${plural}/${resource.name}${namespace}`],
  }
}

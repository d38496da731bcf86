// Lets members reach each other where network policies close their pods.

import {
  append,
  asArray,
  asObject,
  at,
  type Container,
  create,
  type Edit,
  isObject,
  type Json,
  type JsonObject,
  labelSelectorSelects,
  member,
  podSelector,
  type Resource,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { metadataLike } from './claims.ts'
import { ownFile } from './files.ts'
import { portReference } from './probes.ts'

/**
 * A policy of its own for the traffic between members, where one selects their pods and does not let it through.
 * Policies add up, so no existing one has to be touched (networking.k8s.io/v1). `others` are labels of further pods
 * that reach the members.
 */
export function memberPolicyEdits(
  workspace: Workspace,
  workload: Workload,
  ports: readonly number[],
  others: readonly JsonObject[] = [],
): Edit[] {
  const { resource } = workload
  const selector = podSelector(workload)
  const closing = policiesOf(workspace, workload)
  const name = `${resource.name}-members`
  const [first] = closing
  if (selector === undefined || first === undefined) return []
  if (workspace.named(resource, 'NetworkPolicy', name) !== undefined) return []
  const isIngressClosed = closing.some(isIngress) && !closing.some(policy => isOpen(policy, 'ingress'))
  const isEgressClosed = closing.some(isEgress) && !closing.some(policy => isOpen(policy, 'egress'))
  if (!isIngressClosed && !isEgressClosed) return []
  const peers = [{ podSelector: selector }]
  const callers = others.map(matchLabels => ({ podSelector: { matchLabels } }))
  const tcp = ports.map(port => ({ port, protocol: 'TCP' }))
  const dns = ['UDP', 'TCP'].map(protocol => ({ port: 53, protocol }))
  const spec: JsonObject = {
    podSelector: selector,
    policyTypes: [...(isIngressClosed ? ['Ingress'] : []), ...(isEgressClosed ? ['Egress'] : [])],
    ...(isIngressClosed ? { ingress: [{ from: [...peers, ...callers], ports: tcp }] } : {}),
    ...(isEgressClosed ? { egress: [{ to: peers, ports: tcp }, { ports: dns }] } : {}),
  }
  const beside = first.selected ? first : resource
  const value = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataLike(resource, name),
    spec,
  }
  return [create(beside, value, ownFile(workspace, beside, name))]
}

/**
 * Edits that let whoever reaches the server on one port reach it on another: each rule about the pods that names the
 * first gets the second. A rule without ports lets both through.
 */
export function portPolicyEdits(workspace: Workspace, container: Container, known: number, added: number): Edit[] {
  const names = [known, portReference(container, known)]
  return policiesOf(workspace, container.workload).flatMap(policy =>
    asArray(at(policy.value, ['spec', 'ingress'])).flatMap((rule, index) => {
      const ports = asArray(member(rule, 'ports')).map(entry => member(entry, 'port'))
      const isNamed = ports.some(port => names.some(name => name === port)) && !ports.includes(added)
      if (!isNamed || !policy.selected) return []
      return [append(policy, ['spec', 'ingress', index, 'ports'], { port: added, protocol: 'TCP' })]
    }),
  )
}

function policiesOf(workspace: Workspace, workload: Workload): Resource[] {
  return workspace
    .inNamespace(workload.resource, 'NetworkPolicy')
    .filter(policy => policy.group === 'networking.k8s.io' && !policy.partial)
    .filter(policy => labelSelectorSelects(asObject(at(policy.value, ['spec', 'podSelector'])) ?? {}, workload.labels))
}

/** Without policyTypes a policy is about ingress, and about egress when it has such rules. */
function isIngress(policy: Resource): boolean {
  const types = at(policy.value, ['spec', 'policyTypes'])
  return types === undefined || asArray(types).includes('Ingress')
}

function isEgress(policy: Resource): boolean {
  const types = at(policy.value, ['spec', 'policyTypes'])
  return types === undefined ? isObject(at(policy.value, ['spec', 'egress', 0])) : asArray(types).includes('Egress')
}

/** Whether a rule lets everything of the namespace through: no peers or any pod, and no ports. */
function isOpen(policy: Resource, direction: 'ingress' | 'egress'): boolean {
  return asArray(at(policy.value, ['spec', direction])).some(rule => {
    const peers = asArray(member(rule, direction === 'ingress' ? 'from' : 'to'))
    return asArray(member(rule, 'ports')).length === 0 && (peers.length === 0 || peers.some(isAnyPod))
  })
}

function isAnyPod(peer: Json): boolean {
  const selector = asObject(member(peer, 'podSelector'))
  return selector !== undefined && Object.keys(selector).length === 0 && member(peer, 'namespaceSelector') === undefined
}

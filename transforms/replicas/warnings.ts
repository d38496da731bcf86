// What a person should know before a second pod starts, though it does not hold the change back.

import {
  asArray,
  asString,
  at,
  type Container,
  effectiveImage,
  imageName,
  isLocalLooking,
  isObject,
  member,
  mountsOf,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { hasHardRule } from '../shared/spread.ts'

export function warningsFor(workspace: Workspace, workload: Workload): string[] {
  const containers = workload.containers.filter(container => container.role === 'container')
  const warnings = workload.containers.flatMap(container => localImage(workspace, container))
  warnings.push(...containers.flatMap(ephemeralFiles))
  const consumer = containers.find(container => [...environment(workspace, container)].some(isKafkaVariable))
  if (consumer !== undefined) {
    warnings.push(
      `container ${consumer.name} talks to Kafka: if it consumes, a topic needs at least two partitions to keep both pods busy, and order holds within a partition only`,
    )
  }
  if (containers.length > 0 && !containers.some(container => isObject(container.value.readinessProbe))) {
    warnings.push('there is no readinessProbe: a Service sends requests to a pod before it can answer them')
  }
  const hostname = asString(workload.spec.hostname)
  if (hostname !== undefined) {
    warnings.push(`spec.hostname gives every pod the host name ${hostname}: what is kept under it is kept once`)
  }
  if (hasHardRule(workload)) {
    warnings.push('the scheduling rules are hard: a second pod stays Pending until a node or zone fits them')
  }
  return warnings
}

function localImage(workspace: Workspace, container: Container): string[] {
  const { workload } = container
  const origin = workspace.original.current(workload.resource.origin)
  const policy = asString(at(origin?.value, [...container.path, 'imagePullPolicy']))
  const image = effectiveImage(workspace, container)
  if ((policy !== 'Never' && policy !== 'IfNotPresent') || image === undefined || !isLocalLooking(image)) return []
  return [`${imageName(image)} names no registry: a second pod starts only on nodes that have the image already`]
}

function ephemeralFiles(container: Container): string[] {
  return mountsOf(container)
    .filter(mount => mount.source === 'emptyDir' && /upload|session|sqlite/i.test(`${mount.name} ${mount.path}`))
    .map(mount => `${mount.path} of container ${container.name} is an emptyDir: each pod has its own files there`)
}

/** Names of the variables that a container is given, those of ConfigMaps included. */
function* environment(workspace: Workspace, container: Container): Iterable<string> {
  for (const entry of asArray(container.value.env)) yield asString(member(entry, 'name')) ?? ''
  for (const source of asArray(container.value.envFrom)) {
    const name = asString(at(source, ['configMapRef', 'name']))
    if (name === undefined) continue
    const data = workspace.named(container.workload.resource, 'ConfigMap', name)?.value.data
    const prefix = asString(member(source, 'prefix')) ?? ''
    for (const key of isObject(data) ? Object.keys(data) : []) yield `${prefix}${key}`
  }
}

function isKafkaVariable(name: string): boolean {
  return /(?:^|_)KAFKA_(?:BROKERS?|BROKER_LIST|BOOTSTRAP(?:_SERVERS?)?|URL|HOST|SERVERS|ADDR|GROUP(?:_ID)?)$/.test(name)
}

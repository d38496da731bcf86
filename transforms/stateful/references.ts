// Who speaks of a system by name: containers that dial its Services, autoscalers, and texts that name the workload.

import {
  asArray,
  asString,
  at,
  type Container,
  type Edit,
  isObject,
  mountsOf,
  type Resource,
  sameNamespace,
  set,
  stringMap,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { isHeadless } from './headless.ts'

/** Every text that a container is given: variables, arguments, probes, and the ConfigMaps that it reads. */
function* textsOf(workspace: Workspace, container: Container): Iterable<string> {
  const { resource } = container.workload
  for (const entry of asArray(container.value.env)) {
    const value = asString(at(entry, ['value']))
    if (value !== undefined) yield value
    const reference = at(entry, ['valueFrom', 'configMapKeyRef'])
    const data = dataOf(workspace, resource, asString(at(reference, ['name'])))
    yield data[asString(at(reference, ['key'])) ?? ''] ?? ''
  }
  for (const field of ['command', 'args'] as const) {
    for (const word of asArray(container.value[field])) if (typeof word === 'string') yield word
  }
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    yield asArray(at(container.value, [probe, 'exec', 'command'])).join(' ')
  }
  const maps = asArray(container.value.envFrom).map(source => asString(at(source, ['configMapRef', 'name'])))
  for (const mount of mountsOf(container)) maps.push(asString(at(mount.volume, ['configMap', 'name'])))
  for (const name of new Set(maps)) yield* Object.values(dataOf(workspace, resource, name))
}

function dataOf(workspace: Workspace, from: Resource, name: string | undefined): Readonly<Record<string, string>> {
  const map = name === undefined ? undefined : workspace.named(from, 'ConfigMap', name)
  return stringMap(map?.value.data)
}

/**
 * Finds a Service's host in a text, in any of its forms, followed by a port: `:2181` or ` 2181`; of a headless one, also
 * the hosts of its pods. From another namespace only the forms with the namespace reach it.
 */
export function hostPattern(service: Resource, clusterDomain: string, inside: boolean): RegExp {
  const { name, namespace } = service
  const space = namespace === undefined ? '[a-z0-9-]+' : escapeText(namespace)
  const rest = `(?:\\.${space}(?:\\.svc(?:\\.${escapeText(clusterDomain)})?)?)${inside ? '?' : ''}`
  const pod = isHeadless(service) ? '(?:[a-z0-9-]+\\.)?' : ''
  return new RegExp(`(?<![\\w.-])${pod}${escapeText(name)}${rest}[: ]+\\d{2,5}\\b`)
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Other workloads, with a container that dials one of the Services. */
export function workloadsThatDial(
  workspace: Workspace,
  own: Workload,
  services: readonly Resource[],
  clusterDomain: string,
): Workload[] {
  const inside = services.map(service => hostPattern(service, clusterDomain, true))
  const outside = services.map(service => hostPattern(service, clusterDomain, false))
  return workspace.workloads().filter(({ resource, containers }) => {
    if (resource === own.resource || resource.partial) return false
    const patterns = sameNamespace(resource.namespace, own.resource.namespace) ? inside : outside
    return containers.some(container =>
      [...textsOf(workspace, container)].some(text => patterns.some(pattern => pattern.test(text))),
    )
  })
}

/** Edits that point vertical autoscalers at the new kind. */
export function retargetEdits(workspace: Workspace, resource: Resource, kind: string): Edit[] {
  return workspace
    .verticalAutoscalersOf(resource)
    .filter(autoscaler => isObject(at(autoscaler.value, ['spec', 'targetRef'])))
    .map(autoscaler => set(autoscaler, ['spec', 'targetRef', 'kind'], kind))
}

/** Lines of scripts and documents that name the Deployment, which is then a StatefulSet. */
export function commandWarnings(workspace: Workspace, resource: Resource): string[] {
  const { kind, name } = resource
  const pattern = new RegExp(`\\b(?:deployments?|deploy)(?:\\.apps)?[/ ]+${escapeText(name)}(?![\\w.-])`)
  if (kind !== 'Deployment') return []
  return workspace
    .textReferences(pattern)
    .map(({ file, line, text }) => `${file}:${line} names the Deployment: ${shorten(text)}`)
}

function shorten(text: string): string {
  return text.length > 90 ? `${text.slice(0, 87)}...` : text
}

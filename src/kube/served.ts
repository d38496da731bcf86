// Resources of API versions that no supported cluster serves: judged by the schema room, never a base for an edit.

import type { Resource } from './resource.ts'

/** Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ */
const REMOVED: ReadonlySet<string> = new Set([
  ...['apps/v1beta1', 'apps/v1beta2', 'batch/v1beta1', 'batch/v2alpha1'],
  ...['autoscaling/v2beta1', 'autoscaling/v2beta2', 'policy/v1beta1'],
])

/** Whether the resource's API version is served by current Kubernetes versions. */
export function isServed(resource: Resource): boolean {
  return resource.group !== 'extensions' && !REMOVED.has(resource.apiVersion)
}

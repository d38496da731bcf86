// Platforms whose pods follow other rules: Windows nodes and OpenShift.

import { at } from '../yaml/path.ts'
import { member } from '../yaml/value.ts'
import { directoryOf } from './proximity.ts'
import type { Workload } from './workload.ts'
import type { Workspace } from './workspace.ts'

/** Whether the pods run on Windows, where uids, fsGroup and seccomp mean nothing. */
export function isWindows(workload: Workload): boolean {
  const { spec } = workload
  if (at(spec, ['os', 'name']) === 'windows') return true
  if (at(spec, ['securityContext', 'windowsOptions']) !== undefined) return true
  const nodes = member(spec, 'nodeSelector')
  return ['kubernetes.io/os', 'beta.kubernetes.io/os'].some(key => member(nodes, key) === 'windows')
}

/**
 * Whether the set is made for OpenShift, which gives each namespace a range of uids and rejects pods that ask for
 * another one (https://docs.openshift.com/container-platform/latest/authentication/managing-security-context-constraints.html):
 * an object that only OpenShift knows stands in the same folder or in the same, known namespace.
 */
export function isOpenShift(workspace: Workspace, workload: Workload): boolean {
  const { resource } = workload
  const folder = directoryOf(resource.origin.file)
  return ['Route', 'DeploymentConfig', 'SecurityContextConstraints'].some(kind =>
    workspace
      .ofKind(kind)
      .filter(marker => marker.group.endsWith('openshift.io'))
      .some(
        marker =>
          directoryOf(marker.origin.file) === folder ||
          (resource.namespace !== undefined && marker.namespace === resource.namespace),
      ),
  )
}

// The volumes that a container mounts, and what stands behind them.

import { at } from '../yaml/path.ts'
import { asArray, asString, isObject, type JsonObject, member } from '../yaml/value.ts'
import type { Container, Workload } from './workload.ts'

export interface Mount {
  readonly name: string
  readonly path: string
  readonly readOnly: boolean
  /** the volume's type, its key in the pod spec (`emptyDir`, `hostPath`, …); `claimTemplate`; undefined when not found */
  readonly source: string | undefined
  /** the volume of the pod spec */
  readonly volume: JsonObject | undefined
}

/** Types that are filled anew for each pod, or belong to the node. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  ...['emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI', 'image', 'gitRepo', 'hostPath', undefined],
])

export function mountsOf(container: Container): Mount[] {
  const { workload } = container
  const volumes = asArray(workload.spec.volumes).filter(isObject)
  const templates = new Set(
    asArray(at(workload.resource.value, ['spec', 'volumeClaimTemplates'])).map(claim =>
      asString(at(claim, ['metadata', 'name'])),
    ),
  )
  return asArray(container.value.volumeMounts).flatMap(mount => {
    const name = asString(member(mount, 'name'))
    const path = asString(member(mount, 'mountPath'))
    if (name === undefined || path === undefined) return []
    const volume = volumes.find(candidate => candidate.name === name)
    const type = volume === undefined ? undefined : Object.keys(volume).find(key => key !== 'name')
    const source = type ?? (templates.has(name) ? 'claimTemplate' : undefined)
    return [{ name, path, readOnly: member(mount, 'readOnly') === true, source, volume }]
  })
}

/** Whether the mount holds stored data: a claim, or a disk or share that the pod names itself. */
export function isStored(mount: Mount): boolean {
  return !PASSING.has(mount.source)
}

/** Whether a container of the workload mounts stored data. */
export function mountsStored(workload: Workload): boolean {
  return workload.containers.some(container => mountsOf(container).some(isStored))
}

/** Whether a path is a mount point or stands below one. */
export function isBelow(path: string, mountPath: string): boolean {
  const point = mountPath.endsWith('/') ? mountPath : `${mountPath}/`
  return path === mountPath || path.startsWith(point)
}

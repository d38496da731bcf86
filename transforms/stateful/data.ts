// Where a system keeps its data, and what may be done about it when one member becomes several.

import {
  asString,
  at,
  type Container,
  isBelow,
  type Mount,
  mountsOf,
  type Resource,
  type Workspace,
} from '../../src/sdk.ts'
import type { DataMode } from './settings.ts'

/** A folder in which the system keeps data; `name` is for a volume that has to be made. */
export interface DataPath {
  readonly path: string
  readonly name: string
}

/**
 * `image`: no volume, the data is in the container's own layer; `emptyDir`, `ephemeral`: it goes with the pod;
 * `claim`: a PersistentVolumeClaim that the pod names; `template`: a claim of the StatefulSet; `other`: hostPath, NFS
 * and whatever else stays where it is.
 */
export type DataKind = 'image' | 'emptyDir' | 'ephemeral' | 'claim' | 'template' | 'other'

export interface DataPlace {
  readonly kind: DataKind
  /** the folders that it holds, of those that were asked for */
  readonly paths: readonly DataPath[]
  /** undefined for `image` */
  readonly mount: Mount | undefined
  readonly claimName?: string
  /** the claim, where its file is in the set */
  readonly claim?: Resource
}

/** The places that hold the data folders, each once, in the order of the folders. */
export function dataPlaces(workspace: Workspace, container: Container, paths: readonly DataPath[]): DataPlace[] {
  const places = new Map<string, DataPlace>()
  for (const path of paths) {
    const mount = mountOf(container, path.path)
    const key = mount === undefined ? path.path : `volume ${mount.name}`
    const known = places.get(key)
    places.set(key, known === undefined ? placeOf(workspace, container, mount, path) : withPath(known, path))
  }
  return [...places.values()]
}

/** The innermost mount that holds the path. */
function mountOf(container: Container, path: string): Mount | undefined {
  const holding = mountsOf(container).filter(mount => isBelow(path, mount.path.replace(/(?<=.)\/$/, '')))
  return holding.sort((a, b) => b.path.length - a.path.length)[0]
}

function withPath(place: DataPlace, path: DataPath): DataPlace {
  return { ...place, paths: [...place.paths, path] }
}

function placeOf(workspace: Workspace, container: Container, mount: Mount | undefined, path: DataPath): DataPlace {
  const paths = [path]
  switch (mount?.source) {
    case undefined:
      return { kind: mount === undefined ? 'image' : 'other', paths, mount }
    case 'emptyDir':
      return { kind: 'emptyDir', paths, mount }
    case 'ephemeral':
      return { kind: 'ephemeral', paths, mount }
    case 'claimTemplate':
      return { kind: 'template', paths, mount }
    case 'persistentVolumeClaim': {
      const claimName = asString(at(mount?.volume, ['persistentVolumeClaim', 'claimName'])) ?? ''
      const claim = workspace.claim(container.workload, claimName)
      return { kind: 'claim', paths, mount, claimName, ...(claim === undefined ? {} : { claim }) }
    }
    default:
      return { kind: 'other', paths, mount }
  }
}

/** Whether something is kept when the pod goes. */
export function isPersistent(places: readonly DataPlace[]): boolean {
  return places.some(place => place.kind === 'claim' || place.kind === 'template' || place.kind === 'other')
}

/** Why members cannot be given claims of their own; `code` is one of DATA_REFUSALS. */
export interface DataProblem {
  readonly code: 'data-on-node' | 'data-on-claim' | 'static-volume' | 'unknown-claim'
  readonly why: string
  readonly next: string
}

/** What stands in the way of a conversion that does with the data what the setting says; undefined when nothing does. */
export function dataProblem(places: readonly DataPlace[], mode: DataMode): DataProblem | undefined {
  for (const place of places) {
    const problem = placeProblem(place, mode)
    if (problem !== undefined) return problem
  }
  const claimed = places.filter(place => place.kind === 'claim')
  return mode === 'plan' && claimed.length > 0 ? undecided(claimed) : undefined
}

function undecided(claimed: readonly DataPlace[]): DataProblem {
  const names = claimed.map(place => `${place.claimName} (${foldersOf(place)})`).join(' and ')
  return {
    code: 'data-on-claim',
    why: `its data is on ${claimed.length === 1 ? 'the claim' : 'the claims'} ${names}, and members with claims of their own do not see it`,
    next: 'decide what happens to it with stateful.data: clone (the storage driver clones the claim for the first member), copy (a Job copies it) or fresh (the members start empty); with clone, run again and go on as follows',
  }
}

function foldersOf(place: DataPlace): string {
  return place.paths.map(path => path.path).join(' and ')
}

function placeProblem(place: DataPlace, mode: DataMode): DataProblem | undefined {
  const folder = foldersOf(place)
  if (place.kind === 'other') {
    const type = place.mount?.source ?? 'a volume that is not in the pod spec'
    return {
      code: 'data-on-node',
      why: `its data in ${folder} is on volume ${place.mount?.name} (${type}), which no claim of a member can take over`,
      next: 'move the data onto a PersistentVolumeClaim first, then run again',
    }
  }
  if (place.kind !== 'claim' || mode === 'plan') return undefined
  if (asString(at(place.claim?.value, ['spec', 'volumeName'])) !== undefined) {
    return {
      code: 'static-volume',
      why: `its data in ${folder} is on the claim ${place.claimName}, which is bound to one volume by name: the claims of three members cannot be made after it`,
      next: 'move the data onto a claim of a storage class first, then run again',
    }
  }
  if (place.claim !== undefined || mode === 'fresh') return undefined
  return {
    code: 'unknown-claim',
    why: `its data in ${folder} is on the claim ${place.claimName}, whose file is not in the set: its size and class are unknown`,
    next: `give the file of PersistentVolumeClaim ${place.claimName} as well`,
  }
}

/** The refusals that `dataProblem` answers with, for the declaration of a transform. */
export const DATA_REFUSALS = [
  {
    id: 'data-on-claim',
    when: 'data is on a claim, and stateful.data does not say what happens to it',
    why: 'members with claims of their own do not see it',
    next: 'set stateful.data to clone, copy or fresh, and follow the steps of the finding',
  },
  {
    id: 'data-on-node',
    when: 'data is on a node, on a network share or on another volume that is no claim',
    why: 'no claim of a member can take it over',
    next: 'move the data onto a PersistentVolumeClaim first',
  },
  {
    id: 'static-volume',
    when: 'data is on a claim that is bound to one volume by name',
    why: 'the claims of three members cannot be made after it',
    next: 'move the data onto a claim of a storage class first',
  },
  {
    id: 'unknown-claim',
    when: 'data is on a claim whose file is not in the set',
    why: 'its size and class are unknown, so no claim can be made after it',
    next: 'give the file of the claim as well',
  },
] as const

// The claims that members get: templates of the StatefulSet, and the one that is filled before the first member starts.

import {
  append,
  asArray,
  asObject,
  asString,
  at,
  type Container,
  create,
  type Edit,
  type JsonObject,
  labelsOf,
  member,
  type Path,
  type Resource,
  remove,
  set,
  type Workload,
} from '../../src/sdk.ts'
import type { DataPlace } from './data.ts'
import type { DataMode } from './settings.ts'

export interface ClaimSize {
  /** quantity of a claim that is not made after another one */
  readonly size: string
  /** empty for the default class of the cluster */
  readonly storageClass: string
}

/** Volume name of a place: the one that it has, else the first free one that its folder suggests. */
function volumeName(container: Container, place: DataPlace): string {
  if (place.mount !== undefined) return place.mount.name
  const taken = asArray(container.workload.spec.volumes).map(volume => member(volume, 'name'))
  const wanted = place.paths[0]?.name ?? 'data'
  return taken.includes(wanted) ? `${container.name}-${wanted}` : wanted
}

/** A claim template for each place, under the name of its volume, so that mounts stay as they are. */
export function claimTemplates(container: Container, places: readonly DataPlace[], wanted: ClaimSize): JsonObject[] {
  return places.map(place => ({
    metadata: { name: volumeName(container, place) },
    spec: claimSpec(place, wanted),
  }))
}

/** An absent storage class and an empty one differ (the default class, none), so both are kept. */
const KEPT: readonly string[] = ['accessModes', 'storageClassName', 'volumeMode', 'resources']

function claimSpec(place: DataPlace, { size, storageClass }: ClaimSize): JsonObject {
  const known =
    asObject(place.claim?.value.spec) ?? asObject(at(place.mount?.volume, ['ephemeral', 'volumeClaimTemplate', 'spec']))
  if (known !== undefined) return Object.fromEntries(Object.entries(known).filter(([key]) => KEPT.includes(key)))
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storageClass === '' ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: size } },
  }
}

/** Edits that take the volumes of the places out of the pod, and mount what no volume held before. */
export function volumeEdits(container: Container, places: readonly DataPlace[]): Edit[] {
  const { resource, specPath, spec } = container.workload
  const edits: Edit[] = []
  const names = new Set(places.flatMap(place => place.mount?.name ?? []))
  const volumes = asArray(spec.volumes)
  const replaced = volumes.flatMap((volume, index) =>
    names.has(asString(member(volume, 'name')) ?? '') ? [index] : [],
  )
  const path: Path = [...specPath, 'volumes']
  if (replaced.length === volumes.length && replaced.length > 0) edits.push(remove(resource, path))
  else for (const index of replaced.reverse()) edits.push(remove(resource, [...path, index]))
  for (const place of places) {
    if (place.mount !== undefined) continue
    const mountPath = place.paths[0]?.path ?? ''
    edits.push(append(resource, [...container.path, 'volumeMounts'], { name: volumeName(container, place), mountPath }))
  }
  return edits
}

/** Name of the claim that a StatefulSet makes for its first member. */
function firstClaimName(resource: Resource, volume: string): string {
  return `${volume}-${resource.name}-0`
}

/** Names of the claims that are made for the first member, in the order of the places. */
export function firstClaimNames(workload: Workload, places: readonly DataPlace[]): string[] {
  return places.flatMap(({ mount }) => (mount === undefined ? [] : [firstClaimName(workload.resource, mount.name)]))
}

/**
 * Objects that carry the old content to the first member, in a file of their own beside the workload's: claims with the
 * name that the StatefulSet will look for, cloned from the old ones (same namespace and driver:
 * https://kubernetes.io/docs/concepts/storage/volume-pvc-datasource/) or filled by a Job. `user` is the uid and gid of
 * the server's files, where the pod may name one.
 */
export function transferEdits(
  container: Container,
  places: readonly DataPlace[],
  mode: DataMode,
  user: number | undefined,
): Edit[] {
  if (mode !== 'clone' && mode !== 'copy') return []
  const { resource } = container.workload
  const file = transferFile(resource)
  const claimed = places.filter(place => place.kind === 'claim')
  const claims = claimed.map(place => {
    const source = { dataSource: { kind: 'PersistentVolumeClaim', name: place.claimName ?? '' } }
    const spec = claimSpec(place, { size: '', storageClass: '' })
    return create(
      resource,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: metadataLike(resource, firstClaimName(resource, volumeName(container, place))),
        spec: mode === 'clone' ? { ...spec, ...source } : spec,
      },
      file,
    )
  })
  if (claims.length === 0) return []
  return mode === 'clone' ? claims : [...claims, create(resource, copyJob(container, claimed, user), file)]
}

export function transferFile(resource: Resource): string {
  const { file } = resource.origin
  return `${file.slice(0, file.lastIndexOf('/') + 1)}${resource.name}-data.yaml`
}

export function copyJobName(resource: Resource): string {
  return `${resource.name}-data-copy`
}

/** Copies each old claim into the first member's, as the user of the server, with the tools of its own image. */
function copyJob(container: Container, places: readonly DataPlace[], user: number | undefined): JsonObject {
  const { resource, spec } = container.workload
  const names = places.map(place => volumeName(container, place))
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataLike(resource, copyJobName(resource)),
    spec: {
      backoffLimit: 4,
      template: {
        spec: {
          automountServiceAccountToken: false,
          restartPolicy: 'OnFailure',
          securityContext: podSecurity(asObject(spec.securityContext), user),
          containers: [
            {
              name: 'copy',
              image: container.image ?? '',
              command: ['sh', '-ec', names.map(copyCommand).join('\n')],
              resources: {
                requests: { cpu: '100m', memory: '64Mi' },
                limits: { cpu: '500m', memory: '256Mi' },
              },
              volumeMounts: names.flatMap(name => [
                { name: `old-${name}`, mountPath: `/old/${name}`, readOnly: true },
                { name: `new-${name}`, mountPath: `/new/${name}` },
              ]),
              securityContext: { ...RESTRICTED, ...asObject(container.value.securityContext) },
            },
          ],
          volumes: places.flatMap((place, index) => {
            const name = names[index] ?? ''
            return [
              { name: `old-${name}`, persistentVolumeClaim: { claimName: place.claimName ?? '' } },
              { name: `new-${name}`, persistentVolumeClaim: { claimName: firstClaimName(resource, name) } },
            ]
          }),
        },
      },
    },
  }
}

const RESTRICTED: JsonObject = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

function podSecurity(present: JsonObject | undefined, user: number | undefined): JsonObject {
  const ids = user === undefined ? {} : { runAsUser: user, runAsGroup: user, fsGroup: user }
  const security: JsonObject = { runAsNonRoot: true, ...ids, seccompProfile: { type: 'RuntimeDefault' }, ...present }
  return security.runAsUser === 0 ? { ...security, runAsNonRoot: false } : security
}

/** Everything but what the file system itself keeps for root; needs no more than a shell and cp. */
function copyCommand(name: string): string {
  return `for item in /old/${name}/* /old/${name}/.[!.]*; do
  case "$item" in */lost+found) continue ;; esac
  [ -e "$item" ] || continue
  cp -a "$item" /new/${name}/
done`
}

/** Marks the old claims, which stay in the files: what is taken out of them, a GitOps controller deletes with its data. */
export function keepClaims(resource: Resource, places: readonly DataPlace[]): Edit[] {
  return places.flatMap(({ claim }) =>
    claim === undefined || !claim.selected
      ? []
      : [set(claim, ['metadata', 'annotations', 'kubemend.dev/replaced-by'], `StatefulSet/${resource.name}`)],
  )
}

/** Name, namespace and labels as the workload has them. */
export function metadataLike(resource: Resource, name: string): JsonObject {
  const namespace = asString(at(resource.value, ['metadata', 'namespace']))
  const labels = Object.fromEntries(Object.entries(labelsOf(resource)).filter(([key]) => !isReserved(key)))
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  }
}

/** Labels by which Kubernetes and its add-on manager tell their own objects; not the usual app.kubernetes.io ones. */
function isReserved(key: string): boolean {
  return /^(?:[\w.-]+\.)?kubernetes\.io\//.test(key) && !key.startsWith('app.kubernetes.io/')
}

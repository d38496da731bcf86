// The image that a container runs in the end: a kustomization's `images:` may rename or re-tag what its file says.

import { asArray, asString, isObject, type Json, member } from '../yaml/value.ts'
import { type ImageReference, parseImage } from './image.ts'
import type { Container } from './workload.ts'
import type { Workspace } from './workspace.ts'

/**
 * The container's image after the nearest kustomization that overrides it; undefined when it is absent or holds a
 * variable.
 */
export function effectiveImage(workspace: Workspace, container: Container): ImageReference | undefined {
  if (container.image === undefined) return undefined
  const name = nameOf(container.image)
  for (const kustomization of workspace.kustomizationsOf(container.workload.resource)) {
    for (const entry of asArray(kustomization.resource.value.images)) {
      if (member(entry, 'name') === name) return parseImage(overridden(container.image, entry))
    }
  }
  return parseImage(container.image)
}

/** Reference without tag and digest, as Kustomize compares it with an entry's `name`. */
function nameOf(reference: string): string {
  const [name = ''] = reference.split('@')
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  return colon < 0 ? name : name.slice(0, colon)
}

function overridden(reference: string, entry: Json): string {
  if (!isObject(entry)) return reference
  const name = nameOf(reference)
  const newName = asString(entry.newName) ?? name
  const digest = asString(entry.digest)
  if (digest !== undefined) return `${newName}@${digest}`
  const tag = typeof entry.newTag === 'number' ? String(entry.newTag) : asString(entry.newTag)
  return tag === undefined ? `${newName}${reference.slice(name.length)}` : `${newName}:${tag}`
}

// The whole objects of a set of files, each with the text that its author would apply.

import { groupOf, isKubernetesObject, type Resource } from '../../src/kube/resource.ts'
import { type LoadedFile, Workspace } from '../../src/kube/workspace.ts'
import { readText } from '../../src/yaml/read.ts'
import type { Files } from '../support/fixtures.ts'
import { type Client, nameOf, type ObjectName } from './client.ts'

export interface ManifestObject {
  readonly target: ObjectName
  /** the document as it stands, or a List's item as JSON */
  readonly text: string
  /** of what the object is the only one: group, kind, namespace and name */
  readonly key: string
}

/** Objects with a name, once each: patches are left out, and of variants the first one stands for all. */
export function objectsIn(files: Files, kubernetesVersion: string): Map<string, ManifestObject> {
  const objects = new Map<string, ManifestObject>()
  const loaded = loadedFiles(files)
  const texts = new Map(loaded.map(file => [file.path, file]))
  for (const resource of new Workspace(loaded, { kubernetesVersion }).resources) {
    const document = texts.get(resource.origin.file)?.documents[resource.origin.document]
    if (resource.partial || resource.name === '' || document === undefined || !isKubernetesObject(resource.value))
      continue
    const isItem = resource.origin.path.length > 0
    const text = isItem
      ? JSON.stringify(resource.value)
      : texts.get(resource.origin.file)?.text.slice(document.start, document.end)
    const key = objectKey(resource)
    if (!objects.has(key)) objects.set(key, { target: nameOf(resource), text: text ?? '', key })
  }
  return objects
}

export function objectKey({
  apiVersion,
  kind,
  namespace,
  name,
}: Pick<Resource, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace ?? 'default'}/${name}`
}

function loadedFiles(files: Files): LoadedFile[] {
  return [...files].flatMap(([path, text]) => {
    if (!/\.(ya?ml|json)$/.test(path)) return []
    const read = readText(text)
    return read.ok ? [{ path, text, selected: true, documents: read.documents }] : []
  })
}

/** Makes the namespaces that the objects live in. */
export async function createNamespaces(client: Client, objects: Iterable<ManifestObject>): Promise<void> {
  for (const namespace of new Set([...objects].map(({ target }) => target.namespace))) {
    await client.createNamespace(namespace)
  }
}

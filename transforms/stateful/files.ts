// Where new objects go: behind their neighbour, or into a file of their own where its file cannot take them.

import type { Resource, Workspace } from '../../src/sdk.ts'

/**
 * The file for a new object beside another one, undefined for the same file. A JSON file holds one document; a
 * kustomization would not include a new file, so there the engine refuses.
 */
export function ownFile(workspace: Workspace, beside: Resource, name: string): string | undefined {
  const { file, path } = beside.origin
  if (path.length > 0 || !file.endsWith('.json') || workspace.kustomizationsOf(beside).length > 0) return undefined
  return `${file.slice(0, file.lastIndexOf('/') + 1)}${name}.yaml`
}

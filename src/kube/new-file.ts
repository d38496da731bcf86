// Where a new resource goes when the file of its owner cannot take it.

import type { Resource } from './resource.ts'
import type { Workspace } from './workspace.ts'

/**
 * A JSON file holds one document, so a new resource needs a file beside it: `web.json` gives `web-ingress.yaml`.
 * Undefined where the owner's file takes it, and where a kustomization would have to include the new file.
 */
export function fileOfItsOwn(workspace: Workspace, owner: Resource, suffix: string): string | undefined {
  const { file, path } = owner.origin
  if (path.length > 0 || !file.endsWith('.json') || workspace.kustomizationsOf(owner).length > 0) return undefined
  return file.replace(/\.json$/, `-${suffix}.yaml`)
}

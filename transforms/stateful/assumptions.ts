// What a conversion takes for granted about the storage of a cluster.

import type { Precondition } from '../../src/sdk.ts'
import type { DataPlace } from './data.ts'
import type { DataMode, StatefulSettings } from './settings.ts'

/** Nothing where no claims are made. */
export function storageAssumptions(
  claims: readonly DataPlace[],
  { storageClass }: StatefulSettings,
  data: DataMode | 'none',
): Precondition[] {
  if (claims.length === 0) return []
  const storage: Precondition =
    storageClass === ''
      ? {
          text: 'the cluster has a default StorageClass, or the claims of the members stay Pending',
          state: 'assumed',
          command: 'kubectl get storageclass',
        }
      : {
          text: `the cluster has the StorageClass ${storageClass}`,
          state: 'assumed',
          command: `kubectl get storageclass ${storageClass}`,
        }
  const isCloned = data === 'clone' && claims.some(place => place.kind === 'claim')
  return isCloned
    ? [storage, { text: 'the storage driver can clone a volume in its namespace', state: 'assumed' }]
    : [storage]
}

// Which Kubernetes versions have bundled schemas, and which one stands in for the others.

export const BUNDLED_VERSIONS = ['1.30', '1.32', '1.33', '1.34', '1.36'] as const
export const DEFAULT_VERSION = '1.36'

/** Versions without schemas of their own, and the next lower bundled one. */
const STAND_INS: ReadonlyMap<string, string> = new Map([
  ['1.31', '1.30'],
  ['1.35', '1.34'],
])

export type ResolvedVersion =
  | { readonly version: string; readonly note?: string; readonly error?: undefined }
  | { readonly error: string; readonly version?: undefined }

/** `v1.34.2`, `1.34` and `1.34.2` name the bundled version 1.34; unknown versions answer an error. */
export function resolveKubernetesVersion(wanted: string): ResolvedVersion {
  const version = /^v?(\d+\.\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(wanted.trim())?.[1]
  if (version !== undefined && BUNDLED_VERSIONS.some(bundled => bundled === version)) return { version }
  const standIn = STAND_INS.get(version ?? '')
  if (standIn !== undefined) {
    return { version: standIn, note: `no schemas of Kubernetes ${version} are bundled: ${standIn} is used instead` }
  }
  const known = [...BUNDLED_VERSIONS, ...STAND_INS.keys()].sort().join(', ')
  return { error: `unknown Kubernetes version "${wanted}": use one of ${known}` }
}

/** Compares `1.9` and `1.30` by number; negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}

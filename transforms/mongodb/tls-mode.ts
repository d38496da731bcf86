// The modes in which mongod takes connections, in the order in which a replica set that runs goes through them.

/**
 * `disabled`: plaintext; `allowTLS`: both are taken, members dial each other in plaintext; `preferTLS`: both are taken,
 * members dial by TLS; `requireTLS`: TLS alone. A member that dials TLS is understood from `allowTLS` on
 * (https://www.mongodb.com/docs/manual/tutorial/upgrade-cluster-to-ssl/).
 */
export type TlsMode = 'disabled' | 'allowTLS' | 'preferTLS' | 'requireTLS'

/** The mode that every running member has, once a change of it has been rolled out. */
export type RolledMode = 'none' | 'allowTLS' | 'preferTLS'

const ORDER: readonly TlsMode[] = ['disabled', 'allowTLS', 'preferTLS', 'requireTLS']

/** Undefined for a text that is none of them. */
export function tlsModeOf(text: string): TlsMode | undefined {
  return ORDER.find(mode => mode === text)
}

export function nextMode(mode: TlsMode): TlsMode {
  return ORDER[ORDER.indexOf(mode) + 1] ?? 'requireTLS'
}

export function isBefore(mode: TlsMode, other: TlsMode): boolean {
  return ORDER.indexOf(mode) < ORDER.indexOf(other)
}

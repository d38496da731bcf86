// What applying a change may do to what runs: the vocabulary that decides what runs without being asked.

/**
 * `none`: no pod restarts. `restart`: pods are replaced once by the workload's own strategy. `access`: how something
 * is reached changes. `topology`: kind or member count of a stateful system changes. `data`: stored data moves, is
 * left behind or changes owner.
 */
export type Risk = 'none' | 'restart' | 'access' | 'topology' | 'data'

export const RISKS: readonly Risk[] = ['none', 'restart', 'access', 'topology', 'data']

/** What `fix` applies without a flag. */
export const SAFE_RISKS: readonly Risk[] = ['none', 'restart']

// How far the encryption between the members of an ensemble has come.

/**
 * Q0: plaintext; Q1: both are taken, plaintext is dialled; Q2: both are taken, TLS is dialled; Q3: TLS alone. A member
 * that dials TLS is understood by those of Q1 on only, so members that run go one stage at a time
 * (https://zookeeper.apache.org/doc/r3.8.4/zookeeperAdmin.html, upgrading existing non-TLS cluster with no downtime).
 */
export type Stage = 'Q0' | 'Q1' | 'Q2' | 'Q3'

/** The stage that every running member has, once a change of it has been rolled out. */
export type RolledStage = 'none' | 'Q1' | 'Q2'

const ORDER: readonly Stage[] = ['Q0', 'Q1', 'Q2', 'Q3']

export function nextStage(stage: Stage): Stage {
  return ORDER[ORDER.indexOf(stage) + 1] ?? 'Q3'
}

export function isBefore(stage: Stage, other: Stage): boolean {
  return ORDER.indexOf(stage) < ORDER.indexOf(other)
}

export function stageOf(isTls: boolean, takesBoth: boolean): Stage {
  if (isTls) return takesBoth ? 'Q2' : 'Q3'
  return takesBoth ? 'Q1' : 'Q0'
}

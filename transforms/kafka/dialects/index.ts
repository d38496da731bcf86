// The dialect of each distribution; those without one are only ever changed where a value stands already.

import { APACHE } from './apache.ts'
import { BITNAMI } from './bitnami.ts'
import { CONFLUENT } from './cp.ts'
import type { Dialect } from './dialect.ts'
import { WURSTMEISTER } from './wurstmeister.ts'

export type { Dialect } from './dialect.ts'

const DIALECTS: readonly Dialect[] = [CONFLUENT, APACHE, BITNAMI, WURSTMEISTER]

export function dialectOf(distro: string | undefined): Dialect | undefined {
  return DIALECTS.find(dialect => dialect.distro === distro)
}

/** What an image of somebody's own is likely to understand, by the variables that it is given. */
export function guessDialect(variables: readonly string[]): Dialect | undefined {
  if (variables.some(name => name.startsWith('KAFKA_CFG_'))) return BITNAMI
  const plain = ['KAFKA_ZOOKEEPER_CONNECT', 'KAFKA_PROCESS_ROLES', 'KAFKA_ADVERTISED_LISTENERS']
  return variables.some(name => plain.includes(name)) ? CONFLUENT : undefined
}

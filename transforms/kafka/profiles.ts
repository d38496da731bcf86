// Clients whose variables are known: what switches TLS on in each.

import { type Container, envNames, type Resource } from '../../src/sdk.ts'
import type { ClientProfile } from './settings.ts'

/** `wait`: looks at the port alone; `profile`: is moved by variables; `unknown`: TLS is switched on in its code. */
export type ClientKind =
  | { readonly type: 'wait' }
  | { readonly type: 'unknown' }
  | { readonly type: 'profile'; readonly profile: Profile }

export interface Profile {
  readonly name: string
  /** variables and their values; `{ca}` stands for the path of the CA file */
  readonly variables: readonly (readonly [name: string, value: string])[]
  /** the variable with the addresses keeps a protocol before each */
  readonly scheme?: true
  /** properties that it reads from a file alone */
  readonly file?: PropertiesFile
}

/** A file with properties, in which `{ca}` stands for the path of the CA file. */
export interface PropertiesFile {
  /** variable with the path of the file */
  readonly variable: string
  readonly properties: readonly (readonly [key: string, value: string])[]
}

/** The three facts of a Java client, under the names that `name` makes of its properties. */
function javaClient(name: (key: string) => string): readonly (readonly [string, string])[] {
  return [
    [name('security.protocol'), 'SSL'],
    [name('ssl.truststore.type'), 'PEM'],
    [name('ssl.truststore.location'), '{ca}'],
  ]
}

function under(prefix: string): (key: string) => string {
  return key => `${prefix}${key.replaceAll('.', '_').toUpperCase()}`
}

interface Row {
  readonly bootstrap: RegExp
  readonly name: string
  readonly variables: (match: RegExpExecArray) => readonly (readonly [string, string])[]
  readonly scheme?: true
  readonly file?: PropertiesFile
  /** a variable that tells the framework, where the one with the addresses could be anybody's */
  readonly sign?: RegExp
  /** variables with which it has settings of its own already */
  readonly taken?: readonly string[]
}

/** By the variable with the addresses. */
const ROWS: readonly Row[] = [
  {
    bootstrap: /^SPRING_KAFKA_BOOTSTRAP_?SERVERS$/,
    name: 'Spring for Apache Kafka',
    variables: () => javaClient(under('SPRING_KAFKA_PROPERTIES_')),
  },
  {
    bootstrap: /^SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS$/,
    name: 'Schema Registry',
    variables: () => javaClient(under('SCHEMA_REGISTRY_KAFKASTORE_')),
    scheme: true,
  },
  {
    bootstrap: /^CONNECT_BOOTSTRAP_SERVERS$/,
    name: 'Kafka Connect',
    variables: () =>
      ['CONNECT_', 'CONNECT_PRODUCER_', 'CONNECT_CONSUMER_', 'CONNECT_ADMIN_'].flatMap(prefix =>
        javaClient(under(prefix)),
      ),
  },
  { bootstrap: /^KSQL_BOOTSTRAP_SERVERS$/, name: 'ksqlDB', variables: () => javaClient(under('KSQL_')) },
  {
    bootstrap: /^KAFKA_REST_BOOTSTRAP_SERVERS$/,
    name: 'Kafka REST proxy',
    variables: () => javaClient(under('KAFKA_REST_CLIENT_')),
    scheme: true,
  },
  {
    bootstrap: /^CONTROL_CENTER_BOOTSTRAP_SERVERS$/,
    name: 'Control Center',
    variables: () => javaClient(under('CONTROL_CENTER_STREAMS_')),
  },
  {
    bootstrap: /^(KAFKA_CLUSTERS_\d+)_BOOTSTRAP_?SERVERS$/,
    name: 'Kafka UI',
    variables: match => javaClient(under(`${match[1] ?? ''}_PROPERTIES_`)),
  },
  {
    // its start script writes the file only where KAFKA_PROPERTIES says what to write
    bootstrap: /^KAFKA_BROKERCONNECT$/,
    name: 'Kafdrop',
    variables: () => [],
    file: { variable: 'KAFKA_PROPERTIES_FILE', properties: javaClient(key => key) },
    taken: ['KAFKA_PROPERTIES', 'KAFKA_PROPERTIES_FILE', 'KAFKA_TRUSTSTORE', 'KAFKA_KEYSTORE'],
  },
  {
    // both take every KAFKA_ variable for a property of their clients
    bootstrap: /^KAFKA_BOOTSTRAP_SERVERS$/,
    name: 'Quarkus',
    sign: /^(?:QUARKUS_|MP_MESSAGING_|SMALLRYE_)/,
    variables: () => javaClient(under('KAFKA_')),
  },
  {
    bootstrap: /^KAFKA_BOOTSTRAP_SERVERS$/,
    name: 'Micronaut',
    sign: /^MICRONAUT_/,
    variables: () => javaClient(under('KAFKA_')),
  },
]

export function kindOfVariable(
  configured: readonly ClientProfile[],
  resource: Resource,
  container: Container,
  variable: string | undefined,
): ClientKind | undefined {
  if (variable === undefined) return undefined
  const own = configured.find(
    ({ bootstrap, workloads = [] }) =>
      bootstrap === variable && (workloads.length === 0 || workloads.includes(resource.name)),
  )
  if (own !== undefined) {
    const variables = Object.entries(own.set)
    const file = own.caFile === undefined ? [] : [[own.caFile, '{ca}'] as const]
    return { type: 'profile', profile: { name: 'kafka.clients', variables: [...variables, ...file] } }
  }
  for (const row of ROWS) {
    const match = row.bootstrap.exec(variable)
    if (match === null || !fits(row, container)) continue
    const { name, scheme, file } = row
    const more = { ...(scheme ? { scheme } : {}), ...(file === undefined ? {} : { file }) }
    return { type: 'profile', profile: { name, variables: row.variables(match), ...more } }
  }
  return undefined
}

function fits({ sign, taken = [] }: Row, container: Container): boolean {
  const names = envNames(container)
  return (sign === undefined || names.some(name => sign.test(name))) && !names.some(name => taken.includes(name))
}

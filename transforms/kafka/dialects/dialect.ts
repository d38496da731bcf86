// What an image family of Kafka has to be told, and how: the one interface of all dialects.

/** How the files of a certificate reach the broker. */
export interface KeyFiles {
  /** folder that they are mounted in */
  readonly folder: string
  /** key of the Secret and name of the file */
  readonly items: readonly (readonly [key: string, path: string])[]
  /** variables, beside those of listeners, that switch TLS on; properties keys where they have a dot */
  readonly settings: readonly (readonly [name: string, value: string])[]
}

export interface Dialect {
  readonly distro: string
  /** name of the variable of a properties key; undefined where the image cannot express the key */
  readonly variable: (key: string) => string | undefined
  /** older names of the same variable, read where the first is not set */
  readonly aliases: (key: string) => readonly string[]
  /** entrypoint and command of the image; empty where the image starts in another way */
  readonly entrypoint: readonly string[]
  /** group of the broker's process; undefined for root */
  readonly fsGroup: number | undefined
  /** folder of the data when `log.dirs` says nothing */
  readonly dataFolder: string
  /** where a volume for the data is mounted */
  readonly volumeFolder: string
  /** whether `log.dirs` can be set */
  readonly setsLogDirs: boolean
  /** properties file that, when something is mounted there, is read instead of the variables, or beneath them */
  readonly configFile?: { readonly path: string; readonly beats: 'variables' | 'defaults' }
  /** values that the image itself brings for keys that nobody sets, other than Kafka's own */
  readonly bundled: Readonly<Record<string, string>>
  /** a variable of the image that is no properties key */
  readonly clusterId: string | undefined
  /** how the image is told the id of a member: exported by a wrapped command, or as a command in a variable */
  readonly idBy: 'export' | 'command-variable'
  readonly keyFiles: KeyFiles
  /** the lowest version that the image exists in, where that is known without a tag */
  readonly since: string | undefined
  /** path of the topics tool */
  readonly topicsTool: string
  /** Kafka's version of a tag */
  readonly version: (tag: string) => string | undefined
}

/** Keys of PEM stores: no password anywhere, so nothing secret in files (Kafka 2.7, KIP-651). */
export function pemStores(folder: string): readonly (readonly [string, string])[] {
  return [
    ['ssl.keystore.type', 'PEM'],
    ['ssl.keystore.location', `${folder}/tls-combined.pem`],
    ['ssl.truststore.type', 'PEM'],
    ['ssl.truststore.location', `${folder}/ca.crt`],
    ['ssl.client.auth', 'none'],
  ]
}

/** `KAFKA_` and the key: `.` becomes `_`, `_` becomes `__`, `-` becomes `___` (utility belt of the images). */
export function plainVariable(key: string): string {
  return `KAFKA_${key.replace(/[._-]/g, mark => ({ '.': '_', _: '__' })[mark] ?? '___').toUpperCase()}`
}

/** A prefix and the key, where only the dots are replaced. */
export function unescapedVariable(prefix: string, key: string): string {
  return `${prefix}${key.replaceAll('.', '_').toUpperCase()}`
}

export function leadingVersion(tag: string): string | undefined {
  return /^v?(\d+\.\d+(?:\.\d+)?)(?![\d.])/.exec(tag)?.[1]
}

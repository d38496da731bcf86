// Finds the class path of Kafka's servers and tools in the version asked for, by Maven and the pom beside this file.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheHome } from '../build.ts'

const FOLDER = path.dirname(fileURLToPath(import.meta.url))
const POM = path.join(FOLDER, 'pom.xml')
const BUILD_CLASS_PATH = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath'
const OLDEST_JAVA = 17
const TOOLS_SPLIT_OFF = [3, 5] as const

/** Kafka of one version, with the ZooKeeper client and server that this version is built with. */
export interface Artifacts {
  readonly version: string
  /** jars, in the order of the class path */
  readonly jars: readonly string[]
}

export type Found = { readonly ok: true; readonly artifacts: Artifacts } | { readonly ok: false; reason: string }

/**
 * The artifacts of a version such as `3.4.0`. Maven keeps the jars in its own repository; the list of them is kept in
 * the user's cache, by version and content of the pom, so that Maven runs once. Some ten seconds the first time.
 */
export async function findArtifacts(version: string): Promise<Found> {
  const fault = (await javaFault()) ?? (await loopbackFault())
  if (fault !== undefined) return { ok: false, reason: fault }
  const pom = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12)
  const list = path.join(cacheHome(), 'kubemend', `kafka-${version}-${pom}`, 'classpath')
  const kept = await jarsIn(list)
  if (kept !== undefined) return { ok: true, artifacts: { version, jars: kept } }
  try {
    await resolve(version, list)
  } catch (error) {
    return { ok: false, reason: mavenFault(error, version) }
  }
  const jars = await jarsIn(list)
  return jars === undefined
    ? { ok: false, reason: `Maven named jars of Kafka ${version} that are not there` }
    : { ok: true, artifacts: { version, jars } }
}

async function resolve(version: string, list: string): Promise<void> {
  await mkdir(path.dirname(list), { recursive: true })
  const written = `${list}.${process.pid}`
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [splitMajor, splitMinor] = TOOLS_SPLIT_OFF
  const hasTools = major > splitMajor || (major === splitMajor && minor >= splitMinor)
  const options = [`-Dkafka.version=${version}`, '-DincludeScope=runtime', `-Dmdep.outputFile=${written}`]
  await promisify(execFile)('mvn', [
    '-B',
    '-q',
    '-f',
    POM,
    ...(hasTools ? ['-Ptools'] : []),
    ...options,
    BUILD_CLASS_PATH,
  ])
  await writeFile(written, (await readFile(written, 'utf8')).trim().split(path.delimiter).join('\n'))
  await rename(written, list)
}

/** undefined when the list or one of its jars is gone */
async function jarsIn(list: string): Promise<readonly string[] | undefined> {
  const text = await readFile(list, 'utf8').catch(() => '')
  const jars = text.split('\n').filter(jar => jar !== '')
  const checks = await Promise.allSettled(jars.map(jar => access(jar)))
  return jars.length > 0 && checks.every(({ status }) => status === 'fulfilled') ? jars : undefined
}

async function javaFault(): Promise<string | undefined> {
  const version = await promisify(execFile)('javac', ['-version']).catch(() => undefined)
  if (version === undefined) return 'no Java development kit is installed'
  const major = Number(/javac (\d+)/.exec(version.stdout + version.stderr)?.[1] ?? 0)
  return major < OLDEST_JAVA ? `Java ${major} is older than ${OLDEST_JAVA}` : undefined
}

/** Every broker has an address of its own, so that all may use the ports that the manifests name. */
async function loopbackFault(): Promise<string | undefined> {
  const listener = createServer()
  return new Promise(answer => {
    listener.once('error', () => answer('this machine binds no other loopback address than 127.0.0.1'))
    listener.listen(0, '127.0.1.1', () => listener.close(() => answer(undefined)))
  })
}

function mavenFault(error: unknown, version: string): string {
  const { code, stdout = '', message = String(error) } = error as { code?: unknown; stdout?: string; message?: string }
  if (code === 'ENOENT') return 'Maven is not installed'
  const lines = stdout.split('\n').filter(line => line.startsWith('[ERROR]'))
  const said = (lines[0] ?? message.split('\n')[0] ?? '').replace('[ERROR] ', '').slice(0, 200)
  return `Maven has no Kafka ${version}: ${said}`
}

// Real ZooKeeper and Kafka servers that run what manifests say, on loopback and in a private temporary folder.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { equalJson, type Json, member } from '../../../src/yaml/value.ts'
import type { Files } from '../../support/fixtures.ts'
import type { Artifacts } from './artifacts.ts'
import { Authority, type Secret } from './certificates.ts'
import { javaOptions, type Process, startJava, waitFor } from './java.ts'
import { objectsOf, type Pod, podsOf } from './pods.ts'
import { type Overrides, writeServerFiles } from './server-files.ts'

const START_SECONDS = 60
const BROKER_MEGABYTES = 256
const MEMBER_MEGABYTES = 128
const TOOL_MEGABYTES = 128

/** Servers with the properties of their pods, changed no further than server-files.ts says, and small heaps. */
export class Cluster {
  readonly folder: string
  readonly artifacts: Artifacts
  readonly authority: Authority
  readonly hostsFile: string
  readonly #network: string
  readonly #running = new Map<string, Process>()
  readonly #programs: Process[] = []
  readonly #secrets = new Map<string, { readonly spec: Json; readonly secret: Secret }>()
  #pods: readonly Pod[] = []

  private constructor(folder: string, artifacts: Artifacts, authority: Authority) {
    this.folder = folder
    this.artifacts = artifacts
    this.authority = authority
    this.hostsFile = path.join(folder, 'hosts')
    // every process of tests, and every cluster of one, has a /24 of loopback for itself
    clusters += 1
    this.#network = `127.${1 + (process.pid % 250)}.${clusters % 256}`
  }

  static async make(artifacts: Artifacts): Promise<Cluster> {
    const folder = await mkdtemp(path.join(tmpdir(), 'kubemend-brokers-'))
    return new Cluster(folder, artifacts, await Authority.make(path.join(folder, 'authority')))
  }

  get pods(): readonly Pod[] {
    return this.#pods
  }

  get brokers(): readonly Pod[] {
    return this.#pods.filter(({ family }) => family === 'kafka')
  }

  get members(): readonly Pod[] {
    return this.#pods.filter(({ family }) => family === 'zookeeper')
  }

  pod(name: string): Pod {
    const pod = this.#pods.find(one => one.name === name)
    if (pod === undefined) throw new Error(`the manifests ask for no pod ${name}`)
    return pod
  }

  address({ family, ordinal }: Pod): string {
    return `${this.#network}.${family === 'kafka' ? 1 + ordinal : 11 + ordinal}`
  }

  /** Takes the manifests as what is to run from now on: names resolve, Secrets are made; what runs goes on. */
  async apply(files: Files): Promise<void> {
    this.#pods = podsOf(files)
    for (const certificate of objectsOf(files, 'Certificate')) {
      const name = String(member(certificate.value.spec, 'secretName'))
      const spec = certificate.value.spec ?? null
      const kept = this.#secrets.get(name)
      if (member(spec, 'isCA') === true || (kept !== undefined && equalJson(kept.spec, spec))) continue
      this.#secrets.set(name, { spec, secret: await this.authority.issue(certificate) })
    }
    const own = [`${this.#network}.1 ${hostname()}`, '127.0.0.1 localhost']
    const lines = this.#pods.flatMap(pod => this.#names(pod).map(host => `${this.address(pod)} ${host}`))
    await writeFile(this.hostsFile, `${[...lines, ...own].join('\n')}\n`)
    for (const pod of this.#pods) {
      const inside = [`${this.address(pod)} localhost`, ...lines]
      await writeFile(path.join(this.folder, `hosts-${pod.name}`), `${inside.join('\n')}\n`)
    }
  }

  /** The first name is what an address resolves to: a cluster may answer with the one that it makes of the address. */
  #names(pod: Pod): readonly string[] {
    const service = pod.hosts.find(host => host.endsWith('.svc.cluster.local'))
    return service === undefined ? pod.hosts : [`${this.address(pod).replaceAll('.', '-')}.${service}`, ...pod.hosts]
  }

  secret(name: string): Secret {
    const found = this.#secrets.get(name)
    if (found === undefined) throw new Error(`nothing makes Secret ${name}`)
    return found.secret
  }

  /** Where a path of a pod's container stands on this machine. */
  place(pod: Pod, file: string): string {
    return path.join(this.folder, pod.name, file)
  }

  /** Starts a pod's server; it need not be ready, nor live, when this resolves. */
  async launch(name: string, overrides: Overrides = {}): Promise<Process> {
    const pod = this.pod(name)
    await this.#mount(pod)
    const file = path.join(this.folder, `${name}.properties`)
    const setting = { address: this.address(pod), root: this.place(pod, '/') }
    await writeServerFiles(pod, overrides, setting, file)
    if (pod.properties.has('process.roles')) await this.#format(pod, file)
    const main = pod.family === 'kafka' ? 'kafka.Kafka' : 'org.apache.zookeeper.server.quorum.QuorumPeerMain'
    const started = await startJava(name, [...this.#java(pod.family), main, file], this.log(name))
    this.#running.set(name, started)
    return started
  }

  /** Starts a pod's server and waits until its readiness probe would pass. */
  async start(name: string, overrides: Overrides = {}): Promise<Process> {
    const started = await this.launch(name, overrides)
    await this.ready(name)
    return started
  }

  /** Starts what the manifests ask for: members one after the other (OrderedReady), brokers together (Parallel). */
  async startAll(): Promise<void> {
    for (const { name } of this.members) await this.start(name)
    await Promise.all(this.brokers.map(({ name }) => this.start(name)))
  }

  async ready(name: string): Promise<void> {
    const pod = this.pod(name)
    const isOpen = async () => ((await opens(this.address(pod), pod.readyPort)) ? true : undefined)
    await waitFor(`${name} is ready`, START_SECONDS, isOpen, [this.process(name)])
  }

  runs(name: string): boolean {
    return this.#running.get(name)?.hasEnded === false
  }

  process(name: string): Process {
    const found = this.#running.get(name)
    if (found === undefined) throw new Error(`${name} was never started`)
    return found
  }

  /** The last lines of every server and program, for the text of a failure. */
  async tails(): Promise<string> {
    const all = [...this.#running.values(), ...this.#programs]
    return (await Promise.all(all.map(one => one.tail(8)))).join('\n\n')
  }

  stop(name: string): Promise<void> {
    return this.process(name).stop()
  }

  /** As `kill -9` does. */
  kill(name: string): Promise<void> {
    return this.process(name).kill()
  }

  log(name: string): string {
    return path.join(this.folder, 'logs', `${name}.log`)
  }

  /** Arguments of `java` for a program that talks to the servers. */
  toolOptions(): string[] {
    return javaOptions({ artifacts: this.artifacts, hostsFile: this.hostsFile, heapMegabytes: TOOL_MEGABYTES })
  }

  /** A client program that is stopped with the cluster. */
  async program(name: string, args: readonly string[]): Promise<Process> {
    const started = await startJava(name, [...this.toolOptions(), ...args], this.log(name), true)
    this.#programs.push(started)
    return started
  }

  /** Ends every process and removes the folder. */
  async close(): Promise<void> {
    const brokersFirst = [...this.#programs, ...[...this.#running.values()].reverse()]
    await Promise.all(brokersFirst.map(one => one.kill()))
    await rm(this.folder, { recursive: true, force: true })
  }

  #java(family: Pod['family']): string[] {
    const heapMegabytes = family === 'kafka' ? BROKER_MEGABYTES : MEMBER_MEGABYTES
    return javaOptions({ artifacts: this.artifacts, hostsFile: this.hostsFile, heapMegabytes })
  }

  /** Makes what a kubelet mounts; a claim's new volume has the folder that every ext4 file system has. */
  async #mount(pod: Pod): Promise<void> {
    for (const mount of pod.mounts) {
      const folder = this.place(pod, mount.path)
      await mkdir(folder, { recursive: true })
      if (mount.secret === undefined) await mkdir(path.join(folder, 'lost+found'), { recursive: true })
      for (const { key, path: file } of mount.secret?.items ?? []) {
        const content = this.secret(mount.secret?.name ?? '').get(key)
        if (content === undefined) throw new Error(`Secret ${mount.secret?.name} has no key ${key}`)
        await writeFile(path.join(folder, file), content)
      }
    }
    await mkdir(this.place(pod, '/tmp'), { recursive: true })
  }

  /** What the images do before a broker without ZooKeeper starts for the first time. */
  async #format(pod: Pod, file: string): Promise<void> {
    const id = pod.variables.get('CLUSTER_ID') ?? ''
    const words = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', file, '--ignore-formatted']
    const tool = await startJava(
      `${pod.name} format`,
      [...this.toolOptions(), ...words],
      this.log(`${pod.name}-format`),
    )
    const isDone = async () => (tool.hasEnded ? true : undefined)
    await waitFor(`the storage of ${pod.name} is formatted`, START_SECONDS, isDone)
    if (tool.child.exitCode !== 0) throw new Error(await tool.tail())
  }
}

let clusters = 0

/** Whether something listens there. */
export function opens(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 2_000 })
    const answer = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
    socket.once('timeout', () => answer(false))
  })
}

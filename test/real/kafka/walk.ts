// Walks through a runbook as a person would, on real servers in place of a cluster.

import { setTimeout as sleep } from 'node:timers/promises'
import type { RunbookStep } from '../../../src/report/steps.ts'
import type { Files } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import { waitFor } from './java.ts'
import { objectsOf, type Pod, podsOf } from './pods.ts'
import { Tools } from './tools.ts'
import { modeOf } from './zookeeper.ts'

/** What Kubernetes waits at least for a pod that is ready, before the next one is rolled (minReadySeconds). */
const MIN_READY_MILLISECONDS = 30_000

/** What only a cluster does: told to the harness, or without a meaning here. */
const CLUSTER_COMMAND = /^kubectl (?:-n \S+ )?(apply|scale|delete|wait|rollout|get|logs|describe) (.*)$/

export interface Taken {
  readonly text: string
  /** what its commands printed */
  readonly said: string
  /** what the commands of its check printed */
  readonly checked: string
}

export class Walker {
  readonly #cluster: Cluster
  readonly #tools: Tools
  readonly #settled: () => Promise<void>
  #files: Files

  private constructor(cluster: Cluster, tools: Tools, files: Files, settled: () => Promise<void>) {
    this.#cluster = cluster
    this.#tools = tools
    this.#files = files
    this.#settled = settled
  }

  /** `files` run already; `settled` resolves when a broker that was started has caught up with the others. */
  static async make(cluster: Cluster, files: Files, settled: () => Promise<void>): Promise<Walker> {
    return new Walker(cluster, await Tools.make(cluster), files, settled)
  }

  /** Takes the steps in order, out of the changed files; steps of other systems and those that only tell are passed over. */
  async take(steps: readonly RunbookStep[], changed: Files): Promise<Taken[]> {
    const taken: Taken[] = []
    for (const { stage, text, commands, check } of steps) {
      const all = [...commands, ...(check?.commands ?? [])]
      if (stage === 'later' || commands.length === 0 || all.some(command => /mongo/.test(command))) continue
      const said = await this.#run(commands, changed)
      taken.push({ text, said, checked: await this.#run(check?.commands ?? [], changed) })
    }
    return taken
  }

  async #run(commands: readonly string[], changed: Files): Promise<string> {
    const pasted: string[] = []
    for (const command of commands) {
      const [, verb, rest = ''] = CLUSTER_COMMAND.exec(command) ?? []
      if (verb === undefined) pasted.push(command)
      else if (verb === 'apply') await this.#apply(namesOf(rest), changed)
      else if (verb === 'scale') await this.#scaleDown(rest)
    }
    return pasted.length === 0 ? '' : this.#tools.paste(pasted)
  }

  /** Stops the pods of the workloads that are scaled to nothing. */
  async #scaleDown(words: string): Promise<void> {
    if (!words.includes('--replicas=0')) throw new Error(`kubectl scale ${words} is not understood here`)
    for (const [, workload] of words.matchAll(/\w+\/([\w-]+)/g)) {
      const pods = this.#cluster.pods.filter(({ name }) => name.replace(/-\d+$/, '') === workload)
      for (const { name } of pods) await this.#cluster.stop(name)
    }
  }

  /** Members that are ready, and so counted as rolled out, have found each other when their minimal time is over. */
  async #serving(members: readonly Pod[]): Promise<void> {
    for (const pod of members) {
      const address = this.#cluster.address(pod)
      await waitFor(`${pod.name} serves`, MIN_READY_MILLISECONDS / 1000, () => modeOf(address))
    }
  }

  /** Starts the pods that do not run yet, and rolls those that run and change, as the controllers do. */
  async #apply(names: readonly string[], changed: Files): Promise<void> {
    const earlier = new Map(this.#cluster.pods.map(pod => [pod.name, pod]))
    const applied = new Map([...changed].filter(([file]) => names.includes(file)))
    this.#files = new Map([...this.#files, ...applied])
    await this.#cluster.apply(this.#files)
    const own = new Set(podsOf(applied).map(({ name }) => name))
    const pods = this.#cluster.pods.filter(({ name }) => own.has(name))
    const missing = pods.filter(({ name }) => !this.#cluster.runs(name))
    const members = missing.filter(({ family }) => family === 'zookeeper')
    for (const { name } of members) await this.#cluster.start(name)
    await Promise.race([this.#serving(members), sleep(MIN_READY_MILLISECONDS)])
    const brokers = missing.filter(({ family }) => family === 'kafka')
    await Promise.all(brokers.map(({ name }) => this.#cluster.start(name)))
    const stale = pods.filter(pod => !missing.includes(pod) && !isSame(pod, earlier.get(pod.name)))
    for (const { name } of [...stale].reverse()) {
      await this.#cluster.stop(name)
      await this.#cluster.start(name)
      await Promise.race([this.#settled(), sleep(MIN_READY_MILLISECONDS)])
    }
    if (objectsOf(applied, 'Job').length > 0) await this.#tools.runTopicsJob(applied)
  }
}

function namesOf(words: string): string[] {
  return [...words.matchAll(/-f '?([^\s']+)/g)].map(([, file = '']) => file)
}

function isSame(pod: Pod, earlier: Pod | undefined): boolean {
  const text = (one: Pod | undefined) => JSON.stringify([[...(one?.properties ?? [])].sort(), one?.mounts])
  return text(pod) === text(earlier)
}

// The client program beside this file, asked from tests.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Cluster } from './cluster.ts'
import { type Process, SOURCES } from './java.ts'

export interface Partition {
  readonly leader: string
  readonly replicas: readonly string[]
  readonly inSync: readonly string[]
}

export interface FloodNumbers {
  readonly acknowledged: number
  readonly failed: number
  readonly longestPauseMilliseconds: number
}

/** Thrown where the client got an exception; `exception` is the simple name of its class. */
export class ProbeError extends Error {
  readonly exception: string

  constructor(exception: string, text: string) {
    super(`${exception}: ${text}`)
    this.exception = exception
  }
}

/** Where a client begins and what it trusts; without a file of certificates it talks in plain text. */
export interface Entrance {
  readonly bootstrap: string
  readonly authority?: string
}

export class Probe {
  readonly #process: Process
  readonly #answers: AsyncIterator<string>

  private constructor(started: Process) {
    const { stdout } = started.child
    if (stdout === null) throw new Error('the client program has no output')
    this.#process = started
    this.#answers = createInterface({ input: stdout })[Symbol.asyncIterator]()
  }

  static async start(cluster: Cluster, name: string, { bootstrap, authority }: Entrance): Promise<Probe> {
    const trust =
      authority === undefined
        ? []
        : ['security.protocol=SSL', 'ssl.truststore.type=PEM', `ssl.truststore.location=${authority}`]
    const file = path.join(cluster.folder, `${name}.properties`)
    await writeFile(file, [`bootstrap.servers=${bootstrap}`, ...trust].join('\n'))
    const probe = new Probe(await cluster.program(name, [path.join(SOURCES, 'Probe.java'), file]))
    await probe.#answer()
    return probe
  }

  /** Sends a command and answers what stands behind `ok`; throws a ProbeError for an exception. */
  async ask(...words: readonly (string | number)[]): Promise<string> {
    this.#process.child.stdin?.write(`${words.join(' ')}\n`)
    return this.#answer()
  }

  async partitions(topic: string): Promise<Partition[]> {
    const answer = await this.ask('describe', topic)
    return answer.split(' ').map(text => {
      const [, leader = '', replicas = '', inSync = ''] = text.split(':')
      return { leader, replicas: replicas.split(','), inSync: inSync.split(',').filter(id => id !== '') }
    })
  }

  async flooded(command: 'flooded' | 'stop' = 'flooded'): Promise<FloodNumbers> {
    const [acknowledged = 0, failed = 0, longestPauseMilliseconds = 0] = (await this.ask(command))
      .split(' ')
      .map(Number)
    return { acknowledged, failed, longestPauseMilliseconds }
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#answers.next()
    if (done === true) throw new Error(`the client program ended\n${await this.#process.tail()}`)
    const [, status, text = ''] = /^= (ok|error) ?(.*)$/.exec(value) ?? []
    if (status === undefined) throw new Error(`the client program said ${value}`)
    if (status === 'ok') return text
    const space = text.indexOf(' ')
    throw new ProbeError(text.slice(0, space), text.slice(space + 1))
  }
}

// Which topics the platform uses, as far as its manifests say it.

import {
  asArray,
  asString,
  at,
  type Container,
  commandLine,
  member,
  type Settings,
  stringMap,
  type Workspace,
} from '../../src/sdk.ts'
import type { Broker } from '../kafka/broker.ts'
import { clientsOf } from '../kafka/clients.ts'
import { KAFKA } from '../kafka/settings.ts'
import { settingOf } from '../stateful/env.ts'

export interface Topic {
  readonly name: string
  readonly partitions: number
  /** cleanup.policy, where a list says it */
  readonly policy?: string
}

export interface Inventory {
  /** in the order in which they were found, each once */
  readonly topics: readonly Topic[]
  /** topics that a Job or an init container of the set makes already */
  readonly made: readonly string[]
}

/** Partitions of a topic of which nobody says it: what three brokers can share evenly. */
const DEFAULT_PARTITIONS = 3

const NAME = /^[a-zA-Z0-9._-]{1,249}$/

/** No topic at all, or a part of a name. */
const NO_TOPIC =
  /(?:FACTOR|ENABLED?|ISR|PARTITIONS?|COUNT|SIZE|REPLICAS?|REPLICATION|PREFIX|SUFFIX|PATTERN|REGEX|TIMEOUT|MS|CREATION|STRATEGY|POLICY|RETENTION)$/i

/** Systems that make their topics themselves, with settings of their own: one made before them would be wrong. */
const MAKES_ITS_OWN = /^(?:CONNECT|SCHEMA_REGISTRY|KSQL|CONTROL_CENTER|KAFKA_REST|CONFLUENT|MM2)_|_STORAGE_TOPIC$/

export function findTopics(workspace: Workspace, settings: Settings, broker: Broker): Inventory {
  const found = new Map<string, Topic>()
  const made = new Set<string>()
  const add = (name: string, partitions = DEFAULT_PARTITIONS, policy?: string) => {
    const topic = { name, partitions, ...(policy === undefined ? {} : { policy }) }
    if (isTopic(name) && !found.has(name)) found.set(name, topic)
  }
  for (const topic of settings.get(KAFKA, broker.workload.resource).topics) {
    if (typeof topic === 'string') add(topic)
    else add(topic.name, topic.partitions)
  }
  for (const { name, partitions, policy } of listedTopics(workspace, broker)) add(name, partitions, policy)
  const clients = clientsOf(workspace, settings, broker, 0)
  for (const { container } of clients) {
    const line = commandLine(container)
    const names = [...line.matchAll(/--topic[ =]+["']?([a-zA-Z0-9._-]+)/g)].map(match => match[1] ?? '')
    if (/kafka-topics(?:\.sh)?\b[\s\S]*--create/.test(line)) for (const name of names) made.add(name)
    else for (const name of names) add(name)
    if (container.value === broker.container.value) continue
    for (const [variable, value] of variablesOf(workspace, container)) {
      if (!namesTopics(variable)) continue
      for (const name of value.split(',')) add(name.trim())
    }
  }
  return { topics: [...found.values()].filter(({ name }) => !made.has(name)), made: [...made] }
}

function namesTopics(variable: string): boolean {
  return /(?:^|_|\.|-)TOPICS?(?:_|\.|-|$)/i.test(variable) && !NO_TOPIC.test(variable) && !MAKES_ITS_OWN.test(variable)
}

/** A legal name that is no number, no boolean and no internal topic. */
function isTopic(name: string): boolean {
  return NAME.test(name) && !/^(?:\d+(?:\.\d+)?|true|false|yes|no|on|off|__.*|\.{1,2})$/i.test(name)
}

/** `name:partitions:replicas[:policy]` of KAFKA_CREATE_TOPICS, which one image carries out at its start. */
export function listedTopics(workspace: Workspace, { container }: Broker): Topic[] {
  const found = settingOf(workspace, container, 'KAFKA_CREATE_TOPICS')
  if (found.kind !== 'text') return []
  return found.text.split(/[,\n]/).flatMap(entry => {
    const [name = '', count = '', , policy] = entry.trim().split(':')
    const partitions = /^[1-9]\d*$/.test(count) ? Number(count) : DEFAULT_PARTITIONS
    const isPolicy = policy !== undefined && /^[a-z]+$/.test(policy)
    return isTopic(name) ? [{ name, partitions, ...(isPolicy ? { policy } : {}) }] : []
  })
}

/** Literal variables of a container and those of its ConfigMaps. */
function* variablesOf(workspace: Workspace, container: Container): Iterable<[name: string, value: string]> {
  const { resource } = container.workload
  const own = new Set<string>()
  for (const entry of asArray(container.value.env)) {
    const name = asString(member(entry, 'name'))
    if (name === undefined) continue
    own.add(name)
    const value = asString(member(entry, 'value')) ?? referenced(workspace, container, entry)
    if (value !== undefined) yield [name, value]
  }
  for (const source of asArray(container.value.envFrom)) {
    const map = asString(at(source, ['configMapRef', 'name']))
    const prefix = asString(member(source, 'prefix')) ?? ''
    const data = stringMap(map === undefined ? undefined : workspace.named(resource, 'ConfigMap', map)?.value.data)
    for (const [key, value] of Object.entries(data)) if (!own.has(`${prefix}${key}`)) yield [`${prefix}${key}`, value]
  }
}

function referenced(
  workspace: Workspace,
  container: Container,
  entry: ReturnType<typeof asArray>[number],
): string | undefined {
  const reference = at(entry, ['valueFrom', 'configMapKeyRef'])
  const map = asString(member(reference, 'name'))
  const resource = map === undefined ? undefined : workspace.named(container.workload.resource, 'ConfigMap', map)
  return stringMap(resource?.value.data)[asString(member(reference, 'key')) ?? '']
}

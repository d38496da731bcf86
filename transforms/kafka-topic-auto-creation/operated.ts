// The setting in the custom resource of an operator, whose topics are custom resources too.

import { asObject, at, change, decline, describe, labelsOf, type Proposal, set, type Workspace } from '../../src/sdk.ts'

const KEY = 'auto.create.topics.enable'

const CONFIG = ['spec', 'kafka', 'config', KEY] as const

/** Strimzi: topics are custom resources; without any there is nothing that would make them. */
export function* judgeOperated(workspace: Workspace): Iterable<Proposal> {
  for (const resource of workspace.ofKind('Kafka')) {
    if (!resource.selected || resource.partial || resource.group !== 'kafka.strimzi.io') continue
    if (asObject(at(resource.value, ['spec', 'kafka'])) === undefined) continue
    const value = at(resource.value, [...CONFIG])
    if (value === false || value === 'false') continue
    const topics = workspace
      .inNamespace(resource, 'KafkaTopic')
      .filter(topic => labelsOf(topic)['strimzi.io/cluster'] === resource.name)
    const target = { resource, path: [...CONFIG] }
    const name = describe(resource)
    if (topics.length === 0) {
      yield decline({
        target,
        code: 'no-topic-inventory',
        why: `${name} makes a topic of every name that is asked for, and the files hold no KafkaTopic`,
        next: 'write a KafkaTopic for each topic of the platform, then run again',
      })
      continue
    }
    yield change({
      target,
      code: 'auto-creation',
      why: `${name} makes a topic of every name that is asked for, a misspelled one too; that is switched off, and the ${topics.length} KafkaTopics of the files are made by the operator`,
      risks: 'access',
      edits: [set(resource, [...CONFIG], false)],
    })
  }
}

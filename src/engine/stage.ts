// When a step belongs in the course of the work that is left to a person.

/**
 * In the order in which they keep what is there: an old workload is gone before the new one of its name comes, data is
 * there before who reads it, a Secret before the pods that wait for it, a system before who registers with it.
 *
 * - `check`: nothing changes yet: assumptions, decisions, backups, and what has to be made by hand first.
 * - `stop-brokers`: Kafka stops, while the ZooKeeper through which it hands over still answers.
 * - `stop`: the other workloads that a workload of another kind replaces stop and are deleted.
 * - `data`: the claims of first members are cloned or filled.
 * - `secrets`: certificates are made, and Secrets for which pods wait.
 * - `coordination`: ZooKeeper starts.
 * - `before-brokers`: what brokers that run need before they start again: copies of their topics, clients that go first.
 * - `brokers`: Kafka starts.
 * - `databases`: MongoDB starts, and its members become one set.
 * - `topics`: topics are made.
 * - `clients`: clients get the new addresses.
 * - `rest`: everything else.
 * - `later`: the way to what a run refused, of which nothing is in the files; no transform declares it.
 */
export const STAGES = [
  'check',
  'stop-brokers',
  'stop',
  'data',
  'secrets',
  'coordination',
  'before-brokers',
  'brokers',
  'databases',
  'topics',
  'clients',
  'rest',
  'later',
] as const

export type Stage = (typeof STAGES)[number]

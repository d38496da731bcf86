// How topics that are there already get their further copies: a changed default says nothing to them.

import type { FollowUp } from '../../src/sdk.ts'
import { type Access, copiesCheck, toolCommand } from '../kafka/admin.ts'
import type { Broker } from '../kafka/broker.ts'

/**
 * Makes a plan for `kafka-reassign-partitions` of what `kafka-topics --describe` prints: `copies` brokers for each
 * partition that has fewer, each beginning with another one. `ids` are the ids of the brokers.
 */
const PLAN = [
  'BEGIN { n = split(ids, b, " "); printf "{\\"version\\":1,\\"partitions\\":[" }',
  '/Partition: / { for (i = 1; i < NF; i++) { if ($i == "Topic:") t = $(i + 1); if ($i == "Partition:") p = $(i + 1); if ($i == "Replicas:") r = $(i + 1) }',
  'if (split(r, x, ",") >= copies) next; l = ""; for (k = 0; k < copies; k++) l = l (k ? "," : "") b[(c + k) % n + 1]; c++;',
  'printf "%s{\\"topic\\":\\"%s\\",\\"partition\\":%d,\\"replicas\\":[%s]}", s, t, p, l; s = "," }',
  'END { print "]}" }',
].join(' ')

/**
 * Raises the copies of every partition, those of internal topics too, and the minimum of `__transaction_state`, which
 * has a value of its own from its creation on. Until then a partition is out of reach while its one broker restarts, so
 * it is done first wherever the brokers are there.
 */
export function reassignStep(
  broker: Broker,
  access: Access,
  replicas: number,
  stage: 'before-brokers' | 'brokers',
): FollowUp {
  const tool = (name: string, options: string) => toolCommand(broker, access, name, options)
  const { name } = broker.workload.resource
  const send = toolCommand(broker, access, 'kafka-reassign-partitions', '--reassignment-json-file /tmp/plan.json')
  const [exec = ''] = send.split(' -- ')
  const listed = `${tool('kafka-topics', '--list')} | grep -qx __transaction_state`
  const minimum = `--entity-type topics --entity-name __transaction_state --alter --add-config min.insync.replicas=${Math.max(1, replicas - 1)}`
  return {
    stage,
    text: `give the topics that ${name} has already ${replicas} copies each, which they do not take from the settings: plan, carry out, elect the preferred leaders, and raise min.insync.replicas of __transaction_state; with no partition in kafka-plan.json there is nothing to do`,
    commands: [
      `ids=$(${tool('kafka-broker-api-versions', '')} | sed -n 's/.*(id: \\([0-9]*\\) .*/\\1/p' | sort -n | tr '\\n' ' ')`,
      `${tool('kafka-topics', '--describe')} | awk -v ids="$ids" -v copies=${replicas} '${PLAN}' > kafka-plan.json`,
      `${exec.replace(' exec ', ' exec -i ')} -- sh -c 'cat > /tmp/plan.json' < kafka-plan.json`,
      `${send} --execute | tee kafka-plan.log`,
      `while ${send} --verify | grep 'in progress'; do sleep 10; done`,
      tool('kafka-leader-election', '--election-type preferred --all-topic-partitions'),
      `if ${listed}; then ${tool('kafka-configs', minimum)}; fi`,
    ],
    check: copiesCheck(broker, access),
    back: { text: 'kafka-plan.log holds the former assignment: carry that out in the same way' },
  }
}

// What a roll of live brokers would cost without its order: the copies first, the clients first.

import { expect, test } from 'vitest'
import { STAGES } from '../src/engine/stage.ts'
import type { FollowUp } from '../src/engine/transform.ts'
import kafkaRedundancy from '../transforms/kafka-redundancy/index.ts'
import kafkaTls from '../transforms/kafka-tls/index.ts'
import { apply, runCase } from './support/fixture-run.ts'
import { readCase } from './support/fixtures.ts'

function stepsOf(transform: typeof kafkaTls, name: string): readonly FollowUp[] {
  const fixture = readCase(transform.id, name)
  return runCase(fixture, fixture.before, [transform]).findings.flatMap(({ followUps }) => followUps)
}

function place(steps: readonly FollowUp[], words: RegExp): number {
  const found = steps.find(({ text, commands = [] }) => [text, ...commands].some(line => words.test(line)))
  if (found === undefined) throw new Error(`no step says ${words}`)
  return STAGES.indexOf(found.stage ?? 'rest')
}

const ROLL = /apply the changed files/

test('topics get their copies before the brokers that hold the only ones start again', () => {
  const steps = stepsOf(kafkaRedundancy, 'live-from-3-7-on')
  expect(place(steps, /kafka-reassign-partitions.* --execute/)).toBeLessThan(place(steps, ROLL))
})

test('the minimum that __transaction_state has of its own is raised with the one of the brokers', () => {
  const { after } = readCase(kafkaRedundancy.id, 'live-from-3-7-on')
  expect([...after.values()].join()).toMatch(/min\.insync\.replicas|MIN_INSYNC_REPLICAS/)
  const commands = stepsOf(kafkaRedundancy, 'live-from-3-7-on').flatMap(step => step.commands ?? [])
  expect(commands.join('\n')).toMatch(
    /--entity-name __transaction_state --alter --add-config min\.insync\.replicas=2\b/,
  )
})

test('clients move before plaintext closes, and it does not close while one is left that cannot', () => {
  const steps = stepsOf(kafkaTls, 'live-cluster-last-step')
  expect(place(steps, /apply the clients/)).toBeLessThan(place(steps, ROLL))
  const left = readCase(kafkaTls.id, 'client-in-the-way')
  const after = apply(left.before, runCase(left, left.before, [kafkaTls]))
  expect([...after.values()].join()).toContain('PLAINTEXT://')
})

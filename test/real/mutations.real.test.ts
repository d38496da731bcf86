import { expect, inject, it } from 'vitest'
import { isKubernetesObject } from '../../src/kube/resource.ts'
import { semanticErrors } from '../../src/schema/semantics.ts'
import { createValidator } from '../../src/schema/validator.ts'
import { readText } from '../../src/yaml/read.ts'
import type { JsonObject } from '../../src/yaml/value.ts'
import { Client } from './client.ts'
import { type Comparison, compareText, disagreements, summary, validatorVersion } from './compare.ts'
import { fixtureResults } from './fixture-files.ts'
import { mutationsOf } from './mutations.ts'

const KINDS: ReadonlySet<string> = new Set([
  'ConfigMap',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Ingress',
  'Job',
  'PersistentVolumeClaim',
  'Pod',
  'PodDisruptionBudget',
  'Service',
  'StatefulSet',
])

/** Fields that the server leaves out without a word when they are wrong. */
const DROPPED = /PersistentVolumeClaim spec\/dataSource/

const server = inject('apiserver')

it.skipIf(server === null)(
  'one changed value is refused only where the server refuses it, and mostly where it does',
  async () => {
    if (server === null) return
    const client = new Client(server.address)
    const validator = createValidator({ kubernetesVersion: validatorVersion(server.version) })
    const asked = new Set<string>()
    const comparisons: Comparison[] = []
    for (const object of fixtureObjects()) {
      if (validator.validate(object).status !== 'valid' || semanticErrors(object).length > 0) continue
      for (const { name, value } of mutationsOf(object)) {
        if (asked.has(name)) continue
        asked.add(name)
        comparisons.push(...(await compareText(client, validator, name, JSON.stringify(value))))
      }
    }
    const contradictions = comparisons.filter(comparison => comparison.agreement === 'disagree')
    const lax = contradictions.filter(comparison => comparison.ours === 'valid')
    console.log(`${summary(comparisons)}\n${lax.length} changes that only the server refuses`)
    expect(comparisons.length).toBeGreaterThan(1000)
    const strict = contradictions.filter(({ ours, place }) => ours !== 'valid' && !DROPPED.test(place))
    expect(disagreements(strict)).toEqual([])
    expect(lax.length / comparisons.length).toBeLessThan(0.02)
  },
)

function fixtureObjects(): JsonObject[] {
  return fixtureResults().flatMap(({ text }) => {
    const read = readText(text)
    if (!read.ok) return []
    return read.documents.flatMap(({ value }) =>
      isKubernetesObject(value) && KINDS.has(String(value.kind)) ? [value] : [],
    )
  })
}

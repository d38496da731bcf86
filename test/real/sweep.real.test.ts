import { expect, inject, it } from 'vitest'
import { manifestsBelow } from '../../scripts/manifests.ts'
import { createValidator } from '../../src/schema/validator.ts'
import { Client } from './client.ts'
import { type Comparison, compareText, disagreements, summary, validatorVersion } from './compare.ts'

const directory = process.env.KUBEMEND_SWEEP_DIR
const server = inject('apiserver')

it.skipIf(server === null || directory === undefined)(
  'the bundled schemas and rules judge the manifests of $KUBEMEND_SWEEP_DIR as the server does',
  async () => {
    if (server === null || directory === undefined) return
    const client = new Client(server.address)
    const validator = createValidator({ kubernetesVersion: validatorVersion(server.version) })
    const comparisons: Comparison[] = []
    for (const { path, text } of manifestsBelow(directory)) {
      comparisons.push(...(await compareText(client, validator, path, text)))
    }
    console.log(summary(comparisons))
    expect(comparisons.length).toBeGreaterThan(0)
    expect(disagreements(comparisons)).toEqual([])
  },
)
